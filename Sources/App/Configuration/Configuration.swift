// The settings of one run, typed and checked; what the rest of App reads.

internal import HTTP
internal import Runtime

/// All settings of a run.
struct Configuration: Sendable {
    let modelPath: String
    let modelName: String?
    let zoo: String
    /// A model's name that is an address.
    let fetchedModel: ZooSettings
    let engineLibrary: String?
    let host: String
    let port: UInt16
    /// What may stand before the paths of requests.
    let basePath: BasePath
    let workers: Int
    /// The engine's threads within one inference.
    let threads: Int
    /// Images that may wait for a worker.
    let queueCapacity: Int
    let maxConnections: Int
    let maxImagePixels: Int
    let maxItems: Int
    /// `nil`: the model folder's.
    let topK: Int?
    /// Stands for the Accept field of requests that have none.
    let defaultAccept: String
    let requestTimeout: Duration
    let drainTimeout: Duration
    let http: Limits
    let fetch: FetchSettings
    let lambda: FunctionSettings
    let s3: S3Settings
    let log: LogSettings

    /// Reads every setting. Throws the first that can't be used.
    init(
        _ sources: SettingSources, for platform: Platform = .sageMaker
    ) throws(SettingError) {
        modelPath = try sources.value(of: Settings.modelPath)
        modelName = try sources.value(of: Settings.modelName)
        zoo = try sources.value(of: Settings.zoo)
        fetchedModel = try ZooSettings(sources)
        engineLibrary = try sources.value(of: Settings.engineLibrary)
        host = try sources.value(of: Settings.host)
        port = UInt16(clamping: try sources.value(of: Settings.port))
        basePath = try sources.value(of: Settings.basePath)
        lambda = try FunctionSettings(sources)
        workers =
            try sources.value(of: Settings.workers) ?? platform.processors(sources.environment)
        // Bits of an answer don't depend on it; a test holds that.
        let isAlone =
            platform == .lambda && lambda.concurrency == nil
        threads = try sources.value(of: Settings.threads) ?? (isAlone ? workers : 1)
        queueCapacity = try sources.value(of: Settings.queue) ?? 8 * workers
        maxConnections = try sources.value(of: Settings.maxConnections)
        maxImagePixels = try sources.value(of: Settings.maxImagePixels)
        maxItems = try sources.value(of: Settings.maxItems)
        topK = try sources.value(of: Settings.topK)
        defaultAccept = try sources.value(of: Settings.defaultAccept)
        requestTimeout =
            try sources.value(of: Settings.requestTimeout) ?? platform.requestTimeout
        drainTimeout = try sources.value(of: Settings.drainTimeout)
        http = try Limits(sources)
        fetch = try FetchSettings(sources)
        s3 = S3Settings(sources.environment)
        // Managed Instances know no other format.
        let isManaged = platform == .lambda && lambda.concurrency != nil
        log = try LogSettings(sources, standard: isManaged ? .json : .text)
    }
}

/// How images are fetched.
struct FetchSettings: Sendable {
    let allow: [NetworkRange]
    private(set) var connectTimeout: Duration
    private(set) var timeout: Duration
    private(set) var maxBytes: Int
    let maxRedirects: Int
    /// Fetches at the same time.
    let maxConcurrent: Int
    /// A PEM file of the authorities to trust instead of the system's, as OpenSSL's programs take it.
    let certificateFile: String?

    init(_ sources: SettingSources) throws(SettingError) {
        allow = try sources.value(of: Settings.fetchAllow)
        connectTimeout = try sources.value(of: Settings.fetchConnectTimeout)
        timeout = try sources.value(of: Settings.fetchTimeout)
        maxBytes = try sources.value(of: Settings.fetchMaxBytes)
        maxRedirects = try sources.value(of: Settings.fetchMaxRedirects)
        maxConcurrent = try sources.value(of: Settings.maxFetches)
        let file = sources.environment["SSL_CERT_FILE"] ?? ""
        certificateFile = file.isEmpty ? nil : file
    }

    /// The same with other limits.
    func with(connectTimeout: Duration, timeout: Duration, maxBytes: Int) -> FetchSettings {
        var copy = self
        copy.connectTimeout = connectTimeout
        copy.timeout = timeout
        copy.maxBytes = maxBytes
        return copy
    }
}

/// How Lambda's events are answered.
struct FunctionSettings: Sendable {
    /// Invocations at the same time; `nil`: one after another.
    let concurrency: Int?
    let invokeMode: InvokeMode
    let directErrors: DirectErrors
    /// Whether an extension is registered for SIGTERM's sake.
    let registersExtension: Bool

    init(_ sources: SettingSources) throws(SettingError) {
        concurrency = try sources.value(of: Settings.lambdaConcurrency)
        invokeMode = try sources.value(of: Settings.invokeMode)
        directErrors = try sources.value(of: Settings.directErrors)
        registersExtension = try sources.value(of: Settings.lambdaExtension)
    }
}

/// How an answer leaves Lambda; nothing in an event says which of them its sender takes
/// (docs/platforms.md B6).
enum InvokeMode: String, CaseIterable, Sendable {
    case buffered
    case responseStream = "response-stream"
}

/// What becomes of a direct event's failure.
enum DirectErrors: String, CaseIterable, Sendable {
    /// Lambda is told that the invocation failed.
    case report
    /// The invocation succeeds, with the failure as its answer.
    case answer
}

/// What is logged, and how.
struct LogSettings: Sendable {
    let format: LogFormat
    let level: LogLevel
    let access: Bool

    init(_ sources: SettingSources, standard: LogFormat) throws(SettingError) {
        format = try sources.value(of: Settings.logFormat) ?? standard
        level = try sources.value(of: Settings.logLevel)
        access = try sources.value(of: Settings.accessLog)
    }
}

extension Limits {
    fileprivate init(_ sources: SettingSources) throws(SettingError) {
        self.init()
        bodyBytes = try sources.value(of: Settings.maxBody)
        headTimeout = try sources.value(of: Settings.headTimeout)
        bodyTimeout = try sources.value(of: Settings.bodyTimeout)
        idleTimeout = try sources.value(of: Settings.idleTimeout)
        writeTimeout = try sources.value(of: Settings.writeTimeout)
    }
}
