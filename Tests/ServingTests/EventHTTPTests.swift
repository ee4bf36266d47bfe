// HTTP requests that arrive as events: the head made from them, and how the parser reads it.

import HTTP
import Inference
import Testing

@testable import Runtime
@testable import Serving

@Suite struct EventHTTPTests {
    private func http(_ json: String) throws -> HTTPEvent { try #require(Event(json).http) }

    private func head(_ json: String) throws -> String {
        String(decoding: try http(json).head.get(), as: UTF8.self)
    }

    private func requestLine(_ json: String) throws -> Substring {
        try #require(try head(json).split(separator: "\r\n").first)
    }

    private func body(_ json: String) throws -> String {
        String(decoding: try http(json).body.get(), as: UTF8.self)
    }

    // MARK: Whole heads

    @Test func `a Function URL's request`() throws {
        #expect(
            try head(Samples.functionURL()).split(
                separator: "\r\n", omittingEmptySubsequences: false)
                == [
                    "POST /invocations?top_k=3 HTTP/1.1", "accept: application/json",
                    "content-type: application/json",
                    "host: abcdefgh.lambda-url.eu-central-1.on.aws", "user-agent: curl/8.5.0",
                    "x-amzn-sagemaker-inference-id: abc-1",
                    "x-amzn-tls-cipher-suite: TLS_AES_128_GCM_SHA256",
                    "x-amzn-tls-version: TLSv1.3",
                    "x-amzn-trace-id: Root=1-67e0a0f1-5f302e550dcde3b12402207d",
                    "x-forwarded-for: 192.0.2.7", "x-forwarded-port: 443",
                    "x-forwarded-proto: https", "content-length: 25", "", "",
                ])
        #expect(try body(Samples.functionURL()) == #"{"uri":"https://a/b.jpg"}"#)
    }

