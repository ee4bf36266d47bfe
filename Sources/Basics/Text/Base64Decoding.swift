// Decodes the base64 of pictures (RFC 4648 §4): the standard alphabet, padding optional.
//
// It is our own so that errors say what is wrong: most invalid texts use the URL-safe alphabet or
// are wrapped into lines. Nothing is skipped: §3.3 requires decoders to refuse other characters.

extension Base64 {
    /// Decodes a text; `place` names it in the error. Any thread; takes time and memory in
    /// proportion to the text.
    package static func bytes(of text: Span<UInt8>, at place: String) throws(InputError) -> [UInt8]
    {
        let padding = Self.padding(of: text)
        let digits = text.count - padding
        guard digits % 4 != 1, padding == 0 || text.count % 4 == 0 else {
            throw wrong(text, in: 0..<digits, place)
        }
        let whole = digits / 4
        let rest = digits % 4
        var bytes = [UInt8](repeating: 0, count: whole * 3 + max(0, rest - 1))
        var target = bytes.mutableSpan
        let values = Self.values.span
        // Tells the compiler that every byte is a valid index.
        precondition(values.count == 256)
        var (read, written) = (0, 0)
        while read < whole * 4 {
            // Four digits make three bytes. They are combined into one word, which is checked once.
            let word = unsafe UInt32(
                littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: read, as: UInt32.self))
            let first = values[Int(word & 0xFF)]
            let second = values[Int(word >> 8 & 0xFF)]
            let third = values[Int(word >> 16 & 0xFF)]
            let fourth = values[Int(word >> 24)]
            guard first | second | third | fourth < 64 else {
                throw wrong(text, in: read..<digits, place)
            }
            let bits = first << 18 | second << 12 | third << 6 | fourth
            target[written] = UInt8(truncatingIfNeeded: bits >> 16)
            target[written &+ 1] = UInt8(truncatingIfNeeded: bits >> 8)
            target[written &+ 2] = UInt8(truncatingIfNeeded: bits)
            read &+= 4
            written &+= 3
        }
        // Two or three digits at the end make one or two.
        guard rest > 0 else { return bytes }
        let first = values[Int(text[read])]
        let second = values[Int(text[read + 1])]
        let third = rest == 3 ? values[Int(text[read + 2])] : 0
        guard first | second | third < 64 else { throw wrong(text, in: read..<digits, place) }
        target[written] = UInt8(truncatingIfNeeded: first << 2 | second >> 4)
        if rest == 3 {
            target[written + 1] = UInt8(truncatingIfNeeded: second << 4 | third >> 2)
        }
        return bytes
    }

    private static func padding(of text: Span<UInt8>) -> Int {
        var count = 0
        while count < min(2, text.count), text[text.count - 1 - count] == UInt8(ascii: "=") {
            count += 1
        }
        return count
    }

    /// The error for the first character of a range that is not a digit or, if all are digits, for
    /// their number.
    private static func wrong(
        _ text: Span<UInt8>, in digits: Range<Int>, _ place: String
    ) -> InputError {
        guard let index = digits.first(where: { values[Int(text[$0])] > 63 }) else {
            return InputError(
                "\(place) does not hold valid base64: its length, \(digits.upperBound) characters "
                    + "without padding, is not possible; it may be cut short")
        }
        let byte = text[index]
        let found =
            switch byte {
            case 0x0A, 0x0D: "a line break; send it in one line"
            case UInt8(ascii: "-"), UInt8(ascii: "_"):
                "“\(Character(Unicode.Scalar(byte)))” of the URL-safe alphabet; send the standard one"
            case 0x21..<0x7F: "“\(Character(Unicode.Scalar(byte)))”"
            default: "byte 0x\(String(byte, radix: 16, uppercase: true))"
            }
        return InputError(
            "\(place) does not hold valid base64: character \(index + 1) is \(found)")
    }

    /// The value of each byte as a digit; a value above 63 if it is not a digit.
    private static let values: [UInt32] = {
        var values = [UInt32](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt32(value) }
        return values
    }()
}
