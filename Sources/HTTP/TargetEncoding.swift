// Percent-encoding of request targets: platforms decode what HTTP wants encoded.

package import Basics

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
                default: byte.isTargetText
                }
            append(byte, asIs: isKept, to: &text)
        }
        return text
    }

    /// A query that is encoded already; only what no target may hold is encoded.
    package static func query(encoded query: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in query.utf8 { append(byte, asIs: byte.isTargetText, to: &text) }
        return text
    }
}
