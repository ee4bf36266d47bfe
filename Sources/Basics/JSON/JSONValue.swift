// A JSON document as a tree, so that errors can name the exact value.
//
// A decoder that fills structs words its own errors, stops at the first one, and ignores unknown
// keys; settings need better errors than that. Nothing here knows any key.

/// Any JSON value.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The kind of value, for messages: "a string".
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

    /// A short description of the value, for messages.
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

    /// The value as a whole number; `nil` if it is none or is outside the range.
    package func integer(_ range: ClosedRange<Int>) -> Int? {
        guard case .number(let number) = self, let integer = Int(exactly: number),
            range.contains(integer)
        else { return nil }
        return integer
    }
}
