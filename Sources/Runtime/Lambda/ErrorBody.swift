// A failure in the words of the Runtime API (contracts.md B4): its type, and the JSON that reports it.
//
// Three keys of which one is free text: not worth a JSON writer in this module.

extension ErrorReport {
    /// The longest message that is reported, in bytes. The platform takes 1 MiB.
    private static let longestMessage = 32 * 1024

    /// The type, or `Runtime.Unknown` where the platform would not take it:
    /// `(Runtime|Function)\.[A-Z][a-zA-Z]+`.
    var runtimeType: String {
        let parts = type.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte | 0x20) }
        guard parts.count == 2,
            parts[0].elementsEqual("Runtime".utf8)
                || parts[0].elementsEqual("Function".utf8),
            parts[1].count >= 2, let first = parts[1].first, first & 0x20 == 0,
            parts[1].allSatisfy(isLetter)
        else { return "Runtime.Unknown" }
        return type
    }

    /// `{"errorMessage":…,"errorType":…,"stackTrace":[]}`.
    var runtimeBody: [UInt8] {
        var json = Array(#"{"errorMessage":""#.utf8)
        Self.appendEscaped(message, to: &json)
        json += #"","errorType":""#.utf8
        json += runtimeType.utf8
        json += #"","stackTrace":[]}"#.utf8
        return json
    }

    private static func appendEscaped(_ text: String, to json: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            if json.count >= longestMessage { return }
            switch scalar.value {
            case 0x22, 0x5C:
                json += [0x5C, UInt8(scalar.value)]
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                json += #"\u00"#.utf8
                json += [digits[Int(scalar.value >> 4)], digits[Int(scalar.value & 15)]]
            default: json += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
    }

    // MARK: Trailers

    /// `runtimeBody` for a trailer section, whose lines can't hold every byte.
    var runtimeBodyText: String { Self.base64(runtimeBody) }

    /// Base64 with padding, RFC 4648 §4.
    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            var quartet: [UInt8] = []
            for position in 0..<4 {
                quartet.append(
                    position <= group.count ? digits[bits >> 18 & 63] : UInt8(ascii: "="))
                bits <<= 6
            }
            text += quartet
        }
        return String(decoding: text, as: UTF8.self)
    }
}
