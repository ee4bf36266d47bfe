// The settings of one module: a struct of values, and a table that says how each is set.
//
//     struct FetchSettings: SettingGroup {
//         var timeout = Duration.seconds(10)
//
//         static let table: [SettingRow<Self>] = [
//             .init("fetch-timeout", \.timeout, .seconds(0.05...3600), help: "…")
//         ]
//     }
//
// That is all there is to declare: option, variable, default, check and documentation follow.

/// The settings that one module reads. Any thread.
package protocol SettingGroup: Sendable {
    /// The defaults.
    init()
    /// How each is set, in the order in which documents list them.
    static var table: [SettingRow<Self>] { get }
}

extension SettingGroup {
    /// What the table declares.
    package static var settings: [Setting] { table.map(\.setting) }

    /// The name of the setting that sets a property.
    package static func name(of property: PartialKeyPath<Self>) -> String {
        guard let row = table.first(where: { $0.property == property }) else {
            preconditionFailure("no setting sets \(property)")
        }
        return row.setting.name
    }

    /// Reads every setting. Throws the first that can't be used.
    package init(reading sources: SettingSources) throws(InputError) {
        self.init()
        for row in Self.table { try row.read(&self, sources) }
    }
}

/// How one property of a group is set. Any thread.
package struct SettingRow<Group: SettingGroup>: Sendable {
    package let setting: Setting
    fileprivate let property: any PartialKeyPath<Group> & Sendable
    fileprivate let read: @Sendable (inout Group, SettingSources) throws(InputError) -> Void

    /// A setting whose default is the property's own; `standard` says it in words where its value
    /// alone would not do.
    package init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Group, Value> & Sendable,
        _ kind: SettingKind<Value>, aliases: [Alias] = [], standard: String? = nil, help: String
    ) {
        let setting = Setting(
            name: name, aliases: aliases, help: help, takesText: kind.takes,
            placeholderText: kind.placeholder,
            standardText: { standard ?? kind.text(Group()[keyPath: property]) })
        self.setting = setting
        self.property = property
        read = { (group, sources) throws(InputError) in
            if let value = try sources.value(of: setting, kind.parse) {
                group[keyPath: property] = value
            }
        }
    }

    /// A setting that may be left out; `standard` says what holds then.
    package init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Group, Value?> & Sendable,
        _ kind: SettingKind<Value>, aliases: [Alias] = [], standard: String, help: String
    ) {
        let setting = Setting(
            name: name, aliases: aliases, help: help, takesText: kind.takes,
            placeholderText: kind.placeholder, standardText: { standard })
        self.setting = setting
        self.property = property
        read = { (group, sources) throws(InputError) in
            if let value = try sources.value(of: setting, kind.parse) {
                group[keyPath: property] = value
            }
        }
    }
}
