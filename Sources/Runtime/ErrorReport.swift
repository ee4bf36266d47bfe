// The error of a failed request, for handles that report failures separately from answers: Lambda's
// Runtime API has a call of its own for them, HTTP has a status and a body.

/// A failure in the form that the Lambda Runtime API takes (docs/platforms.md B4).
package struct ErrorReport: Sendable, Equatable {
    /// `Category.Reason`, like `Function.BadRequest` or `Runtime.InitError`.
    package let type: String
    /// One readable sentence.
    package let message: String

    /// Creates a report.
    package init(type: String, message: String) {
        self.type = type
        self.message = message
    }
}
