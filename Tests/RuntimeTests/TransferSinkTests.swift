// Bodies that are consumed as they arrive, instead of being collected.

import EventLoop
import TestSupport
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct TransferSinkTests {
    /// Records what it receives, up to a limit.
    private final class Note: TransferSink {
        var bytes: [UInt8] = []
        var lengths: Set<Int?> = []
        var limit = Int.max

        func receive(_ part: Span<UInt8>, length: Int?) -> Bool {
            for index in part.indices { bytes.append(part[index]) }
            lengths.insert(length)
            return bytes.count <= limit
        }
    }

    private func fetch(
        _ reply: ServedReply, into note: Note, change: (inout TransferRequest) -> Void = { _ in }
    ) throws -> TransferResult {
        let server = TransferServer { _ in reply }
        let harness = try TransferHarness()
        var request = TransferRequest(.get, url: server.url("/model"))
        change(&request)
        var result: TransferResult?
        harness.pool.start(request, into: note) { result = $0 }
        try harness.turn { result != nil }
        harness.pool.close()
        return try #require(result)
    }

    @Test func `a body is given in parts and gathered nowhere`() throws {
        let body = patternedBytes(1_000_000)
        let note = Note()
        let response = try fetch(.response(body: body), into: note).get()
        #expect(response.status == 200 && response.body.isEmpty)
        #expect(note.bytes == body && note.lengths == [1_000_000])
    }

    @Test func `the body of an error does not go to the sink`() throws {
        let note = Note()
        let response = try fetch(.response(404, body: Array("none".utf8)), into: note).get()
        #expect(response.status == 404 && response.body == Array("none".utf8))
        #expect(note.bytes.isEmpty)
    }

    @Test func `a sink that wants no more ends the transfer`() throws {
        let note = Note()
        note.limit = 10
        let result = try fetch(.response(body: patternedBytes(500_000)), into: note)
        #expect(result.error == .unwanted(host: "127.0.0.1"))
        #expect(note.bytes.count < 500_000)
    }

    @Test func `the cap counts what the sink was given`() throws {
        let note = Note()
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n"
        let result = try fetch(.raw(chunked, then: .keep), into: note) { $0.byteCap = 5 }
        #expect(result.error == .tooLarge(host: "127.0.0.1", limit: 5))
        #expect(note.bytes.isEmpty)
    }

    @Test func `a host that falls silent is given up`() throws {
        let note = Note()
        let peer = TransferPeer()
        let clock = ManualClock()
        let harness = try TransferHarness(clock: clock)
        let limit = Duration.milliseconds(100)
        var request = TransferRequest(url: peer.url("/model"))
        request.totalTimeout = nil
        request.stallTimeout = limit
        var result: TransferResult?
        harness.pool.start(request, into: note) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for byte in ["a", "b", "c"] {
            // A slow host is not an idle one.
            clock.advance(by: limit - .milliseconds(1))
            peer.send(byte)
            try harness.turn { note.bytes.last == byte.utf8.first }
            #expect(result == nil)
        }
        clock.advance(by: limit)
        try harness.turn { result != nil }
        #expect(
            result?.error == .timedOut(host: "127.0.0.1", phase: .stalled, after: limit))
        #expect(note.bytes == Array("abc".utf8))
        harness.pool.close()
    }

    @Test func `plain http is refused where TLS is required`() throws {
        let result = try fetch(.response(body: [1]), into: Note()) { $0.requiresTLS = true }
        #expect(result.error == .unsupportedScheme("http", isRedirect: true))
    }
}

extension TransferResult {
    /// Why it failed.
    fileprivate var error: TransferError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
