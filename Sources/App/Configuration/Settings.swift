// Every setting, once: its name, what it takes, its default, its help. `--help`, the environment's
// names, validation and the table of docs/settings.md come from here.
//
// Nothing here reads anything; `SettingSources` does.

internal import Runtime

/// The table of settings.
enum Settings {
    static let all: [any AnySetting] = [
        modelPath, modelName, zoo, modelSHA256, modelMaxBytes, engineLibrary, host, port, basePath,
        workers, threads, queue, maxConnections, maxBody, maxImagePixels, maxItems, topK,
        defaultAccept, requestTimeout, headTimeout, bodyTimeout, idleTimeout, writeTimeout,
        drainTimeout, fetchAllow, fetchConnectTimeout, fetchTimeout, fetchMaxBytes,
        fetchMaxRedirects, maxFetches,
        lambdaConcurrency, invokeMode, directErrors, lambdaExtension, logFormat, logLevel,
        accessLog,
    ]

    // MARK: The model

    static let modelPath = Setting(
        name: "model-path", kind: .text("the path of a folder", placeholder: "folder"),
        standard: "/opt/ml/model", defaultText: "/opt/ml/model",
        help: "The model folder; searched first.")
    static let modelName = Setting<String?>(
        name: "model-name", aliases: [Alias(variable: "MODEL_NAME")],
        kind: .optional(
            .text("the name of a folder in the zoo, or the address of a model", placeholder: "name")
        ),
        standard: nil, defaultText: "none",
        help: """
            The model that is served where the model folder is missing or empty: a folder of the zoo, \
            or an https:// or s3:// address of a .tar.gz or .onnx, fetched at the start.
            """)
    static let zoo = Setting(
        name: "zoo", kind: .text("the path of a folder", placeholder: "folder"),
        standard: "/opt/models", defaultText: "/opt/models",
        help: "The folder of model folders that --model-name chooses from.")
    static let modelSHA256 = Setting<String?>(
        name: "model-sha256", aliases: [Alias(variable: "MODEL_SHA256")],
        kind: .optional(.sha256), standard: nil, defaultText: "none",
        help: "The SHA-256 that a fetched file must have; another one is not served.")
    static let modelMaxBytes = Setting(
        name: "model-max-bytes", kind: .bytes(1...1_099_511_627_776), standard: 2_147_483_648,
        defaultText: "2147483648",
        help: "The largest model that is fetched, packed and unpacked.")
    static let engineLibrary = Setting<String?>(
        name: "engine-library",
        kind: .optional(.text("the path of a library", placeholder: "file")),
        standard: nil, defaultText: "beside the executable",
        help: "The inference engine's shared library.")

    // MARK: The server

    static let host = Setting(
        name: "host", kind: .address,
        standard: "0.0.0.0", defaultText: "0.0.0.0",
        help: "The address to listen on.")
    static let port = Setting(
        name: "port",
        aliases: [Alias(variable: "SAGEMAKER_BIND_TO_PORT"), Alias(variable: "PORT")],
        kind: .integer(0...65535, "a port"), standard: 8080, defaultText: "8080",
        help: "The port to listen on; 0 takes a free one.")
    static let basePath = Setting(
        name: "base-path", aliases: [Alias(variable: "AWS_LWA_REMOVE_BASE_PATH")],
        kind: .basePath, standard: .none, defaultText: "/",
        help: """
            What stands before a path because an API's domain or a proxy leaves it there; paths \
            without it are the same.
            """)
    static let workers = Setting<Int?>(
        name: "workers",
        aliases: [
            Alias(variable: "SAGEMAKER_MODEL_SERVER_WORKERS"),
            Alias(variable: "SAGEMAKER_NUM_MODEL_WORKERS"),
        ],
        kind: .optional(.integer(1...512)), standard: nil,
        defaultText: "the processors this process may use; in Lambda those its memory pays for",
        help: "The threads that decode and infer, one image each at a time.")
    static let threads = Setting<Int?>(
        name: "threads", kind: .optional(.integer(1...512)), standard: nil,
        defaultText: "1; in Lambda, one invocation at a time, as many as workers",
        help: "The threads of the engine within one inference.")
    static let queue = Setting<Int?>(
        name: "queue", kind: .optional(.integer(1...1_000_000)), standard: nil,
        defaultText: "8 a worker",
        help: "Images that may wait for a worker; beyond that, requests get 503.")
    static let maxConnections = Setting(
        name: "max-connections", kind: .integer(1...1_000_000), standard: 16384,
        defaultText: "16384", help: "Open connections; further ones wait in the backlog.")
    static let maxBody = Setting(
        name: "max-body",
        aliases: [
            // 0 has batch transform send whole objects, however large (docs/platforms.md A10).
            Alias(
                variable: "SAGEMAKER_MAX_PAYLOAD_IN_MB", unit: 1_048_576, zero: largestBody),
            Alias(variable: "SAGEMAKER_MAX_REQUEST_SIZE"),
        ],
        kind: .bytes(1...largestBody), standard: 33_554_432, defaultText: "33554432",
        help: "The largest request body.")
    private static let largestBody = 2_147_483_647
    static let maxImagePixels = Setting(
        name: "max-image-pixels", kind: .integer(1...1_000_000_000), standard: 64_000_000,
        defaultText: "64000000", help: "The largest image, width times height.")
    static let maxItems = Setting(
        name: "max-items", kind: .integer(1...1_000_000), standard: 10_000, defaultText: "10000",
        help: "The most images one JSON request may name (JSON lines have no such limit).")
    static let topK = Setting<Int?>(
        name: "top-k", kind: .optional(.integer(1...1000)), standard: nil,
        defaultText: "the model folder's, else 5",
        help: "The labels in an answer, unless the request says otherwise.")

