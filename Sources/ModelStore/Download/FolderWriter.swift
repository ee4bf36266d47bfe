// Files and folders below one folder, created by openat(2) from its descriptor: no name leads out
// of it, no link is followed, nothing is overwritten. The C-facing side of unpacking.

internal import EventLoop
internal import Glibc

/// Writes below a folder. One thread at a time.
final class FolderWriter {
    /// The folder's name in error sentences.
    let name: String
    private let folder: FileDescriptor
    private var file: FileDescriptor?

    /// Opens an existing folder. Throws if it is a link or not a folder.
    init(_ path: String, name: String) throws(SystemError) {
        self.name = name
        folder = FileDescriptor(
            owning: try check("open") {
                unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            })
    }

    /// Creates nested folders, unless they exist. mkdirat(2).
    func makeFolder(_ names: [String]) throws(SystemError) {
        _ = try descend(names[...])
    }

    /// Creates a file to write next, and the folders above it. Throws if it exists.
    func makeFile(_ names: [String]) throws(SystemError) {
        let parent = try descend(names.dropLast())
        let name = names.last ?? ""
        file = FileDescriptor(
            owning: try check("openat") {
                unsafe openat(
                    parent.number, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            })
    }

    /// Appends to the file. write(2).
    func write(_ bytes: Span<UInt8>) throws(SystemError) {
        let descriptor = file?.number ?? -1
        var written = 0
        while written < bytes.count {
            let start = written
            let count = min(bytes.count - start, 1 << 20)
            written += Int(
                try check("write") {
                    unsafe bytes.withUnsafeBufferPointer {
                        unsafe CInt(
                            Glibc.write(descriptor, $0.baseAddress.map { unsafe $0 + start }, count)
                        )
                    }
                })
        }
    }

    /// Closes the file.
    func closeFile() { file = nil }

    private func descend(_ names: ArraySlice<String>) throws(SystemError) -> FileDescriptor {
        var present = FileDescriptor(
            owning: try check("fcntl") { fcntl(folder.number, F_DUPFD_CLOEXEC, 0) })
        for name in names {
            if unsafe mkdirat(present.number, name, 0o700) != 0, errno != EEXIST {
                throw SystemError(call: "mkdirat", number: errno)
            }
            present = FileDescriptor(
                owning: try check("openat") {
                    unsafe openat(
                        present.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                })
        }
        return present
    }
}
