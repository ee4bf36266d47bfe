// Reads a request in JSON: rows, columns or V2, by the members that it has (docs/tensors.md#requests).
//
// Arrays are read where they stand. Members that no form knows are checked as JSON and ignored, as V2 and
// TensorFlow Serving do.

internal import Basics

extension TensorRequest {
    /// Reads a request. V2 may have binary tensors behind its JSON: `headerLength` is the JSON's length
    /// in bytes then, `nil` if all is JSON. Any thread; takes time in proportion to the bytes.
    package init(
        json bytes: [UInt8], headerLength: Int? = nil, signature: [TensorDescription],
        limits: TensorLimits = TensorLimits()
    ) throws(TensorFault) {
        var binary: BinaryTensors?
        var text = bytes
        if let headerLength {
            guard (0...bytes.count).contains(headerLength) else {
                throw .wrong(
                    "the header is \(headerLength) bytes long by its length, but the body \(bytes.count)"
                )
            }
            guard headerLength > 0 else {
                self = try BinaryTensors.alone(bytes, signature: signature, limits: limits)
                return
            }
            binary = BinaryTensors(bytes, from: headerLength, limits: limits)
            text = Array(bytes[..<headerLength])
        }
        var reader = JSONRequestReader(text, binary: binary, signature: signature, limits: limits)
        self = try reader.request()
    }

    /// Reads one instance, as a line of JSON lines holds it: a value, or an object of them by input name.
    package init(
        line bytes: [UInt8], signature: [TensorDescription], limits: TensorLimits = TensorLimits()
    ) throws(TensorFault) {
        var reader = JSONRequestReader(bytes, binary: nil, signature: signature, limits: limits)
        self = try reader.line()
    }
}

/// A reader of one request.
struct JSONRequestReader {
    /// The most values of a member that is no array of numbers.
    static let maxValues = 10_000

    var arrays: JSONArrayReader
    var binary: BinaryTensors?
    let signature: [TensorDescription]

    private enum Form { case rows, columns, v2 }
    private var form: Form?
    private var inputs: [NamedTensor] = []
    private var outputs: [StatedOutput] = []
    private var parameters: [String: JSONValue] = [:]
    private var id: String?

    init(
        _ bytes: [UInt8], binary: BinaryTensors?, signature: [TensorDescription],
        limits: TensorLimits
    ) {
        arrays = JSONArrayReader(bytes, limits: limits)
        self.binary = binary
        self.signature = signature
    }

    mutating func request() throws(TensorFault) -> TensorRequest {
        guard arrays.cursor.peek() == UInt8(ascii: "{") else {
            throw .wrong("expected an object with “instances” or “inputs”")
        }
        try members { reader, key throws(TensorFault) in try reader.member(key) }
        try end()
        if let form, form != .v2, binary != nil {
            throw .wrong("bytes follow the JSON, but only V2's inputs can be binary")
        }
        let outputForm = try OutputsReader.form(parameters["binary_data_output"], default: .text)
        switch form {
        case nil: throw .wrong("it has neither “instances” nor “inputs”")
        case .rows: return finished(.rows, outputForm)
        case .columns: return finished(.columns, outputForm)
        case .v2:
            try binary?.end()
            return finished(.v2, outputForm)
        }
    }

    mutating func line() throws(TensorFault) -> TensorRequest {
        var rows = RowReader(signature, limits: arrays.limits)
        try rows.row(&self, place: "the line")
        inputs = try rows.tensors(place: "the line")
        try end()
        return finished(.line, .text)
    }

    private mutating func end() throws(TensorFault) {
        guard arrays.cursor.peek() == nil else {
            throw arrays.malformed(arrays.cursor.expected("the end of the text"))
        }
    }

    private func finished(_ format: TensorFormat, _ form: RequestedOutput.Form) -> TensorRequest {
        TensorRequest(
            inputs: inputs, outputs: outputs.map { $0.resolved(form) }, id: id, format: format,
            outputForm: form)
    }

    private mutating func member(_ key: String) throws(TensorFault) {
        switch key {
        case "instances":
            try begin(.rows)
            inputs = try instances()
        case "inputs":
            if try isV2() {
                try begin(.v2)
                var reader = V2InputReader(signature)
                inputs = try reader.inputs(&self)
            } else {
                try begin(.columns)
                inputs = try columns()
            }
        case "outputs": outputs = try OutputsReader.outputs(try value())
        case "parameters":
            if case .object(let members) = try value() { parameters = members }
        case "id":
            switch try value() {
            case .string(let text): id = text
            case .null: break
            default: throw .wrong("“id” is no string")
            }
        default: _ = try value()
        }
    }

    private mutating func begin(_ new: Form) throws(TensorFault) {
        guard form == nil else {
            throw .wrong("it has “instances” and “inputs”; expected one of them")
        }
        form = new
    }

