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
        let handler = arguments[0]
        let meaning =
            handler == Lambda.name
            ? "a Lambda function" : "“\(handler.prefix(100))” is no command but a handler, which"
        complain(
            """
            \(meaning) needs AWS's Lambda emulator on this machine, but \(program) \(reason): get it \
            from https://github.com/aws/aws-lambda-runtime-interface-emulator/releases, make it \
            executable and put it on PATH. For HTTP, call `amphora serve`
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
