// Reads the tensors behind the JSON of V2's binary extension: raw little-endian elements, one tensor
// after the other (Triton, "Binary tensor data extension").

/// The bytes behind the JSON.
struct BinaryTensors {
    private let bytes: [UInt8]
    private var position: Int
    private let limits: TensorLimits
    private var used = 0

    init(_ bytes: [UInt8], from start: Int, limits: TensorLimits) {
        self.bytes = bytes
        position = start
        self.limits = limits
    }

    /// The next tensor, of the size that the JSON states.
    mutating func next(
        _ size: Int, of input: TensorDescription, shape: [Int]
    ) throws(TensorFault) -> Tensor {
        guard size <= bytes.count - position else {
            throw input.fault("\(size) bytes are stated, and \(bytes.count - position) are left")
        }
        guard let count = shape.elementCount else { throw input.fault("shape \(shape) came") }
        let part = position..<position + size
        position += size
        guard let width = input.element.size else {
            return Tensor(
                element: .string, shape: shape,
                values: .strings(try strings(part, count: count, of: input)))
        }
        let (expected, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, expected == size else {
            throw input.fault("\(size) bytes came for shape \(shape), which has \(count) elements")
        }
        try take(size)
        var elements = Array(bytes[part])
        if input.element == .bool {
            for index in elements.indices where elements[index] > 1 { elements[index] = 1 }
        }
        return Tensor(element: input.element, shape: shape, values: .bytes(elements))
    }

    /// Throws if bytes are left.
    func end() throws(TensorFault) {
        guard position == bytes.count else {
            throw .wrong("\(bytes.count - position) bytes are left behind the last tensor")
        }
    }

    private mutating func take(_ size: Int) throws(TensorFault) {
        used += size
        guard used <= limits.bytes else { throw limits.fault }
    }

    /// Strings with their lengths before them, four bytes each.
    private mutating func strings(
        _ part: Range<Int>, count: Int, of input: TensorDescription
    ) throws(TensorFault) -> [[UInt8]] {
        // Each takes at least its length.
        guard count <= part.count / 4 else {
            throw input.fault("\(part.count) bytes came for \(count) strings")
        }
        try take(part.count + count * TensorLimits.stringOverhead)
        var strings: [[UInt8]] = []
        strings.reserveCapacity(count)
        var index = part.lowerBound
        while index < part.upperBound, strings.count < count {
            guard part.upperBound - index >= 4 else { break }
            let length = (0..<4).reduce(0) { $0 | Int(bytes[index + $1]) << ($1 * 8) }
            index += 4
            guard length <= part.upperBound - index else {
                throw input.fault("string \(strings.count) is longer than the bytes that are left")
            }
            strings.append(Array(bytes[index..<index + length]))
            index += length
        }
        guard strings.count == count, index == part.upperBound else {
            throw input.fault("\(part.count) bytes came, which are not \(count) strings")
        }
        return strings
    }

    /// Reads a body without JSON: the elements of the only input, whose first open dimension follows from
    /// their number; a string input gets the whole body as one string.
    static func alone(
        _ bytes: [UInt8], signature: [TensorDescription], limits: TensorLimits
    ) throws(TensorFault) -> TensorRequest {
        guard signature.count == 1 else {
            throw .wrong("a body without JSON is for one input; the model takes \(signature.count)")
        }
        let input = signature[0]
        let tensor: Tensor
        guard bytes.count <= limits.bytes else { throw limits.fault }
        if let width = input.element.size {
            let fixed = input.shape.compactMap { $0 }.elementCount ?? 0
            let (row, overflow) = fixed.multipliedReportingOverflow(by: width)
            guard !overflow, row > 0, bytes.count % row == 0 else {
                throw input.fault("\(bytes.count) bytes came")
            }
            var open = bytes.count / row
            var shape: [Int] = []
            for length in input.shape {
                shape.append(length ?? open)
                if length == nil { open = 1 }
            }
            guard shape.elementCount == bytes.count / width else {
                throw input.fault("\(bytes.count) bytes came")
            }
            var whole = BinaryTensors(bytes, from: 0, limits: limits)
            tensor = try whole.next(bytes.count, of: input, shape: shape)
        } else {
            let shape = input.shape.map { $0 ?? 1 }
            guard shape.elementCount == 1 else { throw input.fault("one string came") }
            tensor = Tensor(element: .string, shape: shape, values: .strings([bytes]))
        }
        return TensorRequest(
            inputs: [NamedTensor(name: input.name, tensor: tensor)], format: .v2,
            outputForm: .binary)
    }
}
