// What a person must know about a model that is served nevertheless.
//
// The two kinds differ in what follows: a guess may make every answer wrong, so `--strict` refuses it.

internal import Basics
internal import Onnx

/// A warning about a model, one sentence.
package enum ModelWarning: Sendable, Equatable {
    /// Nobody stated a value, and the one we took may be wrong: what was taken, and what settles it.
    case guess(String)
    /// Something is unused, or contradicts itself and was decided by evidence.
    case notice(String)

    /// As people read it.
    package var sentence: String {
        switch self {
        case .guess(let sentence), .notice(let sentence): sentence
        }
    }

    /// The same with a sentence that is safe to print: it may quote names and labels.
    var onOneLine: ModelWarning {
        switch self {
        case .guess(let sentence): .guess(sentence.onOneLine(limit: ModelError.longestSentence))
        case .notice(let sentence): .notice(sentence.onOneLine(limit: ModelError.longestSentence))
        }
    }
}

extension [ModelWarning] {
    /// The sentences of the guesses.
    package var guesses: [String] {
        compactMap { if case .guess(let sentence) = $0 { sentence } else { nil } }
    }
}

/// What follows from a guess.
package enum GuessPolicy: Sendable {
    /// The model is served, with a warning.
    case warn
    /// The model is refused.
    case refuse
}
