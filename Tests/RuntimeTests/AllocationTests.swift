// The server's memory use: none for a `/ping`, little for an idle connection.

import CAllocationCounter
import EventLoop
import Glibc
import HTTP
import Testing

@testable import Runtime

@Suite(.enabled(if: allocation_counter_is_available()), .timeLimit(.minutes(5)))
struct AllocationTests {
    @Test func `the counter counts`() {
        let before = (allocation_count(), allocation_bytes())
        let array = [UInt8](repeating: 1, count: 5000)
        #expect(allocation_count() == before.0 + 1)
        #expect(5000...6000 ~= allocation_bytes() - before.1)
        #expect(array.count == 5000)
    }

    /// See docs/performance.md#bars. Holds in debug and in release builds.
    @Test(arguments: [1, 16]) func `a keep-alive ping allocates nothing`(pipelined: Int) throws {
        let harness = try ServerHarness()
        let client = try harness.connect()
        let request = Array(
            String(
                repeating: "GET /ping HTTP/1.1\r\nHost: 169.254.255.131:8080\r\n"
                    + "User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n",
                count: pipelined
            ).utf8)
        var allocations = 0
        var turns = 0
        for round in 0..<1100 {
            #expect(client.write(request) == request.count)
            repeat {
                let before = allocation_count()
                try harness.loop.turn()
                // The first rounds fill the pool of buffers and the tables of the runtime.
                if round >= 100 { allocations += allocation_count() - before }
                turns += 1
                client.read()
            } while client.text.split(separator: "HTTP/1.1 200 OK\r\n").count < pipelined
            client.received = []
        }
        #expect(allocations == 0, "in \(turns) turns")
        #expect(turns < 1200, "one turn for a request: epoll_wait, recv, send")
    }

    /// docs/performance.md#bars: at most 2 KiB of user memory each.
    @Test func `an idle connection costs little, and a closed one nothing`() throws {
        let count = 1000
        try Self.allowDescriptors(2 * count + 500)
        let harness = try ServerHarness(maxConnections: count)
        // A first crowd grows the tables and buffers that grow only once.
        try Self.hold(count, by: harness) {}
        let before = allocation_bytes()
        try Self.hold(count, by: harness) {
            let each = (allocation_bytes() - before) / count
            #expect(each <= 2048, "\(each) bytes")
            #expect(each >= 100, "nothing was measured")
        }
        let left = allocation_bytes() - before
        // A table may have doubled once more. A leaked connection would take 100 bytes or more.
        #expect(left < 64 * count, "\(left) bytes are left of \(count) connections")
    }

    private static func hold(
        _ count: Int, by harness: ServerHarness, _ measure: () -> Void
    ) throws {
        var clients: [TestClient] = []
        for _ in 0..<count { clients.append(try harness.connect()) }
        for client in clients {
            _ = try harness.exchange(client, ServerConnectionTests.ping, until: "\r\n\r\n")
            client.received = []
        }
        measure()
        clients = []
        try harness.expectNothingLeft()
    }

    private static func allowDescriptors(_ count: Int) throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < rlim_t(count) else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        let result = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try #require(result == 0)
    }
}
