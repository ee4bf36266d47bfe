// The settings of the log.

package import Basics

/// What is logged, and how.
package struct LogSettings: SettingGroup {
    /// `nil`: the platform's choice.
    package var format: LogFormat?
    /// The least important lines that are written.
    package var level = LogLevel.info
    /// Whether each request gets a line.
    package var access = true

    /// The option that sets the level.
    package static let levelOption = "log-level"

    /// The defaults.
    package init() {}

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "log-format", &format, .choice, aliases: [Alias("AWS_LAMBDA_LOG_FORMAT")],
            standard: "text; in Lambda with concurrent invocations, json",
            help: "How log lines are written.")
        try table.setting(
            Self.levelOption, &level, .logLevel,
            aliases: [Alias("SAGEMAKER_CONTAINER_LOG_LEVEL"), Alias("AWS_LAMBDA_LOG_LEVEL")],
            help: "The lowest level of lines that are written.")
        try table.setting(
            "access-log", &access, .flag, help: "A log line for every request except /ping.")
    }
}

extension SettingKind where Value == LogLevel {
    /// A level by its name, or by the number that SageMaker's toolkits use.
    fileprivate static var logLevel: Self {
        choice.parsing { LogLevel(lenient: $0) }
    }
}
