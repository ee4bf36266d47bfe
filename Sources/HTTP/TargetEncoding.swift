// Percent-encodes request targets that platforms deliver decoded.

package import Basics

extension PercentEncoding {
    /// A path that is valid in a request target. Platforms deliver paths either decoded or as sent,
    /// so escapes are kept; a "%" that begins no escape is encoded, and so are the characters that
    /// would end the path.
    package static func path(_ path: String) -> [UInt8] {
        let bytes = Array(path.utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let isKept =
                switch byte {
                case UInt8(ascii: "%"): escaped(bytes, at: index) != nil
                case UInt8(ascii: "?"): false
                default: byte.isTargetText
                }
            append(byte, asIs: isKept, to: &text)
        }
        return text
    }

    /// A query that is already encoded; only bytes that a target must not hold are encoded.
    package static func query(encoded query: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in query.utf8 { append(byte, asIs: byte.isTargetText, to: &text) }
        return text
    }
}
