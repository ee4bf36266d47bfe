// An output file of a command: complete under its name, or absent.
//
// It is written under a temporary name first, so that neither a full disk nor a signal leaves a
// partial file under the final name.

internal import Glibc

/// A file that is being written.
final class OutputFile {
    /// Why a file could not be written.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let number: CInt

        var description: String {
            "\(path) cannot be written: \(unsafe String(cString: strerror(number)))"
        }
    }

    private let path: String
    private let partial: String
    private let descriptor: CInt

    /// Begins a file. open(2).
    init(_ path: String) throws(Failure) {
        self.path = path
        partial = "\(path).\(getpid()).partial"
        descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
    }

    /// Removes the temporary file.
    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unsafe unlink(partial)
    }

    /// Adds bytes at the end. write(2).
    func append(_ bytes: [UInt8]) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path: path, number: errno) }
            written += count
        }
    }

    /// Syncs the file to disk and gives it its final name. Throws if a file of that name exists,
    /// unless `replacing`. fdatasync(2), rename(2), link(2).
    func finish(replacing: Bool) throws(Failure) {
        guard fdatasync(descriptor) == 0 else { throw Failure(path: path, number: errno) }
        // Unlike a rename, a link fails if the name has been taken in the meantime.
        let done = unsafe replacing ? rename(partial, path) : link(partial, path)
        guard done == 0 else { throw Failure(path: path, number: errno) }
    }

    /// Writes a whole file. Throws if one of that name exists, unless `replacing`.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(Failure) {
        let file = try OutputFile(path)
        try file.append(bytes)
        try file.finish(replacing: replacing)
    }
}
