// Every wait of a connection has a deadline, and ends with the right answer or without one.

import EventLoop
import HTTP
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct ServerTimeoutTests {
    private static let ping = ServerConnectionTests.ping

    @Test func `an idle connection closes without an answer`() throws {
        let harness = try ServerHarness()
        let (fresh, served) = (try harness.connect(), try harness.connect())
        _ = try harness.exchange(served, Self.ping, until: "\r\n\r\n")
        try harness.pass(.milliseconds(74_900))
        #expect(harness.server.connectionCount == 2)
        try harness.pass(.milliseconds(101))
        try harness.expectNothingLeft()
        served.received = []
        #expect(try harness.readToEnd(fresh).isEmpty)
        #expect(try harness.readToEnd(served).isEmpty)
        #expect(fresh.end == .closed && served.end == .closed)
    }

    @Test func `each request starts the idle time again`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        for _ in 0..<4 {
            try harness.pass(.seconds(60))
            _ = try harness.exchange(client, Self.ping, until: "\r\n\r\n")
        }
        #expect(harness.server.connectionCount == 1)
    }

    @Test func `a head has its time from its first byte, however it trickles`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        for byte in "GET /ping".utf8 {
            client.write(String(decoding: [byte], as: UTF8.self))
            try harness.quiesce()
            try harness.pass(.seconds(1))
        }
        #expect(harness.server.connectionCount == 1)
        try harness.pass(.milliseconds(1001))
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.contains("Connection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nlate"))
        #expect(harness.service.failures == [.headTimedOut])
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `each pipelined head has its own time`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("GET /pi")
        // Each event answers one request and ends inside the next head.
        for _ in 0..<3 {
            try harness.quiesce()
            try harness.pass(.seconds(4))
            client.write("ng HTTP/1.1\r\nHost: a\r\n\r\nGET /pi")
        }
        try harness.quiesce()
        #expect(harness.service.failures.isEmpty)
        // The last head began with the last bytes that arrived.
        try harness.pass(.milliseconds(9_999))
        #expect(harness.service.failures.isEmpty)
        try harness.pass(.milliseconds(1))
        let answer = try harness.readToEnd(client)
        #expect(answer.split(separator: "HTTP/1.1 200 ").count == 3)
        #expect(answer.hasSuffix("\r\n\r\nlate"))
        #expect(harness.service.failures == [.headTimedOut])
    }

    @Test func `a head that trickles after an answered request keeps its deadline`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(Self.ping + "GET /")
        for _ in 0..<9 {
            try harness.quiesce()
            try harness.pass(.seconds(1))
            client.write("p")
        }
        try harness.quiesce()
        #expect(harness.service.failures.isEmpty)
        try harness.pass(.milliseconds(1_001))
        #expect(harness.service.failures == [.headTimedOut])
    }

    @Test func `a body may take long, but not pause`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n")
        for _ in 0..<10 {
            try harness.quiesce()
            try harness.pass(.seconds(29))
            client.write("x")
        }
        try harness.quiesce()
        #expect(harness.server.arrivingBytes == 10)
        try harness.pass(.milliseconds(30_001))
        let answer = try harness.readToEnd(client)
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(harness.service.failures == [.bodyTimedOut])
        #expect(harness.service.receivers.map(\.abandonCount) == [1])
        client.close()
        try harness.expectNothingLeft()
    }

    @Test func `an unwanted body that does not arrive still gets its answer`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n")
        try harness.quiesce()
        try harness.pass(.milliseconds(30_001))
        #expect(try harness.readToEnd(client).hasPrefix("HTTP/1.1 404 "))
        #expect(harness.service.failures.isEmpty)
    }

    @Test func `a service may take as long as it likes`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        client.write(ServerConnectionTests.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        try harness.pass(.seconds(100_000))
        #expect(harness.server.connectionCount == 1)
        client.close()
        try harness.quiesce()
    }

    @Test func `a client that does not take its answer is cut off`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect(receiveBuffer: 4096)
        client.write(ServerConnectionTests.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        let answer = [UInt8](repeating: 0x78, count: 32 << 20)
        try #require(harness.service.receivers.first).respond(Response(.ok, body: answer))
        try harness.quiesce()
        // A client that reads something gets more time.
        for _ in 0..<5 {
            try harness.pass(.seconds(29))
            let before = client.received.count
            try harness.turn {
                client.read()
                return client.received.count > before + (1 << 20)
            }
            try harness.quiesce()
        }
        #expect(harness.server.connectionCount == 1)
        try harness.pass(.milliseconds(30_001))
        try harness.expectNothingLeft()
        _ = try harness.readToEnd(client)
        #expect(client.received.count < answer.count)
    }

    @Test func `a stream that the client does not read is cut off, too`() throws {
        let harness = try ServerHarness()
        let client = try harness.connect(receiveBuffer: 4096)
        client.write(ServerConnectionTests.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        let receiver = try #require(harness.service.receivers.first)
        receiver.beginStream(Response(.ok))
        while receiver.exchange?.isCongested == false {
            receiver.send([UInt8](repeating: 0x78, count: 65_536))
            try harness.quiesce()
        }
        // After 32 s, and once more if the kernel's buffers grew and took a little meanwhile.
        for _ in 0..<20 where harness.server.connectionCount == 1 {
            try harness.pass(.seconds(8))
            receiver.send([0x78])
            try harness.quiesce()
        }
        try harness.expectNothingLeft()
        #expect(receiver.abandonCount == 1)
    }
}
