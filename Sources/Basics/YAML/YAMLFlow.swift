// What stands on one line of YAML: scalars, and maps and lists in brackets.
//
// Scalars become what PyYAML makes of them, as far as settings need it: null, true and false,
// numbers, texts.

/// Reads keys and values of lines, and counts the values.
struct YAMLFlow {
    private static let maxDepth = 32
    private let maxValues: Int
    private var values = 0

    /// At most `maxValues` values are read in all.
    init(maxValues: Int) { self.maxValues = maxValues }

    /// The key of a line of a map and what follows its colon; `nil` if there is none.
    func key(of line: YAMLLine) throws(InputError) -> (key: String, rest: ArraySlice<UInt8>)? {
        var cursor = YAMLCursor(line.content[...], line)
        guard let first = cursor.next, first != UInt8(ascii: "["), first != UInt8(ascii: "{") else {
            return nil
        }
        let key: String
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            key = try cursor.quoted()
            cursor.skipBlanks()
            guard cursor.next == UInt8(ascii: ":") else { return nil }
        } else {
            let text = cursor.plain(endsAt: [])
            guard cursor.next == UInt8(ascii: ":") else { return nil }
            try cursor.requirePlain(text)
            key = String(decoding: text, as: UTF8.self)
        }
        cursor.advance()
        cursor.skipBlanks()
        return (key, cursor.rest)
    }

    /// The value in a text. Throws where it goes on after the value.
    mutating func value(
        _ text: ArraySlice<UInt8>, _ line: YAMLLine
    ) throws(InputError) -> JSONValue {
        var cursor = YAMLCursor(text, line)
        let value = try value(&cursor, depth: 0)
        cursor.skipBlanks()
        guard cursor.next == nil else { throw line.wrong("goes on after its value") }
        return value
    }

    private mutating func value(
        _ cursor: inout YAMLCursor, depth: Int
    ) throws(InputError) -> JSONValue {
        values += 1
        guard values <= maxValues else { throw cursor.line.wrong("is beyond \(maxValues) values") }
        guard depth < Self.maxDepth else {
            throw cursor.line.wrong("nests deeper than \(Self.maxDepth)")
        }
        cursor.skipBlanks()
        switch cursor.next {
        case UInt8(ascii: "["): return .array(try list(&cursor, depth: depth + 1))
        case UInt8(ascii: "{"): return .object(try map(&cursor, depth: depth + 1))
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try cursor.quoted())
        default:
            let text = cursor.plain(endsAt: depth > 0 ? [0x2C, 0x5D, 0x7D] : [])
            try cursor.requirePlain(text)
            guard depth > 0 || cursor.next == nil else {
                throw cursor.line.wrong("holds a “: ” inside a value; quote it")
            }
            return Self.scalar(text)
        }
    }

    private mutating func list(
        _ cursor: inout YAMLCursor, depth: Int
    ) throws(InputError) -> [JSONValue] {
        var items: [JSONValue] = []
        cursor.advance()
        while !cursor.take(UInt8(ascii: "]")) {
            items.append(try value(&cursor, depth: depth))
            if !cursor.take(UInt8(ascii: ",")) {
                guard cursor.take(UInt8(ascii: "]")) else {
                    throw cursor.line.wrong("begins a list without “]”")
                }
                return items
            }
        }
        return items
    }

    private mutating func map(
        _ cursor: inout YAMLCursor, depth: Int
    ) throws(InputError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        cursor.advance()
        while !cursor.take(UInt8(ascii: "}")) {
            cursor.skipBlanks()
            let isQuoted = cursor.next == UInt8(ascii: "\"") || cursor.next == UInt8(ascii: "'")
            let key =
                isQuoted
                ? try cursor.quoted()
                : String(decoding: cursor.plain(endsAt: [0x2C, 0x7D]), as: UTF8.self)
            guard cursor.take(UInt8(ascii: ":")) else {
                throw cursor.line.wrong("has a key without “:”")
            }
            guard members.updateValue(try value(&cursor, depth: depth), forKey: key) == nil else {
                throw cursor.line.wrong("gives the key \(JSONValue.string(key).summary) twice")
            }
            if !cursor.take(UInt8(ascii: ",")) {
                guard cursor.take(UInt8(ascii: "}")) else {
                    throw cursor.line.wrong("begins a map without “}”")
                }
                return members
            }
        }
        return members
    }

    /// A plain scalar as PyYAML resolves it.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> JSONValue {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "on", "On": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "off", "Off": return .bool(false)
        default: break
        }
        let isNumeric = bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        if isNumeric, let number = Double(text), number.isFinite { return .number(number) }
        return .string(text)
    }

    // MARK: Lines

    /// Whether a byte begins a list or a map.
    static func isBracket(_ byte: UInt8) -> Bool { byte == 0x5B || byte == 0x7B }

    /// The brackets that a text opens and does not close.
    static func openBrackets(_ text: ArraySlice<UInt8>) -> Int {
        var depth = 0
        forEachUnquoted(text) { _, byte in
            if isBracket(byte) { depth += 1 }
            if byte == 0x5D || byte == 0x7D { depth -= 1 }
            return true
        }
        return depth
    }

    /// A line without its comment and the blanks at its end.
    static func withoutComment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = line.endIndex
        forEachUnquoted(line) { index, byte in
            let begins = index == line.startIndex || line[index - 1] == 0x20 || line[index - 1] == 9
            if byte == UInt8(ascii: "#"), begins { end = index }
            return end == line.endIndex
        }
        while end > line.startIndex, [0x20, 0x09, 0x0D].contains(line[end - 1]) { end -= 1 }
        return line[..<end]
    }

    /// Visits the bytes outside of quotes until `body` returns false. A quote begins a text only
    /// where a value may begin: not inside a word, as in `dog's`.
    private static func forEachUnquoted(
        _ text: ArraySlice<UInt8>, _ body: (Int, UInt8) -> Bool
    ) {
        var quote: UInt8?
        for index in text.indices {
            let byte = text[index]
            if let open = quote {
                let isEscaped =
                    open == UInt8(ascii: "\"") && text[index - 1] == UInt8(ascii: "\\")
                if byte == open, !isEscaped { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"),
                index == text.startIndex || " [{,:".utf8.contains(text[index - 1])
            {
                quote = byte
            } else if !body(index, byte) {
                return
            }
        }
    }
}
