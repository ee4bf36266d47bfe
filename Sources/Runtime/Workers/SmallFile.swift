// Small text files of the kernel (procfs, sysfs), read in one piece.

internal import EventLoop
internal import Glibc

/// Files of a few bytes.
enum SmallFile {
    private static let limit = 4096

    /// The text of a file, cut at 4 KiB; `nil` where it can't be read or isn't UTF-8.
    static func read(_ path: String) -> String? {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        let file = FileDescriptor(owning: fd)
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let result = unsafe Glibc.read(file.number, buffer.baseAddress, buffer.count)
            failed = result < 0
            count = max(0, result)
        }
        return failed ? nil : String(validating: bytes, as: UTF8.self)
    }
}