    static let defaultAccept = Setting(
        name: "default-accept", aliases: [Alias(variable: "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT")],
        kind: .answerTypes, standard: "*/*", defaultText: "*/*",
        help: "The Accept field of requests that have none.")

    // MARK: Time

    static let requestTimeout = Setting<Duration?>(
        name: "request-timeout",
        aliases: [
            Alias(variable: "SAGEMAKER_MODEL_SERVER_TIMEOUT"),
            Alias(variable: "SAGEMAKER_RESPONSE_TIMEOUT"),
        ],
        kind: .optional(.seconds(0.05...3600)), standard: nil,
        defaultText: "59; in Lambda until the invocation's deadline",
        help: "The time a request may take once it has arrived.")
    static let headTimeout = Setting(
        name: "head-timeout", kind: .seconds(0.05...3600), standard: .seconds(10),
        defaultText: "10", help: "The time the head of a request may take to arrive.")
    static let bodyTimeout = Setting(
        name: "body-timeout", kind: .seconds(0.05...3600), standard: .seconds(30),
        defaultText: "30", help: "The time a body may pause on its way in.")
    static let idleTimeout = Setting(
        name: "idle-timeout", kind: .seconds(0.05...86400), standard: .seconds(75),
        defaultText: "75", help: "The time a connection may rest between requests.")
    static let writeTimeout = Setting(
        name: "write-timeout", kind: .seconds(0.05...3600), standard: .seconds(30),
        defaultText: "30", help: "The time a client may pause in taking its answer.")
    static let drainTimeout = Setting(
        name: "drain-timeout", kind: .seconds(0...3600), standard: .seconds(25),
        defaultText: "25", help: "The time requests in flight have to finish after SIGTERM.")

    // MARK: Fetching

    static let fetchAllow = Setting(
        name: "fetch-allow", kind: .networks, standard: [NetworkRange](), defaultText: "none",
        help: "Networks that URIs may point into although they are not public.")
    static let fetchConnectTimeout = Setting(
        name: "fetch-connect-timeout", kind: .seconds(0.05...3600), standard: .seconds(2),
        defaultText: "2", help: "The time a connection to an image's host may take.")
    static let fetchTimeout = Setting(
        name: "fetch-timeout", kind: .seconds(0.05...3600), standard: .seconds(10),
        defaultText: "10", help: "The time an image may take to be fetched.")
    static let fetchMaxBytes = Setting(
        name: "fetch-max-bytes", kind: .bytes(1...1_073_741_824), standard: 20_000_000,
        defaultText: "20000000", help: "The largest image that is fetched.")
    static let fetchMaxRedirects = Setting(
        name: "fetch-max-redirects", kind: .integer(0...20), standard: 3, defaultText: "3",
        help: "The redirects that are followed to an image.")
    static let maxFetches = Setting(
        name: "max-fetches", kind: .integer(1...10_000), standard: 256, defaultText: "256",
        help: "Images that are fetched at the same time; further ones wait.")

