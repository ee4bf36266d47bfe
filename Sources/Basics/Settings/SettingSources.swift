// Where settings come from, and which one wins: option, then environment, then default.
//
// Turns raw text into typed values. Every error is one line that names the setting as the user
// wrote it and the values it takes.

/// The raw values that the user gave for settings. Any thread.
package struct SettingSources: Sendable {
    /// Option values by the option's name.
    package let options: [String: String]
    /// Variables of the process.
    package let environment: [String: String]

    /// Takes command-line options and environment variables.
    package init(options: [String: String] = [:], environment: [String: String]) {
        self.options = options
        self.environment = environment
    }

    /// The given value of a setting, as `parse` reads it; `nil` if none was given. If the value
    /// can't be used, throws an error that says what the setting takes.
    func value<Value>(
        of name: String, _ aliases: [Alias], takes: () -> String, _ parse: (String) -> Value?
    ) throws(InputError) -> Value? {
        if let text = options[name] {
            return try read(text, from: Alias("--\(name)"), takes, parse)
        }
        if let text = given(Setting.variable(of: name)) {
            return try read(text, from: Alias(Setting.variable(of: name)), takes, parse)
        }
        for alias in aliases {
            if let text = given(alias.variable) { return try read(text, from: alias, takes, parse) }
        }
        return nil
    }

    /// The text of a variable.
    private func given(_ variable: String) -> String? {
        // An empty variable counts as unset, as shell scripts around containers expect.
        guard let text = environment[variable], !text.isEmpty,
            !KubernetesServiceLink.holds(variable, text)
        else { return nil }
        return text
    }

    private func read<Value>(
        _ text: String, from source: Alias, _ takes: () -> String, _ parse: (String) -> Value?
    ) throws(InputError) -> Value {
        if let value = parse(source.translated(text)) { return value }
        let unit = source.unit == 1 ? "" : ", counted in units of \(source.unit)"
        throw InputError(
            "\(source.variable) takes \(takes())\(unit), "
                + "not “\(String(text.prefix(100)).onOneLine())”")
    }

    /// Throws if a variable has our prefix but belongs to none of the settings of these names.
    package func refuseUnknownVariables(
        besides names: @autoclosure () -> [String]
    ) throws(InputError) {
        let ours = environment.filter { $0.key.hasPrefix("AMPHORA_") }
        if ours.isEmpty { return }
        let known = names().map(Setting.variable(of:))
        for (variable, text) in ours.sorted(by: { $0.key < $1.key })
        where !known.contains(variable) {
            guard !KubernetesServiceLink.holds(variable, text) else { continue }
            var line = "\(variable) is not a setting of amphora"
            if let nearest = nearestName(to: variable, among: known) {
                line += "; did you mean \(nearest)?"
            }
            throw InputError(line)
        }
    }
}

/// The variables that Kubernetes sets in every container of a namespace for each Service in it: for
/// a Service named amphora, they look like our settings.
enum KubernetesServiceLink {
    /// Whether a variable is one of them, like `AMPHORA_SERVICE_HOST` or
    /// `AMPHORA_PORT=tcp://10.0.0.1:80`.
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
