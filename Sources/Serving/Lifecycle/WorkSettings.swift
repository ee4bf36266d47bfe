// The settings of how much work runs at a time, and for how long.

package import Basics

/// How much work runs at a time.
package struct WorkSettings: SettingGroup {
    /// `nil`: the platform's processors.
    package var workers: Int?
    /// Pictures that may wait for a worker; `nil`: eight for each worker.
    package var queueCapacity: Int?
    /// The time a request may take once it has arrived; `nil`: the platform's.
    package var requestTimeout: Duration?
    /// The time requests in flight have to finish after SIGTERM.
    package var drainTimeout = Duration.seconds(25)

    /// The defaults.
    package init() {}

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "workers", &workers, .integer(1...512),
            aliases: [
                Alias("SAGEMAKER_MODEL_SERVER_WORKERS"), Alias("SAGEMAKER_NUM_MODEL_WORKERS"),
            ],
            standard: "the processors this process may use; in Lambda, those its memory size buys",
            help: "The threads that decode and infer, one picture each at a time.")
        try table.setting(
            "queue", &queueCapacity, .integer(1...1_000_000), standard: "8 per worker",
            help: "Pictures that may wait for a worker; beyond that, requests get 503.")
        try table.setting(
            "request-timeout", &requestTimeout, .seconds(0.05...3600),
            aliases: [
                Alias("SAGEMAKER_MODEL_SERVER_TIMEOUT"), Alias("SAGEMAKER_RESPONSE_TIMEOUT"),
            ],
            standard: "59; in Lambda until the invocation's deadline",
            help: "The time a request may take once it has arrived.")
        try table.setting(
            "drain-timeout", &drainTimeout, .seconds(0...3600),
            help: "The time requests in flight have to finish after SIGTERM.")
    }
}