    // MARK: Lambda

    static let lambdaConcurrency = Setting<Int?>(
        name: "lambda-concurrency", aliases: [Alias(variable: "AWS_LAMBDA_MAX_CONCURRENCY")],
        kind: .optional(.integer(1...10_000)), standard: nil, defaultText: "one at a time",
        help: "The invocations that Lambda gives at the same time (Managed Instances).")
    static let invokeMode = Setting(
        name: "invoke-mode", aliases: [Alias(variable: "AWS_LWA_INVOKE_MODE")],
        kind: SettingKind<InvokeMode>.choice, standard: .buffered, defaultText: "buffered",
        help: "How answers leave Lambda: whole, or streamed; as the function's URL is set up.")
    static let directErrors = Setting(
        name: "direct-errors", kind: SettingKind<DirectErrors>.choice, standard: .report,
        defaultText: "report",
        help: "Failures of direct events: reported to Lambda, or answered as JSON.")
    static let lambdaExtension = Setting(
        name: "lambda-extension", kind: .flag, standard: true, defaultText: "on",
        help:
            "Register an extension that does nothing, so that Lambda announces the end by SIGTERM.")

    // MARK: Logs

    static let logFormat = Setting<LogFormat?>(
        name: "log-format", aliases: [Alias(variable: "AWS_LAMBDA_LOG_FORMAT")],
        kind: .optional(.choice), standard: nil,
        defaultText: "text; in Lambda, several invocations at a time, json",
        help: "How log lines are written.")
    static let logLevel = Setting(
        name: "log-level",
        aliases: [
            Alias(variable: "SAGEMAKER_CONTAINER_LOG_LEVEL"),
            Alias(variable: "AWS_LAMBDA_LOG_LEVEL"),
        ],
        kind: .logLevel, standard: .info, defaultText: "info",
        help: "The least important lines that are written.")
    static let accessLog = Setting(
        name: "access-log", kind: .flag, standard: true, defaultText: "on",
        help: "A log line for every request but /ping.")
}

extension SettingKind where Value == [NetworkRange] {
    /// Networks in CIDR notation, separated by commas.
    fileprivate static var networks: Self {
        SettingKind(
            takes: "networks like 10.0.0.0/8,127.0.0.1", placeholder: "cidr,…",
            parse: { text in
                var ranges: [NetworkRange] = []
                for part in text.split(separator: ",") {
                    do throws(NetworkRange.ParseError) {
                        ranges.append(try NetworkRange.parse(String(part)))
                    } catch {
                        return nil
                    }
                }
                return ranges
            })
    }
}

extension SettingKind where Value == String {
    /// A numeric address: names are resolved by nobody here.
    fileprivate static var address: Self {
        SettingKind(
            takes: "a numeric IPv4 or IPv6 address", placeholder: "address",
            parse: { NetworkAddress($0) == nil ? nil : $0 })
    }

    /// Media ranges of which one at least fits an answer: others would have every request refused.
    fileprivate static var answerTypes: Self {
        let names = [BodyKind.json, .jsonLines].flatMap(\.answerNames)
        return SettingKind(
            takes: "media types with application/json or application/jsonlines among them",
            placeholder: "media-types",
            parse: { text in !text.isEmpty && accepts(text, anyOf: names) ? text : nil })
    }

    /// A SHA-256, in lower case whatever it is written in.
    fileprivate static var sha256: Self {
        SettingKind(
            takes: "64 hexadecimal digits, as sha256sum prints them", placeholder: "digits",
            parse: { text in
                let isDigest =
                    text.utf8.count == 64
                    && text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit)
                return isDigest ? text.lowercased() : nil
            })
    }
}

extension SettingKind where Value == LogLevel {
    /// A level by its name, or by the number that SageMaker's toolkits use.
    fileprivate static var logLevel: Self {
        SettingKind(
            takes: choice.takes, placeholder: choice.placeholder,
            parse: { LogLevel(lenient: $0) })
    }
}
