// What a setting is: a name, where else it may come from, what it takes, what it is if nobody says.
//
// `Settings` declares them all; `--help`, validation and docs/settings.md are made from there.

/// The platform's own name for a setting, and how its values are counted there.
struct Alias: Sendable {
    let variable: String
    /// One unit of the variable in units of the setting: 1,048,576 for megabytes of a byte count.
    var unit: Int = 1
    /// What 0 means there in units of the setting, where it means something else than zero.
    var zero: Int?

    /// A value of the variable as the setting writes it; one that is no number stays as it is.
    func translated(_ text: String) -> String {
        // A text that is counted in nothing may look like a number, and is none: "007".
        guard unit != 1 || zero != nil, let number = Int(text) else { return text }
        if number == 0, let zero { return "\(zero)" }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? text : "\(product)"
    }
}

/// One setting, whatever its type.
protocol AnySetting: Sendable {
    /// The option's name without its dashes.
    var name: String { get }
    var aliases: [Alias] { get }
    /// What it takes, for people: "a port from 0 to 65535".
    var takes: String { get }
    /// The placeholder in `--help`.
    var placeholder: String { get }
    var help: String { get }
    /// The default, for people.
    var defaultText: String { get }
}

extension AnySetting {
    /// The setting's own environment variable: `AMPHORA_` and the option in capitals.
    var variable: String {
        // By bytes, for every start asks for all of them; names are ASCII.
        let capitals = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "_")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte & ~0x20
            default: byte
            }
        }
        return "AMPHORA_" + String(decoding: capitals, as: UTF8.self)
    }

    /// Its variables in the order in which they are asked, with their units.
    var variables: [Alias] { [Alias(variable: variable)] + aliases }
}

/// A setting of a type.
struct Setting<Value: Sendable>: AnySetting {
    let name: String
    var aliases: [Alias] = []
    let kind: SettingKind<Value>
    let standard: Value
    let defaultText: String
    let help: String

    var takes: String { kind.takes }
    var placeholder: String { kind.placeholder }
}

/// How the values of a type are written.
///
/// Its words are put together only when somebody is told: a start reads all settings, and tells of none.
struct SettingKind<Value: Sendable>: Sendable {
    private let takesText: @Sendable () -> String
    private let placeholderText: @Sendable () -> String
    /// The value that a text stands for; `nil` where it stands for none.
    let parse: @Sendable (String) -> Value?

    init(
        takes: @autoclosure @escaping @Sendable () -> String,
        placeholder: @autoclosure @escaping @Sendable () -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        takesText = takes
        placeholderText = placeholder
        self.parse = parse
    }

    var takes: String { takesText() }
    var placeholder: String { placeholderText() }
}

extension SettingKind where Value == Int {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>, _ what: String = "a whole number") -> Self {
        SettingKind(
            takes: "\(what) from \(range.lowerBound) to \(range.upperBound)", placeholder: "number",
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })
    }

    /// A number of bytes.
    static func bytes(_ range: ClosedRange<Int>) -> Self {
        SettingKind(
            takes: "a number of bytes from \(range.lowerBound) to \(range.upperBound)",
            placeholder: "bytes",
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension SettingKind {
    /// A value that may be left to be found out.
    static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self where Value == Wrapped? {
        SettingKind(
            takes: kind.takes, placeholder: kind.placeholder,
            parse: { text in kind.parse(text).map(Value.some) })
    }
}

extension SettingKind where Value == Duration {
    /// A number of seconds, with decimals or without.
    static func seconds(_ range: ClosedRange<Double>) -> Self {
        SettingKind(
            takes: "seconds from \(range.lowerBound.plain) to \(range.upperBound.plain)",
            placeholder: "seconds",
            parse: { text in
                Double(text).flatMap { range.contains($0) ? .milliseconds($0 * 1000) : nil }
            })
    }
}

extension SettingKind where Value == String {
    /// Any text that isn't empty.
    static func text(_ what: String, placeholder: String) -> Self {
        SettingKind(takes: what, placeholder: placeholder, parse: { $0.isEmpty ? nil : $0 })
    }
}

extension SettingKind where Value == Bool {
    /// On or off.
    static var flag: Self {
        SettingKind(
            takes: "“on” or “off”", placeholder: "on|off",
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
    static var choice: Self {
        SettingKind(
            takes: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
            placeholder: Value.allCases.map(\.rawValue).joined(separator: "|"),
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
