// Base64 as images come in it, and as answers that are no text leave in it (RFC 4648 §4): the standard alphabet, padding optional.
//
// Our own, because a wrong one should be told what is wrong: most are of the URL-safe alphabet, or
// were wrapped into lines. Nothing is skipped: §3.3 has decoders refuse what is not of the alphabet.

/// Reads and writes base64.
enum Base64 {
    /// The bytes that a text stands for; `place` names it in the error. Any thread; takes time and
    /// memory in proportion to the text.
    static func bytes(of text: Span<UInt8>, at place: String) throws(Failure) -> [UInt8] {
        let padding = Self.padding(of: text)
        let digits = text.count - padding
        guard digits % 4 != 1, padding == 0 || text.count % 4 == 0 else {
            throw Failure(
                .badRequest,
                "\(place) does not hold valid base64: its length, \(digits) characters without "
                    + "padding, is no possible one; it may be cut short")
        }
        let values = Self.values
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits / 4 * 3 + 2)
        var start = 0
        while start < digits {
            // Four digits make three bytes; two or three at the end make one or two.
            let count = min(4, digits - start)
            var bits: UInt32 = 0
            for index in start..<start + count {
                let value = values[Int(text[index])]
                guard value < 64 else { throw wrong(text[index], index, place) }
                bits = bits << 6 | UInt32(value)
            }
            bits <<= 6 * UInt32(4 - count)
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            if count > 2 { bytes.append(UInt8(truncatingIfNeeded: bits >> 8)) }
            if count > 3 { bytes.append(UInt8(truncatingIfNeeded: bits)) }
            start += 4
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

    private static func wrong(_ byte: UInt8, _ index: Int, _ place: String) -> Failure {
        let found =
            switch byte {
            case 0x0A, 0x0D: "a line break; send it in one line"
            case UInt8(ascii: "-"), UInt8(ascii: "_"):
                "“\(Character(Unicode.Scalar(byte)))” of the URL-safe alphabet; send the standard one"
            case 0x21..<0x7F: "“\(Character(Unicode.Scalar(byte)))”"
            default: "byte 0x\(String(byte, radix: 16, uppercase: true))"
            }
        return Failure(
            .badRequest, "\(place) does not hold valid base64: character \(index + 1) is \(found)")
    }

    /// The text that stands for bytes, padded.
    static func text(of bytes: Span<UInt8>) -> [UInt8] {
        let padding = UInt8(ascii: "=")
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var start = 0
        while start < bytes.count {
            let count = min(3, bytes.count - start)
            var bits = UInt32(bytes[start]) << 16
            if count > 1 { bits |= UInt32(bytes[start + 1]) << 8 }
            if count > 2 { bits |= UInt32(bytes[start + 2]) }
            text.append(digits[Int(bits >> 18)])
            text.append(digits[Int(bits >> 12 & 63)])
            text.append(count > 1 ? digits[Int(bits >> 6 & 63)] : padding)
            text.append(count > 2 ? digits[Int(bits & 63)] : padding)
            start += 3
        }
        return text
    }

    /// The digit of each value.
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte as a digit; 255 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
