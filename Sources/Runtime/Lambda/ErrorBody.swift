// A failure in the format of the Runtime API (docs/platforms.md B4): its type, and the JSON that
// reports it.

internal import Basics

extension ErrorReport {
    /// The type, or `Runtime.Unknown` if the platform would not accept it:
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
        var json = JSONWriter()
        json.object { json in
            json.field("errorMessage", cutMessage)
            json.field("errorType", runtimeType)
            json.field("stackTrace", raw: "[]")
        }
        return json.bytes
    }

    private var cutMessage: String {
        var room = LambdaLimits.messageBytes
        let end = message.utf8.firstIndex { byte in
            switch byte {
            case 0..<0x20, 0x7F: room -= 6
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): room -= 2
            default: room -= 1
            }
            return room < 0
        }
        // An index inside a character counts as the character's start.
        return end.map { String(message[..<$0]) } ?? message
    }

    /// `runtimeBody` for a trailer section, in which some bytes are not allowed.
    var runtimeBodyText: String {
        String(decoding: Base64.text(of: runtimeBody.span), as: UTF8.self)
    }
}
