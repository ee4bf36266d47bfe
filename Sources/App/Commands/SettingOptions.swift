// The settings as options of a command: one option for each declared setting, so that no second
// list is kept here.
//
// ArgumentParser finds a command's options by reflection over its properties. This type reflects as
// if it had a property for each setting, and is decoded the same way.

internal import ArgumentParser
internal import Basics
internal import Glibc
internal import Serving

/// All settings, as options.
struct SettingOptions: ParsableArguments, CustomReflectable {
    /// The options, by the settings' names; given options have a text.
    private let options: [(name: String, option: Option<String?>)]

    init() {
        options = Configuration.settings.map { ($0.name, Option($0)) }
    }

    /// Takes the options that ArgumentParser has parsed.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: SettingKey.self)
        options = try Configuration.settings.map { setting in
            let key = SettingKey(stringValue: setting.name)
            return (setting.name, try values.decode(Option<String?>.self, forKey: key))
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: options.map { (label: $0.name, value: $0.option) })
    }

    /// The texts of given options, by the option's name.
    var given: [String: String] {
        options.reduce(into: [:]) { given, option in
            given[option.name] = option.option.wrappedValue
        }
    }

    /// What KServe's serving runtimes call some settings (docs/platforms.md C4).
    private static let kserve = [
        "--model_name": "--served-name", "--model_dir": "--model-path", "--http_port": "--port",
    ]

    /// The same arguments with KServe's names replaced by ours, and with “on” for each setting that is
    /// on or off and stands alone: `--strict models/digits` becomes `--strict=on models/digits`.
    static func completed(_ arguments: [String]) -> [String] {
        guard arguments.contains(where: { $0.hasPrefix("--") }) else { return arguments }
        let arguments = arguments.map { argument in
            let name = argument.prefix { $0 != "=" }
            return kserve[String(name)].map { $0 + argument.dropFirst(name.count) } ?? argument
        }
        let kind = SettingKind<Bool>.flag
        let switches = Configuration.settings.filter { $0.takes == kind.takes() }
            .map { "--\($0.name)" }
        return arguments.indices.map { index in
            let argument = arguments[index]
            let next = index + 1 < arguments.count ? arguments[index + 1] : ""
            return switches.contains(argument) && kind.parse(next) == nil
                ? "\(argument)=on" : argument
        }
    }

    /// The configuration from these options and the process's environment.
    func configuration() throws(InputError) -> Configuration {
        try Configuration(SettingSources(options: given, environment: Environment.variables()))
    }
}

/// A setting's name, as the coding key of its option.
private struct SettingKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { return nil }
}

extension Option where Value == String? {
    /// The option of a setting.
    init(_ setting: Setting) {
        let names = setting.variables.map(\.variable).joined(separator: ", ")
        self.init(
            name: .customLong(setting.name),
            help: ArgumentHelp(
                "\(setting.help) Default: \(setting.defaultText). [\(names)]",
                valueName: setting.placeholder))
    }
}

/// The process's environment.
enum Environment {
    /// All variables, environ(7).
    static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let line = unsafe entry.pointee {
            let text = unsafe UnsafeRawBufferPointer(start: line, count: strlen(line))
            if let equals = unsafe text.firstIndex(of: UInt8(ascii: "=")) {
                let value = unsafe String(decoding: text[(equals + 1)...], as: UTF8.self)
                unsafe variables[String(decoding: text[..<equals], as: UTF8.self)] = value
            }
            unsafe entry += 1
        }
        return variables
    }
}
