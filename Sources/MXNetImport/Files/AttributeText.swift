// The attributes of one node: text in Python's or C++'s notation, "(3, 3)", "True", "1e-05".
//
// Records which attributes were read, so that an unread one can be reported: ignoring it silently
// would give wrong answers.

internal import Basics

/// One node's attributes and which of them were read.
struct AttributeText {
    private let values: [String: String]
    private var unread: Set<String>

    /// Attributes that MXNet itself ignores at inference: hints for training and for other devices.
    private static let hints: Set<String> = [
        "workspace", "cudnn_tune", "cudnn_off", "momentum", "ctx_group", "lr_mult", "wd_mult",
        "force_mirroring", "mirror_stage", "__profiler_scope__", "name",
    ]
    /// The largest magnitude that is accepted; a larger number would only overflow later.
    private static let magnitude = 1 << 40

    /// Marks all as unread.
    init(_ values: [String: String]) {
        self.values = values
        unread = Set(
            values.keys.filter {
                !$0.hasPrefix("__") && !Self.hints.contains($0) && !$0.hasSuffix("_lr_mult")
                    && !$0.hasSuffix("_wd_mult")
            })
    }

    /// An attribute that no converter read, and its value.
    var leftOver: (key: String, value: String)? {
        unread.min().map { ($0, values[$0] ?? "") }
    }

    /// Ignores attributes that have no effect at inference.
    mutating func ignore(_ keys: String...) { unread.subtract(keys) }

    /// The text of an attribute without surrounding blanks; `nil` if it is absent or "None".
    mutating func text(_ key: String) -> String? {
        unread.remove(key)
        guard let value = values[key] else { return nil }
        let text = Self.trimmed(value[...])
        return text == "None" ? nil : String(text)
    }

    /// A Boolean.
    mutating func flag(_ key: String, default: Bool) throws(SymbolError) -> Bool {
        guard let text = text(key) else { return `default` }
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: throw wrong(key, expected: "True or False")
        }
    }

    /// A whole number, `nil` where it is absent or None.
    mutating func integer(_ key: String) throws(SymbolError) -> Int? {
        guard let text = text(key) else { return nil }
        guard let value = Self.integer(text[...]) else { throw wrong(key, expected: "an integer") }
        return value
    }

    /// A number, `nil` where it is absent or None.
    mutating func number(_ key: String) throws(SymbolError) -> Double? {
        guard let text = text(key) else { return nil }
        let digits = text.hasSuffix("f") && !text.hasSuffix("inf") ? text.dropLast() : text[...]
        switch digits.lowercased() {
        case "true": return 1
        case "false": return 0
        default: break
        }
        guard let value = Double(digits) else { throw wrong(key, expected: "a number") }
        return value
    }

    /// A tuple of integers, which may contain None; `nil` if it is absent or None itself.
    mutating func optionals(_ key: String) throws(SymbolError) -> [Int?]? {
        guard let text = text(key) else { return nil }
        var inner = text[...]
        if let first = inner.first, let last = inner.last,
            first == "(" && last == ")" || first == "[" && last == "]", inner.count >= 2
        {
            inner = Self.trimmed(inner.dropFirst().dropLast())
        }
        if inner.last == "," { inner = inner.dropLast() }
        guard !inner.isEmpty else { return [] }
        var values: [Int?] = []
        for part in inner.split(separator: ",", omittingEmptySubsequences: false) {
            let item = Self.trimmed(part)
            if item == "None" {
                values.append(nil)
            } else if let value = Self.integer(item) {
                values.append(value)
            } else {
                throw wrong(key, expected: "a tuple of integers")
            }
        }
        return values
    }

    /// A tuple of integers without None.
    mutating func integers(_ key: String) throws(SymbolError) -> [Int]? {
        guard let optionals = try optionals(key) else { return nil }
        let values = optionals.compactMap { $0 }
        guard values.count == optionals.count else {
            throw wrong(key, expected: "a tuple of integers")
        }
        return values
    }

    /// The error for a wrong value; the caller adds the node.
    func wrong(_ key: String, expected: String) -> SymbolError {
        .malformed("attribute \(quoted(key)); expected \(expected)")
    }

    /// The error for a valid value that is not supported.
    func unsupported(_ key: String, supported: String) -> SymbolError {
        .unsupported("attribute \(quoted(key)), which is not supported; \(supported) is")
    }

    private func quoted(_ key: String) -> String {
        "\"\(key)\" is \(JSONValue.string(values[key] ?? "absent").summary)"
    }

    /// "3", "-3", Python 2's "3L", and "3.0".
    private static func integer(_ text: Substring) -> Int? {
        let digits = text.last == "L" ? text.dropLast() : text
        guard let value = Int(digits) ?? Double(digits).flatMap({ Int(exactly: $0) }),
            value.magnitude <= magnitude
        else { return nil }
        return value
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
