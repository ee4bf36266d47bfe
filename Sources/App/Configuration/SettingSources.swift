// Where settings come from, and which one wins: option, then environment, then default.
//
// Reads raw texts and gives typed values; every refusal is one line that names the setting as the
// person wrote it and what it takes.

internal import Inference

/// A setting that can't be used, as one line for a person.
struct SettingError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// The texts that were given for settings.
struct SettingSources {
    /// Option values by the option's name.
    let options: [String: String]
    let environment: [String: String]

    init(options: [String: String] = [:], environment: [String: String]) throws(SettingError) {
        self.options = options
        self.environment = environment
        try refuseUnknownVariables()
    }

    /// The value of a setting.
    func value<Value>(of setting: Setting<Value>) throws(SettingError) -> Value {
        if let text = options[setting.name] {
            return try parse(text, of: setting, writtenAs: "--\(setting.name)")
        }
        // An empty variable is an unset one, as in every shell script around a container.
        for alias in setting.variables {
            guard let text = environment[alias.variable], !text.isEmpty else { continue }
            return try parse(scaled(text, by: alias.unit), of: setting, writtenAs: alias.variable)
        }
        return setting.standard
    }

    private func parse<Value>(
        _ text: String, of setting: Setting<Value>, writtenAs source: String
    ) throws(SettingError) -> Value {
        guard let value = setting.kind.parse(text) else {
            throw SettingError(description: "\(source) takes \(setting.takes), not “\(text)”")
        }
        return value
    }

    private func scaled(_ text: String, by unit: Int) -> String {
        guard unit != 1, let number = Int(text) else { return text }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? text : "\(product)"
    }

    private func refuseUnknownVariables() throws(SettingError) {
        let known = Settings.all.map(\.variable)
        for variable in environment.keys.sorted()
        where variable.hasPrefix("AMPHORA_") && !known.contains(variable) {
            var line = "\(variable) is no setting of amphora"
            if let nearest = nearestName(to: variable, among: known) {
                line += "; did you mean \(nearest)?"
            }
            throw SettingError(description: line)
        }
    }
}
