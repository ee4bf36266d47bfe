// Moves through JSON text: white space, words, numbers, strings, and where an error is.
//
// Two readers share it: the one of trees, and the one that puts a tensor's numbers into arrays without
// a tree. It keeps no nesting.

/// A place in a JSON text. Its errors name the line and the column, from 1, in characters.
package struct JSONCursor: Sendable {
    /// The text.
    package let bytes: [UInt8]
    /// The index of the next byte.
    package var position: Int

    /// Begins at the start of a text, behind a byte order mark: some Windows editors and shells put
    /// one at the start of every text.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Moves behind a word such as `true`; throws if another one stands there.
    package mutating func word(_ word: StaticString) throws(InputError) {
        let end = position + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { word in
            guard end <= bytes.count else { return false }
            return unsafe bytes[position..<end].elementsEqual(word)
        }
        guard matches else { throw expected("a value") }
        position = end
    }

    /// RFC 8259 §6; a number outside the range of Double becomes infinity or zero.
    package mutating func number() throws(InputError) -> Double {
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

    /// Reads the string whose opening quote stands here.
    package mutating func string() throws(InputError) -> String {
        try string { String(copying: $0) }
    }

    /// Reads the string whose opening quote stands here, as UTF-8.
    package mutating func stringBytes() throws(InputError) -> [UInt8] {
        try string { text in
            var bytes: [UInt8] = []
            bytes.append(text.span)
            return bytes
        }
    }

    private mutating func string<Text>(
        _ make: (UTF8Span) -> Text
    ) throws(InputError) -> Text {
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
            ? Self.text(bytes.span.extracting(run..<end), make) : Self.text(unescaped.span, make)
        guard let text else {
            position = start
            throw wrong("a string is not UTF-8")
        }
        position = end + 1
        return text
    }

    /// `nil` if the bytes are not UTF-8.
    private static func text<Text>(
        _ bytes: Span<UInt8>, _ make: (UTF8Span) -> Text
    ) -> Text? {
        do {
            return make(try UTF8Span(validating: bytes))
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

    /// The next byte that is not white space; the cursor moves to it. `nil` at the end.
    package mutating func peek() -> UInt8? {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
        return next
    }

    /// Moves behind a byte, and white space before it; false if another one stands there.
    package mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    // MARK: Errors

    /// What should stand here, and what does.
    package func expected(_ what: String) -> InputError {
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

    /// What is wrong here.
    package func wrong(_ what: String) -> InputError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // UTF-8 continuation bytes don't count as characters.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        return InputError("line \(line), column \(column): \(what)")
    }
}
