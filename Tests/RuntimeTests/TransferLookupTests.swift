import EventLoop
import Testing

@testable import Runtime

/// Names whose look-up hangs, in libcurl's threads in getaddrinfo(3).
@Suite(.serialized, .timeLimit(.minutes(5))) struct TransferLookupTests {
    @Test func `a look-up that hangs holds up neither cancel nor close nor others`() throws {
        let server = TransferServer { _ in .response(body: [1]) }
        let harness = try TransferHarness()
        let ids = (0..<5).map { _ in
            harness.pool.start(TransferRequest(url: server.url("/", host: "hang.127-0-0-1.test"))) {
                _ in
                Issue.record("completed after cancel")
            }
        }
        try harness.turn { NameLookup.waiting == 5 }
        #expect(try harness.get(server.url("/")).get().body == [1])
        for id in ids { harness.pool.cancel(id) }
        #expect(harness.pool.activeCount == 0)
        #expect(try harness.get(server.url("/")).get().body == [1])
        harness.pool.close()
        // The transfer did not wait for them.
        #expect(NameLookup.waiting == 5)
        #expect(server.connections == 1)
        NameLookup.release()
        // Run the deferred work of the loop: it holds the harness.
        try harness.loop.turn()
    }

    @Test func `look-ups are bounded, including those that no transfer waits for`() throws {
        let server = TransferServer { _ in .response(body: [1]) }
        let harness = try TransferHarness(maxConcurrent: 3)
        let registrations = harness.loop.registrationCount
        var errors: [TransferError] = []
        for _ in 0..<10 {
            var request = TransferRequest(url: server.url("/", host: "hang.127-0-0-1.test"))
            request.connectTimeout = .milliseconds(30)
            request.totalTimeout = .milliseconds(400)
            harness.pool.start(request) { if let error = $0.failure { errors.append(error) } }
        }
        try harness.turn { errors.count == 10 }
        // Three were looking up their names; seven never started.
        #expect(
            errors.filter { if case .timedOut(_, .lookup, _) = $0 { true } else { false } }.count
                == 3)
        #expect(
            errors.filter { if case .timedOut(_, .waiting, _) = $0 { true } else { false } }.count
                == 7)
        try harness.turn { NameLookup.waiting == 3 }
        #expect(harness.pool.activeCount == 0)
        // Their places are free again once the look-ups are over, and no connection was made.
        var result: TransferResult?
        harness.pool.start(TransferRequest(url: server.url("/"))) { result = $0 }
        #expect(harness.pool.waitingCount == 1)
        NameLookup.release()
        try harness.turn { result != nil }
        #expect(try result?.get().body == [1])
        #expect(server.connections == 1)
        #expect(harness.loop.registrationCount == registrations)
        harness.pool.close()
    }

    @Test func `a name that changes its address does not get past the policy`() throws {
        let server = TransferServer { _ in .response(body: [1]) }
        let harness = try TransferHarness()
        let url = server.url("/", host: "turn.127-0-0-1.192-168-0-1.test")
        #expect(try harness.get(url).get().body == [1])
        // libcurl forgets the connection and the addresses of the name.
        harness.pool.closeIdleConnections()
        let error = try harness.get(url).failure
        #expect(
            error == .forbidden(host: "turn.127-0-0-1.192-168-0-1.test", address: "192.168.0.1"))
        harness.pool.close()
    }
}
