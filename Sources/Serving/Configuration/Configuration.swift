// The settings of one run: each module's own, and the platform's defaults for settings left unset.

package import Basics
package import Inference
package import ModelStore
package import Runtime

/// All settings of a run.
package struct Configuration: Sendable {
    /// Which model is served.
    package let models: ModelStoreSettings
    /// How it is loaded and asked.
    package let inference: InferenceSettings
    /// Where the HTTP server listens, and its limits.
    package var server: ServerSettings
    /// How much is worked on, as given; the values in force stand below.
    package let work: WorkSettings
    /// How requests are read.
    package let requests: RequestSettings
    /// How pictures are fetched.
    package let fetch: FetchSettings
    /// How Lambda's events are answered.
    package let function: FunctionSettings
    /// Region, endpoint and credentials of S3, from the environment.
    package let s3: S3Settings
    /// What is logged, as given.
    package var log: LogSettings

    // Settings with the platform's default filled in.
    /// Worker threads.
    package let workers: Int
    /// The engine's threads within one inference.
    package let threads: Int
    /// Pictures that may wait for a worker.
    package let queueCapacity: Int
    /// The time a request may take once it has arrived.
    package let requestTimeout: Duration
    /// How log lines are written.
    package let logFormat: LogFormat

    /// The modules' settings, in the order of docs/settings.md.
    private static let groups: [any SettingGroup.Type] = [
        ModelStoreSettings.self, InferenceSettings.self, ServerSettings.self, WorkSettings.self,
        RequestSettings.self, FetchSettings.self, FunctionSettings.self, LogSettings.self,
    ]

    /// All settings.
    package static var settings: [Setting] { groups.flatMap { $0.settings } }

    /// Reads every setting. Throws the first that can't be used.
    package init(
        _ sources: SettingSources, for platform: Platform = .sageMaker
    ) throws(InputError) {
        try sources.refuseUnknownVariables(besides: Self.groups.flatMap { $0.settingNames })
        models = try ModelStoreSettings(reading: sources)
        inference = try InferenceSettings(reading: sources)
        server = try ServerSettings(reading: sources)
        work = try WorkSettings(reading: sources)
        requests = try RequestSettings(reading: sources)
        fetch = try FetchSettings(reading: sources)
        function = try FunctionSettings(reading: sources)
        s3 = S3Settings(sources.environment)
        log = try LogSettings(reading: sources)

        let isSequential = platform == .lambda && function.concurrency == nil
        let isManaged = platform == .lambda && function.concurrency != nil
        workers = work.workers ?? platform.processors(sources.environment)
        // Answers don't depend on the number of threads, bit for bit; a test checks that.
        threads = inference.threads ?? (isSequential ? workers : 1)
        queueCapacity = work.queueCapacity ?? 8 * workers
        requestTimeout = work.requestTimeout ?? platform.requestTimeout
        // Managed Instances accept no other format.
        logFormat = log.format ?? (isManaged ? .json : .text)
    }
}
