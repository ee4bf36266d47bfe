// Percent-encoding of request targets, where platforms have decoded what HTTP wants encoded, and of
// the keys in S3's notifications, the other way round.

extension PercentEncoding {
    /// A path as a target may hold it. Platforms deliver paths either decoded or as sent; an escape
    /// is therefore kept, and a "%" that begins none is encoded, as is what would end the path.
    package static func path(_ path: String) -> [UInt8] {
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
    package static func query(encoded query: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in query.utf8 { append(byte, asIs: isTargetText(byte), to: &text) }
        return text
    }

    /// What a form's value stands for (application/x-www-form-urlencoded); `nil` where it is not
    /// UTF-8. A "%" that begins no escape stands for itself.
    package static func decoded(form value: String) -> String? {
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

    /// Visible ASCII but "#" (RFC 9112 §3.2).
    private static func isTargetText(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    }
}
