// Reads JSON strictly (RFC 8259). An error says where the text is wrong and what would be right.
//
// It is our own because JSON comes from untrusted clients: FoundationEssentials' decoder reports no
// cursor.position, accepts `[1,]`, and needs 4.6 µs per value, so one body of 32 MiB would occupy a worker
// for over a minute. This reader limits the depth and the number of values, and takes time in
// proportion to the bytes. It refuses text that two readers may understand differently: a key given
// twice, half a surrogate pair.

extension JSONValue {
    /// Reads a document. Throws a clause that names the line and the column, from 1, in characters.
    package init(reading bytes: [UInt8], maxValues: Int) throws(InputError) {
        var reader = JSONReader(JSONCursor(bytes), maxValues: maxValues)
        self = try reader.document()
    }

    /// Reads the value at a cursor, which moves behind it. Throws as above.
    package init(at cursor: inout JSONCursor, maxValues: Int) throws(InputError) {
        var reader = JSONReader(cursor, maxValues: maxValues)
        self = try reader.value()
        cursor = reader.cursor
    }
}

/// A reader of one document.
private struct JSONReader {
    private static let maxDepth = 128

    fileprivate var cursor: JSONCursor
    private let maxValues: Int
    private var depth = 0
    private var values = 0

    init(_ cursor: JSONCursor, maxValues: Int) {
        self.cursor = cursor
        self.maxValues = maxValues
    }

    mutating func document() throws(InputError) -> JSONValue {
        guard cursor.peek() != nil else { throw InputError("it is empty") }
        let document = try value()
        guard cursor.peek() == nil else { throw cursor.expected("the end of the text") }
        return document
    }

    // MARK: Values

    fileprivate mutating func value() throws(InputError) -> JSONValue {
        values += 1
        guard values <= maxValues else {
            throw cursor.wrong("it holds more than \(maxValues) values")
        }
        switch cursor.peek() {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try cursor.string())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            return .number(try cursor.number())
        case UInt8(ascii: "t"):
            try cursor.word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try cursor.word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try cursor.word("null")
            return .null
        default: throw cursor.expected("a value")
        }
    }

    private mutating func object() throws(InputError) -> [String: JSONValue] {
        try open()
        var members: [String: JSONValue] = [:]
        if cursor.take(UInt8(ascii: "}")) { return close(members) }
        repeat {
            guard cursor.peek() == UInt8(ascii: "\"") else {
                throw cursor.expected("a key in double quotes")
            }
            let start = cursor.position
            let key = try cursor.string()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.expected("“:” after a key") }
            guard members.updateValue(try value(), forKey: key) == nil else {
                cursor.position = start
                throw cursor.wrong("the key \(JSONValue.string(key).summary) is given twice")
            }
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "}")) else { throw cursor.expected("“,” or “}”") }
        return close(members)
    }

    private mutating func array() throws(InputError) -> [JSONValue] {
        try open()
        var elements: [JSONValue] = []
        if cursor.take(UInt8(ascii: "]")) { return close(elements) }
        repeat { elements.append(try value()) } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "]")) else { throw cursor.expected("“,” or “]”") }
        return close(elements)
    }

    private mutating func open() throws(InputError) {
        guard depth < Self.maxDepth else {
            throw cursor.wrong("it nests deeper than \(Self.maxDepth)")
        }
        depth += 1
        cursor.position += 1
    }

    private mutating func close<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }
}
