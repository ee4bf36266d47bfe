// Percent-encoding (RFC 3986 §2.1), where platforms have decoded what HTTP wants encoded, and the
// other way round.

/// Writes bytes into a request target, and reads keys of S3 notifications.
enum PercentEncoding {
    /// A path as a target may hold it. Platforms deliver paths either decoded or as sent; an escape
    /// is therefore kept, and a "%" that begins none is encoded, as is what would end the path.
    static func path(_ path: String) -> [UInt8] {
        let bytes = Array(path.utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let isKept =
                switch byte {
                case UInt8(ascii: "%"): escaped(bytes, at: index) != nil
                case UInt8(ascii: "?"): false
                default: isTargetText(byte)
                }
            append(byte, asIs: isKept, to: &text)
        }
        return text
    }

    /// A query that is encoded already; only what no target may hold is encoded.
    static func query(encoded query: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in query.utf8 { append(byte, asIs: isTargetText(byte), to: &text) }
        return text
    }

    /// A name or a value of a query that is not encoded yet.
    static func component(_ component: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in component.utf8 { append(byte, asIs: isUnreserved(byte), to: &text) }
        return text
    }

    /// What a form's value stands for (application/x-www-form-urlencoded); `nil` where it is not
    /// UTF-8. A "%" that begins no escape stands for itself.
    static func decoded(form value: String) -> String? {
        let bytes = Array(value.utf8)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let byte = escaped(bytes, at: index) {
                decoded.append(byte)
                index += 3
            } else {
                decoded.append(
                    bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    /// The byte that an escape at an index stands for.
    private static func escaped(_ bytes: [UInt8], at index: Int) -> UInt8? {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = hexadecimal(bytes[index + 1]), let low = hexadecimal(bytes[index + 2])
        else { return nil }
        return high << 4 | low
    }

    private static func append(_ byte: UInt8, asIs: Bool, to text: inout [UInt8]) {
        if asIs { return text.append(byte) }
        text.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] {
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
    }

    /// Visible ASCII but "#" (RFC 9112 §3.2).
    private static func isTargetText(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    }

    /// RFC 3986 §2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
