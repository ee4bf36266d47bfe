// Requests and their answers over real sockets: order, bodies, refusals, and clients that leave.

import EventLoop
import HTTP
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct ServerConnectionTests {
    static let ping = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
    static let hold = "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"

    // MARK: Order

    @Test func `requests on one connection are answered one after the other`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        for _ in 0..<3 {
            let answer = try harness.exchange(client, Self.ping, until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("Content-Length: 0\r\n"))
            #expect(!answer.contains("Connection"))
        }
        #expect(harness.server.connectionCount == 1)
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `pipelined requests wait for the one in flight and are answered in order`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(
            Self.hold + Self.ping + "GET /none HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nend")
        try harness.turn { harness.service.receivers.count == 1 }
        try harness.quiesce()
        client.read()
        #expect(client.received.isEmpty)
        try #require(harness.service.receivers.first).respond(
            Response(.accepted, body: Array("first".utf8)))
        try harness.turn {
            client.read()
            return client.text.hasSuffix("end")
        }
        let statuses = client.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["202", "200", "404", "200"])
    }

    @Test func `after a request in flight no more than one buffer is read`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect(sendBuffer: 16 * 1024)
        client.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        let pings = Array(String(repeating: Self.ping, count: 20_000).utf8)
        var sent = 0
        for _ in 0..<200 {
            sent += client.write(Array(pings[sent...]))
            try harness.loop.turn()
        }
        let unread = sent
        for _ in 0..<100 {
            sent += client.write(Array(pings[sent...]))
            try harness.loop.turn()
        }
        #expect(sent == unread, "the server goes on reading")
        #expect(sent < pings.count)
        try #require(harness.service.receivers.first).respond(Response(.ok))
        let answers = Array(
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n"
                .utf8)
        try harness.turn {
            if sent < pings.count { sent += client.write(Array(pings[sent...])) }
            client.read()
            return client.received.count == 20_001 * answers.count
        }
    }

    @Test func `a flood of pipelined requests leaves others their turn`() throws {
        let harness = try ServerHarness()
        let (flood, other) = (try harness.connect(), try harness.connect())
        flood.write(String(repeating: Self.ping, count: 2000))
        other.write(Self.ping)
        var begun = 0
        harness.service.began = { begun += 1 }
        try harness.turn {
            other.read()
            return !other.received.isEmpty
        }
        #expect(begun < 200)
        // The client's end in the middle of this loses no answer.
        flood.endSending()
        #expect(try harness.readToEnd(flood).split(separator: "HTTP/1.1 200 OK").count == 2000)
        other.close()
        try harness.expectNothingLeft()
    }

    @Test func `a flood that is drained ends with an answer`() throws {
        let harness = try ServerHarness()
        let flood = try harness.connect()
        flood.write(String(repeating: Self.ping, count: 500))
        var drained = false
        harness.service.began = { [unowned harness] in harness.server.drain { drained = true } }
        let answers = try harness.readToEnd(flood).split(separator: "HTTP/1.1 200 OK")
        #expect(flood.end == .closed && 1...200 ~= answers.count)
        #expect(answers.last?.contains("Connection: close\r\n") == true)
        flood.close()
        try harness.turn { drained }
        try harness.expectNothingLeft()
    }

    @Test func `a request that comes byte by byte is understood`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let request =
            "\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n"
        for byte in request.utf8 {
            client.write(String(decoding: [byte], as: UTF8.self))
            try harness.quiesce()
        }
        try harness.turn {
            client.read()
            return client.text.hasSuffix("\r\n\r\nabcde")
        }
    }

    // MARK: Bodies

    @Test(arguments: [0, 1, 65_000, 65_536, 700_000])
    func `a body of known length arrives whole, however it is cut`(count: Int) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let head = "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n"
        try harness.send(client, Array(head.utf8) + body)
        try harness.turn { harness.service.receivers.first?.exchange != nil }
        let receiver = try #require(harness.service.receivers.first)
        #expect(receiver.body == body)
        #expect(harness.server.arrivingBytes == 0)
        receiver.respond(Response(.ok))
        try harness.turn {
            client.read()
            return client.text.hasSuffix("\r\n\r\n")
        }
    }

    @Test func `bytes after a body belong to the next request`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        try harness.send(
            client, Array("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n".utf8))
        try harness.quiesce()
        try harness.send(client, [UInt8](repeating: 0x61, count: 70_000) + Array(Self.ping.utf8))
        try harness.turn {
            client.read()
            return client.text.contains("aaaHTTP/1.1 200 OK") && client.text.hasSuffix("\r\n\r\n")
        }
    }

    @Test func `a body that announces too much is refused before it comes`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(harness.service.failures == [.bodyTooLarge(limit: 10)])
        #expect(harness.service.receivers.map(\.abandonCount) == [1])
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `a chunked body is refused where it exceeds the limit`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(
            "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "8\r\n12345678\r\n3\r\n123\r\n")
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.hasSuffix("large"))
        #expect(harness.service.receivers.map(\.abandonCount) == [1])
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `all arriving bodies together are bounded`() throws {
        let harness = try ServerHarness()
        let budget = harness.server.limits.arrivingBodyBytes
        #expect(budget == 512 << 20)
        harness.server.arrivingBytes = budget - 1
        let client = try harness.connect()
        client.write(Self.hold)
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.hasSuffix("full"))
        #expect(harness.server.arrivingBytes == budget - 1)
        harness.server.arrivingBytes = 0
        client.close()
        try harness.expectNothingLeft()
    }

    // MARK: Early answers

    @Test(arguments: [
        "Content-Length: 60000\r\n\r\n" + String(repeating: "x", count: 60_000),
        "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
    ])
    func `a small unwanted body is dropped, and the connection persists`(rest: String) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        for _ in 0..<2 {
            let answer = try harness.exchange(
                client, "POST /none HTTP/1.1\r\nHost: a\r\n" + rest, until: "none")
            #expect(answer.hasPrefix("HTTP/1.1 404 ") && !answer.contains("Connection: close"))
        }
    }

    @Test(arguments: [
        "Content-Length: 70000\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n11170\r\n",
    ])
    func `the answer to a large unwanted body reaches the client`(rest: String) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /none HTTP/1.1\r\nHost: a\r\n" + rest)
        // The client sends everything before it reads. Without lingering it would get a reset.
        for _ in 0..<64 { try harness.send(client, [UInt8](repeating: 0x78, count: 65_536)) }
        let answer = try harness.readToEnd(client)
        #expect(client.end == .closed)
        #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.contains("Connection: close\r\n"))
        try harness.send(client, [UInt8](repeating: 0x78, count: 65_536))
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `a client that goes on sending is cut off in time`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n")
        _ = try harness.readToEnd(client)
        #expect(harness.server.connectionCount == 1)
        _ = client.write([UInt8](repeating: 0x78, count: 1000))
        try harness.pass(.milliseconds(1900))
        _ = client.write([UInt8](repeating: 0x78, count: 1000))
        #expect(harness.server.connectionCount == 1)
        try harness.pass(.milliseconds(101))
        try harness.expectNothingLeft()
    }

    @Test func `requests after the last answer do not lose it`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for _ in 0..<100 { client.write(Self.ping) }
        let answer = try harness.readToEnd(client)
        #expect(client.end == .closed)
        #expect(answer.contains("Connection: close") && answer.split(separator: "HTTP/").count == 1)
    }

    // MARK: Expect: 100-continue

    @Test func `the body is asked for where it is wanted`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let interim = try harness.exchange(
            client,
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
            until: "\r\n\r\n")
        #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
        let answer = try harness.exchange(client, "ok", until: "\r\n\r\nok")
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }

    @Test(arguments: ["/none", "/small", "/ping"])
    func `the body is not asked for where it is refused`(path: String) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
        )
        let answer = try harness.readToEnd(client)
        #expect(!answer.contains("100 Continue") && answer.contains("Connection: close\r\n"))
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `HTTP 1.0 knows no expectation`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /echo HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok")
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\nok"))
    }

    // MARK: Methods and versions

    @Test func `an answer to HEAD has no body, and the next one has`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let head = try harness.exchange(
            client, "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n", until: "\r\n\r\n")
        #expect(head.contains("Content-Length: 4\r\n"))
        let get = try harness.exchange(
            client, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n", until: "none")
        #expect(get.hasPrefix("HTTP/1.1 404 "))
    }

    @Test func `a head that times out after HEAD is answered with a body`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        _ = try harness.exchange(
            client, "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\nGET /pi", until: "\r\n\r\n")
        try harness.pass(.seconds(11))
        client.received = []
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.hasSuffix("\r\n\r\nlate"))
    }

    @Test(arguments: [(false, true), (true, false)])
    func `HTTP 1.0 persists only where it asks to`(keepsAlive: Bool, closes: Bool) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let field = keepsAlive ? "Connection: keep-alive\r\n" : ""
        let answer = try harness.exchange(
            client, "GET /none HTTP/1.0\r\n\(field)\r\n", until: "none")
        #expect(answer.contains(keepsAlive ? "Connection: keep-alive" : "Connection: close"))
        try harness.quiesce()
        client.read()
        #expect((client.end == .closed) == closes)
    }

    @Test func `bytes that are not HTTP are answered, and nothing after them is read`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(Self.ping + "nonsense\r\n\r\n" + Self.ping)
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\nbad"))
        #expect(harness.service.failures == [.malformed(.missingVersion)])
    }

    // MARK: Clients that leave

    @Test func `a client that ends its sending still gets its answers`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(Self.ping + Self.hold + Self.ping)
        client.endSending()
        try harness.turn { harness.service.receivers.count == 1 }
        try harness.quiesce()
        let receiver = try #require(harness.service.receivers.first)
        #expect(receiver.abandonCount == 0)
        receiver.respond(Response(.accepted))
        let answer = try harness.readToEnd(client)
        #expect(client.end == .closed)
        let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["200", "202", "200"])
        try harness.expectNothingLeft()
    }

    @Test(arguments: ["", "POST /ho", hold.replacing("hi", with: "h")])
    func `a client that ends inside a request is let go`(start: String) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(start)
        try harness.quiesce()
        client.endSending()
        #expect(try harness.readToEnd(client).isEmpty)
        #expect(harness.service.receivers.allSatisfy { $0.abandonCount == 1 })
        try harness.expectNothingLeft()
    }

    @Test func `a reset abandons the request in flight once`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        let receiver = try #require(harness.service.receivers.first)
        client.reset()
        try harness.turn { receiver.abandonCount > 0 }
        receiver.exchange?.respond(Response(.ok))
        receiver.exchange?.respond(Response(.ok))
        try harness.quiesce()
        #expect(receiver.abandonCount == 1)
        try harness.expectNothingLeft()
    }

    @Test func `a reset amid a body frees what had arrived`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc")
        try harness.turn { harness.server.arrivingBytes == 3 }
        client.reset()
        try harness.expectNothingLeft()
        #expect(harness.service.receivers.map(\.abandonCount) == [1])
    }

    @Test func `an answer that comes after a new request goes nowhere`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        let first = try #require(harness.service.receivers.first)
        first.respond(Response(.ok))
        client.write(Self.hold)
        try harness.turn { harness.service.receivers.count == 2 }
        first.exchange?.respond(Response(.internalServerError))
        try harness.quiesce()
        client.read()
        #expect(!client.text.contains(" 500 "))
        harness.service.receivers[1].respond(Response(.accepted))
        try harness.turn {
            client.read()
            return client.text.contains(" 202 ")
        }
    }
}
