// A failed system call, by name and number; the one error this module throws.

internal import Glibc

/// A system call failed.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The name of the call, as its manual page spells it.
    package let call: String
    /// Its `errno`, errno(3).
    package let number: CInt

    /// Creates the error of a call.
    package init(call: String, number: CInt) {
        self.call = call
        self.number = number
    }

    package var description: String {
        guard let text = unsafe strerror(number) else { return "\(call): error \(number)" }
        return unsafe "\(call): \(String(cString: text))"
    }
}

/// Runs a call that returns -1 and sets `errno` on failure; repeats it if a signal interrupted it.
///
/// Throws `SystemError` with the call's name.
@discardableResult
package func check(_ call: StaticString, _ body: () -> CInt) throws(SystemError) -> CInt {
    while true {
        let result = body()
        if result >= 0 { return result }
        let number = errno
        if number != EINTR { throw SystemError(call: "\(call)", number: number) }
    }
}
