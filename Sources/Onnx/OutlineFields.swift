// The parts of messages that `OutlineReader` is made of: fields, names, packed numbers, each within
// limits. What is outside them makes the outline incomplete.

internal import Tensors

extension OutlineReader {
    /// The longest name.
    static let longestName = 4096

    /// Visits the fields of a message.
    mutating func fields(
        of range: Range<Int>,
        _ visit: (inout Self, Int, ProtobufWalker.Content) throws(ModelError) -> Void
    ) throws(ModelError) {
        var position = range.lowerBound
        while room > 0, let field = try walker.field(at: position, before: range.upperBound) {
            position = field.end
            try visit(&self, field.number, field.content)
        }
        if position != range.upperBound { isComplete = false }
    }

    /// The last field of a number that is a message.
    mutating func message(
        _ number: Int, of range: Range<Int>
    ) throws(ModelError) -> Range<Int>? {
        var found: Range<Int>?
        try fields(of: range) { _, field, content in
            if field == number, case .bytes(let range) = content { found = range }
        }
        return found
    }

    /// The last field of a number that is a whole number.
    mutating func varint(
        _ number: Int, of range: Range<Int>
    ) throws(ModelError) -> Int? {
        var found: Int?
        try fields(of: range) { _, field, content in
            if field == number, case .varint(let value) = content {
                found = Int(truncatingIfNeeded: value)
            }
        }
        return found
    }

    /// Takes room for what is kept.
    mutating func keep(_ bytes: Int) { room -= bytes }

    /// A text; empty, and so equal to no name, if it is not UTF-8 or too long.
    mutating func text(
        _ range: Range<Int>, limit: Int = Self.longestName
    ) throws(ModelError) -> String {
        keep(min(range.count, limit) + 16)
        if let text = try walker.window.text(in: range, limit: limit) { return text }
        isComplete = false
        return ""
    }

    /// Packed whole numbers, at most as many as a constant may have.
    mutating func varints(_ range: Range<Int>) throws(ModelError) -> [Int] {
        var values: [Int] = []
        var position = range.lowerBound
        while position < range.upperBound, values.count <= GraphOutline.longestConstant,
            let value = try walker.varint(at: &position, before: range.upperBound)
        {
            keep(8)
            values.append(Int(truncatingIfNeeded: value))
        }
        return values
    }

    /// Packed numbers of one size; none where there are more than a constant may have.
    mutating func numbers(
        _ range: Range<Int>, of type: ScalarType
    ) throws(ModelError) -> [Double] {
        let count = range.count / type.size
        guard count <= GraphOutline.longestConstant else { return [] }
        keep(count * 8)
        var values: [Double] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            var pattern: UInt64 = 0
            for place in 0..<type.size {
                let position = range.lowerBound + index * type.size + place
                guard let byte = try walker.window.byte(at: position) else { return values }
                pattern |= UInt64(byte) << UInt64(place * 8)
            }
            values.append(type.double(of: pattern))
        }
        return values
    }
}
