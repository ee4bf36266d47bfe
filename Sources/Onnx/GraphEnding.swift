// Whether a graph already ends in softmax or sigmoid, so that it is not passed through another.
//
// The engine does not tell, so the file is asked: from an output back through operators that
// change only the shape, to the first one that computes. Nothing is kept of the file and no weight
// is read. A file that cannot be followed ends in `other`: whether it is sound is the engine's to
// judge. Source: onnx.proto (field numbers).

/// The last operator of a graph that computes anything.
package enum GraphEnding: Equatable {
    case softmax, sigmoid, other

    /// Operators that leave every value as it is.
    private static let transparent: Set<String> = [
        "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Dropout",
    ]
    /// More of them in a row than any exporter writes.
    private static let chainLimit = 16
    /// Fields looked at, all steps together: a second of work at most, for any file.
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

/// What is of interest in a NodeProto.
private struct Node {
    var operation = ""
    var domain = ""
    /// The first input and the first output.
    var input = ""
    var output = ""

    /// Whether the operator is ONNX's own and not a namesake.
    var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }
}

extension ProtobufWalker {
    /// ModelProto.graph, the last one written, as the format has it.
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

    /// A name; empty, and so equal to no output's, where it is absurd.
    private mutating func name(in range: Range<Int>) throws(ModelError) -> String {
        try window.text(in: range, limit: 4096) ?? ""
    }
}
