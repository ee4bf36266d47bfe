// Rewrites JSON in this program's form: no white space between tokens, strings escaped as
// `JSONWriter` escapes them.
//
// Recordings pass through editors, `jq` and Python, which keep every value but may write it
// differently. The comparison covers values and their order, byte for byte, but not white space and
// escapes. Numbers are kept as written. Only for text that `JSONValue` has parsed: nothing is
// validated here.

internal import Basics
internal import Inference
internal import Runtime

/// Rewrites valid JSON.
enum CompactJSON {
    /// The compact text of a document.
    static func text(of json: [UInt8]) -> [UInt8] {
        var tokens = Tokens(json)
        var text: [UInt8] = []
        text.reserveCapacity(json.count)
        while let token = tokens.next() { text += token }
        return text
    }

    /// The members of an object, each value as compact text.
    static func members(of json: [UInt8]) -> [String: [UInt8]] {
        var tokens = Tokens(json)
        var members: [String: [UInt8]] = [:]
        var depth = 0
        var key: String?
        var value: [UInt8] = []
        while let token = tokens.next() {
            let mark = token.count == 1 ? token[token.startIndex] : 0
            if mark == UInt8(ascii: "}") || mark == UInt8(ascii: "]") { depth -= 1 }
            let endsMember = depth == 0 || depth == 1 && mark == UInt8(ascii: ",")
            if endsMember, let ended = key {
                members[ended] = value
                key = nil
            } else if key != nil {
                // The colon after the key is not part of the value.
                if !value.isEmpty || mark != UInt8(ascii: ":") { value += token }
            } else if depth == 1, !endsMember, case .string(let name)? = read(token) {
                key = name
                value = []
            }
            if mark == UInt8(ascii: "{") || mark == UInt8(ascii: "[") { depth += 1 }
        }
        return members
    }

    fileprivate static func read(_ token: ArraySlice<UInt8>) -> JSONValue? {
        do throws(InputError) {
            return try JSONValue(reading: Array(token), maxValues: 1)
        } catch {
            return nil
        }
    }
}

/// The tokens of a document, one after another.
private struct Tokens {
    private let bytes: [UInt8]
    private var position: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func next() -> ArraySlice<UInt8>? {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        guard position < bytes.count else { return nil }
        let start = position
        switch bytes[start] {
        case UInt8(ascii: "\""): return string()
        case let byte where Self.isPunctuation(byte): position += 1
        default:
            while position < bytes.count, !Self.isSpace(bytes[position]),
                !Self.isPunctuation(bytes[position])
            {
                position += 1
            }
        }
        return bytes[start..<position]
    }

    private mutating func string() -> ArraySlice<UInt8> {
        let start = position
        var isPlain = true
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            let isEscape = bytes[position] == UInt8(ascii: "\\")
            if isEscape || bytes[position] == 0x7F { isPlain = false }
            position += isEscape ? 2 : 1
        }
        position = min(position + 1, bytes.count)
        let token = bytes[start..<position]
        guard !isPlain, case .string(let text)? = CompactJSON.read(token) else { return token }
        var json = JSONWriter()
        json.element(text)
        return json.bytes[...]
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        "{}[],:".utf8.contains(byte)
    }
}
