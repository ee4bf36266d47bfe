// What a network's last operators say about the numbers that it answers: probabilities already, their
// logarithms, or scores that an activation must still turn into probabilities.
//
// It is evidence and no proof: an operator that is not known here leaves it open, and then the
// numbers themselves are measured. `EndingSearch` follows the graph.

/// How a graph ends, as far as its classes are concerned.
package struct GraphEnding: Sendable, Equatable {
    /// What the operators make of the scores.
    package enum Kind: Sendable, Equatable {
        /// Probabilities of classes that exclude each other.
        case softmax
        /// Probabilities of independent classes.
        case sigmoid
        /// Logarithms of probabilities.
        case logProbabilities
        /// Scores of any size: operators with weights, and no activation after them.
        case scores
        /// Probabilities or scores that an operator changed and keeps in a range: what that range is
        /// proves nothing.
        case limited
        /// The operators do not tell.
        case unknown
    }

    /// What the operators make of the scores.
    package let kind: Kind
    /// The operators from the one that decides to the output: "Softmax → Clip".
    package let operators: String

    /// The most operators that are named.
    private static let named = 6

    /// An ending that one operator decides.
    init(_ kind: Kind, _ operation: String) {
        self.kind = kind
        operators = operation
    }

    /// Follows the output called `output` of a model.
    package static func of(_ outline: GraphOutline, output: String) -> GraphEnding {
        var search = EndingSearch(outline)
        return search.ending(of: output)
    }

    /// The same, after one more operator; `kind` is its result where that is another.
    func through(_ operation: String, makes kind: Kind? = nil) -> GraphEnding {
        var names = operators.split(separator: " → ").map(String.init)
        if names.count < Self.named {
            names.append(operation)
        } else {
            names[names.count - 1] = "…"
        }
        return GraphEnding(kind ?? self.kind, names.joined(separator: " → "))
    }

    /// Whether the numbers are probabilities already.
    package var isProbability: Bool { kind == .softmax || kind == .sigmoid }
}
