// How the values of a type are written: how text is parsed, and how a default is shown.

/// How the values of a type are written. Any thread.
package struct SettingKind<Value: Sendable>: Sendable {
    /// The accepted values, for people.
    package let takes: @Sendable () -> String
    let placeholder: @Sendable () -> String
    /// Parses a value; `nil` if the text is not one.
    package let parse: @Sendable (String) -> Value?
    /// A value as a person would write it.
    let text: @Sendable (Value) -> String

    /// Creates a kind. `takes` describes the accepted values, for people; `text` shows a default.
    package init(
        takes: @autoclosure @escaping @Sendable () -> String,
        placeholder: @autoclosure @escaping @Sendable () -> String,
        text: @escaping @Sendable (Value) -> String = { "\($0)" },
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.takes = takes
        self.placeholder = placeholder
        self.text = text
        self.parse = parse
    }

    /// The same kind with another way to parse, for texts that it should take in addition.
    package func parsing(_ parse: @escaping @Sendable (String) -> Value?) -> Self {
        SettingKind(takes: takes(), placeholder: placeholder(), text: text, parse: parse)
    }
}

extension SettingKind where Value: FixedWidthInteger & Sendable {
    /// A whole number.
    package static func integer(
        _ range: ClosedRange<Value>, _ what: String = "a whole number"
    ) -> Self {
        SettingKind(
            takes: "\(what) from \(range.lowerBound) to \(range.upperBound)", placeholder: "number",
            parse: { text in Value(text).flatMap { range.contains($0) ? $0 : nil } })
    }

    /// A number of bytes.
    package static func bytes(_ range: ClosedRange<Value>) -> Self {
        SettingKind(
            takes: "a number of bytes from \(range.lowerBound) to \(range.upperBound)",
            placeholder: "bytes",
            parse: { text in Value(text).flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension SettingKind where Value == Duration {
    /// A number of seconds, with decimals or without.
    package static func seconds(_ range: ClosedRange<Double>) -> Self {
        SettingKind(
            takes: "seconds from \(range.lowerBound.plain) to \(range.upperBound.plain)",
            placeholder: "seconds",
            text: { ($0 / .seconds(1)).plain },
            parse: { text in
                Double(text).flatMap { range.contains($0) ? .milliseconds($0 * 1000) : nil }
            })
    }
}

extension SettingKind where Value == String {
    /// Any text that isn't empty.
    package static func text(_ what: String, placeholder: String) -> Self {
        SettingKind(takes: what, placeholder: placeholder, parse: { $0.isEmpty ? nil : $0 })
    }

    /// A SHA-256; the value is in lower case, the text may be in either.
    package static var sha256: Self {
        SettingKind(
            takes: "64 hexadecimal digits, as sha256sum prints them", placeholder: "digits",
            parse: { text in
                let isDigest =
                    text.utf8.count == 64
                    && text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit)
                return isDigest ? text.lowercased() : nil
            })
    }
}

extension SettingKind where Value == [String] {
    /// Texts with commas between them.
    package static func list(_ what: String, placeholder: String) -> Self {
        SettingKind(
            takes: what, placeholder: placeholder, text: { $0.joined(separator: ",") },
            parse: { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                return parts.contains(where: \.isEmpty) ? nil : parts.map(String.init)
            })
    }
}

extension SettingKind where Value == Bool {
    /// On or off.
    package static var flag: Self {
        SettingKind(
            takes: "“on” or “off”", placeholder: "on|off", text: { $0 ? "on" : "off" },
            parse: { text in
                switch text.lowercased() {
                case "on", "true", "1", "yes": true
                case "off", "false", "0", "no": false
                default: nil
                }
            })
    }
}

extension SettingKind where Value: CaseIterable & RawRepresentable<String> {
    /// One of a few words.
    package static var choice: Self {
        SettingKind(
            takes: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
            placeholder: Value.allCases.map(\.rawValue).joined(separator: "|"),
            text: { $0.rawValue },
            // Other programs write `response_stream` for `response-stream`.
            parse: { text in
                Value(rawValue: String(text.lowercased().map { $0 == "_" ? "-" : $0 }))
            })
    }
}

extension Double {
    /// "75" for 75.0, "0.1" for 0.1.
    fileprivate var plain: String {
        self == rounded() ? "\(Int(self))" : "\(self)"
    }
}
