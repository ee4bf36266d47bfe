// Reads V2's list of inputs. Each states its type and shape, which are checked before an element is read.
//
// Clients write “data” last, so it is read where it stands. Where it comes before type or shape, it is
// passed over, and read when they are known.

internal import Basics

/// Reads “inputs” of V2.
struct V2InputReader {
    private let signature: [TensorDescription]
    private var names: Set<String> = []

    init(_ signature: [TensorDescription]) { self.signature = signature }

    /// The inputs of the list at the reader's place, in the model's order.
    mutating func inputs(_ reader: inout JSONRequestReader) throws(TensorFault) -> [NamedTensor] {
        var tensors: [NamedTensor] = []
        try reader.elements { reader, index throws(TensorFault) in
            guard reader.arrays.cursor.peek() == UInt8(ascii: "{") else {
                throw .wrong("inputs[\(index)] is no object with “name”, “datatype” and “shape”")
            }
            tensors.append(try input(&reader, place: "inputs[\(index)]"))
        }
        return try signature.ordered(tensors)
    }

    /// What an element states.
    private struct Stated {
        var name: String?
        var datatype: String?
        var shape: [Int]?
        var binarySize: Int?
        /// Where its data is, if it could not be read there.
        var data: Range<Int>?
        var tensor: NamedTensor?
    }

    private mutating func input(
        _ reader: inout JSONRequestReader, place: String
    ) throws(TensorFault) -> NamedTensor {
        var stated = Stated()
        try reader.members { reader, key throws(TensorFault) in
            switch key {
            case "name": stated.name = try text(&reader, "\(place): “name”")
            case "datatype": stated.datatype = try text(&reader, "\(place): “datatype”")
            case "shape": stated.shape = try shape(try reader.value(), place: place)
            case "parameters":
                stated.binarySize = try binarySize(try reader.value(), place: place)
            case "data" where stated.name != nil && stated.datatype != nil && stated.shape != nil:
                stated.tensor = try data(stated, &reader, place: place)
            case "data":
                let start = reader.arrays.cursor.position
                try reader.arrays.skip()
                stated.data = start..<reader.arrays.cursor.position
            default: _ = try reader.value()
            }
        }
        if let passed = stated.data {
            let end = reader.arrays.cursor.position
            reader.arrays.cursor.position = passed.lowerBound
            stated.tensor = try data(stated, &reader, place: place)
            // What was passed over must be what was read: `1abc` is no number.
            guard reader.arrays.cursor.position == passed.upperBound else {
                throw reader.arrays.malformed(reader.arrays.cursor.expected("the end of “data”"))
            }
            reader.arrays.cursor.position = end
        }
        if let size = stated.binarySize {
            guard stated.tensor == nil else {
                throw .wrong("\(place) has “data” and “binary_data_size”; expected one of them")
            }
            let (input, shape) = try checked(stated, place: place)
            guard var binary = reader.binary else {
                throw .wrong(
                    "\(place) has “binary_data_size”, but the header's length was not sent")
            }
            let tensor = try binary.next(size, of: input, shape: shape)
            reader.binary = binary
            return NamedTensor(name: input.name, tensor: tensor)
        }
        guard let tensor = stated.tensor else {
            throw .wrong("\(place) has neither “data” nor “binary_data_size”")
        }
        return tensor
    }

    /// The input that is meant, and the shape, once both fit; an input is read once only.
    private mutating func checked(
        _ stated: Stated, place: String
    ) throws(TensorFault) -> (TensorDescription, [Int]) {
        guard let name = stated.name, let datatype = stated.datatype, let shape = stated.shape
        else {
            throw .wrong("\(place) has no “name”, “datatype” or “shape”")
        }
        let input = try signature.named(name)
        guard let element = ElementType(v2Name: datatype) else {
            throw .wrong("\(place): there is no datatype \(quoted(datatype))")
        }
        guard element == input.element else {
            throw input.fault(
                "\(datatype) came; expected \(input.element.v2Name ?? "another type")")
        }
        guard names.insert(name).inserted else { throw input.fault("it is given twice") }
        try input.check(shape: shape)
        return (input, shape)
    }

    private mutating func data(
        _ stated: Stated, _ reader: inout JSONRequestReader, place: String
    ) throws(TensorFault) -> NamedTensor {
        let (input, shape) = try checked(stated, place: place)
        guard let count = shape.elementCount else { throw input.fault("shape \(shape) came") }
        var buffer = ElementBuffer(input.element, limits: reader.arrays.limits)
        let nested = try reader.arrays.value(into: &buffer, of: input, place: "\(place).data")
        guard buffer.count == count else {
            throw input.fault(
                "\(buffer.count) elements came for shape \(shape), which has \(count)")
        }
        guard nested.count <= 1 || nested == shape || count == 0 else {
            throw input.fault("data of shape \(nested) came for shape \(shape)")
        }
        return NamedTensor(name: input.name, tensor: buffer.tensor(shape: shape))
    }

    private func text(
        _ reader: inout JSONRequestReader, _ place: String
    ) throws(TensorFault) -> String {
        guard case .string(let text) = try reader.value() else {
            throw .wrong("\(place) is no string")
        }
        return text
    }

    private func shape(_ value: JSONValue, place: String) throws(TensorFault) -> [Int] {
        guard case .array(let lengths) = value else { throw .wrong("\(place): “shape” is no list") }
        var shape: [Int] = []
        for length in lengths {
            // Whole numbers that doubles hold exactly; no array is as long.
            guard let length = length.integer(0...1 << 53) else {
                throw .wrong("\(place): “shape” has \(length.summary); expected lengths from 0")
            }
            shape.append(length)
        }
        return shape
    }

    private func binarySize(_ value: JSONValue, place: String) throws(TensorFault) -> Int? {
        guard case .object(let parameters) = value, let size = parameters["binary_data_size"] else {
            return nil
        }
        guard let bytes = size.integer(0...1 << 53) else {
            throw .wrong("\(place): “binary_data_size” is \(size.summary); expected bytes from 0")
        }
        return bytes
    }
}

extension JSONArrayReader {
    /// Moves behind the value that stands here, which is read later, so only its brackets are counted.
    mutating func skip() throws(TensorFault) {
        var depth = 0
        repeat {
            switch cursor.peek() {
            case nil: throw malformed(cursor.expected("a value"))
            case UInt8(ascii: "\""):
                _ = try taking { cursor throws(InputError) in try cursor.stringBytes() }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                cursor.position += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                cursor.position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): cursor.position += 1
            default: cursor.position = cursor.endOfWord
            }
        } while depth > 0
        guard depth == 0 else { throw malformed(cursor.expected("a value")) }
    }
}

extension JSONCursor {
    /// The end of the number or word that stands here: at least one byte further.
    fileprivate var endOfWord: Int {
        var index = position + 1
        while index < bytes.count, !",]}:[{\" \n\r\t".utf8.contains(bytes[index]) { index += 1 }
        return index
    }
}
