// Hexadecimal digits as ASCII bytes: for chunk sizes, escapes and digests.

extension UInt8 {
    /// The value of a hexadecimal digit of either case; `nil` if the byte is not one.
    @inlinable @inline(__always)
    package var hexadecimalValue: UInt8? {
        let digit = self &- 0x30
        if digit < 10 { return digit }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// The digit of a value below 16.
    @inlinable @inline(__always)
    package init(hexadecimalDigit value: UInt8, uppercase: Bool = false) {
        precondition(value < 16, "a digit is below 16")
        self = value < 10 ? 0x30 &+ value : (uppercase ? 0x41 : 0x61) &+ value &- 10
    }
}

extension [UInt8] {
    /// Appends the two digits of a byte.
    package mutating func append(hexadecimalByte byte: UInt8, uppercase: Bool = false) {
        append(UInt8(hexadecimalDigit: byte >> 4, uppercase: uppercase))
        append(UInt8(hexadecimalDigit: byte & 15, uppercase: uppercase))
    }
}
