// Counts, digests, unpacks and writes a model as it arrives, so that neither memory nor disk ever
// holds the archive. The model is trusted only once `finish` has checked all of it.

internal import Basics
internal import EventLoop
internal import Runtime

/// Receives one file. One thread.
final class ModelReceiver: TransferSink {
    private let folder: FolderWriter
    private let maxBytes: Int
    private let progress: ((_ bytes: Int, _ length: Int?) -> Void)?
    private var digest = SHA256()
    private var gunzip: Gunzip?
    private var tar: TarReader
    /// Why it accepts no more.
    private(set) var refusal: FetchObstacle?
    /// Bytes of the file received so far.
    private(set) var byteCount = 0
    /// The written files, by their paths, with their sizes.
    private(set) var files: [(path: String, size: Int)] = []

    /// Receives an address's content into an empty folder. Throws if its file can't be created.
    init(
        _ content: ModelAddress.Content, into folder: FolderWriter, maxBytes: Int,
        progress: ((_ bytes: Int, _ length: Int?) -> Void)? = nil
    ) throws(FetchObstacle) {
        self.folder = folder
        self.maxBytes = maxBytes
        self.progress = progress
        tar = TarReader(limits: ArchiveLimits(bytes: maxBytes))
        switch content {
        case .archive: gunzip = Gunzip()
        case .network(let name):
            gunzip = nil
            try store { () throws(SystemError) in try folder.makeFile([name]) }
            files = [(name, 0)]
        }
    }

    func receive(_ bytes: Span<UInt8>, length: Int?) -> Bool {
        byteCount += bytes.count
        digest.update(bytes)
        do throws(FetchObstacle) {
            guard max(byteCount, length ?? 0) <= maxBytes else {
                throw FetchObstacle(
                    reason: "it is larger than the \(maxBytes) bytes of --model-max-bytes")
            }
            if gunzip != nil { try unpack(bytes) } else { try append(bytes) }
        } catch {
            refusal = error
            return false
        }
        progress?(byteCount, length)
        return true
    }

    /// Call this once, when the transfer has succeeded. Throws if the file is incomplete or has the
    /// wrong digest.
    func finish(sha256 wanted: String?) throws(FetchObstacle) {
        folder.closeFile()
        var found = SHA256()
        swap(&found, &digest)
        let sha256 = found.hexadecimal()
        if let wanted, wanted != sha256 {
            throw FetchObstacle(
                reason: "its SHA-256 is \(sha256), but MODEL_SHA256 is \(wanted)")
        }
        guard byteCount > 0 else { throw FetchObstacle(reason: "it is empty") }
        guard gunzip != nil else { return }
        do throws(ArchiveError) {
            try gunzip?.finish()
            try tar.finish()
        } catch {
            throw FetchObstacle(reason: "\(error)")
        }
    }

    private func append(_ bytes: Span<UInt8>) throws(FetchObstacle) {
        try store { () throws(SystemError) in try folder.write(bytes) }
        files[0].size += bytes.count
    }

    private func unpack(_ bytes: Span<UInt8>) throws(FetchObstacle) {
        do throws(ArchiveError) {
            try gunzip?.inflate(bytes) { piece throws(ArchiveError) in
                // A failed write ends the archive as well; `refusal` keeps its cause.
                do throws(FetchObstacle) {
                    try write(piece)
                } catch {
                    refusal = error
                    throw .truncated
                }
            }
        } catch {
            throw refusal ?? FetchObstacle(reason: "\(error)")
        }
    }

    private func write(_ piece: Span<UInt8>) throws(FetchObstacle) {
        var position = 0
        while let event = try read({ () throws(ArchiveError) in
            try tar.next(in: piece, at: &position)
        }) {
            try store { () throws(SystemError) in
                switch event {
                case .folder(let path): try folder.makeFolder(path.names)
                case .file(let path, let size):
                    try folder.makeFile(path.names)
                    files.append((path.text, size))
                case .content(let range): try folder.write(piece.extracting(range))
                case .fileEnd: folder.closeFile()
                }
            }
        }
    }

    private func read<Value>(
        _ body: () throws(ArchiveError) -> Value
    ) throws(FetchObstacle) -> Value {
        do throws(ArchiveError) {
            return try body()
        } catch {
            throw FetchObstacle(reason: "\(error)")
        }
    }

    private func store(_ body: () throws(SystemError) -> Void) throws(FetchObstacle) {
        try FetchObstacle.storing(in: folder.name, body)
    }
}
