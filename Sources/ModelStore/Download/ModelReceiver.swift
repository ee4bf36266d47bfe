// Counts, digests, unpacks and writes a model as it arrives, so that neither memory nor disk ever
// holds the archive. The model is trusted only once `finish` has checked all of it.
//
// Codings of the response are undone first. That of gzip says little about an archive, which is in
// gzip itself: tools that upload it name the coding by the file's ending, whether they have packed it
// once more or not. So the bytes decide whether there is a second layer. MODEL_SHA256 may be the
// digest of what was sent, or of what that unpacks to: both name the same content.

internal import Basics
internal import EventLoop
internal import Runtime

/// Receives one file. One thread.
final class ModelReceiver: TransferSink {
    private let folder: FolderWriter
    private let maxBytes: Int
    private let progress: ((_ bytes: Int, _ length: Int?) -> Void)?
    /// Of what was sent.
    private var digest = SHA256()
    /// Of what that unpacks to; `nil` if it was sent as it is.
    private var unpackedDigest: SHA256?
    /// The codings of the response, until its first byte has come.
    private var codings: [ContentCoding] = []
    private var decoder: ContentDecoder?
    private var gunzip: Gunzip?
    /// What is known of a second layer of gzip around the archive.
    private var layer = Layer.none
    /// Unpacks the archive within that layer.
    private var inner: Gunzip?
    private var tar: TarReader

    private enum Layer {
        case none
        /// The response names the coding; the first unpacked byte will tell.
        case named
        case found, absent
    }

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

    func begin(_ headers: TransferHeaders) { codings = ContentCoding.list(in: headers) }

    func receive(_ bytes: Span<UInt8>, length: Int?) -> Bool {
        let isFirst = byteCount == 0
        byteCount += bytes.count
        digest.update(bytes)
        do throws(FetchObstacle) {
            guard max(byteCount, length ?? 0) <= maxBytes else {
                throw FetchObstacle(
                    reason: "it is larger than the \(maxBytes) bytes of --model-max-bytes")
            }
            if isFirst && !bytes.isEmpty { try prepare(firstByte: bytes[0]) }
            if decoder == nil { try take(bytes) } else { try decode(bytes) }
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
        try undoingCodings { () throws(CodingError) in try decoder?.finish() }
        try check(wanted)
        guard byteCount > 0 else { throw FetchObstacle(reason: "it is empty") }
        guard gunzip != nil else { return }
        do throws(ArchiveError) {
            try gunzip?.finish()
            if layer == .found { try inner?.finish() }
            try tar.finish()
        } catch {
            throw FetchObstacle(reason: "\(error)")
        }
    }

    private func check(_ wanted: String?) throws(FetchObstacle) {
        var sent = SHA256()
        swap(&sent, &digest)
        let sha256 = sent.hexadecimal()
        guard let wanted, wanted != sha256 else { return }
        guard let unpacked = unpackedDigest.take()?.hexadecimal() else {
            throw FetchObstacle(
                reason: "its SHA-256 is \(sha256), but MODEL_SHA256 is \(wanted)")
        }
        guard wanted != unpacked else { return }
        throw FetchObstacle(
            reason: "its SHA-256 is \(unpacked), or \(sha256) packed as it was sent, but "
                + "MODEL_SHA256 is \(wanted)")
    }

    // MARK: Codings

    private func prepare(firstByte: UInt8) throws(FetchObstacle) {
        let isGzip = firstByte == 0x1F
        if gunzip != nil, codings.first == .gzip {
            codings.removeFirst()
            layer = .named
            inner = Gunzip()
        } else if codings == [.gzip], !isGzip {
            // A network that lies there as it is, under a coding that an upload named.
            codings = []
        }
        guard !codings.isEmpty else { return }
        unpackedDigest = SHA256()
        let codings = self.codings
        let limit = maxBytes
        try undoingCodings { () throws(CodingError) in
            decoder = try ContentDecoder(codings, limit: limit)
        }
    }

    private func decode(_ bytes: Span<UInt8>) throws(FetchObstacle) {
        do throws(CodingError) {
            try decoder?.decode(bytes) { piece in
                do throws(FetchObstacle) {
                    unpackedDigest?.update(piece)
                    try take(piece)
                    return true
                } catch {
                    refusal = error
                    return false
                }
            }
        } catch {
            throw refusal ?? FetchObstacle(reason: "it \(error.clause)")
        }
    }

    private func undoingCodings(
        _ work: () throws(CodingError) -> Void
    ) throws(FetchObstacle) {
        do throws(CodingError) {
            try work()
        } catch {
            throw FetchObstacle(reason: "it \(error.clause)")
        }
    }

    // MARK: The file

    private func take(_ bytes: Span<UInt8>) throws(FetchObstacle) {
        if gunzip != nil { try unpack(bytes) } else { try append(bytes) }
    }

    private func append(_ bytes: Span<UInt8>) throws(FetchObstacle) {
        try store { () throws(SystemError) in try folder.write(bytes) }
        files[0].size += bytes.count
    }

    private func unpack(_ bytes: Span<UInt8>) throws(FetchObstacle) {
        try unpacking { () throws(ArchiveError) in
            try gunzip?.inflate(bytes) { piece throws(ArchiveError) in
                if layer == .named { look(for: piece[0]) }
                guard layer == .found else { return try keep(piece) }
                if decoder == nil { unpackedDigest?.update(piece) }
                try inner?.inflate(piece) { part throws(ArchiveError) in try keep(part) }
            }
        }
    }

    private func look(for firstByte: UInt8) {
        guard firstByte == 0x1F else { return layer = .absent }
        layer = .found
        if decoder == nil { unpackedDigest = SHA256() }
    }

    /// A failed write ends the archive as well; `refusal` keeps its cause.
    private func keep(_ piece: Span<UInt8>) throws(ArchiveError) {
        do throws(FetchObstacle) {
            try write(piece)
        } catch {
            refusal = error
            throw .truncated
        }
    }

    private func unpacking(
        _ work: () throws(ArchiveError) -> Void
    ) throws(FetchObstacle) {
        do throws(ArchiveError) {
            try work()
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
