// A place in a line of YAML, and the words at it.

/// Reads scalars of one line.
struct YAMLCursor {
    /// For messages.
    let line: YAMLLine
    private var text: ArraySlice<UInt8>

    /// At the beginning of a text.
    init(_ text: ArraySlice<UInt8>, _ line: YAMLLine) {
        self.text = text
        self.line = line
    }

    /// The next byte.
    var next: UInt8? { text.first }
    /// What is not read yet.
    var rest: ArraySlice<UInt8> { text }

    /// Steps over a byte.
    mutating func advance() { text = text.dropFirst() }

    /// Steps over blanks.
    mutating func skipBlanks() { text = text.drop { $0 == 0x20 || $0 == 0x09 } }

    /// Steps over blanks and a byte; false, if another follows.
    mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        advance()
        return true
    }

    /// A text up to `: `, a colon at the end or one of some bytes, without blanks at its end.
    mutating func plain(endsAt ends: [UInt8]) -> ArraySlice<UInt8> {
        let start = text
        while let byte = next, !ends.contains(byte) {
            if byte == UInt8(ascii: ":") {
                let after = text.dropFirst().first
                if after == nil || after == 0x20 { break }
            }
            advance()
        }
        var found = start.prefix(upTo: text.startIndex)
        while let last = found.last, last == 0x20 || last == 0x09 { found = found.dropLast() }
        return found
    }

    /// Throws where a plain text begins with a sign of the YAML that is not read here.
    func requirePlain(_ text: ArraySlice<UInt8>) throws(InputError) {
        guard let first = text.first, "&*!|>@`%?".utf8.contains(first) else { return }
        throw line.wrong(
            "begins a value with “\(Character(Unicode.Scalar(first)))”: anchors, tags, block texts "
                + "and the like are not read here")
    }

    /// A text in single or double quotes.
    mutating func quoted() throws(InputError) -> String {
        let quote = next
        var bytes: [UInt8] = []
        advance()
        while let byte = next {
            advance()
            if byte == quote {
                guard quote == UInt8(ascii: "'"), next == quote else {
                    return String(decoding: bytes, as: UTF8.self)
                }
                advance()
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                bytes += try escape()
                continue
            }
            bytes.append(byte)
        }
        throw line.wrong("has a text without its closing quote")
    }

    private mutating func escape() throws(InputError) -> [UInt8] {
        let letter = next
        advance()
        switch letter {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: " "):
            return letter.map { [$0] } ?? []
        case UInt8(ascii: "x"): return try scalar(digits: 2)
        case UInt8(ascii: "u"): return try scalar(digits: 4)
        case UInt8(ascii: "U"): return try scalar(digits: 8)
        default: throw line.wrong("has an escape that is not read here")
        }
    }

    private mutating func scalar(digits: Int) throws(InputError) -> [UInt8] {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next?.hexadecimalValue else {
                throw line.wrong("has an escape without its \(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
            throw line.wrong("has an escape that is no character")
        }
        return Array(encoded)
    }
}
