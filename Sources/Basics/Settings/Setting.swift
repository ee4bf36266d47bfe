// What a setting is: a name, where else it may come from, what it takes, what it is if nobody says.
//
// `--help`, validation, the environment's names and docs/settings.md are made from this.
// Nothing here reads anything; `SettingSources` does.

/// The platform's own name for a setting, and how its values are counted there.
package struct Alias: Sendable {
    package let variable: String
    /// One unit of the variable in units of the setting: 1,048,576 for megabytes of a byte count.
    package let unit: Int
    /// What 0 means there in units of the setting, where it means something else than zero.
    package let zero: Int?

    /// Creates a name.
    package init(_ variable: String, unit: Int = 1, zero: Int? = nil) {
        self.variable = variable
        self.unit = unit
        self.zero = zero
    }

    /// A value of the variable as the setting writes it; one that is no number stays as it is.
    func translated(_ text: String) -> String {
        // A text that is counted in nothing may look like a number, and is none: "007".
        guard unit != 1 || zero != nil, let number = Int(text) else { return text }
        if number == 0, let zero { return "\(zero)" }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? text : "\(product)"
    }
}

/// One setting, described. Any thread.
package struct Setting: Sendable {
    /// The option's name without its dashes.
    package let name: String
    /// The platforms' names for it.
    package let aliases: [Alias]
    /// What it takes, for people: "a port from 0 to 65535".
    package let takes: String
    /// The placeholder in `--help`.
    package let placeholder: String
    /// The default, for people.
    package let defaultText: String
    /// One line that says what it is.
    package let help: String

    /// The setting's own environment variable.
    package var variable: String { Self.variable(of: name) }

    /// Its variables in the order in which they are asked, with their units.
    package var variables: [Alias] { [Alias(variable)] + aliases }

    /// The environment variable of an option: `AMPHORA_` and its name in capitals.
    static func variable(of name: String) -> String {
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
}
