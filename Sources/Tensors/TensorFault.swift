// Why tensors can't be read or written: the one error of the formats.
//
// The sentences are for the client. Which status and code they get is decided above.

internal import Basics

/// Tensors that can't be read, or can't be written in the form that was asked for. Any thread.
package enum TensorFault: Error, Sendable, Equatable {
    /// What came is malformed, or not what the model takes. A sentence that names the place.
    case wrong(String)
    /// An output holds NaN or an infinity, which the format has no text for; `index` is its place, a
    /// number a dimension.
    case nonFinite(output: String, index: [Int])
    /// The format can't hold these outputs. A sentence that names one that can.
    case notAcceptable(String)
    /// The tensors would take more room than allowed. A sentence that names the limit.
    case tooLarge(String)

    /// What is wrong, for the client.
    package var sentence: String {
        switch self {
        case .wrong(let sentence), .notAcceptable(let sentence), .tooLarge(let sentence):
            sentence
        case .nonFinite(let output, let index):
            "output \(quoted(output)) holds NaN or infinity at \(index), which JSON does not have; "
                + "ask for null with ?non_finite=null, or for another format"
        }
    }
}

/// A name in quotation marks, safe to show.
func quoted(_ name: String) -> String { "“\(name.onOneLine(limit: 80))”" }
