// Why input can't be used: the one error that all readers of this module throw.
//
// JSON, base64, files and settings all fail with a sentence for the user. Modules above wrap it in
// errors of their own, which add a code or a status.

/// Input that can't be used. Any thread.
package struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file that holds the input; `nil` if the reader was given bytes or text.
    package let file: String?
    /// A clause that names what is wrong and where: "line 1, column 2: expected a value".
    package let reason: String

    /// Creates an error with a reason.
    package init(_ reason: String, file: String? = nil) {
        self.reason = reason
        self.file = file
    }

    /// The reason, preceded by the file that it is about.
    package var description: String {
        file.map { "\($0) cannot be read: \(reason)".onOneLine(limit: 2000) } ?? reason
    }
}
