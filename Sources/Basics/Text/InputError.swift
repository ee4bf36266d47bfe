// Why something from outside can't be used: the one error of everything here that reads.
//
// JSON, base64, files and settings all fail for the same person, who needs a sentence. Modules above
// wrap it in errors of their own, which know a code or a status.

/// Input that can't be used. Any thread.
package struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file that holds it; `nil` where the reader was given bytes or text.
    package let file: String?
    /// A clause that names what is wrong and where: "line 1, column 2: expected a value".
    package let reason: String

    /// Creates an error of a reason.
    package init(_ reason: String, file: String? = nil) {
        self.reason = reason
        self.file = file
    }

    /// The reason, behind the file it is about.
    package var description: String {
        file.map { "\($0) cannot be read: \(reason)".onOneLine(limit: 2000) } ?? reason
    }
}
