// An array of numpy's types, converted to the type that an input takes, as `same_kind` casts do.
//
// Fortran's order and the order of bytes are turned into ours. Texts become strings of UTF-8. Pickled
// objects are refused: to read them is to run them.

internal import Basics

/// One array of an npy file, where it lies.
struct NPYArray {
    private let header: NPYHeader
    private let bytes: ArraySlice<UInt8>
    private let kind: Kind
    private let width: Int
    private let isBigEndian: Bool

    private enum Kind: Equatable {
        case numbers(ScalarType)
        /// Bytes with zeros at the end.
        case bytes
        /// UTF-32 with zeros at the end.
        case text
    }

    /// Reads a file. Throws a clause about what is wrong.
    init(_ file: ArraySlice<UInt8>) throws(InputError) {
        header = try NPYHeader(file)
        let type = header.type
        let order = type.first ?? "|"
        let code = type.dropFirst().first ?? "?"
        guard "<>|=".contains(order), let size = Int(type.dropFirst(2)),
            (1...1 << 20).contains(size)
        else { throw InputError("of the type \(type.onOneLine(limit: 20)), which is not taken") }
        isBigEndian = order == ">"
        switch (code, size) {
        case ("f", 4): kind = .numbers(.float32)
        case ("f", 8): kind = .numbers(.float64)
        case ("f", 2): kind = .numbers(.float16)
        case ("i", 1): kind = .numbers(.int8)
        case ("i", 2): kind = .numbers(.int16)
        case ("i", 4): kind = .numbers(.int32)
        case ("i", 8): kind = .numbers(.int64)
        case ("u", 1): kind = .numbers(.uint8)
        case ("u", 2): kind = .numbers(.uint16)
        case ("u", 4): kind = .numbers(.uint32)
        case ("u", 8): kind = .numbers(.uint64)
        case ("b", 1): kind = .numbers(.bool)
        // ml_dtypes writes its bfloat16 as two bytes without a type.
        case ("V", 2): kind = .numbers(.bfloat16)
        case ("S", _): kind = .bytes
        case ("U", _): kind = .text
        case ("O", _):
            throw InputError("of Python objects, which are not read; send numbers or texts")
        default: throw InputError("of the type \(type.onOneLine(limit: 20)), which is not taken")
        }
        width = code == "U" ? size * 4 : size
        guard let count = header.shape.elementCount else {
            throw InputError("of the shape \(header.shape), which is too large")
        }
        let (needed, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, needed == file.endIndex - header.end else {
            throw InputError(
                "\(file.endIndex - header.end) bytes long behind its header, which promises shape "
                    + "\(header.shape) of \(type)")
        }
        bytes = file[header.end...]
    }

    /// The array for an input. Throws where the cast or the shape does not fit.
    func tensor(for input: TensorDescription, limits: TensorLimits) throws(TensorFault) -> Tensor {
        let shape = try input.completed(header.shape)
        let count = header.shape.elementCount ?? 0
        var places = Places(header.shape, isFortran: header.isFortran)
        guard let target = ScalarType(input.element) else {
            guard kind == .bytes || kind == .text else {
                throw input.fault("an array of numbers came, \(header.type)")
            }
            guard count <= limits.bytes / (TensorLimits.stringOverhead + width) else {
                throw limits.fault
            }
            return Tensor(
                element: .string, shape: shape,
                values: .strings((0..<count).map { _ in string(places.next()) }))
        }
        guard case .numbers(let source) = kind else {
            throw input.fault("an array of texts came, \(header.type)")
        }
        guard source.casts(to: target) else {
            throw input.fault(
                "an array of \(header.type) came, which numpy does not cast to it by same_kind")
        }
        guard count <= limits.bytes / max(1, target.size) else { throw limits.fault }
        if source == target, source != .bool, !isBigEndian, !header.isFortran {
            return Tensor(element: input.element, shape: shape, values: .bytes(Array(bytes)))
        }
        var buffer = ElementBuffer(input.element, limits: limits)
        try buffer.reserve(count * target.size)
        try convert(target.type, source, count, &places, of: input, into: &buffer)
        return buffer.tensor(shape: shape)
    }

    // MARK: Elements

    private func convert<Number: NumberElement>(
        _: Number.Type, _ source: ScalarType, _ count: Int, _ places: inout Places,
        of input: TensorDescription, into buffer: inout ElementBuffer
    ) throws(TensorFault) {
        for index in 0..<count {
            let stored = source.number(of: pattern(places.next()))
            let number: Number? =
                switch stored {
                case .whole(let whole): Number.element(of: whole)
                case .real(let real): Number.element(of: real)
                }
            // numpy would wrap it, or make it infinite.
            guard let number else {
                throw input.fault(
                    "element \(index) is \(stored), which \(input.element) does not hold")
            }
            try buffer.append(number)
        }
    }

    /// The bits of an element.
    private func pattern(_ index: Int) -> UInt64 {
        let start = bytes.startIndex + index * width
        var pattern: UInt64 = 0
        for place in 0..<width {
            let byte = bytes[isBigEndian ? start + width - 1 - place : start + place]
            pattern |= UInt64(byte) << UInt64(place * 8)
        }
        return pattern
    }

    private func string(_ index: Int) -> [UInt8] {
        let start = bytes.startIndex + index * width
        var part = Array(bytes[start..<start + width])
        if kind == .bytes {
            while part.last == 0 { part.removeLast() }
            return part
        }
        var text = String.UnicodeScalarView()
        for place in stride(from: 0, to: width, by: 4) {
            let order = isBigEndian ? [3, 2, 1, 0] : [0, 1, 2, 3]
            let value = order.enumerated().reduce(UInt32(0)) {
                $0 | UInt32(part[place + $1.element]) << UInt32($1.offset * 8)
            }
            text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        while text.last == "\0" { text.removeLast() }
        part = Array(String(text).utf8)
        return part
    }
}

/// Where the elements of an array lie, in row-major order one after the other.
private struct Places {
    private let shape: [Int]
    /// How far apart neighbours along each dimension lie.
    private var strides: [Int]
    private var index: [Int]
    private var place = 0

    init(_ shape: [Int], isFortran: Bool) {
        self.shape = shape
        strides = shape
        index = [Int](repeating: 0, count: shape.count)
        var step = 1
        for axis in isFortran ? Array(shape.indices) : shape.indices.reversed() {
            strides[axis] = step
            step *= shape[axis]
        }
    }

    mutating func next() -> Int {
        let current = place
        for axis in shape.indices.reversed() {
            index[axis] += 1
            place += strides[axis]
            guard index[axis] == shape[axis] else { break }
            place -= strides[axis] * shape[axis]
            index[axis] = 0
        }
        return current
    }
}

/// A number of any type, exactly.
enum StoredNumber: CustomStringConvertible {
    case whole(Int128)
    case real(Double)

    var description: String {
        switch self {
        case .whole(let whole): "\(whole)"
        case .real(let real): "\(real)"
        }
    }
}

extension ScalarType {
    private var rank: (kind: Int, size: Int) {
        switch self {
        case .bool: (0, 1)
        case .uint8, .uint16, .uint32, .uint64: (1, size)
        case .int8, .int16, .int32, .int64: (2, size)
        case .float16, .bfloat16, .float32, .float64: (3, size)
        }
    }

    /// Whether numpy casts to a type by `same_kind`: to one of the same kind of any size, or of a
    /// greater kind.
    func casts(to target: ScalarType) -> Bool { rank.kind <= target.rank.kind }

    /// The number that is stored as these bits.
    func number(of pattern: UInt64) -> StoredNumber {
        switch self {
        case .bool: .whole(pattern == 0 ? 0 : 1)
        case .uint8, .uint16, .uint32, .uint64: .whole(Int128(pattern))
        case .int8: .whole(Int128(Int8(truncatingIfNeeded: pattern)))
        case .int16: .whole(Int128(Int16(truncatingIfNeeded: pattern)))
        case .int32: .whole(Int128(Int32(truncatingIfNeeded: pattern)))
        case .int64: .whole(Int128(Int64(bitPattern: pattern)))
        default: .real(double(of: pattern))
        }
    }
}
