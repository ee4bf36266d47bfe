// The life of one request, on a real loop with real workers: it is answered once, whatever happens.

import EventLoop
import HTTP
import Runtime
import TestSupport
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(5))) struct InvocationTests {
    private func instances(_ orders: [String]) -> String {
        #"{"instances":["# + orders.map { #"{"b64":"\#($0)"}"# }.joined(separator: ",") + "]}"
    }

    private func result(_ label: String) -> String {
        #"{"results":[{"label":"\#(label)","prob":"0.5"}]}"#
    }

    @Test func `a picture in the body gets its labels`() throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send("ok cat", .picture, topK: 2)
        #expect(!rig.isAtRest)
        try rig.turn { exchange.endCount > 0 }
        #expect(exchange.status == 200)
        #expect(exchange.text == result("cat/2"))
        #expect(rig.isAtRest)
        #expect(rig.accessLog.map(\.status) == [200])
    }

    @Test(arguments: [
        (#""top_k": 7"#, 3, "7"), (#""x": 1"#, 3, "3"), (#""x": 1"#, nil, "5"),
    ])
    func `top_k of the JSON wins over the query's, and that over the default`(
        _ field: String, _ query: Int?, _ used: String
    ) throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send(
            #"{"instances":[{"b64":"ok a"}],\#(field)}"#, .unstated, topK: query)
        try rig.turn { exchange.endCount > 0 }
        #expect(exchange.text == #"{"predictions":[\#(result("a/\(used)"))]}"#)
    }

    @Test func `order is kept though the first is the slowest, and a bad one fails alone`() throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send(instances(["gate a", "ok b", "bad c", "ok d"]))
        try rig.turn { rig.backend.pool.pendingCount == 1 }
        #expect(exchange.endCount == 0)
        rig.gates.open("a")
        try rig.turn { exchange.endCount > 0 }
        #expect(
            exchange.text == #"{"predictions":["# + result("a/5") + "," + result("b/5")
                + #",{"error":"c","code":"Function.ImageUndecodable"},"# + result("d/5") + "]}")
        #expect(rig.isAtRest)
    }

    @Test func `an element that names no picture fails alone`() throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send(#"{"instances":[{"b64":"ok a"},{},{"uri":"ftp://a"}]}"#)
        try rig.turn { exchange.endCount > 0 }
        #expect(
            exchange.text == #"{"predictions":["# + result("a/5")
                + #",{"error":"\"instances[1]\" must hold \"uri\" or \"b64\"","code":"Function.BadRequest"},"#
                + #"{"uri":"ftp://a","error":"the URI's scheme “ftp” is not supported; http, https, s3 and data are","#
                + #""code":"Function.BadRequest"}]}"#)
    }

    @Test(arguments: [
        ("{", BodyKind.json, 400, "Function.BadRequest"),
        ("[", .unstated, 400, "Function.BadRequest"),
        ("bad x", .picture, 422, "Function.ImageUndecodable"),
        (#"{"uri":"file:///etc/passwd"}"#, .json, 403, "Function.UriForbidden"),
        (#"{"uri":"http://127.0.0.1:1/"}"#, .json, 403, "Function.UriForbidden"),
        ("\n \r\n", .jsonLines, 400, "Function.BadRequest"),
    ])
    func `each failure is answered with its status`(
        _ body: String, _ kind: BodyKind, _ status: Int, _ code: String
    ) throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send(body, kind)
        try rig.turn { exchange.endCount > 0 }
        #expect(exchange.status == status)
        #expect(exchange.text.contains("\"code\":\"\(code)\""))
        #expect(rig.isAtRest)
        #expect(rig.accessLog.map(\.outcome) == [code])
        #expect(rig.accessLog.map(\.status) == [status])
    }

    @Test func `a full queue refuses pictures, but not URIs that are still to be fetched`() throws {
        #expect(Form(picture: [1]).holdsPictures)
        let forms = [
            #"{"uri":"https://a/b"}"#: false, #"{"uri":"data:,x"}"#: true,
            #"{"uris":["https://a/b","http://c"]}"#: false,
            #"{"instances":[{"uri":"https://a/b"},{"b64":"eA"}]}"#: true,
        ]
        for (json, holdsPictures) in forms {
            let form = try Form(json: Array(json.utf8), maxItems: 10)
            #expect(form.holdsPictures == holdsPictures, "\(json)")
        }
    }

    @Test func `the window bounds the jobs of a list`() throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send(instances((0..<500).map { "ok \($0)" }))
        var most = 0
        try rig.turn {
            most = max(most, rig.backend.pool.pendingCount)
            return exchange.endCount > 0
        }
        #expect(most == rig.backend.window)
        #expect(rig.backend.window == 8)
        #expect(exchange.text.hasPrefix(#"{"predictions":["# + result("0/5")))
        #expect(exchange.text.hasSuffix(result("499/5") + "]}"))
    }

    @Test func `a list that fails at once leaves turns to others`() throws {
        let rig = try LifecycleRig()
        let uris = Array(repeating: #""x""#, count: 10_000).joined(separator: ",")
        let (_, exchange) = rig.send(#"{"uris":[\#(uris)]}"#)
        let turns = try rig.turn { exchange.endCount > 0 }
        #expect(turns >= 10_000 / 256)
        #expect(exchange.text.split(separator: "{\"uri\":").count == 10_001)
    }

    @Test func `a long body is read by a worker`() throws {
        let rig = try LifecycleRig(workers: 1)
        let (_, blocked) = rig.send("gate a", .picture)
        let (invocation, exchange) = rig.send(
            instances(["ok \(String(repeating: "x", count: 100_000))"]))
        #expect(rig.backend.pool.pendingCount == 2)
        let (_, other) = rig.send(instances(["bad \(String(repeating: "x", count: 100_000))"]))
        invocation.abandon()
        rig.gates.open("a")
        try rig.turn { blocked.endCount + other.endCount == 2 }
        #expect(exchange.response == nil)
        #expect(other.status == 200)
        #expect(rig.isAtRest)
    }

    // MARK: Ends

    @Test func `abandoning cancels everything, once`() throws {
        let rig = try LifecycleRig()
        let (invocation, exchange) = rig.send(instances((0..<20).map { "gate \($0)" }))
        let (fetching, fetch) = rig.send(#"{"uri":"http://127.0.0.1:1/"}"#)
        #expect(rig.backend.transfers.activeCount == 1)
        invocation.abandon()
        fetching.abandon()
        invocation.abandon()
        #expect(rig.isAtRest)
        for gate in 0..<20 { rig.gates.open("\(gate)") }
        let (_, next) = rig.send("ok b", .picture)
        try rig.turn { next.endCount > 0 }
        #expect(exchange.endCount == 0 && fetch.endCount == 0)
        #expect(rig.accessLog.map(\.outcome) == ["abandoned", "abandoned", nil])
        #expect(rig.accessLog.map(\.status) == [nil, nil, 200])
        #expect(rig.endedCount == 3)
    }

    @Test func `a request abandoned before it was complete leaves nothing`() throws {
        let rig = try LifecycleRig()
        let invocation = Invocation(
            "request", RequestProperties(kind: .json), RequestContext(id: "1"), host: rig)
        invocation.abandon()
        #expect(rig.isAtRest)
        #expect(rig.accessLog.isEmpty)
    }

    @Test func `the deadline answers 504, and a late result goes nowhere`() throws {
        let rig = try LifecycleRig()
        rig.requestTimeout = .seconds(2)
        let (invocation, exchange) = rig.send("gate a", .picture)
        rig.clock.advance(by: .milliseconds(1999))
        try rig.loop.turn()
        #expect(exchange.endCount == 0)
        rig.clock.advance(by: .milliseconds(1))
        try rig.loop.turn()
        #expect(exchange.status == 504)
        #expect(
            exchange.text
                == #"{"error":"the request was not done within 2 s","code":"Function.Timeout"}"#)
        #expect(rig.isAtRest)
        rig.gates.open("a")
        invocation.abandon()
        let (_, next) = rig.send("ok b", .picture)
        try rig.turn { next.endCount > 0 }
        #expect(exchange.endCount == 1)
        #expect(rig.accessLog.map(\.outcome) == ["Function.Timeout", nil])
    }

    @Test func `a client that leaves while it is answered is released once`() throws {
        let rig = try LifecycleRig()
        let (invocation, exchange) = rig.send("ok a", .picture)
        exchange.onWrite = { [weak invocation] in invocation?.abandon() }
        try rig.turn { exchange.endCount > 0 }
        #expect(rig.isAtRest)
        #expect(rig.accessLog.count == 1)
    }

    @Test func `the answer makes room before it leaves`() throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send("ok a", .picture)
        var inFlight: Int?
        exchange.onWrite = { [unowned rig] in inFlight = rig.gate.inFlight }
        try rig.turn { exchange.endCount > 0 }
        #expect(inFlight == 0)
    }

    @Test func `a full queue is answered 503 at once`() throws {
        let rig = try LifecycleRig(workers: 1)
        var exchanges = [rig.send("gate 0", .picture).1]
        try rig.turn { rig.backend.pool.waitingCount == 0 }
        exchanges += (1..<9).map { rig.send("gate \($0)", .picture).1 }
        exchanges.append(rig.send("ok x", .picture).1)
        #expect(exchanges[9].status == 503)
        #expect(rig.gate.inFlight == 9)
        for gate in 0..<9 { rig.gates.open("\(gate)") }
        try rig.turn { exchanges.allSatisfy { $0.endCount == 1 } }
        #expect(rig.isAtRest)
    }

    // MARK: Fetching

    @Test func `pictures are fetched concurrently, and a host's error is named`() throws {
        let rig = try LifecycleRig(allow: [.parse("127.0.0.1")])
        let host = ImageHost()
        let server = try Server(
            host: "127.0.0.1", port: 0, limits: Limits(), maxConnections: 100, on: rig.loop,
            service: host)
        defer { server.close() }
        let base = "http://127.0.0.1:\(server.port)"
        let uris = (0..<20).map { "\"\(base)/\($0)\"" } + ["\"\(base)/missing\""]
        let (_, exchange) = rig.send(#"{"uris":[\#(uris.joined(separator: ","))]}"#)
        try rig.turn { exchange.endCount > 0 }
        let expected =
            (0..<20).map {
                #"{"uri":"\#(base)/\#($0)","results":[{"label":"/\#($0)/5","prob":"0.5"}]}"#
            } + [
                #"{"uri":"\#(base)/missing","error":"127.0.0.1 answered with status 404 instead of 200","#
                    + #""code":"Function.FetchFailed"}"#
            ]
        #expect(exchange.text == #"{"predictions":["# + expected.joined(separator: ",") + "]}")
        #expect(rig.gate.inFlight == 0)
    }

    @Test func `a host that never answers meets the request's deadline`() throws {
        let rig = try LifecycleRig(allow: [.parse("127.0.0.1")])
        rig.requestTimeout = .seconds(5)
        let host = ImageHost()
        let server = try Server(
            host: "127.0.0.1", port: 0, limits: Limits(), maxConnections: 100, on: rig.loop,
            service: host)
        defer { server.close() }
        let (_, exchange) = rig.send(#"{"uri":"http://127.0.0.1:\#(server.port)/silent"}"#)
        try rig.turn { host.silent.count == 1 }
        rig.clock.advance(by: .seconds(5))
        try rig.turn { exchange.endCount > 0 }
        #expect(exchange.status == 504)
        #expect(rig.backend.transfers.activeCount == 0)
        #expect(rig.gate.inFlight == 0)
    }
}

/// A host of pictures: `/NAME` is a picture that says "ok /NAME"; `/silent` never answers.
private final class ImageHost: Service {
    var silent: [Silence] = []

    final class Silence: RequestReceiver {
        func receive(_ body: [UInt8], exchange: any Exchange) {}
        func abandon() {}
        func resume() {}
    }

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision {
        let path = head.path.text(in: bytes)
        switch path {
        case "/missing": return .answer(Response(.notFound))
        case "/silent":
            silent.append(Silence())
            return .receive(silent[silent.count - 1], bodyLimit: 0)
        default: return .answer(Response(.ok, body: Array("ok \(path)".utf8)))
        }
    }

    func response(to failure: ConnectionFailure) -> Response { Response(.badRequest) }
}
