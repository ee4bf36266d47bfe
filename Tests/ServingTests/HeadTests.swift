// What a head determines: its route, and the body that it announces.

import HTTP
import Testing

@testable import Serving

@Suite struct HeadTests {
    private func read<Value>(
        _ lines: String..., body: (borrowing RequestHead, Span<UInt8>) throws -> Value
    ) throws -> Value {
        let text = (lines + ["Host: a", "", ""]).joined(separator: "\r\n")
        let bytes = Array(text.utf8)
        var head = RequestHead()
        var http = ServerProtocol(limits: Limits())
        _ = http.receive(bytes.span, head: &head)
        return try body(head, bytes.span)
    }

    private func properties(
        _ target: String = "/invocations", _ fields: String..., defaultAccept: String = "*/*"
    ) throws -> RequestProperties {
        let lines = ["POST \(target) HTTP/1.1"] + fields
        return try read(lines.joined(separator: "\r\n")) { head, bytes in
            try RequestProperties(head, in: bytes, defaultAccept: defaultAccept)
        }
    }

    @Test(
        arguments: [
            ("GET /ping", Route.ping), ("HEAD /ping", .ping), ("POST /ping", .ping),
            ("GET /ping?x=1", .ping), ("PUT /ping", .methodNotAllowed(allow: "GET, HEAD, POST")),
            ("POST /invocations", .invocations), ("POST /invocations?top_k=3", .invocations),
            ("GET /invocations", .methodNotAllowed(allow: "POST")),
            ("HEAD /invocations", .methodNotAllowed(allow: "POST")),
            ("GET /", .operation(.alive, nil)),
            ("GET /PING", .notFound), ("GET /ping/", .notFound), ("GET //ping", .notFound),
            ("GET /pin%67", .notFound), ("POST /invocations/x", .notFound),
            ("OPTIONS *", .notFound),
            ("POST /endpoints/a-1/invocations", .operation(.endpoint(.whole), nil)),
            ("POST /endpoints/a/invocations?top_k=3", .operation(.endpoint(.whole), nil)),
            (
                "POST /endpoints/a/invocations-response-stream",
                .operation(.endpoint(.eventStream), nil)
            ),
            ("GET /endpoints/a/invocations", .methodNotAllowed(allow: "POST")),
            ("POST /endpoints//invocations", .notFound), ("POST /endpoints/a", .notFound),
            ("POST /endpoints/a/", .notFound), ("POST /endpoints/", .notFound),
            ("POST /endpoints", .notFound), ("POST /endpoints/a/b/invocations", .notFound),
            ("POST /endpoints/a/async-invocations", .notFound),
            ("POST /v2/models/m/infer", .operation(.v2(.infer), ModelReference(name: "m"))),
            ("GET /v2/models/a%20b", .operation(.v2(.model), ModelReference(name: "a b"))),
            ("GET /v2/models/a+b", .operation(.v2(.model), ModelReference(name: "a+b"))),
            (
                "GET /v2/models/m/versions/3/ready",
                .operation(.v2(.modelReady), ModelReference(name: "m", version: "3"))
            ),
            ("HEAD /v2/health/live", .operation(.v2(.live), nil)), ("GET /v2/health", .notFound),
            ("GET /v2/models//ready", .notFound), ("GET /v2/models/m/", .notFound),
            ("GET /v2/models/m/infer", .methodNotAllowed(allow: "POST")),
            (
                "POST /v1/models/m/versions/12:predict",
                .operation(.v1(.predict), ModelReference(name: "m", version: "12"))
            ),
            ("GET /v1/models/m", .operation(.v1(.status), ModelReference(name: "m"))),
            ("POST /v1/models/m", .methodNotAllowed(allow: "GET, HEAD")),
            ("POST /v1/models/:predict", .notFound), ("POST /v1/models/m:regress", .notFound),
            ("GET /models", .notFound),
            (
                "GET /v2/models/%FF",
                .refused(Failure(.badRequest, "the model “%FF” in the path is not UTF-8"))
            ),
        ] as [(String, Route)])
    func `method and path choose the route`(_ request: String, _ route: Route) throws {
        #expect(
            try read("\(request) HTTP/1.1") { Route($0.method, path: $0.path, in: $1) } == route)
    }

    @Test(arguments: [
        ("/a/b", "GET /a/b/ping", Route.ping), ("/a/b", "GET /ping", .ping),
        ("/a/b/", "POST /a/b/invocations?x", .invocations), ("/a/b", "GET /a/b", .notFound),
        ("/a/b", "GET /a/b/", .operation(.alive, nil)), ("/a/b", "GET /a/bping", .notFound),
        ("/a/b", "GET /a/b/a/b/ping", .notFound), ("/a/b", "GET /a/c/ping", .notFound),
        ("/a/b", "GET /a/b//ping", .notFound), ("/a/b", "GET /A/b/ping", .notFound),
        ("/a/b", "GET /a", .notFound), ("/a/b", "OPTIONS *", .notFound),
        ("/a/b", "PUT /a/b/ping", .methodNotAllowed(allow: "GET, HEAD, POST")),
        ("/a/b", "POST /a/b/endpoints/x/invocations", .operation(.endpoint(.whole), nil)),
        ("/", "GET /ping", .ping), ("/", "GET //ping", .notFound),
        ("/ping", "GET /ping", .ping), ("/ping", "GET /ping/ping", .ping),
        ("/endpoints", "POST /endpoints/x/invocations", .operation(.endpoint(.whole), nil)),
        (
            "/endpoints/x", "POST /endpoints/x/endpoints/y/invocations",
            .operation(.endpoint(.whole), nil)
        ),
    ])
    func `a base path may stand before the routes`(
        _ basePath: String, _ request: String, _ route: Route
    ) throws {
        let basePath = try #require(BasePath(basePath))
        let found = try read("\(request) HTTP/1.1") {
            Route($0.method, path: $0.path, behind: basePath, in: $1)
        }
        #expect(found == route)
    }

    @Test(arguments: [
        ("/a/b/ping", "/ping"), ("/a/b/", "/"), ("/a/b", nil), ("/a/bc", nil), ("/a/bc/ping", nil),
        ("/x/b/ping", nil), ("", nil),
    ])
    func `a base path ends where a part of the path does`(_ path: String, _ rest: String?) throws {
        let bytes = Array(path.utf8)
        let basePath = try #require(BasePath("/a/b"))
        let found = basePath.removed(from: bytes.indices, in: bytes.span)
        #expect(found.map { String(decoding: bytes[$0], as: UTF8.self) } == rest)
        #expect(BasePath.none.removed(from: bytes.indices, in: bytes.span) == nil)
    }

    @Test func `a head without anything special`() throws {
        let properties = try properties()
        #expect(properties.kind == .unstated)
        #expect(properties.topK == nil)
        #expect(properties.accept == "*/*")
        #expect(properties.inferenceID == nil)
    }

    @Test func `fields and query are read`() throws {
        let properties = try properties(
            "/invocations?top_k=7", "content-type: application/json", "ACCEPT: application/*",
            "X-Amzn-SageMaker-Inference-Id: abc-1", defaultAccept: "application/jsonlines")
        #expect(properties.kind == .json)
        #expect(properties.topK == 7)
        #expect(properties.accept == "application/*")
        #expect(properties.inferenceID == "abc-1")
    }

    @Test func `a client's id is cut to 64 bytes, an empty one is none`() throws {
        let name = "X-Amzn-SageMaker-Inference-Id: "
        let long = try properties("/", name + String(repeating: "é", count: 50))
        #expect(long.inferenceID?.utf8.count == 64)
        #expect(try properties("/", name).inferenceID == nil)
    }

    @Test(arguments: [
        (
            "Content-Type: text/csv", Failure.Code.unsupportedMediaType,
            "the media type “text/csv” is not supported; send application/json, "
                + "application/jsonlines, image/* or application/octet-stream"
        ),
        (
            "Content-Encoding: gzip", .unsupportedMediaType,
            "the content coding “gzip” is not supported; send the body as it is"
        ),
        (
            "Content-Type: image/png\r\nAccept: text/html", .notAcceptable,
            "the answer is application/json, which is not among the accepted types, “text/html”"
        ),
        (
            "Content-Type: image/png\r\nAccept: text/html\r\nA: b\r\nAccept: image/*",
            .notAcceptable,
            "the answer is application/json, which is not among the accepted types, "
                + "“text/html, image/*”"
        ),
        (
            "Content-Type: image/png\r\nAccept: */*\r\naccept: application/json;q=0",
            .notAcceptable,
            "the answer is application/json, which is not among the accepted types, "
                + "“*/*, application/json;q=0”"
        ),
        (
            "Content-Encoding: identity\r\nContent-Encoding: gzip", .unsupportedMediaType,
            "the content coding “identity, gzip” is not supported; send the body as it is"
        ),
        (
            "Content-Type: image/png\r\nContent-Type: application/json", .badRequest,
            "the field content-type has two values, “image/png” and “application/json”; send one"
        ),
        (
            "Content-Type: application/json\r\nAccept:\r\nAccept: text/html\r\nAccept:",
            .notAcceptable,
            "the answer is application/json, which is not among the accepted types, “text/html”"
        ),
    ])
    func `heads that can't be served`(_ field: String, _ code: Failure.Code, _ sentence: String) {
        #expect(throws: Failure(code, sentence)) { try properties("/invocations", field) }
    }

    @Test(arguments: [
        "Accept: text/html\r\nAccept: application/json",
        "accept: text/html\r\nA: b\r\nACCEPT: image/*\r\nAccept: text/*, application/*;q=0.1",
        "Accept: text/html\r\nAccept:\r\nAccept: */*", "Accept:\r\nAccept:",
    ])
    func `the lines of an Accept field are one list`(_ fields: String) throws {
        _ = try properties("/", "Content-Type: application/json", fields)
    }

    @Test(arguments: [
        "Content-Type: application/json", "Content-Type: Application/JSON",
        "Content-Type: application/json; charset=utf-8", "Content-Type:",
    ])
    func `field lines that mean the same count as one`(_ other: String) throws {
        let type = "Content-Type: application/json"
        #expect(try properties("/", type, "A: b", other).kind == .json)
        #expect(try properties("/", other, "A: b", type).kind == .json)
        _ = try properties("/", "Content-Encoding: identity, Identity", "Content-Encoding:")
    }

    @Test func `the default Accept stands for a missing one only`() throws {
        let json = "Content-Type: application/json"
        #expect(throws: Failure.self) {
            try properties("/", json, defaultAccept: "application/jsonlines")
        }
        _ = try properties("/", json, "Accept: */*", defaultAccept: "application/jsonlines")
        _ = try properties("/", json, "Content-Encoding: Identity")
    }
}
