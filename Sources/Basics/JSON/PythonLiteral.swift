// Reads Python's literals, as `str()` of a dictionary or a list writes them into the metadata of a
// model: `{0: 'cat', 1: "dog's"}`.
//
// Strings, numbers, `True`, `False`, `None`, lists, tuples and dictionaries; nothing is evaluated.
// Depth and number of values are limited. Source: the Python language reference, 2.4 and 6.2.

extension JSONValue {
    /// Reads one literal. A tuple becomes a list; a key that is a whole number becomes its digits.
    /// Throws a clause that names the line and the column, from 1, in bytes.
    package init(pythonLiteral bytes: [UInt8], maxValues: Int) throws(InputError) {
        var reader = PythonReader(bytes: bytes, maxValues: maxValues)
        self = try reader.document()
    }

    /// Reads JSON, or else one literal of Python: scripts write either. Throws what is wrong with it
    /// as a literal.
    package init(jsonOrPython bytes: [UInt8], maxValues: Int) throws(InputError) {
        do throws(InputError) {
            self = try JSONValue(reading: bytes, maxValues: maxValues)
        } catch {
            self = try JSONValue(pythonLiteral: bytes, maxValues: maxValues)
        }
    }
}

private struct PythonReader {
    private static let maxDepth = 32

    private let bytes: [UInt8]
    private let maxValues: Int
    private var position = 0
    private var depth = 0
    private var values = 0

    init(bytes: [UInt8], maxValues: Int) {
        self.bytes = bytes
        self.maxValues = maxValues
    }

    mutating func document() throws(InputError) -> JSONValue {
        let document = try value()
        guard peek() == nil else { throw expected("the end of the text") }
        return document
    }

    // MARK: Values

    private mutating func value() throws(InputError) -> JSONValue {
        values += 1
        guard values <= maxValues else {
            throw InputError("it holds more than \(maxValues) values")
        }
        switch peek() {
        case UInt8(ascii: "{"): return .object(try dictionary())
        case UInt8(ascii: "["): return .array(try items(until: UInt8(ascii: "]")))
        case UInt8(ascii: "("): return try parenthesized()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "T"): return try word("True", .bool(true))
        case UInt8(ascii: "F"): return try word("False", .bool(false))
        case UInt8(ascii: "N"): return try word("None", .null)
        default: return .number(try number())
        }
    }

    private mutating func dictionary() throws(InputError) -> [String: JSONValue] {
        try open()
        var members: [String: JSONValue] = [:]
        while peek() != UInt8(ascii: "}") {
            let start = position
            let key = try key()
            guard take(UInt8(ascii: ":")) else { throw expected("“:” after a key") }
            guard members.updateValue(try value(), forKey: key) == nil else {
                position = start
                throw wrong("the key \(JSONValue.string(key).summary) is given twice")
            }
            guard take(UInt8(ascii: ",")) else { break }
        }
        try close(UInt8(ascii: "}"))
        return members
    }

    private mutating func key() throws(InputError) -> String {
        let start = position
        switch try value() {
        case .string(let text): return text
        case .number(let number):
            if let whole = Int(exactly: number) { return String(whole) }
        default: break
        }
        position = start
        throw expected("a key that is a string or a whole number")
    }

    private mutating func items(until end: UInt8) throws(InputError) -> [JSONValue] {
        try open()
        var items: [JSONValue] = []
        while peek() != end {
            items.append(try value())
            guard take(UInt8(ascii: ",")) else { break }
        }
        try close(end)
        return items
    }

    /// A tuple, or a value in parentheses: `(1)` is no tuple, `(1,)` is one.
    private mutating func parenthesized() throws(InputError) -> JSONValue {
        let items = try items(until: UInt8(ascii: ")"))
        var last = position - 2
        while last >= 0, Self.isSpace(bytes[last]) { last -= 1 }
        return items.count == 1 && bytes[last] != UInt8(ascii: ",") ? items[0] : .array(items)
    }

    private mutating func open() throws(InputError) {
        guard depth < Self.maxDepth else { throw wrong("it nests deeper than \(Self.maxDepth)") }
        depth += 1
        position += 1
    }

    private mutating func close(_ bracket: UInt8) throws(InputError) {
        guard take(bracket) else {
            throw expected("“,” or “\(Character(Unicode.Scalar(bracket)))”")
        }
        depth -= 1
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(InputError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw expected("a value") }
        position += word.utf8.count
        return value
    }

    private mutating func number() throws(InputError) -> Double {
        let start = position
        while let byte = next, Self.isNumeric(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Swift reads hexadecimal floats and names, too; Python writes neither.
        guard let number = Double(text), number.isFinite else {
            position = start
            throw expected("a value")
        }
        return number
    }

    // MARK: Strings

    private mutating func string() throws(InputError) -> String {
        let quote = bytes[position]
        let start = position
        var text: [UInt8] = []
        position += 1
        while let byte = next, byte != quote {
            position += 1
            if byte == UInt8(ascii: "\\") {
                text += try escape()
            } else if byte == UInt8(ascii: "\n") {
                position -= 1
                throw expected("the string's closing quote")
            } else {
                text.append(byte)
            }
        }
        guard next == quote else { throw expected("the string's closing quote") }
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
            position = start
            throw wrong("a string is not UTF-8")
        }
        return string
    }

    private mutating func escape() throws(InputError) -> [UInt8] {
        let letter = next
        position += 1
        switch letter {
        case UInt8(ascii: "\n"): return []
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""):
            return letter.map { [$0] } ?? []
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "x"): return try scalar(digits: 2)
        case UInt8(ascii: "u"): return try scalar(digits: 4)
        case UInt8(ascii: "U"): return try scalar(digits: 8)
        default:
            position -= 1
            throw expected("one of \\'\"ntrxuU after “\\”")
        }
    }

    private mutating func scalar(digits: Int) throws(InputError) -> [UInt8] {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next?.hexadecimalValue else {
                throw expected("\(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
            throw wrong("an escape is no character")
        }
        return Array(encoded)
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func peek() -> UInt8? {
        while let byte = next, Self.isSpace(byte) { position += 1 }
        return next
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private func expected(_ what: String) -> InputError { wrong("expected \(what)") }

    private func wrong(_ what: String) -> InputError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A) ?? -1)
        return InputError("line \(line), column \(column): \(what)")
    }
}
