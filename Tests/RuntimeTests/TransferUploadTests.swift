import EventLoop
import TestSupport
import Testing

@testable import Runtime

/// Bodies that are produced while they are sent.
@Suite(.timeLimit(.minutes(5))) struct TransferUploadTests {
    private let peer = TransferPeer()

    private func request(
        _ path: String = "/response", headers: [(name: String, value: String)] = []
    ) -> TransferRequest {
        var request = TransferRequest(.post, url: peer.url(path), headers: headers)
        request.totalTimeout = nil
        return request
    }

    /// Starts an upload and waits for its head.
    private func begin(
        _ harness: TransferHarness, drained: @escaping () -> Void = {},
        completion: @escaping (TransferResult) -> Void
    ) throws -> Upload {
        let upload = harness.pool.startUpload(
            request(), drained: drained, completion: completion)
        try harness.turn { peer.takeHead() != nil }
        return upload
    }

    @Test func `pieces are chunks, trailers follow the last`() throws {
        let harness = try TransferHarness()
        var result: TransferResult?
        let upload = harness.pool.startUpload(
            request(headers: [("Trailer", "X-Type, X-Empty"), ("Content-Type", "a/b")])
        ) { result = $0 }
        var head: String?
        try harness.turn {
            head = peer.takeHead()
            return head != nil
        }
        let lines = try #require(head).split(separator: "\r\n").map { $0.lowercased() }
        #expect(lines[0] == "post /response http/1.1")
        #expect(lines.filter { $0 == "transfer-encoding: chunked" }.count == 1)
        #expect(lines.contains("trailer: x-type, x-empty"))
        #expect(lines.contains("content-type: a/b"))
        #expect(!lines.contains { $0.hasPrefix("expect:") || $0.hasPrefix("content-length:") })

        for (piece, raw) in [
            ("abc", "3\r\nabc\r\n"), ("0123456789abcdefg", "11\r\n0123456789abcdefg\r\n"),
        ] {
            upload.send(Array(piece.utf8))
            upload.send([])
            try harness.turn {
                peer.receive()
                return peer.received.count >= raw.utf8.count
            }
            #expect(String(decoding: peer.take(), as: UTF8.self) == raw)
        }
        upload.end(trailers: [("X-Type", "Function.X"), ("X-Empty", "")])
        upload.send([1])
        upload.end()
        let end = "0\r\nX-Type: Function.X\r\nX-Empty: \r\n\r\n"
        try harness.turn {
            peer.receive()
            return peer.received.count >= end.utf8.count
        }
        #expect(String(decoding: peer.take(), as: UTF8.self) == end)
        #expect(result == nil)
        peer.answer(202)
        try harness.turn { result != nil }
        #expect(try result?.get().status == 202)

        // The connection is used again, and has no trailers left.
        for _ in 0..<3 {
            result = nil
            let next = try begin(harness) { result = $0 }
            next.send([0x61])
            next.end(trailers: [("A", "b")])
            try harness.turn {
                peer.receive()
                return peer.text.hasSuffix("\r\n\r\n")
            }
            #expect(String(decoding: peer.take(), as: UTF8.self) == "1\r\na\r\n0\r\nA: b\r\n\r\n")
            peer.answer(202)
            try harness.turn { result != nil }
        }
        harness.pool.start(TransferRequest(url: peer.url("/next"))) { _ in }
        try harness.turn { peer.takeHead()?.hasPrefix("GET /next") == true }
        #expect(peer.connections == 1)
        harness.pool.close()
    }

    @Test func `an empty body is one chunk of nothing`() throws {
        let harness = try TransferHarness()
        var result: TransferResult?
        let upload = try begin(harness) { result = $0 }
        upload.send([])
        upload.end()
        try harness.turn {
            peer.receive()
            return peer.received.count >= 5
        }
        #expect(peer.text == "0\r\n\r\n")
        peer.answer(202)
        try harness.turn { result != nil }
        #expect(try result?.get().status == 202)
        harness.pool.close()
    }

    @Test func `what is sent in a turn leaves in that turn`() throws {
        let harness = try TransferHarness()
        var isDone = false
        let first = try begin(harness) { _ in isDone = true }
        first.end()
        try harness.turn {
            peer.receive()
            return peer.received.count >= 5
        }
        peer.answer(200)
        try harness.turn { isDone }
        _ = peer.take()

        // A connection exists; head and first piece are sent from a handler.
        let handler = TurnHandler()
        let token = harness.loop.register(handler: handler)
        var upload: Upload?
        let next = request()
        handler.work = {
            upload = harness.pool.startUpload(next) { _ in }
            upload?.send(Array("one".utf8))
        }
        harness.loop.setDeadline(harness.loop.readClock(), of: token)
        try harness.loop.turn()
        // The loop does not turn while the peer waits.
        #expect(peer.takeHeadOnceThere() != nil)
        #expect(peer.takeOnceThere("3\r\none\r\n"))
        // The same after a pause.
        try harness.settle()
        handler.work = {
            upload?.send(Array("two".utf8))
            upload?.send(Array("three".utf8))
        }
        harness.loop.setDeadline(harness.loop.readClock(), of: token)
        try harness.loop.turn()
        #expect(peer.takeOnceThere("8\r\ntwothree\r\n"))
        handler.work = {}
        harness.pool.close()
    }

    @Test func `a pause costs nothing`() throws {
        let harness = try TransferHarness()
        let upload = try begin(harness) { _ in }
        upload.send([1])
        try harness.turn { !peer.take().isEmpty }
        try harness.settle()
        let alarm = TurnHandler()
        let token = harness.loop.register(handler: alarm)
        // The pause itself is tested, so there is no event to wait for. A busy machine turns the
        // loop less.
        for _ in 0..<3 {
            var isOver = false
            alarm.work = { isOver = true }
            harness.loop.setDeadline(harness.loop.readClock() + .milliseconds(100), of: token)
            var turns = 0
            while !isOver {
                try harness.loop.turn()
                turns += 1
            }
            // libcurl has timers of its own; a loop that spins would turn thousands of times.
            #expect(turns <= 10)
        }
        harness.pool.close()
    }

    @Test func `no byte is lost, whatever the pieces are`() throws {
        let harness = try TransferHarness()
        var random = SeededGenerator(seed: 7)
        var result: TransferResult?
        var drained = 0
        let upload = try begin(harness, drained: { drained += 1 }) { result = $0 }
        let body = patternedBytes(6_000_000)
        var sent = 0
        var isEnded = false
        var input: [UInt8] = []
        var chunked = ChunkedText()
        var step = 0
        try harness.turn {
            step += 1
            for _ in 0..<Int.random(in: 0..<40, using: &random) where sent < body.count {
                if upload.isCongested { break }
                let big = Int.random(in: 0..<20, using: &random) == 0 ? 100_000 : 300
                let count = Int.random(in: 0..<big, using: &random)
                let piece = Array(body[sent..<min(sent + count, body.count)])
                sent += piece.count
                upload.send(piece)
            }
            if sent == body.count && !isEnded {
                isEnded = true
                upload.end(trailers: [("A", "1")])
            }
            let limit = Int.random(in: 1..<400_000, using: &random)
            input += peer.take(limit: step % 3 == 0 ? 0 : limit)
            let isChunked = chunked.read(&input)
            #expect(isChunked)
            return chunked.trailers != nil
        }
        #expect(chunked.body == body)
        #expect(chunked.trailers == ["A: 1"])
        #expect(input.isEmpty)
        peer.answer(200)
        try harness.turn { result != nil }
        #expect(try result?.get().status == 200)
        harness.pool.close()
    }

    @Test func `a stream of any length takes little memory`() throws {
        let harness = try TransferHarness()
        let upload = try begin(harness) { _ in }
        var sent = 0
        var read = 0
        var storage = 0
        let piece = [UInt8](repeating: 1, count: 30_000)
        try harness.turn {
            while sent < 50_000_000 && !upload.isCongested {
                upload.send(piece)
                sent += piece.count
            }
            storage = max(storage, upload.storage)
            read += peer.take().count
            return read >= 50_000_000
        }
        #expect(storage < 1 << 20)
        // And it stores none when nothing waits.
        try harness.settle()
        upload.send([UInt8](repeating: 1, count: 10_000_000))
        try harness.turn {
            read += peer.take().count
            return read >= 60_000_000
        }
        try harness.settle()
        #expect(upload.storage < 1 << 20)
        harness.pool.close()
    }
}

/// Runs the test's code within a turn.
final class TurnHandler: EventHandler {
    var work: () -> Void = {}
    func deadlinePassed(token: Token) { work() }
}
