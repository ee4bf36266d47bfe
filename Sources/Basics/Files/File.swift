// Reading files: regular files only, in pieces or whole up to a limit.
//
// Files are read, not mapped: if a file shrinks, a mapping raises a signal, but a read returns an
// error. Writes nothing and has no settings.

import Glibc

/// An open regular file, closed when it goes out of scope.
package struct File: ~Copyable {
    /// The path as the caller gave it; for messages.
    package let path: String
    /// In bytes, when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// Opens a file for reading. Throws `InputError`. open(2), fstat(2).
    package init(_ path: String) throws(InputError) {
        // Non-blocking, so that a named pipe is refused below instead of waited for.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let error = Self.failure(path)
            close(descriptor)
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw InputError("it is not a regular file", file: path)
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads up to `count` bytes from `offset`; fewer only at the end. Throws `InputError`.
    /// pread(2).
    package func read(_ count: Int, at offset: Int) throws(InputError) -> [UInt8] {
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled,
                    off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                guard got > 0 else { break }
                filled += got
            }
        }
        guard !failed else { throw Self.failure(path) }
        return bytes
    }

    /// The whole of a text file. Throws `InputError`, also if the file is larger than `limit`
    /// bytes.
    package static func contents(of path: String, limit: Int) throws(InputError) -> [UInt8] {
        let file = try File(path)
        guard file.size <= limit else {
            throw InputError("it has \(file.size) bytes; at most \(limit) are read", file: path)
        }
        return try file.read(file.size, at: 0)
    }

    /// The first `count` bytes of a file, or all: for system files that report no size. Throws
    /// `InputError`.
    package static func beginning(of path: String, count: Int) throws(InputError) -> [UInt8] {
        try File(path).read(count, at: 0)
    }

    /// The text of a small system file (procfs, sysfs), cut at 4 KiB; `nil` if it can't be read or
    /// isn't UTF-8.
    package static func systemText(at path: String) -> String? {
        do throws(InputError) {
            return String(validating: try beginning(of: path, count: 4096), as: UTF8.self)
        } catch {
            return nil
        }
    }

    /// The size of a file, in bytes. Throws `InputError`.
    package static func size(of path: String) throws(InputError) -> Int { try File(path).size }

    /// The names in a folder, sorted; without `.` and `..`. Throws `InputError`. readdir(3).
    package static func names(in folder: String) throws(InputError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw failure(folder) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The folder and the name of a file after all links are resolved. Throws `InputError`.
    /// realpath(3).
    package static func resolved(_ path: String) throws(InputError) -> (
        folder: String, name: String
    ) {
        guard let resolved = unsafe realpath(path, nil) else { throw failure(path) }
        defer { unsafe free(resolved) }
        let text = unsafe String(cString: resolved)
        let cut = text.lastIndex(of: "/") ?? text.startIndex
        let folder = cut == text.startIndex ? "/" : String(text[..<cut])
        return (folder, String(text[text.index(after: cut)...]))
    }

    /// The kind of file that a path leads to, with links followed. stat(2).
    package static func kind(of path: String) -> Kind {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return .missing }
        return switch status.st_mode & S_IFMT {
        case S_IFDIR: .folder
        case S_IFREG: .file
        default: .other
        }
    }

    /// Whether a path is a symbolic link. lstat(2).
    package static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The answers of `kind(of:)`.
    package enum Kind { case missing, folder, file, other }

    /// The error in `errno`, in the system's words.
    private static func failure(_ path: String) -> InputError {
        InputError(unsafe String(cString: strerror(errno)), file: path)
    }
}
