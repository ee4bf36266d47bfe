import EventLoop
import Testing

@testable import Runtime

/// A request on a kept connection that has died is repeated once, on a new connection.
@Suite(.timeLimit(.minutes(5))) struct TransferRepeatTests {
    private static let kept = 6

    /// Answers GET. Resets or closes the connection for all other methods.
    private let server = TransferServer { request in
        request.head[0].hasPrefix("GET")
            ? .response() : ServedReply(bytes: [], then: request.index % 2 == 0 ? .close : .reset)
    }

    /// A pool with that many idle connections.
    private func harness(_ peers: TransferPool.Peers) throws -> TransferHarness {
        let harness = try TransferHarness(peers: peers)
        var count = 0
        for _ in 0..<Self.kept {
            harness.pool.start(TransferRequest(url: server.url("/"))) { _ in count += 1 }
        }
        try harness.turn { count == Self.kept }
        #expect(server.connections == Self.kept)
        return harness
    }

    private var posts: [ServedRequest] {
        server.requests.filter { $0.head[0].hasPrefix("POST") }
    }

    /// The server may have acted on the request before the connection died, so one repetition is
    /// the most.
    @Test(arguments: [0, 10, 200_000], [TransferPool.Peers.local, .remote])
    func `a request is repeated once, however many connections are kept`(
        size: Int, peers: TransferPool.Peers
    ) throws {
        let harness = try harness(peers)
        var request = TransferRequest(.post, url: server.url("/response"))
        request.body = patternedBytes(size)
        let failure = try harness.run(request).failure
        guard case .unreachable = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(posts.count == 2)
        #expect(posts.allSatisfy { $0.body == patternedBytes(size) })
        #expect(posts.map { $0.connection < Self.kept } == [true, false])
        harness.pool.close()
    }

    /// libcurl notices the dead connection when the stream ends; the repetition must not wait for
    /// that.
    @Test func `a streamed request is repeated, too, before its end`() throws {
        try stream { $0.send([1, 2, 3]) }
        #expect(posts.map { $0.connection < Self.kept } == [true, false])
    }

    /// If the stream's end was already sent, the request is not repeated at all.
    @Test func `a streamed request is repeated after its end at most once`() throws {
        try stream {
            $0.send([1, 2, 3])
            $0.end()
        }
        #expect(posts.count <= 2 && posts.count { $0.connection < Self.kept } == 1)
    }

    private func stream(_ body: (Upload) -> Void) throws {
        let harness = try harness(.local)
        var request = TransferRequest(.post, url: server.url("/response"))
        request.totalTimeout = nil
        var result: TransferResult?
        body(harness.pool.startUpload(request) { result = $0 })
        try harness.turn { result != nil }
        guard case .unreachable = result?.failure else {
            Issue.record("\(String(describing: result))")
            return
        }
        harness.pool.close()
    }
}
