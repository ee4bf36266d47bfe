// Why a model cannot be served, as a sentence for the person who put it there.
//
// It is in Onnx, the lowest of the modules that read models: Onnx, MXNetImport, Inference. One type
// covers everything from the model folder to the answer of the network; faults of a picture are
// `PictureError`. Every case names what was found and what would be right.

package import Basics

/// A model, its settings or its engine cannot be used.
package enum ModelError: Error, Sendable, Equatable {
    /// The engine's library is missing or is not the one we know.
    case engineUnavailable(String)
    /// The engine refused a model or failed to run it.
    case engineFailed(String)
    /// No model, no labels, or no folder where one was expected; or more than one.
    case notFound(String)
    /// A file could not be read.
    case unreadable(path: String, reason: String)
    /// Invalid settings: one line each.
    case invalidSettings(file: String, problems: [String])
    /// The model is valid but not of a kind that can be served.
    case unsupported(String)
    /// Something about the model was guessed, and guesses are refused: one sentence each.
    case guessed([String])
    /// The network's output holds something that is not a number.
    case nonFiniteOutput(String)
}

extension ModelError: CustomStringConvertible {
    /// In Unicode scalars: names in model files may have any length.
    package static let longestSentence = 2000

    /// One readable sentence; `invalidSettings` has one line for each problem.
    package var description: String {
        switch self {
        case .engineUnavailable(let sentence), .engineFailed(let sentence),
            .notFound(let sentence), .unsupported(let sentence), .nonFiniteOutput(let sentence):
            sentence.onOneLine(limit: Self.longestSentence)
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)".onOneLine(limit: Self.longestSentence)
        case .guessed(let sentences):
            sentences.map { "refused, a guess: \($0)".onOneLine(limit: Self.longestSentence) }
                .joined(separator: "\n")
        case .invalidSettings(let file, let problems):
            problems.map { "\(file): \($0)".onOneLine(limit: Self.longestSentence) }.joined(
                separator: "\n")
        }
    }
}

extension ModelError {
    /// A file that can't be read.
    package init(_ error: InputError) {
        self = .unreadable(path: error.file ?? "", reason: error.reason)
    }

    /// Reads a file, or throws why it can't be read.
    package static func reading<Value: ~Copyable>(
        _ read: () throws(InputError) -> Value
    ) throws(ModelError) -> Value {
        do throws(InputError) {
            return try read()
        } catch {
            throw ModelError(error)
        }
    }
}
