// Numbers and parts of an encoded picture, read with a check of the length.

extension Span<UInt8> {
    /// A number with its high byte first; `nil` if the bytes end before it does.
    func big<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        let size = Value.bitWidth / 8
        guard offset >= 0, offset <= count - size else { return nil }
        var value: Value = 0
        for place in offset..<offset + size { value = value << 8 | Value(self[place]) }
        return value
    }

    /// A number with its low byte first; `nil` if the bytes end before it does.
    func little<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        big(type, at: offset)?.byteSwapped
    }

    /// The place behind the first zero byte of a part; `nil` if it has none.
    func afterZero(in part: Range<Int>) -> Int? {
        for place in part where self[place] == 0 { return place + 1 }
        return nil
    }

    /// Whether these bytes are at a position.
    func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
        guard offset >= 0, offset <= count - signature.count else { return false }
        for index in signature.indices where self[offset + index] != signature[index] {
            return false
        }
        return true
    }

    /// Whether this text is at a position.
    func has(_ text: StaticString, at offset: Int = 0) -> Bool {
        let length = text.utf8CodeUnitCount
        guard offset >= 0, offset <= count - length else { return false }
        return text.withUTF8Buffer { letters in
            for index in 0..<length where unsafe self[offset + index] != letters[index] {
                return false
            }
            return true
        }
    }
}
