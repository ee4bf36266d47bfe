// Pictures that came as text: base64, a data: URI, Python's notation of bytes, JSON, or bytes that
// something on the way took for text. Names what happened, and what would be right.
//
// The picture is not at fault then, and “not a picture” would send people to look there. Nothing is
// decoded for them: the sender's fault would stay hidden until it does harm. The sentences are the
// same for both handles (docs/rulings.md#lambda), so one about a picture in a body names API Gateway
// in both: it is what mangles most of them, and base64 is what people send instead.

internal import Basics
internal import Inference

/// Recognises text in place of a picture. Any thread; takes time in proportion to the bytes.
enum TextualPicture {
    /// The shortest base64 that is taken for such by its alphabet alone.
    private static let shortestBase64 = 64
    private static let gateway =
        "if it came through API Gateway, the API's binary media types must include image/* or */*"

    /// Why bytes that look like a picture are refused before they are decoded; `nil` for a picture.
    ///
    /// JPEG and PNG can't survive the replacement of bytes, since they begin with one above 127.
    /// Other formats may, and would then decode to wrong pixels.
    static func refusal(of bytes: [UInt8], from source: PictureSource) -> String? {
        switch PictureFormat.sniff(bytes.span) {
        case .jpeg, .png, .unknown, .foreign: nil
        case .webp, .gif, .bmp, .tiff, .avif: isMangled(bytes) ? mangled(source) : nil
        }
    }

    /// A sentence about bytes that can't be decoded; `nil` if they are not text.
    static func sentence(about bytes: [UInt8], from source: PictureSource) -> String? {
        switch PictureFormat.sniff(bytes.span) {
        // Documents are text by right, and are named by their kind.
        case .foreign(.svg), .foreign(.html), .foreign(.xml): return nil
        default: break
        }
        if isMangled(bytes) { return mangled(source) }
        if let change = transcoding(bytes) {
            return "the picture came as text: \(change); send its bytes unchanged"
        }
        let text = trimmed(bytes)
        if begins(text, withAny: ["data:"]), text.prefix(200).contains(UInt8(ascii: ",")) {
            return "the picture came as a data: URI: "
                + advice(source, or: "as {\"uri\": \"data:…\"} in JSON")
        }
        if begins(text, withAny: ["b'", "b\""]) {
            return
                "the picture came in Python's notation of bytes, b'…': send the bytes, not their "
                + "str()"
        }
        if isBase64(unquoted(text).span) {
            let advice = advice(source, or: "the text as {\"instances\": [{\"b64\": …}]} in JSON")
            return "the picture came as base64 text: \(advice)"
        }
        if case .bytes = source, begins(text, withAny: ["{", "["]), isJSON(bytes) {
            return "the body is JSON, not a picture: send it with Content-Type: application/json"
        }
        return nil
    }

    /// Whether text is base64: long enough to tell by its alphabet, or a picture's.
    static func isBase64(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 8, Base64.isText(text) else { return false }
        if text.count >= shortestBase64 { return true }
        do throws(InputError) {
            let bytes = try Base64.bytes(of: text, at: "")
            return PictureFormat.sniff(bytes.span).isPicture
        } catch {
            return false
        }
    }

    private static func advice(_ source: PictureSource, or other: String) -> String {
        switch source {
        case .bytes: "send its bytes, or \(other); \(gateway)"
        case .base64: "it was encoded twice; encode its bytes once"
        case .fetched: "the URI must lead to its bytes"
        case .uri, .unusable: "send its bytes"
        }
    }

    // MARK: Bytes that were taken for text

    private static func mangled(_ source: PictureSource) -> String {
        let what =
            "the picture came as text: its bytes above 127 were replaced by U+FFFD and are lost"
        if case .bytes = source { return "\(what); send it as binary content; \(gateway)" }
        return "\(what); keep it as binary content"
    }

    /// Whether a decoder of UTF-8 has replaced bytes: pictures are not UTF-8, least of all with
    /// U+FFFD in it.
    private static func isMangled(_ bytes: [UInt8]) -> Bool {
        isUTF8(bytes) && bytes.firstRange(of: [0xEF, 0xBF, 0xBD]) != nil
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return true
        } catch {
            return false
        }
    }

    /// How the beginning of a JPEG or PNG was changed.
    private static func transcoding(_ bytes: [UInt8]) -> String? {
        let png = Array("PNG\r\n\u{1A}\n".utf8)
        if bytes.starts(with: [0xC3, 0xBF, 0xC3, 0x98, 0xC3, 0xBF])
            || bytes.starts(with: [0xC2, 0x89] + png)
        {
            return "each of its bytes above 127 was written as two, those of a character in UTF-8"
        }
        if bytes.starts(with: [UInt8(ascii: "?")] + png)
            || bytes.starts(with: Array("????".utf8)) && bytes.count > 10
                && [Array("JFIF".utf8), Array("Exif".utf8)].contains(Array(bytes[6..<10]))
        {
            return "its bytes above 127 were replaced by question marks and are lost"
        }
        if bytes.starts(with: [0x89] + Array("PNG\u{1A}".utf8))
            || bytes.starts(with: [0x89] + Array("PNG\n\u{1A}\n".utf8))
        {
            return "its line ends were changed or removed (curl does that with -d; "
                + "--data-binary does not)"
        }
        return nil
    }

    // MARK: Text

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isWhite = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return Array(bytes.drop(while: isWhite).reversed().drop(while: isWhite).reversed())
    }

    /// A text without the quotes around it, as JSON has them.
    private static func unquoted(_ text: [UInt8]) -> [UInt8] {
        guard text.count > 1, text.first == UInt8(ascii: "\""), text.last == text.first else {
            return text
        }
        return Array(text.dropFirst().dropLast())
    }

    private static func begins(_ text: [UInt8], withAny beginnings: [String]) -> Bool {
        let beginning = String(decoding: text.prefix(8), as: UTF8.self).lowercased()
        return beginnings.contains { beginning.hasPrefix($0) }
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        do throws(InputError) {
            _ = try JSONValue(reading: bytes, maxValues: 1_000_000)
            return true
        } catch {
            return false
        }
    }
}
