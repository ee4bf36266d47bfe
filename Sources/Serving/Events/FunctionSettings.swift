// The settings of a Lambda function: how its events arrive, and how they are answered.

package import Basics

/// How Lambda's events are answered.
package struct FunctionSettings: SettingGroup {
    /// Concurrent invocations; `nil`: one at a time.
    package var concurrency: Int?
    /// How answers leave.
    package var invokeMode = InvokeMode.buffered
    /// What becomes of a direct event's failure.
    package var directErrors = DirectErrors.report
    /// Whether an extension is registered, so that Lambda sends SIGTERM.
    package var registersExtension = true

    /// The defaults.
    package init() {}

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "lambda-concurrency", &concurrency, .integer(1...10_000),
            aliases: [Alias("AWS_LAMBDA_MAX_CONCURRENCY")], standard: "one at a time",
            help: "The most invocations that Lambda sends at the same time (Managed Instances).")
        try table.setting(
            "invoke-mode", &invokeMode, .choice, aliases: [Alias("AWS_LWA_INVOKE_MODE")],
            help: "How answers are sent: whole, or streamed. Must match the function URL's mode.")
        try table.setting(
            "direct-errors", &directErrors, .choice,
            help: "Failures of direct events: reported to Lambda, or answered as JSON.")
        try table.setting(
            "lambda-extension", &registersExtension, .flag,
            help: """
                Register an extension that does nothing, so that Lambda sends SIGTERM before it ends \
                the process.
                """)
    }
}

/// How an answer is sent to Lambda; the event does not say which mode its sender accepts
/// (docs/platforms.md B6).
package enum InvokeMode: String, CaseIterable, Sendable {
    case buffered
    case responseStream = "response-stream"
}

/// What happens to the failure of a direct event.
package enum DirectErrors: String, CaseIterable, Sendable {
    /// It is reported to Lambda as a failed invocation.
    case report
    /// The invocation succeeds, with the failure as its answer.
    case answer
}
