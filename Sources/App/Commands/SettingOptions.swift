// The settings as options of a command. What an option is called and says comes from its entry in
// `Settings`; a property here makes ArgumentParser know that it exists.

internal import ArgumentParser
internal import Glibc

/// All settings, as options.
struct SettingOptions: ParsableArguments {
    @Option(Settings.modelPath) var modelPath: String?
    @Option(Settings.modelName) var modelName: String?
    @Option(Settings.zoo) var zoo: String?
    @Option(Settings.modelSHA256) var modelSha256: String?
    @Option(Settings.modelMaxBytes) var modelMaxBytes: String?
    @Option(Settings.engineLibrary) var engineLibrary: String?
    @Option(Settings.host) var host: String?
    @Option(Settings.port) var port: String?
    @Option(Settings.basePath) var basePath: String?
    @Option(Settings.workers) var workers: String?
    @Option(Settings.threads) var threads: String?
    @Option(Settings.queue) var queue: String?
    @Option(Settings.maxConnections) var maxConnections: String?
    @Option(Settings.maxBody) var maxBody: String?
    @Option(Settings.maxImagePixels) var maxImagePixels: String?
    @Option(Settings.maxItems) var maxItems: String?
    @Option(Settings.topK) var topK: String?
    @Option(Settings.defaultAccept) var defaultAccept: String?
    @Option(Settings.requestTimeout) var requestTimeout: String?
    @Option(Settings.headTimeout) var headTimeout: String?
    @Option(Settings.bodyTimeout) var bodyTimeout: String?
    @Option(Settings.idleTimeout) var idleTimeout: String?
    @Option(Settings.writeTimeout) var writeTimeout: String?
    @Option(Settings.drainTimeout) var drainTimeout: String?
    @Option(Settings.fetchAllow) var fetchAllow: String?
    @Option(Settings.fetchConnectTimeout) var fetchConnectTimeout: String?
    @Option(Settings.fetchTimeout) var fetchTimeout: String?
    @Option(Settings.fetchMaxBytes) var fetchMaxBytes: String?
    @Option(Settings.fetchMaxRedirects) var fetchMaxRedirects: String?
    @Option(Settings.maxFetches) var maxFetches: String?
    @Option(Settings.lambdaConcurrency) var lambdaConcurrency: String?
    @Option(Settings.invokeMode) var invokeMode: String?
    @Option(Settings.directErrors) var directErrors: String?
    @Option(Settings.lambdaExtension) var lambdaExtension: String?
    @Option(Settings.logFormat) var logFormat: String?
    @Option(Settings.logLevel) var logLevel: String?
    @Option(Settings.accessLog) var accessLog: String?

    /// The texts that were given, by the option's name.
    ///
    /// Found by reflection, as ArgumentParser itself finds the properties, so that a setting stands
    /// in two places and not in three.
    var given: [String: String] {
        var given: [String: String] = [:]
        for child in Mirror(reflecting: self).children {
            guard let label = child.label, let option = child.value as? Option<String?> else {
                continue
            }
            given[Self.optionName(of: label)] = option.wrappedValue
        }
        return given
    }

    /// The configuration of these options and the process's environment.
    func configuration() throws(SettingError) -> Configuration {
        try Configuration(SettingSources(options: given, environment: Environment.variables()))
    }

    /// "model-path" of "_modelPath".
    static func optionName(of label: String) -> String {
        label.drop { $0 == "_" }.reduce(into: "") { name, character in
            name += character.isUppercase ? "-\(character.lowercased())" : "\(character)"
        }
    }
}

extension Option where Value == String? {
    /// The option of a setting.
    init(_ setting: any AnySetting) {
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
