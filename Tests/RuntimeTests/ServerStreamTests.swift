// Streamed answers: framing, a client that reads slowly, a client that leaves.

import EventLoop
import HTTP
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct ServerStreamTests {
    private func begin(
        _ harness: ServerHarness, _ client: TestClient,
        _ request: String = ServerConnectionTests.hold
    ) throws -> ScriptedReceiver {
        let count = harness.service.receivers.count
        client.write(request)
        try harness.turn { harness.service.receivers.count > count }
        try harness.turn { harness.service.receivers[count].exchange != nil }
        return harness.service.receivers[count]
    }

    @Test func `pieces leave as they come, and the connection persists`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let receiver = try begin(harness, client)
        receiver.beginStream(Response(.ok, contentType: "text/plain", body: Array("one".utf8)))
        try harness.turn {
            client.read()
            return client.text.hasSuffix("\r\n\r\n3\r\none\r\n")
        }
        #expect(client.text.contains("Transfer-Encoding: chunked\r\n"))
        receiver.send([])
        receiver.send(Array("three".utf8))
        try harness.turn {
            client.read()
            return client.text.hasSuffix("5\r\nthree\r\n")
        }
        receiver.endStream()
        receiver.exchange?.send([1])
        try harness.turn {
            client.read()
            return client.text.hasSuffix("three\r\n0\r\n\r\n")
        }
        let answer = try harness.exchange(client, ServerConnectionTests.ping, until: "\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `HTTP 1.0 gets a stream until the connection ends`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let receiver = try begin(
            harness, client,
            "POST /hold HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx")
        receiver.beginStream(Response(.ok, body: Array("one".utf8)))
        receiver.send(Array("two".utf8))
        receiver.endStream()
        let answer = try harness.readToEnd(client)
        #expect(answer.contains("Connection: close\r\n") && answer.hasSuffix("\r\n\r\nonetwo"))
    }

    @Test func `a slow client makes a stream pause, and resume once`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect(receiveBuffer: 4096)
        let receiver = try begin(harness, client)
        let piece = [UInt8](repeating: 0x78, count: 65_536)
        var pieces = 1
        receiver.beginStream(Response(.ok, body: piece))
        while receiver.exchange?.isCongested == false {
            receiver.send(piece)
            pieces += 1
            try harness.quiesce()
        }
        #expect(receiver.resumeCount == 0)
        let before = client.received.count
        try harness.turn {
            client.read()
            return receiver.resumeCount == 1
        }
        #expect(client.received.count > before)
        // There is room again, so no further resume is due.
        receiver.send(piece)
        try harness.turn {
            client.read()
            return client.received.count > (pieces + 1) * piece.count
        }
        try harness.quiesce()
        #expect(receiver.resumeCount == 1)
        receiver.endStream()
        try harness.turn {
            client.read()
            return client.received.suffix(5) == Array("0\r\n\r\n".utf8)[...]
        }
    }

    @Test func `a stream that is resumed sends on from there, without end of stack`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let receiver = try begin(harness, client)
        let piece = [UInt8](repeating: 0x78, count: 300_000)
        var left = 200
        receiver.resumed = { [unowned receiver] in
            left -= 1
            left > 0 ? receiver.send(piece) : receiver.endStream()
        }
        receiver.beginStream(Response(.ok, body: piece))
        try harness.turn {
            client.read()
            let isOver = client.received.suffix(5) == Array("0\r\n\r\n".utf8)[...]
            if client.received.count > 100 {
                client.received.removeFirst(client.received.count - 100)
            }
            return isOver
        }
        #expect(left == 0 && receiver.resumeCount == 200)
        let answer = try harness.exchange(client, ServerConnectionTests.ping, until: "\r\n\r\n")
        #expect(answer.hasSuffix("Content-Length: 0\r\n\r\n"))
    }

    @Test func `a client that resets amid a stream abandons it, never from inside a call`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let receiver = try begin(harness, client)
        receiver.beginStream(Response(.ok, body: [1]))
        try harness.quiesce()
        client.reset()
        // The socket is dead, and the service does not know it yet.
        for _ in 0..<10 { receiver.send([UInt8](repeating: 0, count: 300_000)) }
        try harness.turn { receiver.abandonCount == 1 }
        receiver.exchange?.send([1])
        receiver.exchange?.endStream(nil)
        try harness.expectNothingLeft()
    }

    @Test func `requests after a stream wait for its end`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let receiver = try begin(
            harness, client, ServerConnectionTests.hold + ServerConnectionTests.ping)
        client.endSending()
        receiver.beginStream(Response(.ok, body: Array("a".utf8)))
        try harness.quiesce()
        receiver.send(Array("b".utf8))
        try harness.quiesce()
        receiver.endStream()
        let answer = try harness.readToEnd(client)
        #expect(answer.contains("1\r\na\r\n1\r\nb\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"))
        try harness.expectNothingLeft()
    }

    @Test func `a streamed answer to HEAD is its head alone`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let receiver = try begin(harness, client, "HEAD /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        receiver.beginStream(Response(.ok, body: [0x78]))
        receiver.send([0x79])
        receiver.endStream()
        let answer = try harness.exchange(client, ServerConnectionTests.ping, until: "0\r\n\r\n")
        #expect(answer.contains("chunked\r\n\r\nHTTP/1.1 200 OK"))
    }
}
