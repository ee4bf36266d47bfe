// A JSON document as a tree, so that what is wrong in it can be named precisely.
//
// Decoding straight into a struct stops at the first mismatch with the decoder's words and takes
// no notice of unknown keys; settings need both said well. Nothing here knows any key.

internal import FoundationEssentials

/// Why a text is no JSON.
package struct JSONError: Error, Sendable, Equatable {
    /// A clause, with the place where the parser knows it.
    package let reason: String
}

/// Any JSON value.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Parses a document (RFC 8259).
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        guard !bytes.isEmpty else { throw JSONError(reason: "it is empty") }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONError(reason: "it is not UTF-8")
        }
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            // FoundationEssentials says no more than that the JSON is not valid.
            throw JSONError(reason: "its syntax is wrong")
        }
    }

    /// Parses a file of settings. Throws `invalidSettings`, naming `file`.
    static func parse(_ bytes: [UInt8], file: String) throws(ModelError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .invalidSettings(file: file, problems: ["not valid JSON: \(error.reason)"])
        }
    }

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
        case .string(let value):
            value.count <= 60 ? "\"\(value)\"" : "\"\(value.prefix(60))…\""
        case .array(let values): "a list of \(values.count)"
        case .object(let values): "an object of \(values.count)"
        }
    }
}

extension JSONValue: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            var values: [String: JSONValue] = [:]
            for key in object.allKeys {
                values[key.stringValue] = try object.decode(JSONValue.self, forKey: key)
            }
            self = .object(values)
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !list.isAtEnd { values.append(try list.decode(JSONValue.self)) }
            self = .array(values)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let bool = try? value.decode(Bool.self) {
                self = .bool(bool)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .string(try value.decode(String.self))
            }
        }
    }
}
