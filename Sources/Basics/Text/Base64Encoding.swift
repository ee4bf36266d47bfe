// Encodes binary data as base64 (RFC 4648 §4): the standard alphabet, padded.

/// Base64. Any thread.
package enum Base64 {
    /// The digit of each value.
    package static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The base64 text of bytes, padded.
    package static func text(of bytes: Span<UInt8>) -> [UInt8] {
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
}
