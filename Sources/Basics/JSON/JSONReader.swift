// Reads JSON strictly (RFC 8259). An error says where the text is wrong and what would be right.
//
// It is our own because JSON comes from untrusted clients: FoundationEssentials' decoder reports no
// position, accepts `[1,]`, and needs 4.6 µs per value, so one body of 32 MiB would occupy a worker
// for over a minute. This reader limits the depth and the number of values, and takes time in
// proportion to the bytes. It refuses text that two readers may understand differently: a key given
// twice, half a surrogate pair.

extension JSONValue {
    /// Reads a document. Throws a clause that names the line and the column, from 1, in characters.
    package init(reading bytes: [UInt8], maxValues: Int) throws(InputError) {
        var reader = JSONReader(bytes, maxValues: maxValues)
        self = try reader.document()
    }
}

/// A reader of one document.
private struct JSONReader {
    private static let maxDepth = 128

    private let bytes: [UInt8]
    private let maxValues: Int
    private var position = 0
    private var depth = 0
    private var values = 0

    init(_ bytes: [UInt8], maxValues: Int) {
        self.bytes = bytes
        self.maxValues = maxValues
    }

    mutating func document() throws(InputError) -> JSONValue {
        // A byte order mark: some Windows editors and shells put one at the start of every text.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        guard peek() != nil else { throw InputError("it is empty") }
        let document = try value()
        guard peek() == nil else { throw expected("the end of the text") }
        return document
    }

    // MARK: Values

    private mutating func value() throws(InputError) -> JSONValue {
        values += 1
        guard values <= maxValues else { throw wrong("it holds more than \(maxValues) values") }
        switch peek() {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw expected("a value")
        }
    }

    private mutating func object() throws(InputError) -> [String: JSONValue] {
        try open()
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return close(members) }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
            let start = position
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw expected("“:” after a key") }
            guard members.updateValue(try value(), forKey: key) == nil else {
                position = start
                throw wrong("the key \(JSONValue.string(key).summary) is given twice")
            }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw expected("“,” or “}”") }
        return close(members)
    }

    private mutating func array() throws(InputError) -> [JSONValue] {
        try open()
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return close(elements) }
        repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw expected("“,” or “]”") }
        return close(elements)
    }

    private mutating func open() throws(InputError) {
        guard depth < Self.maxDepth else { throw wrong("it nests deeper than \(Self.maxDepth)") }
        depth += 1
        position += 1
    }

    private mutating func close<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    private mutating func word(
        _ word: StaticString, _ value: JSONValue
    ) throws(InputError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { word in
            guard end <= bytes.count else { return false }
            return unsafe bytes[position..<end].elementsEqual(word)
        }
        guard matches else { throw expected("a value") }
        position = end
        return value
    }

    /// RFC 8259 §6; a number outside the range of Double becomes infinity or zero.
    private mutating func number() throws(InputError) -> Double {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        try digits()
        if bytes[first] == UInt8(ascii: "0"), position > first + 1 {
            position = first
            throw wrong("a number begins with 0")
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next.map({ $0 | 0x20 }) == UInt8(ascii: "e") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Double(text) else { throw wrong("it holds an unreadable number") }
        return number
    }

    private mutating func digits() throws(InputError) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        guard position > start else { throw expected("a digit") }
    }

    // MARK: Strings

    private mutating func string() throws(InputError) -> String {
        let start = position
        position += 1
        var unescaped: [UInt8] = []
        var run = position
        while true {
            position = bytes.span.endOfStringRun(from: position)
            guard let byte = next, byte != UInt8(ascii: "\"") else { break }
            guard byte == UInt8(ascii: "\\") else {
                throw expected("the string to go on, or its closing quote")
            }
            unescaped += bytes[run..<position]
            unescaped += UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter
            run = position
        }
        guard next != nil else { throw expected("the string's closing quote") }
        let end = position
        if !unescaped.isEmpty { unescaped += bytes[run..<end] }
        let text =
            unescaped.isEmpty
            ? Self.text(bytes.span.extracting(run..<end)) : Self.text(unescaped.span)
        guard let text else {
            position = start
            throw wrong("a string is not UTF-8")
        }
        position = end + 1
        return text
    }

    /// `nil` if the bytes are not UTF-8.
    private static func text(_ bytes: Span<UInt8>) -> String? {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            return nil
        }
    }

    private mutating func escape() throws(InputError) -> Unicode.Scalar {
        position += 1
        let letter = next
        let start = position
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            position = start
            throw expected("one of \"\\/bfnrtu after “\\”")
        }
    }

    /// The rest of `\uXXXX`, or of two of them that encode one character (RFC 8259 §7).
    private mutating func unicodeEscape() throws(InputError) -> Unicode.Scalar {
        let start = position - 2
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, bytes[position...].starts(with: "\\u".utf8) {
            position += 2
            let second = try hexadecimal()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        position = start
        throw wrong("a \\u escape is half of a surrogate pair")
    }

    private mutating func hexadecimal() throws(InputError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next?.hexadecimalValue else {
                throw expected("four hexadecimal digits after “\\u”")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next byte that is not white space.
    private mutating func peek() -> UInt8? {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
        return next
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    // MARK: Errors

    private func expected(_ what: String) -> InputError {
        let found =
            switch next {
            case nil: "the text ends"
            case 0x0A?, 0x0D?: "found a line break"
            case let byte? where byte <= 0x20 || byte == 0x7F: "found a blank or control character"
            case let byte? where byte < 0x80: "found “\(Character(Unicode.Scalar(byte)))”"
            default: "found a character that is not ASCII"
            }
        return wrong("expected \(what), \(found)")
    }

    private func wrong(_ what: String) -> InputError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // UTF-8 continuation bytes don't count as characters.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        return InputError("line \(line), column \(column): \(what)")
    }
}
