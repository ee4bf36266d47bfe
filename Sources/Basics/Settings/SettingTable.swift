// The settings of one module: a struct of values, and one function that declares each of them.
//
//     struct FetchSettings: SettingGroup {
//         var timeout = Duration.seconds(10)
//
//         mutating func declare(in table: SettingTable) throws(InputError) {
//             try table.setting("fetch-timeout", &timeout, .seconds(0.05...3600), help: "…")
//         }
//     }
//
// This declaration is complete: option, variable, default, check and documentation follow from it.
// The same function lists the settings for documentation and reads them. It is a function rather
// than a list of key paths, because key paths cost a Lambda start a sixth of its instructions.

/// The settings that one module reads. Any thread.
package protocol SettingGroup: Sendable {
    /// The defaults.
    init()
    /// Declares each setting and the property that it sets, in the order of the documentation.
    mutating func declare(in table: SettingTable) throws(InputError)
    /// Called once all settings are read: takes what else the environment says, and throws if values
    /// contradict each other.
    mutating func complete(from sources: SettingSources) throws(InputError)
}

extension SettingGroup {
    package mutating func complete(from sources: SettingSources) {}

    /// The declared settings.
    package static var settings: [Setting] { declared(.describing).settings }

    /// The names of the declared settings. Every start needs them, and they are cheaper to make
    /// than the descriptions.
    package static var settingNames: [String] { declared(.naming).names }

    private static func declared(_ purpose: SettingTable.Purpose) -> SettingTable {
        let table = SettingTable(purpose)
        var defaults = Self()
        do throws(InputError) {
            try defaults.declare(in: table)
        } catch {
            preconditionFailure("nothing is read, so nothing can be wrong: \(error)")
        }
        return table
    }

    /// Reads every setting. Throws an error for the first that can't be used.
    package init(reading sources: SettingSources) throws(InputError) {
        self.init()
        try declare(in: SettingTable(.reading(sources)))
        try complete(from: sources)
    }
}

/// Takes the declarations of a group. One thread.
package final class SettingTable {
    enum Purpose {
        case naming
        case describing
        case reading(SettingSources)
    }

    private let purpose: Purpose
    private(set) var names: [String] = []
    private(set) var settings: [Setting] = []

    init(_ purpose: Purpose) { self.purpose = purpose }

    /// A setting whose default is the property's value; `standard` describes the default in words
    /// if its value alone is not clear. Throws if the given value can't be used.
    package func setting<Value: Sendable>(
        _ name: String, _ value: inout Value, _ kind: SettingKind<Value>, aliases: [Alias] = [],
        standard: String? = nil, help: String
    ) throws(InputError) {
        let given = try take(name, kind, aliases, help) { standard ?? kind.text(value) }
        if let given { value = given }
    }

    /// An optional setting; `standard` describes what applies without it. Throws if the given value
    /// can't be used.
    package func setting<Value: Sendable>(
        _ name: String, _ value: inout Value?, _ kind: SettingKind<Value>, aliases: [Alias] = [],
        standard: String, help: String
    ) throws(InputError) {
        if let given = try take(name, kind, aliases, help, { standard }) { value = given }
    }

    /// Records a setting; returns the given value if the table reads values.
    private func take<Value>(
        _ name: String, _ kind: SettingKind<Value>, _ aliases: [Alias], _ help: String,
        _ standard: () -> String
    ) throws(InputError) -> Value? {
        switch purpose {
        case .reading(let sources):
            return try sources.value(of: name, aliases, takes: kind.takes, kind.parse)
        case .naming: names.append(name)
        case .describing:
            settings.append(
                Setting(
                    name: name, aliases: aliases, takes: kind.takes(),
                    placeholder: kind.placeholder(), defaultText: standard(), help: help))
        }
        return nil
    }
}
