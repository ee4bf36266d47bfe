// The table of settings, where values come from, and the errors for wrong ones.

import Basics
import HTTP
import Inference
import ModelStore
import Runtime
import Testing

@testable import Serving

@Suite struct SettingsTests {
    private func configuration(
        _ options: [String: String] = [:], _ environment: [String: String] = [:]
    ) throws(InputError) -> Configuration {
        try Configuration(SettingSources(options: options, environment: environment))
    }

    private func complaint(
        _ options: [String: String] = [:], _ environment: [String: String] = [:]
    ) -> String? {
        do throws(InputError) {
            _ = try configuration(options, environment)
            return nil
        } catch {
            return error.description
        }
    }

    // MARK: The table

    @Test func `no two settings share a name or a variable`() {
        let names = Configuration.settings.map(\.name)
        #expect(Set(names).count == names.count)
        let variables = Configuration.settings.flatMap(\.variables).map(\.variable)
        #expect(Set(variables).count == variables.count)
    }

    @Test(arguments: Configuration.settings.map(\.name))
    func `a setting can be shown`(_ name: String) throws {
        let setting = try #require(Configuration.settings.first { $0.name == name })
        #expect(name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") })
        #expect(
            setting.variable == "AMPHORA_" + name.uppercased().replacing("-", with: "_"))
        #expect(setting.help.hasSuffix(".") && setting.help.first?.isUppercase == true)
        #expect(!setting.takes.isEmpty && !setting.placeholder.isEmpty)
        #expect(!setting.defaultText.isEmpty)
    }

    @Test func `the defaults in words are the defaults`() throws {
        let plain = try configuration()
        let spelled = Configuration.settings.filter { SettingsTests.isSpelledOut($0.name) }
        let written = try configuration(
            Dictionary(uniqueKeysWithValues: spelled.map { ($0.name, $0.defaultText) }))
        #expect(spelled.count == 27)
        #expect("\(plain)" == "\(written)")
    }

    /// The other settings describe how their default is determined.
    private static func isSpelledOut(_ name: String) -> Bool {
        ![
            "model-name", "served-name", "custom-ops", "model-sha256", "engine-library", "host",
            "workers", "threads", "queue",
            "top-k",
            "request-timeout", "fetch-allow", "lambda-concurrency", "log-format",
        ].contains(name)
    }

    // MARK: Platforms

    @Test(arguments: [
        ("128", 1), ("1769", 1), ("1770", 2), ("3008", 2), ("10240", 6),
    ])
    func `a function has the processors that its memory pays for`(
        _ memory: String, _ count: Int
    ) throws {
        let environment = ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory]
        #expect(Platform.lambda.processors(environment) == min(count, Processors.available))
        #expect(Platform.sageMaker.processors(environment) == Processors.available)
    }

    @Test(arguments: ["", "x", "0", "-1"])
    func `a malformed memory size changes nothing`(_ memory: String) {
        let environment = ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory]
        #expect(Platform.lambda.processors(environment) == Processors.available)
    }

    @Test func `one invocation at a time has all threads, several share them`() throws {
        let alone = try Configuration(
            SettingSources(options: ["workers": "3"], environment: [:]), for: .lambda)
        #expect((alone.workers, alone.threads) == (3, 3))
        #expect(alone.requestTimeout == .seconds(900))
        let shared = try Configuration(
            SettingSources(
                options: ["workers": "3"], environment: ["AWS_LAMBDA_MAX_CONCURRENCY": "1"]),
            for: .lambda)
        #expect((shared.workers, shared.threads) == (3, 1))
        #expect((alone.logFormat, shared.logFormat) == (.text, .json))
        #expect(shared.function.concurrency == 1)
        #expect(try configuration(["workers": "3"]).threads == 1)
    }

    @Test func `the web adapter's value for streaming is accepted`() throws {
        let mode = try configuration([:], ["AWS_LWA_INVOKE_MODE": "RESPONSE_STREAM"])
        #expect(mode.function.invokeMode == .responseStream)
    }

    @Test func `the defaults are the contract's`() throws {
        let configuration = try configuration(["workers": "4"])
        #expect(configuration.models.modelPath == "/opt/ml/model")
        #expect(configuration.models.zoo == "/opt/models")
        #expect(configuration.server.host == "0.0.0.0")
        #expect(configuration.server.port == 8080)
        #expect(configuration.queueCapacity == 32)
        #expect(configuration.inference.maxPixels == 64_000_000)
        #expect(configuration.requests.maxItems == 10_000)
        #expect(configuration.inference.topK == nil)
        #expect(configuration.requests.defaultAccept == "*/*")
        #expect(configuration.requestTimeout == .seconds(59))
        #expect(configuration.work.drainTimeout == .seconds(25))
        #expect(configuration.server.limits.headTimeout == .seconds(10))
        #expect(configuration.server.limits.bodyTimeout == .seconds(30))
        #expect(configuration.server.limits.idleTimeout == .seconds(75))
        #expect(configuration.server.limits.headBytes == 32 * 1024)
        #expect(configuration.server.limits.fieldCount == 128)
        #expect(configuration.server.limits.bodyBytes == 32 * 1024 * 1024)
        #expect(configuration.server.limits.arrivingBodyBytes == 512 * 1024 * 1024)
        #expect(configuration.fetch.connectTimeout == .seconds(2))
        #expect(configuration.fetch.timeout == .seconds(10))
        #expect(configuration.fetch.maxBytes == 20_000_000)
        #expect(configuration.fetch.maxRedirects == 3)
        #expect(configuration.fetch.allow.isEmpty)
        #expect(configuration.logFormat == .text)
        #expect(configuration.log.level == .info)
        #expect(configuration.log.access)
        #expect(try self.configuration().workers == Processors.available)
    }

    // MARK: Sources

    @Test func `option, own variable, platform's variable, default: the first that is given wins`()
        throws
    {
        var environment = ["PORT": "3", "SAGEMAKER_BIND_TO_PORT": "2", "AMPHORA_PORT": "1"]
        #expect(try configuration(["port": "0"], environment).server.port == 0)
        #expect(try configuration([:], environment).server.port == 1)
        environment["AMPHORA_PORT"] = ""
        #expect(try configuration([:], environment).server.port == 2)
        environment["SAGEMAKER_BIND_TO_PORT"] = nil
        #expect(try configuration([:], environment).server.port == 3)
        #expect(try configuration().server.port == 8080)
    }

    @Test(arguments: [
        ("MODEL_NAME", "digits"), ("SAGEMAKER_MODEL_SERVER_WORKERS", "3"),
        ("SAGEMAKER_NUM_MODEL_WORKERS", "3"), ("SAGEMAKER_MAX_REQUEST_SIZE", "1000"),
        ("SAGEMAKER_MODEL_SERVER_TIMEOUT", "60"), ("SAGEMAKER_RESPONSE_TIMEOUT", "60"),
        ("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
        ("SAGEMAKER_CONTAINER_LOG_LEVEL", "30"),
    ])
    func `the platforms' variables are read`(_ variable: String, _ text: String) throws {
        #expect("\(try configuration([:], [variable: text]))" != "\(try configuration())")
    }

    @Test func `the budget of arriving bodies can hold the largest body`() throws {
        let large = try configuration(["max-body": "600000000"]).server.limits
        #expect(large.arrivingBodyBytes == 600_000_000)
        #expect(
            complaint(["max-body": "2000", "max-arriving-bytes": "1000"])
                == "--max-arriving-bytes (AMPHORA_MAX_ARRIVING_BYTES) must be at least --max-body, "
                + "2000, not 1000")
        let least = try configuration(["max-body": "2000", "max-arriving-bytes": "2000"])
        #expect(least.server.limits.arrivingBodyBytes == 2000)
    }

    @Test(arguments: [
        ("6", 6_291_456), ("100", 104_857_600), ("2047", 2_146_435_072), ("0", 2_147_483_647),
    ])
    func `megabytes become bytes, and none means no limit`(_ text: String, _ bytes: Int) throws {
        let environment = ["SAGEMAKER_MAX_PAYLOAD_IN_MB": text]
        #expect(try configuration([:], environment).server.limits.bodyBytes == bytes)
    }

    @Test(arguments: [
        ("AMPHORA_PROT", "AMPHORA_PORT"), ("AMPHORA_TOPK", "AMPHORA_TOP_K"),
        ("AMPHORA_WORKER", "AMPHORA_WORKERS"),
    ])
    func `the error for an unknown variable suggests the nearest`(
        _ variable: String, _ nearest: String
    ) {
        #expect(
            complaint([:], [variable: "1"])
                == "\(variable) is not a setting of amphora; did you mean \(nearest)?")
    }

    @Test func `variables without our prefix are ignored`() {
        #expect(complaint([:], ["PATH": "x", "AMPHORAS": "1", "amphora_port": "x"]) == nil)
    }

    @Test func `what Kubernetes sets for a Service named amphora is no setting`() throws {
        let links = [
            "AMPHORA_SERVICE_HOST": "10.0.0.1", "AMPHORA_SERVICE_PORT": "80",
            "AMPHORA_SERVICE_PORT_HTTP": "80", "AMPHORA_PORT": "tcp://10.0.0.1:80",
            "AMPHORA_PORT_80_TCP": "tcp://10.0.0.1:80", "AMPHORA_PORT_80_TCP_PROTO": "tcp",
            "AMPHORA_PORT_80_TCP_PORT": "80", "AMPHORA_PORT_80_TCP_ADDR": "10.0.0.1",
            "AMPHORA_GPU_PORT": "udp://10.0.0.2:5", "AMPHORA_GPU_SERVICE_HOST": "10.0.0.2",
            "AMPHORA_GPU_PORT_5_UDP_ADDR": "10.0.0.2",
        ]
        #expect(try configuration([:], links).server.port == 8080)
        #expect(complaint([:], ["AMPHORA_PORT_80": "1"]) != nil)
        #expect(complaint([:], ["AMPHORA_SERVICE": "1"]) != nil)
    }

    // MARK: Values

    @Test(arguments: [
        ("port", "65536", "--port takes a port from 0 to 65535, not “65536”"),
        ("port", "http", "--port takes a port from 0 to 65535, not “http”"),
        ("port", "", "--port takes a port from 0 to 65535, not “”"),
        ("workers", "0", "--workers takes a whole number from 1 to 512, not “0”"),
        ("max-body", "1GB", "--max-body takes a number of bytes from 1 to 2147483647, not “1GB”"),
        ("top-k", "1001", "--top-k takes a whole number from 1 to 1000, not “1001”"),
        ("request-timeout", "0", "--request-timeout takes seconds from 0.05 to 3600, not “0”"),
        ("idle-timeout", "nan", "--idle-timeout takes seconds from 0.05 to 86400, not “nan”"),
        ("host", "localhost", "--host takes a numeric IPv4 or IPv6 address, not “localhost”"),
        ("host", "", "--host takes a numeric IPv4 or IPv6 address, not “”"),
        ("log-format", "xml", "--log-format takes one of text, json, not “xml”"),
        (
            "log-level", "loud",
            "--log-level takes one of trace, debug, info, warn, error, fatal, not “loud”"
        ),
        ("access-log", "maybe", "--access-log takes “on” or “off”, not “maybe”"),
        (
            "fetch-allow", "10.0.0.0/33",
            "--fetch-allow takes networks like 10.0.0.0/8,127.0.0.1, not “10.0.0.0/33”"
        ),
        (
            "default-accept", "text/csv",
            "--default-accept takes media types with application/json or application/jsonlines "
                + "among them, not “text/csv”"
        ),
        ("base-path", "models", "--base-path takes a path like /models/digits, not “models”"),
        ("queue", "1\n2", "--queue takes a whole number from 1 to 1000000, not “1\\u{a}2”"),
    ])
    func `the error for a bad value says in one line what is expected`(
        _ name: String, _ text: String, _ line: String
    ) {
        #expect(complaint([name: text]) == line)
    }

    @Test(arguments: [
        "", "a", "//", "//a", "/a//b", "/a//", "/a?b", "/a#b", "/a b", "/a%20b", "/é", "/.",
        "/a/..",
        "/./a", "/a\n", "https://a/b",
    ])
    func `malformed base paths`(_ text: String) {
        #expect(BasePath(text) == nil)
    }

    @Test func `a base path is written as other adapters write it`() throws {
        #expect(try configuration([:]).requests.basePath == .none)
        #expect(try configuration(["base-path": "/"]).requests.basePath == .none)
        let given = try configuration([:], ["AWS_LWA_REMOVE_BASE_PATH": "/v1.0/digits_a-b/"])
        #expect("\(given.requests.basePath)" == "/v1.0/digits_a-b")
        #expect(try configuration(["base-path": "/..."]).requests.basePath == BasePath("/.../"))
    }

    @Test func `a variable is named as it was set, with what its value means`() {
        #expect(
            complaint([:], ["SAGEMAKER_MAX_PAYLOAD_IN_MB": "4096"])
                == "SAGEMAKER_MAX_PAYLOAD_IN_MB takes a number of bytes from 1 to 2147483647, "
                + "counted in units of 1048576, not “4096”")
        #expect(
            complaint([:], ["SAGEMAKER_MAX_PAYLOAD_IN_MB": "9223372036854775807"])?
                .hasSuffix("not “9223372036854775807”") == true)
        #expect(complaint([:], ["PORT": "x"])?.hasPrefix("PORT takes a port") == true)
    }

    @Test(arguments: [("on", true), ("TRUE", true), ("1", true), ("Off", false), ("no", false)])
    func `switches are lenient`(_ text: String, _ value: Bool) throws {
        #expect(try configuration(["access-log": text]).log.access == value)
    }

    @Test(arguments: [
        ("0.5", Duration.milliseconds(500)), ("59", .seconds(59)), ("1e1", .seconds(10)),
    ])
    func `times are seconds, with decimals or without`(_ text: String, _ value: Duration) throws {
        #expect(try configuration(["request-timeout": text]).requestTimeout == value)
    }

    @Test(arguments: [
        ("10", LogLevel.debug), ("20", .info), ("30", .warn), ("40", .error), ("50", .fatal),
        ("WARNING", .warn), ("Notice", .info), ("CRITICAL", .fatal), ("trace", .trace),
    ])
    func `levels go by the names and numbers of other loggers too`(
        _ text: String, _ level: LogLevel
    ) throws {
        #expect(try configuration(["log-level": text]).log.level == level)
    }

    // MARK: Models that are fetched

    @Test func `a digest is of a model that is fetched`() throws {
        let digest = String(repeating: "0aB", count: 21) + "f"
        let address = "https://host/m.onnx"
        let settings = try configuration(["model-name": address], ["MODEL_SHA256": digest])
        #expect(settings.models.sha256 == digest.lowercased())
        let zeros = String(repeating: "0", count: 64)
        let other = try configuration(["model-name": address, "model-sha256": zeros])
        #expect(other.models.sha256 == zeros)
        #expect(
            complaint([:], ["MODEL_SHA256": digest])?.contains("not an https:// or s3://") == true)
        #expect(
            complaint(["model-name": address, "model-sha256": "abc"])
                == "--model-sha256 takes 64 hexadecimal digits, as sha256sum prints them, not “abc”"
        )
        #expect(
            complaint([:], ["MODEL_NAME": "http://h/m.onnx?secret"])?.contains("secret") == false)
    }

    @Test func `models are kept where temporary files are`() throws {
        #expect(try configuration().models.temporaryFolder == "/tmp")
        #expect(try configuration([:], ["TMPDIR": "/x"]).models.temporaryFolder == "/x")
        #expect(try configuration([:], ["TMPDIR": "x"]).models.temporaryFolder == "/tmp")
    }
}

@Suite struct AdmissionTests {
    @Test func `the queue and the number in flight are bounded`() {
        var admission = Admission(queueCapacity: 2, workers: 1, maxFetches: 1)
        #expect(admission.maxInFlight == 4)
        #expect(admission.hasRoomInQueue(waiting: 1))
        #expect(!admission.hasRoomInQueue(waiting: 2))
        for _ in 0..<4 {
            #expect(admission.hasRoom)
            admission.accept()
        }
        #expect(!admission.hasRoom)
        admission.release()
        #expect(admission.hasRoom)
        #expect(admission.inFlight == 3)
    }
}
