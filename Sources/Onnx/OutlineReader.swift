// Reads a `GraphOutline` from the bytes of an ONNX file, message by message.
//
// It trusts nothing: the walker bounds the number of fields, and the text and the numbers that are
// kept are bounded here. Weights are skipped. Source: onnx.proto (field numbers).

internal import Tensors

extension GraphOutline {
    /// The limit on fields visited: at most a second of work, for any file.
    package static let fieldBudget = 2_000_000

    /// Reads a model. Throws `unreadable`.
    package init(
        _ source: ModelSource, fieldBudget: Int = Self.fieldBudget
    ) throws(ModelError) {
        var reader = OutlineReader(
            walker: try ProtobufWalker(ByteWindow(source), budget: fieldBudget))
        self = try reader.model()
    }
}

/// One pass over a file.
struct OutlineReader: ~Copyable {
    /// The longest note of an exporter: the names of very many classes.
    private static let longestNote = 4 << 20

    var walker: ProtobufWalker
    /// What may still be kept of texts and numbers, in bytes.
    var room = 64 << 20
    /// Whether every message could be followed to its end.
    var isComplete = true
    /// In the file's order, each once.
    private var externalFiles: [String] = []

    init(walker: consuming ProtobufWalker) { self.walker = walker }

    /// ModelProto.
    mutating func model() throws(ModelError) -> GraphOutline {
        var outline = GraphOutline()
        var graph: Range<Int>?
        let end = walker.window.count
        try fields(of: 0..<end) { reader, number, content throws(ModelError) in
            switch (number, content) {
            case (1, .varint(let value)): outline.irVersion = Int(clamping: value)
            case (2, .bytes(let range)): outline.producer = try reader.text(range)
            case (3, .bytes(let range)): outline.producerVersion = try reader.text(range)
            // The last one where it is repeated, as the format demands.
            case (7, .bytes(let range)): graph = range
            case (8, .bytes(let range)):
                let (domain, version) = try reader.opset(range)
                outline.opsets[domain == "ai.onnx" ? "" : domain] = version
            case (14, .bytes(let range)):
                let entry = try reader.entry(range, limit: Self.longestNote)
                outline.metadata.append(entry)
            case (25, .bytes(let range)): outline.functions.insert(try reader.functionName(range))
            default: break
            }
        }
        if let graph { try read(graph, into: &outline) }
        outline.isComplete = isComplete && graph != nil
        outline.externalFiles = externalFiles
        outline.connect()
        return outline
    }

    /// GraphProto.
    private mutating func read(
        _ range: Range<Int>, into outline: inout GraphOutline
    ) throws(ModelError) {
        try fields(of: range) { reader, number, content throws(ModelError) in
            guard case .bytes(let range) = content else { return }
            switch number {
            case 1: outline.nodes.append(try reader.node(range))
            case 5:
                let tensor = try reader.tensor(range)
                outline.constants[tensor.name] = tensor.constant
            case 11: outline.inputs.append(try reader.value(range))
            case 12: outline.outputs.append(try reader.value(range))
            default: break
            }
        }
    }

    /// NodeProto.
    private mutating func node(_ range: Range<Int>) throws(ModelError) -> GraphOutline.Node {
        var node = GraphOutline.Node()
        try fields(of: range) { reader, number, content throws(ModelError) in
            guard case .bytes(let range) = content else { return }
            switch number {
            case 1: node.inputs.append(try reader.text(range))
            case 2: node.outputs.append(try reader.text(range))
            case 4: node.operation = try reader.text(range)
            case 5:
                let (name, value) = try reader.attribute(range)
                node.attributes[name] = value
            case 7: node.domain = try reader.text(range)
            default: break
            }
        }
        return node
    }

