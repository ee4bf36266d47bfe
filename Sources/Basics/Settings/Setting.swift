// The description of a setting: its name, its other sources, the values it takes, its default.
//
// `--help`, validation, the names of the environment variables and docs/settings.md are made from
// it. Nothing here reads values; `SettingSources` does.

/// A platform's own variable for a setting, and the unit of its values.
package struct Alias: Sendable {
    /// The name of the environment variable.
    package let variable: String
    /// One unit of the variable in units of the setting: 1,048,576 for megabytes of a byte count.
    package let unit: Int
    /// The value that 0 stands for, in units of the setting, if 0 has a special meaning there.
    package let zero: Int?

    /// Creates an alias.
    package init(_ variable: String, unit: Int = 1, zero: Int? = nil) {
        self.variable = variable
        self.unit = unit
        self.zero = zero
    }

    /// Converts a value of the variable to the setting's units; text that is not a number stays as
    /// it is.
    func translated(_ text: String) -> String {
        // A value without a unit may only look like a number: "007".
        guard unit != 1 || zero != nil, let number = Int(text) else { return text }
        if number == 0, let zero { return "\(zero)" }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? text : "\(product)"
    }
}

/// The description of one setting. Any thread.
package struct Setting: Sendable {
    /// The option's name without its dashes.
    package let name: String
    /// The platforms' names for it.
    package let aliases: [Alias]
    /// The values it takes, for people: "a port from 0 to 65535".
    package let takes: String
    /// The placeholder in `--help`.
    package let placeholder: String
    /// The default, for people.
    package let defaultText: String
    /// A one-line description.
    package let help: String

    /// The setting's own environment variable.
    package var variable: String { Self.variable(of: name) }

    /// Its variables in the order in which they are looked up, with their units.
    package var variables: [Alias] { [Alias(variable)] + aliases }

    /// The environment variable of an option: `AMPHORA_` and its name in capitals.
    static func variable(of name: String) -> String {
        // Works on bytes, because every start needs all these names; they are ASCII.
        let capitals = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "_")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte & ~0x20
            default: byte
            }
        }
        return "AMPHORA_" + String(decoding: capitals, as: UTF8.self)
    }
}
