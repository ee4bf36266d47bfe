// The server as a whole: draining, the connection limit, calls from everywhere.

import EventLoop
import HTTP
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct ServerTests {
    private static let ping = ServerConnectionTests.ping
    private static let hold = ServerConnectionTests.hold

    // MARK: Draining

    @Test func `an idle server is drained at once, and idle connections close`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        _ = try harness.exchange(client, Self.ping, until: "\r\n\r\n")
        var drained = 0
        harness.server.drain { drained += 1 }
        harness.server.drain { drained += 100 }
        try harness.turn { drained > 0 }
        try harness.expectNothingLeft()
        try harness.quiesce()
        #expect(drained == 1)
        client.received = []
        #expect(try harness.readToEnd(client).isEmpty)
    }

    @Test func `what is in flight is answered, and closes`() throws {
        let harness = try ServerHarness()
        let (held, arriving) = (try harness.connect(), try harness.connect())
        held.write(Self.hold + Self.ping)
        arriving.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n")
        try harness.turn { harness.service.receivers.count == 2 }
        var drained = 0
        harness.server.drain { drained += 1 }
        try harness.quiesce()
        #expect(drained == 0 && harness.server.connectionCount == 2)
        arriving.write("ok")
        let echoed = try harness.readToEnd(arriving)
        #expect(echoed.contains("Connection: close\r\n") && echoed.hasSuffix("ok"))
        arriving.close()
        try #require(harness.service.receivers.first { $0.body.count == 2 && $0.answerCount == 0 })
            .respond(Response(.accepted))
        let answer = try harness.readToEnd(held)
        #expect(held.end == .closed && answer.hasPrefix("HTTP/1.1 202 "))
        #expect(answer.contains("Connection: close\r\n") && !answer.contains(" 200 "))
        held.close()
        try harness.turn { drained > 0 }
        try harness.expectNothingLeft()
        #expect(drained == 1)
    }

    @Test func `what would be abandoned is counted until its answer has left`() throws {
        let harness = try ServerHarness()
        let (idle, part, arriving) = (
            try harness.connect(), try harness.connect(), try harness.connect()
        )
        let (held, slow) = (try harness.connect(), try harness.connect(receiveBuffer: 4096))
        _ = try harness.exchange(idle, Self.ping, until: "\r\n\r\n")
        part.write("GET /pi")
        try harness.quiesce()
        #expect(harness.server.unansweredCount == 0, "no request has come, or it is answered")
        arriving.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n")
        try harness.turn { harness.server.unansweredCount == 1 }
        held.write(Self.hold)
        try harness.turn { harness.server.unansweredCount == 2 }
        slow.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 3 }
        let receivers = harness.service.receivers
        receivers[2].respond(Response(.ok, body: [UInt8](repeating: 0x78, count: 32 << 20)))
        try harness.quiesce()
        #expect(harness.server.unansweredCount == 3, "its answer has not left whole")
        try harness.turn {
            slow.read()
            return harness.server.unansweredCount == 2
        }
        // A client that does not hang up after the last answer loses nothing.
        harness.server.drain {}
        receivers[1].respond(Response(.ok))
        try harness.quiesce()
        #expect(harness.server.unansweredCount == 1 && harness.server.connectionCount > 1)
        arriving.reset()
        try harness.turn { harness.server.unansweredCount == 0 }
    }

    @Test func `a request that lies unread when the drain begins is answered`() throws {
        let harness = try ServerHarness()
        let (client, other) = (try harness.connect(), try harness.connect())
        _ = try harness.exchange(client, Self.ping, until: "\r\n\r\n")
        client.received = []
        var isFirst = true
        harness.service.began = { [unowned harness] in
            if isFirst { client.write(Self.ping) }
            isFirst = false
            harness.server.drain {}
        }
        other.write(Self.ping)
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("Connection: close\r\n"))
    }

    @Test func `newcomers during a drain get one answer`() throws {
        let harness = try ServerHarness()
        let (held, early) = (try harness.connect(), try harness.connect())
        held.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        var drained = 0
        harness.server.drain { drained += 1 }
        let late = try harness.connect()
        for client in [early, late] {
            client.write(Self.ping + Self.ping)
            let answer = try harness.readToEnd(client)
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.split(separator: "HTTP/1.1 ").count == 1)
            client.close()
        }
        #expect(drained == 0)
        held.reset()
        try harness.turn { drained == 1 }
        try harness.expectNothingLeft()
    }

    @Test func `draining may begin inside a request`() throws {
        let harness = try ServerHarness()
        let (idle, client) = (try harness.connect(), try harness.connect())
        _ = try harness.exchange(idle, Self.ping, until: "\r\n\r\n")
        var drained = 0
        harness.service.began = { [unowned harness] in harness.server.drain { drained += 1 } }
        client.write(Self.ping)
        try harness.turn {
            client.read()
            return client.end != nil
        }
        client.close()
        try harness.turn { drained == 1 }
        try harness.expectNothingLeft()
    }

    @Test func `closing abandons everything at once, even from inside a request`() throws {
        let harness = try ServerHarness()
        let (held, client) = (try harness.connect(), try harness.connect())
        held.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        harness.service.began = { [unowned harness] in harness.server.close() }
        client.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok" + Self.ping)
        try harness.turn { harness.server.connectionCount == 0 }
        try harness.quiesce()
        #expect(harness.service.receivers.map(\.abandonCount) == [1, 1])
        #expect(harness.loop.registrationCount == 0)
        #expect(harness.server.arrivingBytes == 0)
    }

    // MARK: Limits

    @Test func `beyond the limit newcomers wait until a connection has gone`() throws {
        let harness = try ServerHarness(maxConnections: 2)
        let clients = [try harness.connect(), try harness.connect()]
        let waiting = try TestClient(port: harness.server.port)
        waiting.write(Self.ping)
        try harness.quiesce()
        waiting.read()
        #expect(harness.server.connectionCount == 2 && waiting.received.isEmpty)
        _ = try harness.exchange(clients[1], Self.ping, until: "\r\n\r\n")
        clients[0].close()
        try harness.turn {
            waiting.read()
            return waiting.text.hasSuffix("\r\n\r\n")
        }
        #expect(harness.server.connectionCount == 2)
    }

    // MARK: Calls from everywhere

    @Test func `answers may come from inside other requests`() throws {
        let harness = try ServerHarness()
        let clients = try (0..<20).map { _ in try harness.connect() }
        var held: [ScriptedReceiver] = []
        harness.service.completed = { receiver in
            held.append(receiver)
            // The twentieth request answers all, itself included; each has a pipelined request
            // after it.
            guard held.count % 20 == 0 else { return }
            for receiver in held where receiver.answerCount == 0 {
                receiver.respond(Response(.ok, body: Array("held".utf8)))
            }
        }
        for client in clients { client.write(Self.hold + Self.hold) }
        try harness.turn {
            for client in clients { client.read() }
            return clients.allSatisfy { $0.text.split(separator: "held").count == 2 }
        }
        #expect(held.count == 40)
        for client in clients { client.close() }
        try harness.expectNothingLeft()
    }

    @Test func `answers may come from inside begin`() throws {
        let harness = try ServerHarness()
        let (held, other) = (try harness.connect(), try harness.connect())
        held.write(Self.hold + Self.ping)
        try harness.turn { harness.service.receivers.count == 1 }
        let receiver = try #require(harness.service.receivers.first)
        var isFirst = true
        harness.service.began = {
            if isFirst { receiver.respond(Response(.ok)) }
            isFirst = false
        }
        _ = try harness.exchange(other, Self.ping, until: "\r\n\r\n")
        try harness.turn {
            held.read()
            return held.text.split(separator: "HTTP/1.1 200").count == 2
        }
    }

    @Test func `a request that is abandoned may answer another`() throws {
        let harness = try ServerHarness()
        let (leaving, staying) = (try harness.connect(), try harness.connect())
        for client in [leaving, staying] {
            let count = harness.service.receivers.count
            client.write(Self.hold)
            try harness.turn { harness.service.receivers.count > count }
        }
        let other = harness.service.receivers[1]
        harness.service.receivers[0].abandoned = { other.respond(Response(.accepted)) }
        leaving.reset()
        try harness.turn {
            staying.read()
            return staying.text.hasPrefix("HTTP/1.1 202 ")
        }
    }
}
