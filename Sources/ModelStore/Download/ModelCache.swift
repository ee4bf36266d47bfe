// Fetched models on disk, for the next start: `/tmp/amphora-models-UID/KEY/`, with `model/` and a
// receipt of its files.
//
// Every user can write to the folder for temporary files. So we trust only folders that belong to
// this user and that no other user can write, and only with a receipt that matches (cleaners of
// /tmp remove single old files). One rename makes a complete folder appear under its key; until
// then the process that writes it holds a lock on it, so that the next start can tell abandoned
// folders from those in progress.

internal import Basics
internal import EventLoop
internal import Glibc

/// The fetched models of one user. Any thread, any number of processes.
struct ModelCache: Sendable {
    /// The prefix of incomplete folders' names.
    private static let partialPrefix = ".partial-"
    private static let modelName = "model"
    private static let receiptName = "receipt"
    private static let receiptMax = 16 << 20

    /// The folder that holds them.
    let root: String

    /// The models below a folder for temporary files.
    init(temporaryFolder: String) {
        root = "\(temporaryFolder)/amphora-models-\(geteuid())"
    }

    /// The model folder under a key, if it can be trusted.
    func folder(_ key: String) -> String? {
        let folder = "\(root)/\(key)"
        guard Self.isOurs(root), Self.isOurs(folder), receiptFits(folder) else { return nil }
        return "\(folder)/\(Self.modelName)"
    }

    /// Begins a model; removes what earlier starts left unfinished. Throws if there is no place for
    /// it.
    func begin() throws(FetchObstacle) -> PartialModel {
        try prepareRoot()
        return try locked { () throws(SystemError) -> PartialModel in
            sweep()
            var template = Array("\(root)/\(Self.partialPrefix)XXXXXX".utf8CString)
            guard unsafe mkdtemp(&template) != nil else {
                throw SystemError(call: "mkdtemp", number: errno)
            }
            let folder = String(
                decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
            guard let lock = try Self.lock(folder, waits: false) else {
                throw SystemError(call: "flock", number: EWOULDBLOCK)
            }
            try check("mkdir") { unsafe mkdir("\(folder)/\(Self.modelName)", 0o700) }
            return PartialModel(
                folder: folder, writer: try FolderWriter("\(folder)/\(Self.modelName)", name: root),
                lock: lock)
        }
    }

    /// Stores a model under a key and returns its folder, or that of a start that stored it first.
    func keep(
        _ partial: PartialModel, _ key: String, files: [(path: String, size: Int)]
    ) throws(FetchObstacle) -> String {
        try locked { () throws(SystemError) -> String in
            let writer = try FolderWriter(partial.folder, name: root)
            try writer.makeFile([Self.receiptName])
            try writer.write(Self.receipt(files).span)
            if let other = folder(key) { return other }
            // A folder already there can't be trusted.
            Self.remove("\(root)/\(key)")
            try check("rename") { unsafe rename(partial.folder, "\(root)/\(key)") }
            return "\(root)/\(key)/\(Self.modelName)"
        }
    }

    /// Removes the model under a key.
    func discard(_ key: String) {
        do throws(FetchObstacle) {
            try locked { Self.remove("\(root)/\(key)") }
        } catch {
            // The next start finds it and fails as this one did.
        }
    }

    // MARK: Belief

    private func prepareRoot() throws(FetchObstacle) {
        try FetchObstacle.storing(in: root) { () throws(SystemError) in
            if unsafe mkdir(root, 0o700) != 0, errno != EEXIST {
                throw SystemError(call: "mkdir", number: errno)
            }
        }
        guard Self.isOurs(root) else {
            throw FetchObstacle(
                reason: "\(root) is not a folder that only this user can write, so its contents "
                    + "can't be trusted; remove it, or set TMPDIR to another folder")
        }
    }

    /// Whether a path is a folder, not a link, that only this user can write. lstat(2).
    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    private static func receipt(_ files: [(path: String, size: Int)]) -> [UInt8] {
        // Paths hold no control characters.
        files.reduce(into: []) { $0 += "\($1.size) \($1.path)\n".utf8 }
    }

    private func receiptFits(_ folder: String) -> Bool {
        do throws(InputError) {
            let receipt = try File.contents(
                of: "\(folder)/\(Self.receiptName)", limit: Self.receiptMax)
            for line in receipt.split(separator: 0x0A) {
                let fields = line.split(separator: 0x20, maxSplits: 1)
                guard fields.count == 2 else { return false }
                let path = String(decoding: fields[1], as: UTF8.self)
                let size = try File.size(of: "\(folder)/\(Self.modelName)/\(path)")
                guard String(decoding: fields[0], as: UTF8.self) == "\(size)" else { return false }
            }
            return true
        } catch {
            return false
        }
    }

    // MARK: Locks

    private func locked<Value>(
        _ work: () throws(SystemError) -> Value
    ) throws(FetchObstacle) -> Value {
        try FetchObstacle.storing(in: root) { () throws(SystemError) in
            let lock = try Self.lock(root, waits: true)
            return try withExtendedLifetime(lock, work)
        }
    }

    /// A lock on a folder, held by its descriptor; `nil` if another process has it. flock(2).
    private static func lock(_ folder: String, waits: Bool) throws(SystemError) -> FolderLock? {
        let descriptor = FileDescriptor(
            owning: try check("open") {
                unsafe open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            })
        while flock(descriptor.number, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EWOULDBLOCK { return nil }
            guard errno == EINTR else { throw SystemError(call: "flock", number: errno) }
        }
        return FolderLock(descriptor)
    }

    // MARK: Removal

    /// Removes folders that no process is writing any more. The root is locked.
    private func sweep() {
        do throws(InputError) {
            for name in try File.names(in: root) where name.hasPrefix(Self.partialPrefix) {
                do throws(SystemError) {
                    guard try Self.lock("\(root)/\(name)", waits: false) != nil else { continue }
                    Self.remove("\(root)/\(name)")
                } catch {
                    // Already gone, or not a folder: not worth a failed start.
                }
            }
        } catch {
            // The same.
        }
    }

    /// Removes a file or a folder with all its contents, as far as possible. unlink(2).
    static func remove(_ path: String) {
        guard unsafe unlink(path) != 0, errno == EISDIR else { return }
        do throws(InputError) {
            for name in try File.names(in: path) { remove("\(path)/\(name)") }
        } catch {
            // Then rmdir fails, too.
        }
        unsafe rmdir(path)
    }
}

/// A lock that is released with this object.
final class FolderLock {
    private let descriptor: FileDescriptor

    fileprivate init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}

/// A model that is being written. The owner must keep it or drop it.
struct PartialModel {
    /// The cache's folder for it; holds the model folder.
    fileprivate(set) var folder: String
    let writer: FolderWriter
    /// Tells other processes that it is being written.
    fileprivate let lock: FolderLock

    /// Removes it, unless it was kept.
    func drop() { ModelCache.remove(folder) }
}
