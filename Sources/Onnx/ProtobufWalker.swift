// Walks over fields in Protocol Buffers' wire format.
//
// It yields the fields of one message, one by one, with the position of each. It copies nothing,
// does not recurse, and trusts no length: a field that does not end inside its message ends the
// walk. A budget limits the work that a hostile file can cause. Source: the encoding guide of
// Protocol Buffers. Groups, long deprecated, are refused.

/// Steps over the messages of a model file.
struct ProtobufWalker: ~Copyable {
    /// Where a field's content is.
    enum Content: Equatable {
        /// Wire type 2: a message, a string or packed values.
        case bytes(Range<Int>)
        /// Wire type 0: a whole number.
        case varint(UInt64)
        /// Wire types 1 and 5: the bits of a number, in the lowest places.
        case fixed(UInt64)
    }

    /// One field of a message.
    struct Field: Equatable {
        /// As the schema numbers it.
        let number: Int
        let content: Content
        /// Where the next field begins.
        let end: Int
    }

    /// The bytes walked over.
    var window: ByteWindow
    private var budget: Int

    /// Walks over a source, visiting at most `budget` fields in all.
    init(_ window: consuming ByteWindow, budget: Int) {
        self.window = window
        self.budget = budget
    }

    /// The field at a position of a message that ends at `end`; `nil` at its end, where the bytes
    /// are no valid field, and when the budget is spent. Throws `unreadable`.
    mutating func field(at position: Int, before end: Int) throws(ModelError) -> Field? {
        guard position < end, budget > 0 else { return nil }
        budget -= 1
        var next = position
        guard let tag = try varint(at: &next, before: end), tag >> 3 <= 1 << 29 else { return nil }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0:
            guard let value = try varint(at: &next, before: end) else { return nil }
            return Field(number: number, content: .varint(value), end: next)
        case 1:
            return try fixed(number, size: 8, at: next, before: end)
        case 2:
            guard let length = try varint(at: &next, before: end), length <= UInt64(end - next)
            else { return nil }
            let content = next..<(next + Int(length))
            return Field(number: number, content: .bytes(content), end: content.upperBound)
        case 5:
            return try fixed(number, size: 4, at: next, before: end)
        default:
            return nil
        }
    }

    /// A number of a fixed size, little-endian.
    private mutating func fixed(
        _ number: Int, size: Int, at position: Int, before end: Int
    ) throws(ModelError) -> Field? {
        guard end - position >= size else { return nil }
        var bits: UInt64 = 0
        for place in 0..<size {
            guard let byte = try window.byte(at: position + place) else { return nil }
            bits |= UInt64(byte) << UInt64(place * 8)
        }
        return Field(number: number, content: .fixed(bits), end: position + size)
    }

    /// A base-128 number of at most ten bytes, and the position after it; `nil` if there is none.
    mutating func varint(
        at position: inout Int, before end: Int
    ) throws(ModelError) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard position < end, let byte = try window.byte(at: position) else { return nil }
            position += 1
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        return nil
    }
}
