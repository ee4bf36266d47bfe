// A JSON document as a tree, so that what is wrong in it can be named precisely.
//
// Decoding straight into a struct stops at the first mismatch with the decoder's words and takes
// no notice of unknown keys; settings need both said well. Nothing here knows any key.

/// Any JSON value.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// What sort of value it is, for messages: "a string".
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The value in few words, for messages.
    package var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value):
            Int(exactly: value).map(String.init) ?? "\(value)"
        case .string(let value): "\"\(value.onOneLine(limit: 60))\""
        case .array(let values): "a list of \(values.count)"
        case .object(let values): "an object of \(values.count)"
        }
    }

    /// The value as a whole number within a range.
    package func integer(_ range: ClosedRange<Int>) -> Int? {
        guard case .number(let number) = self, let integer = Int(exactly: number),
            range.contains(integer)
        else { return nil }
        return integer
    }
}
