// Finds whether a graph already ends in softmax or sigmoid, so that neither is applied twice.
//
// The engine does not report this, so we read the file: from an output back through operators that
// change only the shape, to the first one that computes. It keeps nothing of the file and reads no
// weights. A file that cannot be followed ends in `other`; the engine decides whether it is valid.
// Source: onnx.proto (field numbers).

/// The last operator of a graph that computes anything.
package enum GraphEnding: Equatable {
    case softmax, sigmoid, other

    /// Operators that leave every value as it is.
    private static let transparent: Set<String> = [
        "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Dropout",
    ]
    /// The limit on such operators in a row; no exporter writes so many.
    private static let chainLimit = 16
    /// The limit on fields visited in all steps: at most a second of work, for any file.
    static let fieldBudget = 2_000_000

    /// Follows the output called `output` of a model. Throws `unreadable`.
    package static func of(
        _ source: ModelSource, output: String, fieldBudget: Int = Self.fieldBudget
    ) throws(ModelError) -> GraphEnding {
        var walker = try ProtobufWalker(ByteWindow(source), budget: fieldBudget)
        guard let graph = try walker.graph() else { return .other }
        var value = output
        for _ in 0..<chainLimit {
            guard !value.isEmpty, let node = try walker.producer(of: value, in: graph),
                node.isStandard
            else {
                return .other
            }
            switch node.operation {
            case "Softmax": return .softmax
            case "Sigmoid": return .sigmoid
            case let operation where transparent.contains(operation): value = node.input
            default: return .other
            }
        }
        return .other
    }
}

/// The parts of a NodeProto that matter here.
private struct Node {
    var operation = ""
    var domain = ""
    /// The first input and the first output.
    var input = ""
    var output = ""

    /// Whether the operator is ONNX's own and not one of the same name from another domain.
    var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }
}

extension ProtobufWalker {
    /// ModelProto.graph; the last one where it is repeated, as the format demands.
    fileprivate mutating func graph() throws(ModelError) -> Range<Int>? {
        var position = 0
        var graph: Range<Int>?
        let end = window.count
        while let field = try field(at: position, before: end) {
            if field.number == 7, case .bytes(let content) = field.content { graph = content }
            position = field.end
        }
        return graph
    }

    /// The GraphProto.node whose first output has a name.
    fileprivate mutating func producer(
        of name: String, in graph: Range<Int>
    ) throws(ModelError) -> Node? {
        var position = graph.lowerBound
        while let field = try field(at: position, before: graph.upperBound) {
            if field.number == 1, case .bytes(let content) = field.content {
                let node = try node(in: content)
                if node.output == name { return node }
            }
            position = field.end
        }
        return nil
    }

    private mutating func node(in message: Range<Int>) throws(ModelError) -> Node {
        var node = Node()
        var inputSeen = false
        var outputSeen = false
        var position = message.lowerBound
        while let field = try field(at: position, before: message.upperBound) {
            position = field.end
            guard case .bytes(let content) = field.content else { continue }
            switch field.number {
            case 1 where !inputSeen:
                node.input = try name(in: content)
                inputSeen = true
            case 2 where !outputSeen:
                node.output = try name(in: content)
                outputSeen = true
            case 4: node.operation = try name(in: content)
            case 7: node.domain = try name(in: content)
            default: break
            }
        }
        return node
    }

    /// A name; empty, and so equal to no output's, if it is not UTF-8 or too long.
    private mutating func name(in range: Range<Int>) throws(ModelError) -> String {
        try window.text(in: range, limit: 4096) ?? ""
    }
}
