// The settings of a Lambda function: how its events come, and how they are answered.

package import Basics

/// How Lambda's events are answered.
package struct FunctionSettings: SettingGroup {
    /// Invocations at the same time; `nil`: one after another.
    package var concurrency: Int?
    package var invokeMode = InvokeMode.buffered
    package var directErrors = DirectErrors.report
    /// Whether an extension is registered for SIGTERM's sake.
    package var registersExtension = true

    /// The defaults.
    package init() {}

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "lambda-concurrency", &concurrency, .integer(1...10_000),
            aliases: [Alias("AWS_LAMBDA_MAX_CONCURRENCY")], standard: "one at a time",
            help: "The invocations that Lambda gives at the same time (Managed Instances).")
        try table.setting(
            "invoke-mode", &invokeMode, .choice, aliases: [Alias("AWS_LWA_INVOKE_MODE")],
            help: "How answers leave Lambda: whole, or streamed; as the function's URL is set up.")
        try table.setting(
            "direct-errors", &directErrors, .choice,
            help: "Failures of direct events: reported to Lambda, or answered as JSON.")
        try table.setting(
            "lambda-extension", &registersExtension, .flag,
            help: """
                Register an extension that does nothing, so that Lambda announces the end by SIGTERM.
                """)
    }
}

/// How an answer leaves Lambda; nothing in an event says which of them its sender takes
/// (docs/platforms.md B6).
package enum InvokeMode: String, CaseIterable, Sendable {
    case buffered
    case responseStream = "response-stream"
}

/// What becomes of a direct event's failure.
package enum DirectErrors: String, CaseIterable, Sendable {
    /// Lambda is told that the invocation failed.
    case report
    /// The invocation succeeds, with the failure as its answer.
    case answer
}
