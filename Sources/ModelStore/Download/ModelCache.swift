// Fetched models on disk, for the next start: `/tmp/amphora-models-UID/KEY/`, in it `model/` and the
// receipt of what was put there.
//
// The folder for temporary files is everybody's: only folders of this user's that nobody else may
// write are believed, and only with a receipt that fits (cleaners of /tmp take single old files). A
// folder appears under its key by one rename, whole; until then its maker holds a lock on it, so that
// the next start can tell what was left behind from what is on its way.

internal import Basics
internal import EventLoop
internal import Glibc

/// The fetched models of one user. Any thread, any number of processes.
struct ModelCache: Sendable {
    /// Begins the names of what is not whole yet.
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

    /// The model folder that is kept under a key, if it can be believed.
    func folder(_ key: String) -> String? {
        let folder = "\(root)/\(key)"
        guard Self.isOurs(root), Self.isOurs(folder), receiptFits(folder) else { return nil }
        return Self.modelFolder(in: "\(folder)/\(Self.modelName)")
    }

    /// Begins a model; what starts before left unfinished is removed. Throws where it can't be stored.
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

    /// Keeps a model under a key and gives its folder; where another start was faster, that one's.
    func keep(
        _ partial: PartialModel, _ key: String, files: [(path: String, size: Int)]
    ) throws(FetchObstacle) -> String {
        try locked { () throws(SystemError) -> String in
            let writer = try FolderWriter(partial.folder, name: root)
            try writer.makeFile([Self.receiptName])
            try writer.write(Self.receipt(files).span)
            if let other = folder(key) { return other }
            // What is there can't be believed.
            Self.remove("\(root)/\(key)")
            try check("rename") { unsafe rename(partial.folder, "\(root)/\(key)") }
            return Self.modelFolder(in: "\(root)/\(key)/\(Self.modelName)")
        }
    }

    /// Forgets what is kept under a key.
    func discard(_ key: String) {
        do throws(FetchObstacle) {
            try locked { Self.remove("\(root)/\(key)") }
        } catch {
            // The next start finds it and fails as this one.
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
                reason: "\(root) is no folder that only this user may write, so what is kept there "
                    + "could not be trusted; remove it, or have TMPDIR name another folder")
        }
    }

    /// Whether a path is a folder, no link, that only this user may write. lstat(2).
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

    /// The folder itself, or the only one in it: archives are packed with and without.
    private static func modelFolder(in folder: String) -> String {
        do throws(InputError) {
            let names = try File.names(in: folder)
            guard names.count == 1, let only = names.first,
                File.kind(of: "\(folder)/\(only)") == .folder
            else { return folder }
            return "\(folder)/\(only)"
        } catch {
            return folder
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

    /// A lock on a folder, which its descriptor holds; `nil` where somebody else has it. flock(2).
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

    /// Removes what no process is making any more. The root is locked.
    private func sweep() {
        do throws(InputError) {
            for name in try File.names(in: root) where name.hasPrefix(Self.partialPrefix) {
                do throws(SystemError) {
                    guard try Self.lock("\(root)/\(name)", waits: false) != nil else { continue }
                    Self.remove("\(root)/\(name)")
                } catch {
                    // Gone already, or not a folder: it takes no room worth a failed start.
                }
            }
        } catch {
            // The same.
        }
    }

    /// Removes a file or a folder with all that is in it, as far as that can be done. unlink(2).
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

/// A lock that ends with it.
final class FolderLock {
    private let descriptor: FileDescriptor

    fileprivate init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}

/// A model on its way to disk. To be kept, or dropped.
struct PartialModel {
    /// Of the cache; holds the model folder.
    fileprivate(set) var folder: String
    let writer: FolderWriter
    /// Says to other processes that it is being made.
    fileprivate let lock: FolderLock

    /// Removes it, unless it was kept.
    func drop() { ModelCache.remove(folder) }
}
