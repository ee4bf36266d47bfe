import EventLoop
import Testing

@testable import Runtime

/// A request on a connection that was kept, and is dead: made once more, on a new one.
@Suite(.timeLimit(.minutes(5))) struct TransferRepeatTests {
    private static let kept = 6

    /// Answers GET, and resets or closes the connection of anything else.
    private let server = TransferServer { request in
        request.head[0].hasPrefix("GET")
            ? .response() : ServedReply(bytes: [], then: request.index % 2 == 0 ? .close : .reset)
    }

    /// A pool with that many connections that wait for their next request.
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

    /// Whoever got the request may have acted on it before the connection died.
    @Test(arguments: [0, 10, 200_000], [TransferPool.Peers.local, .remote])
    func `once, however many connections are kept`(size: Int, peers: TransferPool.Peers) throws {
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

    /// The end would have libcurl look; nobody may have to wait for that.
    @Test func `a streamed request, too, before its end`() throws {
        try stream { $0.send([1, 2, 3]) }
        #expect(posts.map { $0.connection < Self.kept } == [true, false])
    }

    /// Where its end was on its way already, it is not repeated at all.
    @Test func `a streamed request behind its end, if at all`() throws {
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