    /// AttributeProto.
    private mutating func attribute(
        _ range: Range<Int>
    ) throws(ModelError) -> (String, GraphOutline.Attribute) {
        var name = ""
        var value = GraphOutline.Attribute.other
        var (integers, floats, texts): ([Int], [Float], [String]) = ([], [], [])
        var type: UInt64 = 0
        try fields(of: range) { reader, number, content throws(ModelError) in
            switch (number, content) {
            case (1, .bytes(let range)): name = try reader.text(range)
            case (2, .fixed(let bits)):
                value = .float(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
            case (3, .varint(let bits)): value = .integer(Int(truncatingIfNeeded: bits))
            case (4, .bytes(let range)): value = .text(try reader.text(range))
            case (5, .bytes(let range)): value = .tensor(try reader.tensor(range).constant)
            case (7, .fixed(let bits)):
                reader.keep(4)
                floats.append(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
            case (7, .bytes(let range)):
                floats += try reader.numbers(range, of: .float32).map { Float($0) }
            case (8, .varint(let bits)):
                reader.keep(8)
                integers.append(Int(truncatingIfNeeded: bits))
            case (8, .bytes(let range)): integers += try reader.varints(range)
            case (9, .bytes(let range)): texts.append(try reader.text(range))
            case (20, .varint(let number)): type = number
            default: break
            }
        }
        // The type also tells lists that are empty, and zeros that are not written.
        switch type {
        case 1: if case .other = value { value = .float(0) }
        case 2: if case .other = value { value = .integer(0) }
        case 3: if case .other = value { value = .text("") }
        case 6: value = .floats(floats)
        case 7: value = .integers(integers)
        case 8: value = .texts(texts)
        default:
            if !floats.isEmpty { value = .floats(floats) }
            if !integers.isEmpty { value = .integers(integers) }
            if !texts.isEmpty { value = .texts(texts) }
        }
        return (name, value)
    }

    /// A tensor's parts.
    private struct Tensor {
        var name = ""
        var constant = GraphOutline.Constant()
        /// Whether its values lie in a file beside the model.
        var isExternal = false
    }

    /// TensorProto.
    private mutating func tensor(_ range: Range<Int>) throws(ModelError) -> Tensor {
        var tensor = Tensor()
        var code = 0
        var raw: Range<Int>?
        var typed: [Double] = []
        try fields(of: range) { reader, number, content throws(ModelError) in
            switch (number, content) {
            case (1, .varint(let length)):
                // A length that no integer holds is told apart by its sign.
                tensor.constant.shape.append(Int(exactly: length) ?? -1)
            case (1, .bytes(let packed)):
                tensor.constant.shape += try reader.varints(packed)
            case (2, .varint(let value)): code = Int(clamping: value)
            case (4, .bytes(let packed)): typed += try reader.numbers(packed, of: .float32)
            case (4, .fixed(let bits)): typed.append(ScalarType.float32.double(of: bits))
            case (5, .bytes(let packed)), (7, .bytes(let packed)), (11, .bytes(let packed)):
                typed += try reader.varints(packed).map { Double($0) }
            case (5, .varint(let bits)), (7, .varint(let bits)):
                typed.append(Double(Int(truncatingIfNeeded: bits)))
            case (8, .bytes(let range)): tensor.name = try reader.text(range)
            case (9, .bytes(let range)): raw = range
            case (10, .bytes(let packed)): typed += try reader.numbers(packed, of: .float64)
            case (13, .bytes(let entry)):
                let (key, value) = try reader.entry(entry, limit: Self.longestName)
                guard key == "location" else { return }
                tensor.isExternal = true
                if !reader.externalFiles.contains(value) { reader.externalFiles.append(value) }
            default: break
            }
        }
        tensor.constant.element = ElementType(code: code)
        tensor.constant.count = Self.product(tensor.constant.shape)
        guard !tensor.isExternal, let count = tensor.constant.count,
            count <= GraphOutline.longestConstant, let type = ScalarType(tensor.constant.element)
        else { return tensor }
        if let raw, raw.count == count * type.size {
            tensor.constant.values = try numbers(raw, of: type)
        } else if typed.count == count {
            // float16 and bfloat16 are stored as the bits of a whole number.
            tensor.constant.values =
                [.float16, .bfloat16].contains(type)
                ? typed.map { type.double(of: UInt64(UInt16(truncatingIfNeeded: Int($0)))) } : typed
        }
        return tensor
    }

    private static func product(_ shape: [Int]) -> Int? {
        var product = 1
        for length in shape {
            let (next, overflows) = product.multipliedReportingOverflow(by: length)
            guard !overflows, length >= 0 else { return nil }
            product = next
        }
        return product
    }

    /// ValueInfoProto.
    private mutating func value(_ range: Range<Int>) throws(ModelError) -> GraphOutline.Value {
        var value = GraphOutline.Value()
        var type: Range<Int>?
        try fields(of: range) { reader, number, content throws(ModelError) in
            switch (number, content) {
            case (1, .bytes(let range)): value.name = try reader.text(range)
            case (2, .bytes(let range)): type = range
            default: break
            }
        }
        guard let type, let tensor = try message(1, of: type) else { return value }
        if let code = try varint(1, of: tensor) { value.element = ElementType(code: code) }
        guard let shape = try message(2, of: tensor) else { return value }
        var lengths: [Int?] = []
        try fields(of: shape) { reader, number, content throws(ModelError) in
            guard number == 1, case .bytes(let dimension) = content else { return }
            reader.keep(8)
            lengths.append(try reader.varint(1, of: dimension))
        }
        value.shape = lengths
        return value
    }

    /// OperatorSetIdProto.
    private mutating func opset(_ range: Range<Int>) throws(ModelError) -> (String, Int) {
        var domain = ""
        var version = 0
        try fields(of: range) { reader, number, content throws(ModelError) in
            switch (number, content) {
            case (1, .bytes(let name)): domain = try reader.text(name)
            case (2, .varint(let value)): version = Int(clamping: value)
            default: break
            }
        }
        return (domain, version)
    }

    /// FunctionProto: its name only.
    private mutating func functionName(_ range: Range<Int>) throws(ModelError) -> String {
        guard let name = try message(1, of: range) else { return "" }
        return try text(name)
    }

    /// StringStringEntryProto.
    private mutating func entry(
        _ range: Range<Int>, limit: Int
    ) throws(ModelError) -> (key: String, value: String) {
        var (key, value) = ("", "")
        try fields(of: range) { reader, number, content throws(ModelError) in
            switch (number, content) {
            case (1, .bytes(let range)): key = try reader.text(range)
            case (2, .bytes(let range)): value = try reader.text(range, limit: limit)
            default: break
            }
        }
        return (key, value)
    }
}
