import EventLoop
import TestSupport
import Testing

@testable import Runtime

/// What AWS Lambda's Runtime API needs from a pool: requests that may be silent for hours, old
/// connections, large bodies.
@Suite(.timeLimit(.minutes(5))) struct TransferNeighbourTests {
    private let peer = TransferPeer()

    private func harness(clock: any MonotonicClock = SystemClock()) throws -> TransferHarness {
        try TransferHarness(policy: nil, peers: .local, clock: clock)
    }

    /// The long poll for the next invocation.
    private var next: TransferRequest {
        var request = TransferRequest(.get, url: peer.url("/next"))
        request.totalTimeout = nil
        request.connectTimeout = .seconds(2)
        return request
    }

    private func post(_ body: [UInt8]) -> TransferRequest {
        var request = TransferRequest(.post, url: peer.url("/response"), body: body)
        request.totalTimeout = nil
        return request
    }

    @Test func `a request that is silent for days leaves no timer`() throws {
        let clock = ManualClock()
        let harness = try TransferHarness(policy: nil, peers: .local, clock: clock)
        let loop = harness.loop
        // The first request makes a connection, the second reuses it.
        for _ in 0..<2 {
            var result: TransferResult?
            harness.pool.start(next) { result = $0 }
            while peer.takeHead() == nil { try harness.step() }
            // Let the timers of the connection's setup expire: ours, and libcurl's 200 ms for a
            // second address, which runs on its own clock. The test's alarm stays.
            let end = SystemClock().now() + .seconds(60)
            while loop.timerCount > 1 && SystemClock().now() < end {
                clock.advance(by: .seconds(3))
                try harness.step()
            }
            #expect(loop.timerCount == 1)
            clock.advance(by: .seconds(86400 * 3))
            #expect(result == nil && harness.pool.activeCount == 1)
            peer.answer(200)
            while result == nil { try loop.turn() }
            #expect(try result?.get().status == 200)
        }
        #expect(peer.connections == 1)
        harness.pool.close()
    }

    @Test(arguments: [false, true], [0, 5, 3_000_000])
    func `a request that an old connection does not answer is repeated on a new one`(
        isReset: Bool, count: Int
    ) throws {
        let harness = try harness()
        let body = patternedBytes(count)
        for request in [next, post(body)] {
            var result: TransferResult?
            harness.pool.start(next) { result = $0 }
            try harness.turn { peer.takeHead() != nil }
            peer.answer(200)
            try harness.turn { result != nil }
            let connections = peer.connections

            result = nil
            harness.pool.start(request) { result = $0 }
            try harness.turn { peer.takeHead() != nil }
            #expect(peer.connections == connections)
            if isReset { peer.reset() } else { peer.close() }
            var head: String?
            try harness.turn {
                head = peer.takeHead()
                return head != nil
            }
            #expect(peer.connections == connections + 1)
            if request.method == .post {
                #expect(head?.contains("Content-Length: \(count)\r\n") == true)
                #expect(head?.lowercased().contains("transfer-encoding") == false)
                #expect(head?.lowercased().contains("expect") == false)
                try harness.turn {
                    peer.receive()
                    return peer.received.count >= count
                }
                #expect(peer.take() == body)
            }
            peer.answer(202)
            try harness.turn { result != nil }
            #expect(try result?.get().status == 202)
        }
        harness.pool.close()
    }

    @Test func `a new connection that is closed without an answer is not tried again`() throws {
        let harness = try harness()
        for request in [next, post([1, 2, 3]), post([UInt8](repeating: 1, count: 200_000))] {
            let connections = peer.connections
            var result: TransferResult?
            harness.pool.start(request) { result = $0 }
            try harness.turn { peer.takeHead() != nil }
            peer.close()
            try harness.turn { result != nil }
            guard case .unreachable = result?.failure else {
                Issue.record("\(String(describing: result))")
                continue
            }
            #expect(peer.connections == connections + 1)
        }
        harness.pool.close()
    }

    @Test func `a large body that is refused half way has an answer`() throws {
        let harness = try harness()
        for isReset in [false, true] {
            var result: TransferResult?
            harness.pool.start(post([UInt8](repeating: 1, count: 30_000_000))) { result = $0 }
            try harness.turn { peer.takeHead() != nil }
            peer.answer(413, fields: ["Connection: close"])
            if isReset { peer.reset() } else { peer.close() }
            try harness.turn { result != nil }
            #expect(try result?.get().status == 413)
        }
        harness.pool.close()
    }

    @Test func `a large event arrives whole`() throws {
        let event = patternedBytes(7_000_000)
        let server = TransferServer { _ in .response(body: event) }
        let harness = try harness()
        let body = try harness.get(server.url("/next")) { $0.byteCap = 10_000_000 }.get().body
        #expect(body == event)
        harness.pool.close()
    }

    @Test func `a bad URL is an error here, too`() throws {
        let harness = try harness()
        for url in [
            "", "x", "http://", "http://a b/", "http://[::1", "http://a/\r\nHost: b", "ftp://a/",
            "http://a\u{0}b/", "http://127.0.0.1:99999/",
            "http://a/" + String(repeating: "x", count: 20_000),
        ] {
            switch try harness.get(url).failure {
            case .badURL, .unsupportedScheme: break
            case let other: Issue.record("\(url.prefix(20)): \(String(describing: other))")
            }
        }
        for (url, host) in [
            ("http://127.0.0.1:9001/x", "127.0.0.1"), ("http://rie/x", "rie"),
            ("http://[::1]:80/", "[::1]"),
            ("http://a:1", "a"), ("http://[", "["), ("http://", ""),
        ] {
            #expect(try TransferURL.hostForSentences(of: url) == host)
        }
        harness.pool.close()
    }

    @Test func `a field is found whatever stands around it`() {
        let fields = TransferHeaders(
            Array("A: 1\r\nAb:2\r\n\r\nEmpty: \r\nX-Y:  c d \t\r\nempty:e\r\nlast:z".utf8))
        for (name, value) in [
            ("a", "1"), ("AB", "2"), ("x-y", "c d"), ("Empty", "e"), ("LAST", "z"), ("b", nil),
            ("las", nil), ("lastly", nil), ("1", nil), ("", nil),
        ] {
            #expect(fields[name] == value, "\(name)")
        }
        #expect(TransferHeaders([])["a"] == nil)
    }
}
