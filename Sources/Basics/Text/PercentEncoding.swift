// Percent-encoding, RFC 3986 §2.1: writes any bytes into a part of a URL, and reads them back.

/// Writes bytes into URLs. Any thread.
package enum PercentEncoding {
    /// Encodes everything but unreserved characters and `spared`: for a path segment, or a name or
    /// value of a query.
    package static func component(_ text: String, sparing spared: UInt8? = nil) -> [UInt8] {
        let bytes = text.utf8Span.span
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count)
        for index in bytes.indices {
            let byte = bytes[index]
            append(byte, asIs: isUnreserved(byte) || byte == spared, to: &encoded)
        }
        return encoded
    }

    /// Appends one byte, as it is or as an escape.
    package static func append(_ byte: UInt8, asIs: Bool, to text: inout [UInt8]) {
        if asIs { return text.append(byte) }
        text.append(UInt8(ascii: "%"))
        text.append(hexadecimalByte: byte, uppercase: true)
    }

    /// Whether a byte is unreserved, so never needs encoding, RFC 3986 §2.3.
    package static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Decodes the escape at an index; `nil` if none begins there.
    package static func escaped(_ bytes: [UInt8], at index: Int) -> UInt8? {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = bytes[index + 1].hexadecimalValue,
            let low = bytes[index + 2].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }

    /// Decodes a form value (application/x-www-form-urlencoded); `nil` if the result is not UTF-8.
    /// A "%" that begins no escape is kept.
    package static func decoded(form value: String) -> String? {
        decoded(value, plus: UInt8(ascii: " "))
    }

    /// Decodes a part of a path; `nil` if the result is not UTF-8. A "%" that begins no escape is
    /// kept.
    package static func decoded(component text: String) -> String? {
        decoded(text, plus: UInt8(ascii: "+"))
    }

    private static func decoded(_ text: String, plus: UInt8) -> String? {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let byte = escaped(bytes, at: index) {
                decoded.append(byte)
                index += 3
            } else {
                decoded.append(
                    bytes[index] == UInt8(ascii: "+") ? plus : bytes[index])
                index += 1
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
