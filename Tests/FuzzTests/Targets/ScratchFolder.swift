// A folder in memory, for code of the product that reads files only.
//
// There is one for the process, on the memory file system: a fuzzer fills it a thousand times a
// second. It holds one input at a time; targets that use it take turns. After a crash tools/fuzz.sh
// removes the folder: AMPHORA_FUZZ_SCRATCH says where it is.

import Glibc
import Synchronization

/// Files that exist for one run of a target.
struct ScratchFolder: Sendable {
    private static let path: String = {
        let place =
            unsafe getenv("AMPHORA_FUZZ_SCRATCH").map { unsafe String(cString: $0) } ?? "/dev/shm"
        var template = Array("\(place)/amphora-fuzz-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { fatalError("no folder in \(place)") }
        let path = unsafe String(cString: made)
        removed.withLock { $0 = path }
        atexit { ScratchFolder.removed.withLock { path in _ = unsafe rmdir(path) } }
        return path
    }()
    private static let removed = Mutex("")
    private static let turn = Mutex(())

    /// Runs `body` on a folder that holds these files only. Rethrows.
    static func with<Failure: Error>(
        _ files: [(name: String, bytes: ArraySlice<UInt8>)],
        _ body: (_ folder: String) throws(Failure) -> Void
    ) throws(Failure) {
        let result = turn.withLock { _ -> Result<Void, Failure> in
            for file in files { write(file.bytes, to: "\(path)/\(file.name)") }
            defer { for file in files { _ = unsafe unlink("\(path)/\(file.name)") } }
            do throws(Failure) {
                return .success(try body(path))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to path: String) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
        }
        precondition(count == bytes.count, "no room in \(path)")
        close(file)
    }
}
