// Finds whether a graph already ends in softmax or sigmoid, so that neither is applied twice.
//
// It follows an output back through operators that change only the shape, to the first one that
// computes.

/// The last operator of a graph that computes anything.
package enum GraphEnding: Equatable {
    case softmax, sigmoid, other

    /// Operators that leave every value as it is.
    private static let transparent: Set<String> = [
        "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Dropout",
    ]
    /// The limit on such operators in a row; no exporter writes so many.
    private static let chainLimit = 16

    /// Follows the output called `output` of a model.
    package static func of(_ outline: GraphOutline, output: String) -> GraphEnding {
        var value = output
        for _ in 0..<chainLimit {
            guard let node = outline.producer(of: value), node.isStandard else { return .other }
            switch node.operation {
            case "Softmax": return .softmax
            case "Sigmoid": return .sigmoid
            case let operation where transparent.contains(operation):
                value = node.inputs.first ?? ""
            default: return .other
            }
        }
        return .other
    }
}