    // MARK: Parts

    /// A value as a tree.
    mutating func value() throws(TensorFault) -> JSONValue {
        try arrays.taking { cursor throws(InputError) in
            try JSONValue(at: &cursor, maxValues: Self.maxValues)
        }
    }

    /// Calls `body` at the value of each member of the object that stands here. Throws if a key is given
    /// twice.
    mutating func members(
        _ body: (inout Self, String) throws(TensorFault) -> Void
    ) throws(TensorFault) {
        var keys: Set<String> = []
        // White space may stand before it.
        _ = arrays.cursor.take(UInt8(ascii: "{"))
        if arrays.cursor.take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try arrays.taking { cursor throws(InputError) in
                guard cursor.peek() == UInt8(ascii: "\"") else {
                    throw cursor.expected("a key in double quotes")
                }
                let key = try cursor.string()
                guard cursor.take(UInt8(ascii: ":")) else {
                    throw cursor.expected("“:” after a key")
                }
                return key
            }
            guard keys.insert(key).inserted else {
                throw .wrong("the key \(quoted(key)) is given twice")
            }
            guard keys.count <= Self.maxValues else { throw .wrong("an object has too many keys") }
            try body(&self, key)
        } while arrays.cursor.take(UInt8(ascii: ","))
        guard arrays.cursor.take(UInt8(ascii: "}")) else {
            throw arrays.malformed(arrays.cursor.expected("“,” or “}”"))
        }
    }

    /// Calls `body` at each element of the list that stands here.
    mutating func elements(
        _ body: (inout Self, Int) throws(TensorFault) -> Void
    ) throws(TensorFault) {
        _ = arrays.cursor.take(UInt8(ascii: "["))
        if arrays.cursor.take(UInt8(ascii: "]")) { return }
        var index = 0
        repeat {
            try body(&self, index)
            index += 1
        } while arrays.cursor.take(UInt8(ascii: ","))
        guard arrays.cursor.take(UInt8(ascii: "]")) else {
            throw arrays.malformed(arrays.cursor.expected("“,” or “]”"))
        }
    }

    /// Whether “inputs”, whose value stands here, are V2's: a list whose first element is an object
    /// other than base64.
    private func isV2() throws(TensorFault) -> Bool {
        var ahead = arrays.cursor
        guard ahead.take(UInt8(ascii: "[")), ahead.take(UInt8(ascii: "{")) else { return false }
        guard ahead.peek() == UInt8(ascii: "\"") else { return true }
        do throws(InputError) {
            return try ahead.string() != "b64"
        } catch {
            throw arrays.malformed(error)
        }
    }

    private mutating func instances() throws(TensorFault) -> [NamedTensor] {
        guard arrays.cursor.peek() == UInt8(ascii: "[") else {
            throw .wrong("“instances” is no list of rows")
        }
        var rows = RowReader(signature, limits: arrays.limits)
        try elements { reader, index throws(TensorFault) in
            try rows.row(&reader, place: "instances[\(index)]")
        }
        return try rows.tensors(place: "“instances”")
    }

    private mutating func columns() throws(TensorFault) -> [NamedTensor] {
        if arrays.cursor.peek() == UInt8(ascii: "{"), !isBase64() {
            var tensors: [NamedTensor] = []
            try members { reader, key throws(TensorFault) in
                tensors.append(try reader.column(of: try reader.signature.named(key)))
            }
            return try signature.ordered(tensors)
        }
        guard signature.count == 1 else { throw signature.needsNames("“inputs”") }
        return [try column(of: signature[0])]
    }

    private mutating func column(of input: TensorDescription) throws(TensorFault) -> NamedTensor {
        var buffer = ElementBuffer(input.element, limits: arrays.limits)
        let shape = try arrays.value(into: &buffer, of: input, place: quoted(input.name))
        let tensor = buffer.tensor(shape: try input.completed(shape))
        return NamedTensor(name: input.name, tensor: tensor)
    }

    /// Whether the object that stands here is `{"b64": …}` for the only input, rather than by name.
    func isBase64() -> Bool {
        guard signature.count == 1, signature[0].element == .string, signature[0].name != "b64"
        else {
            return false
        }
        var ahead = arrays.cursor
        guard ahead.take(UInt8(ascii: "{")), ahead.peek() == UInt8(ascii: "\"") else {
            return false
        }
        return (try? ahead.string()) == "b64"
    }
}

extension [TensorDescription] {
    /// An error about a value without the names of several inputs.
    func needsNames(_ place: String) -> TensorFault {
        let names = map { quoted($0.name) }.joined(separator: ", ")
        return .wrong("\(place) is no object; the model takes \(count) inputs by name: \(names)")
    }
}
