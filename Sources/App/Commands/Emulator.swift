// Lambda on this machine: AWS's Runtime Interface Emulator, which runs this program.

internal import Glibc

/// The emulator `aws-lambda-rie`.
enum Emulator {
    private static let program = "aws-lambda-rie"

    /// Replaces this process by the emulator, which starts this program again with `arguments`.
    /// Returns only if there is no emulator, with the exit status of a usage error. execvp(3).
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
            ? "a Lambda function"
            : "“\(handler.prefix(100))” is not a command; it is taken for a Lambda handler, which"
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
