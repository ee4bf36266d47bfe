import EventLoop
import TestSupport
import Testing

@testable import Runtime

/// Bodies that are never completed, and bodies that wait.
@Suite(.timeLimit(.minutes(5))) struct TransferUploadFaultTests {
    private let peer = TransferPeer()

    private func request() -> TransferRequest {
        var request = TransferRequest(.post, url: peer.url("/response"))
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

    /// Leaves an idle connection in the pool.
    private func warmUp(_ harness: TransferHarness) throws {
        var result: TransferResult?
        harness.pool.start(TransferRequest(url: peer.url("/"))) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        peer.answer(200)
        try harness.turn { result != nil }
    }

    enum Moment: CaseIterable { case paused, sending, congested }

    @Test(arguments: Moment.allCases, [[], ["Connection: close"]])
    func `an answer before the end ends it`(moment: Moment, fields: [String]) throws {
        for status in [403, 410, 413] {
            let harness = try TransferHarness()
            var result: TransferResult?
            let upload = try begin(harness) { result = $0 }
            if moment != .paused { upload.send([UInt8](repeating: 1, count: 200_000)) }
            if moment == .congested {
                try harness.turn {
                    upload.send([UInt8](repeating: 1, count: 400_000))
                    return upload.isCongested
                }
            }
            try harness.settle()
            peer.answer(status, fields: fields)
            try harness.turn { result != nil }
            #expect(try result?.get().status == status)
            for _ in 0..<1000 { upload.send([UInt8](repeating: 1, count: 1000)) }
            upload.end(trailers: [("A", "b")])
            #expect(!upload.isCongested)
            #expect(harness.pool.activeCount == 0)
            harness.pool.close()
        }
    }

    @Test func `a server that refuses the body and hangs up has still answered`() throws {
        let harness = try TransferHarness()
        for isReset in [false, true] {
            var result: TransferResult?
            let upload = try begin(harness) { result = $0 }
            upload.send([UInt8](repeating: 1, count: 3_000_000))
            try harness.settle()
            peer.answer(413)
            if isReset { peer.reset() } else { peer.close() }
            try harness.turn { result != nil }
            #expect(try result?.get().status == 413)
        }
        harness.pool.close()
    }

    @Test func `an early 200 lets the body come to its end`() throws {
        let harness = try TransferHarness()
        var result: TransferResult?
        let upload = try begin(harness) { result = $0 }
        peer.answer(202)
        try harness.settle()
        #expect(result == nil)
        upload.send([0x61])
        upload.end()
        try harness.turn { result != nil }
        #expect(try result?.get().status == 202)
        try harness.turn {
            peer.receive()
            return peer.text == "1\r\na\r\n0\r\n\r\n"
        }
        harness.pool.close()
    }

    @Test(arguments: [false, true], [false, true])
    func `a server that goes away ends it`(isReset: Bool, isSending: Bool) throws {
        let harness = try TransferHarness()
        var result: TransferResult?
        let upload = try begin(harness) { result = $0 }
        if isSending { upload.send([UInt8](repeating: 1, count: 10_000_000)) }
        try harness.settle()
        if isReset { peer.reset() } else { peer.close() }
        try harness.turn { result != nil }
        guard case .unreachable = result?.failure else {
            Issue.record("\(String(describing: result))")
            return
        }
        harness.pool.close()
    }

    @Test func `half an answer is truncated`() throws {
        let harness = try TransferHarness()
        var result: TransferResult?
        let upload = try begin(harness) { result = $0 }
        upload.end()
        peer.send("HTTP/1.1 202 X\r\nContent-Length: 5\r\n\r\nab")
        peer.close()
        try harness.turn { result != nil }
        #expect(result?.failure == .truncated(host: "127.0.0.1"))
        harness.pool.close()
    }

    @Test(arguments: Moment.allCases)
    func `a cancelled body is cut short`(moment: Moment) throws {
        let harness = try TransferHarness()
        let registrations = harness.loop.registrationCount
        let upload = try begin(harness) { _ in Issue.record("completed") }
        if moment != .paused { upload.send(Array("abc".utf8)) }
        if moment == .congested { upload.send([UInt8](repeating: 1, count: 10_000_000)) }
        try harness.settle()
        harness.pool.cancel(upload.id)
        upload.send([1])
        upload.end(trailers: [("A", "b")])
        #expect(!upload.isCongested)
        var input: [UInt8] = []
        try harness.turn {
            input += peer.take()
            return peer.isEnded
        }
        var chunked = ChunkedText()
        let isChunked = chunked.read(&input)
        #expect(isChunked)
        #expect(chunked.trailers == nil)
        #expect(chunked.body.starts(with: moment == .paused ? [] : Array("abc".utf8)))
        #expect(harness.loop.registrationCount == registrations)
        harness.pool.close()
    }

    @Test func `a closed pool cuts its bodies short`() throws {
        let harness = try TransferHarness()
        let upload = try begin(harness) { _ in Issue.record("completed") }
        harness.pool.close()
        upload.send([1])
        upload.end()
        try harness.turn {
            peer.receive()
            return peer.isEnded
        }
        #expect(peer.received.isEmpty)
        var result: TransferResult?
        let late = harness.pool.startUpload(request()) { result = $0 }
        late.send([1])
        try harness.turn { result != nil }
        #expect(result?.failure == .poolClosed)
    }

    @Test func `congestion is reported, and its end once`() throws {
        let harness = try TransferHarness()
        var drained = 0
        let upload = try begin(harness, drained: { drained += 1 }) { _ in }
        upload.send([UInt8](repeating: 1, count: 200_000))
        #expect(!upload.isCongested)
        try harness.settle()
        // The peer does not read: bytes that the kernel does not take wait here.
        while !upload.isCongested {
            upload.send([UInt8](repeating: 1, count: 1_000_000))
            try harness.settle()
        }
        drained = 0
        try harness.turn {
            _ = peer.take()
            return drained > 0
        }
        #expect(!upload.isCongested)
        try harness.settle()
        #expect(drained == 1)
        harness.pool.close()
    }

    @Test(arguments: ["a\r\nX-Injected: 1", "a\nb", "a\u{0}b", "\u{7F}"])
    func `a trailer cannot carry another`(value: String) throws {
        let harness = try TransferHarness()
        for trailer in [("X", value), (value, "x"), ("", "x"), ("a b", "x"), ("a:", "x")] {
            var result: TransferResult?
            let upload = try begin(harness) { result = $0 }
            upload.send([1])
            upload.end(trailers: [("Good", "x"), trailer])
            try harness.turn { result != nil }
            guard case .badHeader = result?.failure else {
                Issue.record("\(String(describing: result))")
                continue
            }
            try harness.turn {
                peer.receive()
                return peer.isEnded
            }
            #expect(!peer.text.contains("0\r\n"))
        }
        harness.pool.close()
    }

    @Test func `a trailer section is not endless`() throws {
        let harness = try TransferHarness()
        for (count, isTaken) in [(48_000, true), (60_000, false)] {
            var result: TransferResult?
            let upload = try begin(harness) { result = $0 }
            upload.end(trailers: [("A", String(repeating: "b", count: count))])
            var input: [UInt8] = []
            try harness.turn {
                input += peer.take()
                return input.suffix(4) == [13, 10, 13, 10] || result != nil
            }
            #expect((result == nil) == isTaken)
            if isTaken {
                #expect(input.count == count + 10)
                peer.answer(202)
                try harness.turn { result != nil }
                #expect(try result?.get().status == 202)
            }
        }
        harness.pool.close()
    }

    @Test func `a header cannot carry another`() throws {
        let harness = try TransferHarness()
        var bad = request()
        bad.headers = [("Trailer", "a\r\nX: b")]
        var result: TransferResult?
        let upload = harness.pool.startUpload(bad) { result = $0 }
        upload.send([1])
        try harness.turn { result != nil }
        #expect(result?.failure == .badHeader(name: "Trailer"))
        harness.pool.close()
    }

    @Test func `a body is made while its transfer waits in line`() throws {
        let harness = try TransferHarness(maxConcurrent: 1)
        let first = try begin(harness) { _ in }
        var result: TransferResult?
        let second = harness.pool.startUpload(request()) { result = $0 }
        second.send(Array("abc".utf8))
        second.end()
        #expect(harness.pool.waitingCount == 1)
        harness.pool.cancel(first.id)
        try harness.turn { peer.takeHead() != nil }
        try harness.turn {
            peer.receive()
            return peer.text == "3\r\nabc\r\n0\r\n\r\n"
        }
        peer.answer(202)
        try harness.turn { result != nil }
        #expect(try result?.get().status == 202)
        harness.pool.close()
    }

    // MARK: Dead connections

    @Test(arguments: [0, 10, 60_000], [false, true])
    func `a body is begun again where the old connection is dead`(
        count: Int, isReset: Bool
    ) throws {
        let harness = try TransferHarness()
        try warmUp(harness)
        var result: TransferResult?
        let upload = harness.pool.startUpload(request()) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        upload.send(body)
        try harness.settle()
        _ = peer.take()
        #expect(peer.connections == 1)
        if isReset { peer.reset() } else { peer.close() }
        // This is on another connection.
        try harness.turn { peer.takeHead() != nil }
        #expect(peer.connections == 2)
        upload.send([1, 2, 3])
        upload.end()
        var input: [UInt8] = []
        var chunked = ChunkedText()
        try harness.turn {
            input += peer.take()
            let isChunked = chunked.read(&input)
            #expect(isChunked)
            return chunked.trailers != nil
        }
        #expect(chunked.body == body + [1, 2, 3])
        peer.answer(202)
        try harness.turn { result != nil }
        #expect(try result?.get().status == 202)
        harness.pool.close()
    }

    @Test(arguments: [false, true])
    func `a body that is too far along is not begun again`(isReset: Bool) throws {
        let harness = try TransferHarness()
        try warmUp(harness)
        var result: TransferResult?
        let upload = harness.pool.startUpload(request()) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        for _ in 0..<5 {
            upload.send([UInt8](repeating: 1, count: 50_000))
            try harness.turn { peer.take().count > 0 }
        }
        if isReset { peer.reset() } else { peer.close() }
        try harness.turn { result != nil }
        guard case .unreachable = result?.failure else {
            Issue.record("\(String(describing: result))")
            return
        }
        harness.pool.close()
    }

    @Test(arguments: [false, true], [1, 20_000])
    func `a body that has ended is begun again, trailers and all`(
        isReset: Bool, count: Int
    ) throws {
        let harness = try TransferHarness()
        try warmUp(harness)
        var result: TransferResult?
        let upload = harness.pool.startUpload(request()) { result = $0 }
        let body = patternedBytes(count)
        upload.send(body)
        upload.end(trailers: [("A", "b")])
        try harness.turn {
            peer.receive()
            return peer.text.hasSuffix("A: b\r\n\r\n")
        }
        if isReset { peer.reset() } else { peer.close() }
        _ = peer.take()
        try harness.turn { peer.takeHead() != nil }
        // libcurl opened one connection for nothing, before it asked whether the body can start
        // again.
        #expect(peer.connections == 3)
        var input: [UInt8] = []
        var chunked = ChunkedText()
        try harness.turn {
            input += peer.take()
            let isChunked = chunked.read(&input)
            #expect(isChunked)
            return chunked.trailers != nil
        }
        #expect(chunked.body == body)
        #expect(chunked.trailers == ["A: b"])
        // A failure on the new connection is not retried.
        peer.close()
        try harness.turn { result != nil }
        guard case .unreachable = result?.failure else {
            Issue.record("\(String(describing: result))")
            return
        }
        #expect(peer.connections == 3)
        harness.pool.close()
    }
}
