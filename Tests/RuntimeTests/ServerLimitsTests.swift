// The limits of the whole server, set to other values than the defaults.

import EventLoop
import HTTP
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct ServerLimitsTests {
    private static let ping = ServerConnectionTests.ping

    @Test func `the budget of arriving bodies is the one that was set`() throws {
        let harness = try ServerHarness { $0.arrivingBodyBytes = 100 }
        let (first, second) = (try harness.connect(), try harness.connect())
        let head = "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 90\r\n\r\n"
        first.write(head + String(repeating: "x", count: 80))
        try harness.turn { harness.server.arrivingBytes == 80 }
        second.write(head + String(repeating: "x", count: 20))
        try harness.turn { harness.server.arrivingBytes == 100 }
        #expect(harness.service.failures.isEmpty)
        second.write("x")
        #expect(try harness.readToEnd(second).hasPrefix("HTTP/1.1 503 "))
        #expect(harness.service.failures == [.outOfBufferSpace])
        // A refused request frees its room for the others.
        first.write(String(repeating: "x", count: 10))
        try harness.turn { harness.service.receivers.first?.exchange != nil }
        #expect(harness.server.arrivingBytes == 0)
    }

    @Test func `a read takes no more than was set, and requests don't mind`() throws {
        let harness = try ServerHarness { $0.receiveBytes = 7 }
        #expect(harness.server.scratch.count == 7)
        let client = try harness.connect()
        client.write(Self.ping + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nend")
        try harness.turn {
            client.read()
            return client.text.hasPrefix("HTTP/1.1 200 ") && client.text.hasSuffix("\r\n\r\nend")
        }
    }

    @Test func `others have their turn after as many requests as were set`() throws {
        let harness = try ServerHarness { $0.requestsPerTurn = 2 }
        let client = try harness.connect()
        var begun = 0
        harness.service.began = { begun += 1 }
        client.write(String(repeating: Self.ping, count: 5))
        try harness.turn { begun > 0 }
        // Two in the event, and two at the end of its turn, after all others.
        #expect(begun == 4)
        try harness.turn { begun == 5 }
    }

    @Test func `a streamed answer pauses above what was set`() throws {
        let harness = try ServerHarness { $0.congestedBytes = 10 }
        let client = try harness.connect()
        client.write(ServerConnectionTests.hold)
        try harness.turn { harness.service.receivers.count == 1 }
        let receiver = try #require(harness.service.receivers.first)
        receiver.beginStream(Response(.ok))
        try harness.quiesce()
        #expect(receiver.resumeCount == 1, "the head alone is longer than 10 bytes")
        receiver.send([0x61])
        #expect(receiver.exchange?.isCongested == false)
        receiver.send([0x62])
        #expect(receiver.exchange?.isCongested == true)
    }

    @Test func `as many buffers of such a size are kept as were set`() {
        var limits = Limits()
        (limits.spareBuffers, limits.spareBufferBytes) = (1, 1000)
        var pool = BufferPool(limits: limits)
        var buffers = [900, 5000, 900].map { [UInt8](repeating: 0, count: $0) }
        for index in buffers.indices { pool.giveBack(&buffers[index]) }
        let capacities = (0..<3).map { _ in pool.take().capacity }
        #expect(900..<1000 ~= capacities[0] && capacities[1...] == [0, 0])
    }
}
