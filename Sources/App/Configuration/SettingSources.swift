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
            return try parse(text, of: setting, from: Alias(variable: "--\(setting.name)"))
        }
        for alias in setting.variables {
            // An empty variable is an unset one, as in every shell script around a container.
            guard let text = environment[alias.variable], !text.isEmpty else { continue }
            if KubernetesServiceLink.holds(alias.variable, text) { continue }
            return try parse(text, of: setting, from: alias)
        }
        return setting.standard
    }

    private func parse<Value>(
        _ text: String, of setting: Setting<Value>, from source: Alias
    ) throws(SettingError) -> Value {
        if let value = setting.kind.parse(source.translated(text)) { return value }
        let unit = source.unit == 1 ? "" : ", counted in units of \(source.unit)"
        throw SettingError(
            description: "\(source.variable) takes \(setting.takes)\(unit), "
                + "not “\(String(text.prefix(100)).onOneLine())”")
    }

    private func refuseUnknownVariables() throws(SettingError) {
        let ours = environment.filter { $0.key.hasPrefix("AMPHORA_") }
        if ours.isEmpty { return }
        let known = Settings.all.map(\.variable)
        for (variable, text) in ours.sorted(by: { $0.key < $1.key })
        where !known.contains(variable) {
            guard !KubernetesServiceLink.holds(variable, text) else { continue }
            var line = "\(variable) is no setting of amphora"
            if let nearest = nearestName(to: variable, among: known) {
                line += "; did you mean \(nearest)?"
            }
            throw SettingError(description: line)
        }
    }
}

/// The variables that Kubernetes gives every container of a namespace for each Service in it: for
/// one that is named amphora, they look like settings of ours.
enum KubernetesServiceLink {
    /// Whether a variable is one, like `AMPHORA_SERVICE_HOST` or `AMPHORA_PORT=tcp://10.0.0.1:80`.
    static func holds(_ variable: String, _ text: String) -> Bool {
        let words = variable.split(separator: "_")
        if let service = words.lastIndex(of: "SERVICE"), service + 1 < words.count {
            return words[service + 1] == "HOST" || words[service + 1] == "PORT"
        }
        let isAddress = ["tcp://", "udp://", "sctp://"].contains { text.hasPrefix($0) }
        if isAddress && words.last == "PORT" { return true }
        // …_PORT_80_TCP and …_PORT_80_TCP_{PROTO,PORT,ADDR}
        guard let port = words.firstIndex(where: { Int($0) != nil }), port > 0,
            words[port - 1] == "PORT", port + 1 < words.count
        else { return false }
        return ["TCP", "UDP", "SCTP"].contains(words[port + 1])
    }
}
