// A file that a command leaves behind: whole under its name, or not there at all.
//
// Written under another name first, so that neither a full disk nor a signal leaves half a model where
// somebody looks for one.

internal import Glibc

/// Writes files.
enum OutputFile {
    /// Why a file could not be written.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let number: CInt

        var description: String {
            "\(path) cannot be written: \(unsafe String(cString: strerror(number)))"
        }
    }

    /// Writes a file. Throws where one is there already, unless it is to be replaced. open(2),
    /// rename(2), link(2).
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(Failure) {
        let partial = "\(path).\(getpid()).partial"
        let descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        var problem: CInt?
        var written = 0
        while written < bytes.count, problem == nil {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { problem = errno } else { written += count }
        }
        if close(descriptor) != 0, problem == nil { problem = errno }
        if problem == nil {
            // Linking, unlike renaming, refuses a name that was taken in the meantime.
            let done = unsafe replacing ? rename(partial, path) : link(partial, path)
            if done != 0 { problem = errno }
        }
        unsafe unlink(partial)
        if let problem { throw Failure(path: path, number: problem) }
    }
}