    @Test func `a REST API's request`() throws {
        #expect(
            try head(Samples.restAPI()).split(separator: "\r\n", omittingEmptySubsequences: false)
                == [
                    "POST /invocations?name=%C3%A9%3D1&name=a%20b%26c&top_k=3 HTTP/1.1",
                    "Accept: application/json", "Content-Type: application/json",
                    "Host: gy415nuibc.execute-api.eu-central-1.amazonaws.com",
                    "X-Amzn-SageMaker-Inference-Id: abc-1",
                    "X-Amzn-Trace-Id: Root=1-67e0a0f1-0123456789abcdef01234567",
                    "X-Forwarded-For: 192.0.2.7", "X-Forwarded-For: 198.51.100.9",
                    "X-Forwarded-Port: 443", "content-length: 25", "", "",
                ])
        #expect(try body(Samples.restAPI(body: nil)) == "")
    }

    @Test(arguments: [false, true])
    func `a load balancer's request`(_ multiValue: Bool) throws {
        #expect(
            try head(Samples.loadBalancer(multiValue: multiValue))
                .split(separator: "\r\n", omittingEmptySubsequences: false) == [
                    "POST /invocations?name=a%20b%26c&top_k=3 HTTP/1.1",
                    "accept: application/json", "content-type: application/json",
                    "host: lb-1234567.eu-central-1.elb.amazonaws.com",
                    "x-amzn-sagemaker-inference-id: abc-1",
                    "x-amzn-trace-id: Root=1-67e0a0f1-00ca239424b68028d4c56d68",
                    "x-forwarded-for: 192.0.2.7", "x-forwarded-port: 80",
                    "x-forwarded-proto: http", "content-length: 25", "", "",
                ])
    }

    @Test func `a health check has no host`() throws {
        #expect(
            try head(Samples.healthCheck)
                == "GET /ping HTTP/1.1\r\nuser-agent: ELB-HealthChecker/2.0\r\nhost: lambda\r\n"
                + "content-length: 0\r\n\r\n")
    }

    @Test func `fields of another connection are left out`() throws {
        for name in [
            "Connection", "KEEP-ALIVE", "Content-Length", "Transfer-Encoding", "Expect", "TE",
            "Trailer", "Upgrade", "Proxy-Connection", "proxy-authorization",
        ] {
            let event = Samples.functionURL(extraHeader: (name, "chunked, 5, x"))
            #expect(try !head(event).contains("chunked, 5, x"), "\(name)")
        }
        #expect(
            try head(Samples.functionURL(extraHeader: ("content-encoding", "gzip")))
                .contains("\r\ncontent-encoding: gzip\r\n"))
    }

    // MARK: Paths and queries

    @Test(arguments: [
        ("/ping", "/ping"), ("/prod/ping", "/prod/ping"), ("", "/"), ("ping", "/ping"),
        ("http://x/ping", "/http://x/ping"), ("*", "/*"), ("/a b", "/a%20b"),
        ("/a%20b", "/a%20b"), ("/100%", "/100%25"), ("/%zz%4", "/%25zz%254"),
        ("/a?b#c", "/a%3Fb%23c"),
        ("/é\u{0}\r\n\t", "/%C3%A9%00%0D%0A%09"),
        ("/ping HTTP/1.1\r\nx: y", "/ping%20HTTP/1.1%0D%0Ax:%20y"),
        ("//ping", "//ping"), ("/../ping", "/../ping"), ("/\u{7F}", "/%7F"),
    ])
    func `a path, decoded or not, is a path`(_ path: String, _ target: String) throws {
        #expect(
            try requestLine(Samples.functionURL(path: path, query: "")) == "POST \(target) HTTP/1.1"
        )
        #expect(try requestLine(Samples.restAPI(path: path)).hasPrefix("POST \(target)?name="))
        #expect(try requestLine(Samples.loadBalancer(path: path)).hasPrefix("POST \(target)?name="))
    }

    @Test(arguments: [
        ("prod", "/prod/ping", "/ping"), ("prod", "/prod", "/"), ("prod", "/prod/", "/"),
        ("prod", "/production/ping", "/production/ping"), ("prod", "/ping", "/ping"),
        ("$default", "/$default/ping", "/$default/ping"), ("ping", "/ping/ping", "/ping"),
        ("", "/ping", "/ping"), ("", "//ping", "//ping"), ("é", "/e\u{301}/ping", "/e%CC%81/ping"),
    ])
    func `an HTTP API's stage is no part of the path`(
        _ stage: String, _ path: String, _ target: String
    ) throws {
        #expect(
            try requestLine(Samples.functionURL(path: path, query: "", stage: stage))
                == "POST \(target) HTTP/1.1")
    }

    /// If the mapping of an API's own domain names no stage, the path carries the stage (and the
    /// base path); an HTTP API's payload 1.0 always does so.
    @Test(arguments: [
        ("/prod/ping", "/prod/ping", "/ping"), ("/ping", "/prod/ping", "/ping"),
        ("/prod/ping", "/prod/prod/ping", "/prod/ping"), ("/prod/ping", nil, "/ping"),
        ("/v1/ping", "/v1/ping", "/v1/ping"), ("/v1/prod/ping", "/v1/prod/ping", "/v1/prod/ping"),
    ])
    func `a stage that is still in a path is removed, once`(
        _ path: String, _ whole: String?, _ target: String
    ) throws {
        let context = whole.map { #", "path": "\#($0)""# } ?? ""
        let event = """
            {"version": "1.0", "httpMethod": "GET", "path": "\(path)", "headers": {},
             "requestContext": {"stage": "prod"\(context)}}
            """
        #expect(try requestLine(event) == "GET \(target) HTTP/1.1")
    }

    @Test func `VPC Lattice's request`() throws {
        let event = try http(Samples.lattice)
        #expect(
            try head(Samples.lattice)
                == "POST /invocations?name=a%20b&name=c&top_k=3 HTTP/1.1\r\n"
                + "accept: */*\r\ncontent-type: application/json\r\n"
                + "host: digits-0a1b.7d67968.vpc-lattice-svcs.eu-central-1.on.aws\r\n"
                + "x-forwarded-for: 10.0.1.2\r\nx-forwarded-for: 10.0.1.3\r\n"
                + "content-length: 25\r\n\r\n")
        #expect(try String(decoding: event.body.get(), as: UTF8.self).hasPrefix(#"{"uri""#))
        #expect(
            event.envelope
                == HTTPEnvelope(
                    platform: .lattice, hasMultiValueHeaders: false, omitsBody: false))
        #expect(!Event(Samples.lattice).takesStreams)
    }

    @Test(arguments: [
        ("", ""), ("top_k=3&a=%20+b", "?top_k=3&a=%20+b"), ("a b#é\r\n", "?a%20b%23%C3%A9%0D%0A"),
        ("?", "??"),
    ])
    func `a query that is encoded stays as it is`(_ query: String, _ suffix: String) throws {
        #expect(
            try requestLine(Samples.functionURL(query: query))
                == "POST /invocations\(suffix) HTTP/1.1"
        )
    }

    @Test func `single values stand in where there are no lists`() throws {
        let event = #"""
            {"httpMethod": "GET", "path": "/ping", "requestContext": {}, "multiValueHeaders": null,
             "headers": {"b": "2", "A": "1", "none": null},
             "queryStringParameters": {"x": "1&2", "y": null}}
            """#
        #expect(
            try head(event)
                == "GET /ping?x=1%262 HTTP/1.1\r\nA: 1\r\nb: 2\r\nhost: lambda\r\n"
                + "content-length: 0\r\n\r\n")
    }

    // MARK: The parser on these heads

    @Test(arguments: [
        ("x", "a\r\nhost: evil", ProtocolError.invalidFieldValue), ("x", "a\n", .invalidFieldValue),
        ("x", "a\r", .invalidFieldValue), ("x", "\u{0}", .invalidFieldValue),
        ("x", "\u{7F}", .invalidFieldValue), ("x: y", "z", .invalidFieldName),
        ("x\r\ny", "z", .invalidFieldName), ("", "z", .emptyFieldName),
        (" x", "z", .foldedFieldLine), ("x ", "z", .whitespaceBeforeColon),
        ("é", "z", .invalidFieldName), ("\r\n", "z", .invalidFieldName),
        ("Host", "b", .repeatedHost), ("x", String(repeating: "x", count: 40_000), .headTooLarge),
    ])
    func `characters that no head may hold are refused as over a connection`(
        _ name: String, _ value: String, _ error: ProtocolError
    ) throws {
        let bytes = try http(Samples.functionURL(extraHeader: (name, value))).head.get()
        #expect(throws: error) { _ = try RequestHead(reading: bytes.span, limits: Limits()) }
    }

    @Test(arguments: [
        ("", ProtocolError.invalidMethod), ("GET /x", .invalidMethod), ("GET\r\n", .invalidMethod),
        (String(repeating: "A", count: 33), .methodTooLong), ("CONNECT", .invalidTargetForm),
    ])
    func `malformed methods`(_ method: String, _ error: ProtocolError) throws {
        let bytes = try http(Samples.functionURL(method: method)).head.get()
        #expect(throws: error) { _ = try RequestHead(reading: bytes.span, limits: Limits()) }
    }

    @Test(arguments: [
        "", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n",
    ])
    func `a head that is there whole ends with its empty line`(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(throws: ProtocolError.invalidFieldValue) {
            _ = try RequestHead(reading: bytes.span, limits: Limits())
        }
    }

    @Test func `heads that are too large`() throws {
        let path = "/" + String(repeating: "a", count: 9000)
        let bytes = try http(Samples.functionURL(path: path)).head.get()
        #expect(throws: ProtocolError.targetTooLong) {
            _ = try RequestHead(reading: bytes.span, limits: Limits())
        }
        var text = RequestHeadText(method: "GET", path: "/", query: [])
        for index in 0..<128 { text.add("x-\(index)", "y") }
        text.end(bodyCount: 0)
        #expect(throws: ProtocolError.tooManyFields) {
            _ = try RequestHead(reading: text.bytes.span, limits: Limits())
        }
    }

    @Test(arguments: [
        Sample("Function URL", Samples.functionURL()),
        Sample("HTTP API", Samples.functionURL(path: "/prod/invocations", stage: "prod")),
        Sample("REST API", Samples.restAPI()), Sample("load balancer", Samples.loadBalancer()),
        Sample("load balancer with lists", Samples.loadBalancer(multiValue: true)),
    ])
    func `the properties are those of the same request over a connection`(_ event: Sample) throws {
        let wire = Array(
            """
            POST /invocations?top_k=3 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r
            Accept: application/json\r\nX-Amzn-SageMaker-Inference-Id: abc-1\r\nContent-Length: 25\r
            \r

            """.utf8)
        var head = RequestHead()
        var connection = ServerProtocol(limits: Limits())
        #expect(connection.receive(wire.span, head: &head).event == .head)
        let direct = try RequestProperties(
            head, in: wire.span, defaultAccept: "application/jsonlines")

        let bytes = try http(event.json).head.get()
        let eventHead = try RequestHead(reading: bytes.span, limits: Limits())
        let properties = try RequestProperties(
            eventHead, in: bytes.span, defaultAccept: "application/jsonlines")
        #expect(properties.kind == direct.kind && direct.kind == .json)
        #expect(properties.topK == direct.topK && direct.topK == 3)
        #expect(properties.accept == direct.accept)
        #expect(properties.inferenceID == direct.inferenceID && direct.inferenceID == "abc-1")
        #expect(eventHead.method == head.method)
        #expect(eventHead.path.text(in: bytes.span) == head.path.text(in: wire.span))
        #expect(eventHead.framing == head.framing && head.framing == .length(25))
    }

    // MARK: Bodies

    @Test func `bodies are text or base64`() throws {
        #expect(try body(Samples.functionURL(body: "é\u{0}")) == "é\u{0}")
        #expect(try body(Samples.functionURL(body: "w6k=", isBase64: true)) == "é")
        #expect(try body(Samples.restAPI(body: "w6k", isBase64: true)) == "é")
        let image =
            #"{"httpMethod":"POST","path":"/","requestContext":{},"body":"/9j/","isBase64Encoded":true}"#
        #expect(try http(image).body.get() == [0xFF, 0xD8, 0xFF])
        let none = #"{"httpMethod":"POST","path":"/","requestContext":{},"isBase64Encoded":true}"#
        #expect(try http(none).body.get().isEmpty)
    }

    @Test(arguments: [
        (
            #""body": "a*b_", "isBase64Encoded": true"#,
            "the event's body does not hold valid base64: character 2 is “*”"
        ),
        (#""body": 5"#, #""body" must be a string, not a number"#),
        (#""body": {"uri": "a"}"#, #""body" must be a string, not an object"#),
        (
            #""body": "", "isBase64Encoded": "true""#,
            #""isBase64Encoded" must be true or false, not "true""#
        ),
    ])
    func `bodies that can't be read`(_ members: String, _ sentence: String) throws {
        let event = try http(
            #"{"httpMethod": "POST", "path": "/", "requestContext": {}, \#(members)}"#)
        #expect(event.body == .failure(Failure(.badRequest, sentence)))
    }

    @Test(arguments: [
        (
            #"{"httpMethod": 5, "requestContext": {}}"#,
            #""httpMethod" must be a string, not a number"#
        ),
        (#"{"httpMethod": "GET", "requestContext": {}}"#, #""path" is missing"#),
        (
            #"{"requestContext": {"http": {}}}"#, #""requestContext.http.method" is missing"#
        ),
        (
            #"{"requestContext": {"http": {"method": "GET"}}}"#, #""rawPath" is missing"#
        ),
        (
            #"{"rawPath": "/", "headers": {"a": 5}, "requestContext": {"http": {"method": "GET"}}}"#,
            #""headers.a" must be a string, not a number"#
        ),
        (
            #"{"rawPath": "/", "headers": [], "requestContext": {"http": {"method": "GET"}}}"#,
            #""headers" must be an object, not a list"#
        ),
        (
            #"{"path": "/", "httpMethod": "GET", "multiValueHeaders": {"a": ["b", 5]}, "requestContext": {"elb": {}}}"#,
            #""multiValueHeaders.a[1]" must be a string, not a number"#
        ),
    ])
    func `events that make no head`(_ json: String, _ sentence: String) throws {
        #expect(try http(json).head == .failure(Failure(.badRequest, sentence)))
    }
}
