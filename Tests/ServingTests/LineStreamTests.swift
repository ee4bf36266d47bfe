// JSON lines: split, evaluated in a window, answered in order as they finish.

import EventLoop
import HTTP
import Runtime
import TestSupport
import Testing

@testable import Serving

@Suite struct LineCutterTests {
    private func cut(_ text: String, step: Int) -> [String] {
        var cutter = LineCutter(Array(text.utf8))
        var lines: [String] = []
        while !cutter.isAtEnd {
            var budget = step
            while let line = cutter.next(within: &budget) {
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        return lines
    }

    @Test(arguments: [
        ("", []), ("\n", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb\r\n", ["a", "b"]),
        ("\n\n a \n\t\r\n\r\nb", [" a ", "b"]), ("a\rb\n", ["a\rb"]), (" ", []), ("a\n ", ["a"]),
    ])
    func `lines are cut at line feeds and blank ones skipped`(_ text: String, _ lines: [String]) {
        for step in [1, 2, 3, 100] { #expect(cut(text, step: step) == lines) }
    }

    @Test(arguments: 0..<20)
    func `any body and any budget give the lines of a plain split`(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = ["a", "b", " ", "\n", "\n", "\r\n"]
        let text = (0..<300).map { _ in pieces[Int.random(in: 0..<6, using: &random)] }.joined()
        // Swift's Character treats CR LF as one; bytes don't.
        let expected = text.utf8.split(separator: 0x0A)
            .map { $0.last == 0x0D ? $0.dropLast() : $0 }
            .map { String(decoding: $0, as: UTF8.self) }
            .filter { !$0.allSatisfy { [" ", "\t", "\r"].contains($0) } }
        #expect(cut(text, step: .random(in: 1...40, using: &random)) == expected, "seed \(seed)")
    }

    @Test func `no call looks at much more than its budget`() {
        var cutter = LineCutter([UInt8](repeating: 0x0A, count: 1_000_000))
        var calls = 0
        while !cutter.isAtEnd {
            var budget = 1000
            #expect(cutter.next(within: &budget) == nil)
            calls += 1
        }
        #expect(calls >= 1000)
    }
}

@Suite(.timeLimit(.minutes(5))) struct LineStreamTests {
    private func line(_ order: String) -> String { #"{"instances":[{"b64":"\#(order)"}]}"# }

    private func answer(_ label: String) -> String {
        #"{"predictions":[{"results":[{"label":"\#(label)","prob":"0.5"}]}]}"#
    }

    @Test func `every form of a line, and errors in place`() throws {
        let rig = try LifecycleRig()
        let body = """
            {"instances":[{"b64":"ok a"},{"b64":"bad b"}],"top_k":9}\r
            \r
            "ftp://x"
            {"uri": "file:/x"}
            {"uri": 5}
            nonsense
            {"uris": ["y"]}
            """
        let (_, exchange) = rig.send(body, .jsonLines, topK: 3)
        try rig.turn { exchange.endCount > 0 }
        #expect(exchange.status == 200)
        #expect(exchange.response?.head.contentType.map { "\($0)" } == "application/jsonlines")
        #expect(
            exchange.text == """
                {"predictions":[{"results":[{"label":"a/9","prob":"0.5"}]},{"error":"b","code":"Function.ImageUndecodable"}]}
                {"uri":"ftp://x","error":"the URI's scheme “ftp” is not supported; http, https, s3 and data are","code":"Function.BadRequest"}
                {"uri":"file:/x","error":"file: URIs are not allowed; send the picture's bytes, or an http(s) URI","code":"Function.UriForbidden"}
                {"error":"\\"uri\\" must be a string, not a number","code":"Function.BadRequest"}
                {"error":"the line can't be read as JSON: line 1, column 1: expected a value, found “n”","code":"Function.BadRequest"}
                {"predictions":[{"uri":"y","error":"“y” is not an absolute URI; it must begin with https://, http://, s3:// or data:","code":"Function.BadRequest"}]}

                """)
        #expect(rig.isAtRest)
    }

    @Test func `answers leave in order, each as soon as all before it are done`() throws {
        let rig = try LifecycleRig()
        let body = ["gate a", "ok b", "gate c"].map(line).joined(separator: "\n")
        let (_, exchange) = rig.send(body, .jsonLines)
        try rig.turn { rig.backend.pool.pendingCount == 2 }
        #expect(!exchange.hasBegun)
        rig.gates.open("a")
        try rig.turn { exchange.hasBegun }
        #expect(exchange.pieces == [answer("a/5") + "\n" + answer("b/5") + "\n"])
        #expect(exchange.endCount == 0)
        rig.gates.open("c")
        try rig.turn { exchange.endCount > 0 }
        #expect(exchange.pieces.last == answer("c/5") + "\n")
        #expect(rig.isAtRest)
    }

    @Test func `the window bounds the lines, and the pictures of lines that are lists`() throws {
        let rig = try LifecycleRig()
        let list =
            #"{"instances":["#
            + Array(repeating: #"{"b64":"ok a"}"#, count: 50).joined(separator: ",") + "]}"
        for (body, bound) in [(line("ok a"), 1), (list, 2)] {
            let (_, exchange) = rig.send(
                Array(repeating: body, count: 200).joined(separator: "\n"), .jsonLines)
            var most = 0
            try rig.turn {
                most = max(most, rig.backend.pool.pendingCount)
                return exchange.endCount > 0
            }
            #expect(most >= rig.backend.window && most <= bound * rig.backend.window)
            #expect(exchange.lines.count == 200)
        }
    }

    @Test func `a slow client stops the window until it has room`() throws {
        let rig = try LifecycleRig()
        let (invocation, exchange) = rig.send(
            (0..<100).map { line("ok \($0)") }.joined(separator: "\n"), .jsonLines)
        exchange.onWrite = { [unowned exchange] in exchange.isCongested = true }
        try rig.turn { exchange.isCongested && rig.backend.pool.pendingCount == 0 }
        let sent = exchange.lines.count
        #expect(sent < 50)
        for _ in 0..<100 {
            try rig.step()
        }
        #expect(exchange.lines.count == sent)
        var resumptions = 0
        try rig.turn {
            if exchange.isCongested {
                exchange.isCongested = false
                resumptions += 1
                invocation.resume()
            }
            return exchange.endCount > 0
        }
        #expect(resumptions >= 2)
        #expect(exchange.lines.map(String.init) == (0..<100).map { answer("\($0)/5") })
        #expect(rig.isAtRest)
    }

    @Test func `millions of blank lines starve no other request`() throws {
        let rig = try LifecycleRig()
        let (_, exchange) = rig.send(
            String(repeating: "\n", count: 1_000_000) + line("ok a"), .jsonLines)
        let turns = try rig.turn { exchange.endCount > 0 }
        #expect(turns >= 15)
        #expect(exchange.text == answer("a/5") + "\n")
    }

    @Test func `thousands of bad lines neither recurse nor starve others`() throws {
        let rig = try LifecycleRig()
        let count = 5_000
        let (_, exchange) = rig.send(String(repeating: "x\n", count: count), .jsonLines)
        let (_, other) = rig.send("ok b", .picture)
        // The other one's answer leaves in the turn in which it is there.
        try rig.stepWithEvent()
        #expect(other.endCount == 1)
        #expect(exchange.endCount == 0)
        let timer = Timer()
        rig.loop.setDeadline(
            rig.loop.now + .milliseconds(1), of: rig.loop.register(handler: timer))
        rig.clock.advance(by: .milliseconds(1))
        let before = try rig.turn { timer.hasFired }
        #expect(exchange.endCount == 0)
        let turns = try rig.turn { exchange.endCount > 0 }
        #expect(1 + before + turns > count / 33)
        #expect(exchange.text.utf8.count { $0 == 0x0A } == count)
    }

    @Test func `at the deadline every unfinished line gets a timeout error`() throws {
        let rig = try LifecycleRig()
        let orders = ["ok a", "gate b"] + (0..<200).map { "ok \($0)" }
        let (_, exchange) = rig.send(orders.map(line).joined(separator: "\n"), .jsonLines)
        try rig.turn { exchange.lines.count == 1 && rig.backend.pool.pendingCount == 1 }
        rig.clock.advance(by: .seconds(60))
        try rig.turn { exchange.endCount > 0 }
        let timeout = #"{"error":"the request was not done within 59 s","code":"Function.Timeout"}"#
        let lines = exchange.lines.map(String.init)
        #expect(lines.count == 202)
        #expect(lines[0] == answer("a/5"))
        #expect(lines[1] == timeout)
        #expect(lines[201] == timeout)
        // Lines that finished before the deadline keep their answers.
        #expect(lines[2] == answer("0/5"))
        #expect(rig.isAtRest)
        #expect(rig.accessLog.map(\.status) == [200])
        #expect(rig.accessLog.map(\.outcome) == ["Function.Timeout"])
        rig.gates.open("b")
    }

    @Test(arguments: [1, 2, 3])
    func `a client that leaves while a piece is sent ends it all`(_ piece: Int) throws {
        let rig = try LifecycleRig()
        let (invocation, exchange) = rig.send(
            (0..<100).map { line("ok \($0)") }.joined(separator: "\n"), .jsonLines)
        exchange.onWrite = { [unowned exchange, weak invocation] in
            if exchange.pieces.count == piece { invocation?.abandon() }
        }
        try rig.turn { rig.gate.inFlight == 0 }
        for _ in 0..<10 {
            try rig.step()
        }
        #expect(exchange.pieces.count == piece)
        #expect(exchange.endCount == 0)
        #expect(rig.isAtRest)
        #expect(rig.accessLog.map(\.outcome) == ["abandoned"])
    }

    @Test func `a client that disconnects may release the exchange`() throws {
        let rig = try LifecycleRig()
        let invocation = Invocation(
            "request", RequestProperties(kind: .jsonLines), RequestContext(id: "1"), host: rig)
        var exchange: ScriptedExchange? = ScriptedExchange()
        var writes = 0
        exchange?.onWrite = {
            writes += 1
            if writes == 50 { invocation.abandon() }
        }
        invocation.receive(
            Array(String(repeating: "x\n", count: 100).utf8), exchange: try #require(exchange))
        #expect(writes < 50)
        exchange = nil
        try rig.turn { rig.gate.inFlight == 0 }
        try rig.step()
        #expect(writes == 50)
        #expect(rig.isAtRest)
    }

    private final class Timer: EventHandler {
        var hasFired = false

        func deadlinePassed(token: Token) { hasFired = true }
    }
}
