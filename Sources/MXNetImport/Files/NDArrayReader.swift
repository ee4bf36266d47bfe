// Reads the numbers of MXNet's binary format, one after the other.
//
// Numbers are little-endian and unaligned. If the file ends inside one, the error names it.
// Products of lengths are checked for overflow.

internal import Onnx
internal import Tensors

/// A position in a file of arrays that only moves forward.
struct NDArrayReader: ~Copyable {
    private static let rankLimit = 32

    private var window: ByteWindow
    private let path: String
    /// In bytes, from the beginning.
    private(set) var position = 0

    /// Begins at the beginning.
    init(window: consuming ByteWindow, path: String) {
        self.window = window
        self.path = path
    }

    /// Whether all bytes have been read.
    var isAtEnd: Bool { position == window.count }

    /// An error about this file.
    func wrong(_ what: String) -> ModelError { .unreadable(path: path, reason: what) }

    /// An unsigned number of `size` bytes, at most 8.
    mutating func integer(_ size: Int, _ what: String) throws(ModelError) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<size {
            guard let byte = try window.byte(at: position) else {
                throw wrong("it ends at byte \(position), inside \(what)")
            }
            value |= UInt64(byte) << UInt64(place * 8)
            position += 1
        }
        return value
    }

    /// A signed number of 4 or 8 bytes.
    mutating func signed(_ size: Int, _ what: String) throws(ModelError) -> Int {
        let value = try integer(size, what)
        return size == 4
            ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(truncatingIfNeeded: value))
    }

    /// A count of things that take at least `each` bytes each.
    mutating func count(_ things: String, each: Int, limit: Int) throws(ModelError) -> Int {
        let count = try integer(8, "the number of \(things)")
        let room = (window.count - position) / each
        guard count <= UInt64(room) else {
            throw wrong("it promises \(count) \(things); there is room for \(room) at most")
        }
        guard count <= UInt64(limit) else {
            throw wrong("it has \(count) \(things); at most \(limit) are read")
        }
        return Int(count)
    }

    /// The lengths of `rank` dimensions, `width` bytes each.
    mutating func shape(_ rank: Int, width: Int, _ what: String) throws(ModelError) -> [Int] {
        guard (0...Self.rankLimit).contains(rank) else {
            throw wrong("\(what) has \(rank) dimensions; at most \(Self.rankLimit) are read")
        }
        var shape: [Int] = []
        for _ in 0..<rank {
            let length =
                width == 4 ? Int(try integer(4, what)) : try signed(8, what)
            guard length >= 0 else { throw wrong("\(what) has a dimension of \(length)") }
            shape.append(length)
        }
        return shape
    }

    /// Steps over the numbers of an array.
    mutating func skip(_ shape: [Int], of type: ScalarType, _ what: String) throws(ModelError) {
        let left = window.count - position
        var bytes = type.size
        for length in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            // A later 0 would make the product small again, but no network has an empty array.
            guard !overflow, product <= left else {
                throw wrong(
                    "\(what) has the shape \(shape) and would need more than the \(left) bytes "
                        + "that are left")
            }
            bytes = product
        }
        position += bytes
    }

    /// Text of `length` bytes.
    mutating func text(_ length: Int, _ what: String) throws(ModelError) -> String {
        guard length <= window.count - position else {
            throw wrong("it ends at byte \(window.count), inside \(what)")
        }
        let range = position..<(position + length)
        guard let text = try window.text(in: range, limit: length) else {
            throw wrong("\(what) is not UTF-8")
        }
        position += length
        return text
    }
}
