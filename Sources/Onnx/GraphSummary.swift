// What an ONNX file says about its model besides the network: versions, producer, size.
//
// For `inspect`; nothing depends on it, so a file that cannot be followed has no summary instead of
// an error. It reads no weights. Source: onnx.proto (field numbers).

/// Facts about an ONNX model.
package struct GraphSummary: Sendable, Equatable {
    /// The version of the format.
    package private(set) var irVersion = 0
    /// The version of ONNX's own operators; 0 where the file names none.
    package private(set) var opset = 0
    /// Operator sets of other domains, as "domain version".
    package private(set) var extensions: [String] = []
    /// The program that wrote it, and its version.
    package private(set) var producer = ""
    /// The number of operators of the graph itself, without those in its branches.
    package private(set) var nodes = 0
    /// The number of weights, without the integers that shape tensors; `nil` if there are too many
    /// to count.
    package private(set) var parameters: Int? = 0
    /// Files beside the model that hold its weights.
    package private(set) var externalFiles: [String] = []

    /// Reads a model. Throws `unreadable`.
    package init(_ source: ModelSource) throws(ModelError) {
        var walker = try ProtobufWalker(ByteWindow(source), budget: GraphEnding.fieldBudget)
        var position = 0
        var version = ""
        var graph: Range<Int>?
        let end = walker.window.count
        while let field = try walker.field(at: position, before: end) {
            position = field.end
            switch (field.number, field.content) {
            case (1, .varint(let value)): irVersion = Int(clamping: value)
            case (2, .bytes(let range)): producer = try walker.word(in: range)
            case (3, .bytes(let range)): version = try walker.word(in: range)
            case (7, .bytes(let range)): graph = range
            case (8, .bytes(let range)): try readOpset(range, &walker)
            default: break
            }
        }
        if !version.isEmpty { producer += producer.isEmpty ? version : " \(version)" }
        if let graph { try readGraph(graph, &walker) }
        if walker.isSpent { parameters = nil }
    }

    /// OperatorSetIdProto.
    private mutating func readOpset(
        _ range: Range<Int>, _ walker: inout ProtobufWalker
    ) throws(ModelError) {
        var position = range.lowerBound
        var domain = ""
        var version = 0
        while let field = try walker.field(at: position, before: range.upperBound) {
            position = field.end
            switch (field.number, field.content) {
            case (1, .bytes(let name)): domain = try walker.word(in: name)
            case (2, .varint(let value)): version = Int(clamping: value)
            default: break
            }
        }
        if domain.isEmpty || domain == "ai.onnx" {
            opset = version
        } else {
            extensions.append("\(domain) \(version)")
        }
    }

    /// GraphProto.
    private mutating func readGraph(
        _ range: Range<Int>, _ walker: inout ProtobufWalker
    ) throws(ModelError) {
        var position = range.lowerBound
        while let field = try walker.field(at: position, before: range.upperBound) {
            position = field.end
            guard case .bytes(let content) = field.content else { continue }
            switch field.number {
            case 1: nodes += 1
            case 5: try readInitializer(content, &walker)
            default: break
            }
        }
    }

    /// TensorProto, except its values.
    private mutating func readInitializer(
        _ range: Range<Int>, _ walker: inout ProtobufWalker
    ) throws(ModelError) {
        var position = range.lowerBound
        var count: Int? = 1
        var type: UInt64 = 0
        while let field = try walker.field(at: position, before: range.upperBound) {
            position = field.end
            switch (field.number, field.content) {
            case (1, .varint(let dimension)): count = Self.product(count, dimension)
            case (1, .bytes(let packed)):
                var next = packed.lowerBound
                while next < packed.upperBound,
                    let dimension = try walker.varint(at: &next, before: packed.upperBound)
                {
                    count = Self.product(count, dimension)
                }
            case (2, .varint(let value)): type = value
            case (13, .bytes(let entry)): try readLocation(entry, &walker)
            default: break
            }
        }
        // int32, int64, strings and booleans are shapes and indices.
        guard ![6, 7, 8, 9].contains(type) else { return }
        guard let sum = parameters, let count else { return parameters = nil }
        let (total, overflows) = sum.addingReportingOverflow(count)
        parameters = overflows ? nil : total
    }

    /// StringStringEntryProto of `external_data`.
    private mutating func readLocation(
        _ range: Range<Int>, _ walker: inout ProtobufWalker
    ) throws(ModelError) {
        var position = range.lowerBound
        var (key, value) = ("", "")
        while let field = try walker.field(at: position, before: range.upperBound) {
            position = field.end
            switch (field.number, field.content) {
            case (1, .bytes(let text)): key = try walker.word(in: text)
            case (2, .bytes(let text)): value = try walker.word(in: text)
            default: break
            }
        }
        if key == "location", !externalFiles.contains(value) { externalFiles.append(value) }
    }

    private static func product(_ count: Int?, _ dimension: UInt64) -> Int? {
        guard let count, let dimension = Int(exactly: dimension) else { return nil }
        let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
        return overflows ? nil : product
    }
}

extension ProtobufWalker {
    /// A short text; empty if it is not UTF-8 or too long.
    fileprivate mutating func word(in range: Range<Int>) throws(ModelError) -> String {
        try window.text(in: range, limit: 1024) ?? ""
    }
}
