// Lambda on this machine: AWS's Runtime Interface Emulator, around this very program.

internal import Glibc

/// The emulator `aws-lambda-rie`.
enum Emulator {
    private static let program = "aws-lambda-rie"

    /// Becomes the emulator, which starts this program again with `arguments`; returns only where
    /// there is none, the exit status of a usage error. execvp(3).
    static func replaceProcess(_ arguments: [String]) -> CInt {
        let call = [program, ownPath()] + arguments
        var pointers = unsafe call.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        _ = unsafe execvp(program, pointers)
        let reason = unsafe errno == ENOENT ? "is not on PATH" : String(cString: strerror(errno))
        unsafe pointers.forEach { unsafe free($0) }
        complain(
            """
            “\(arguments[0].prefix(100))” runs in Lambda, where AWS_LAMBDA_RUNTIME_API is set. On \
            this machine it needs AWS's Lambda emulator, but \(program) \(reason). Get it from \
            https://github.com/aws/aws-lambda-runtime-interface-emulator/releases, make it \
            executable, and put it on PATH; or use `amphora serve` for HTTP
            """)
        return EX_USAGE
    }

    /// The file this program was started from, proc_pid_exe(5).
    private static func ownPath() -> String {
        guard let path = unsafe realpath("/proc/self/exe", nil) else { return "/proc/self/exe" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
