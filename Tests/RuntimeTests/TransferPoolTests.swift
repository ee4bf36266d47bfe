import EventLoop
import TestSupport
import Testing

@testable import Runtime

/// Many transfers: their order, their timeouts, their end, and that they leave nothing behind.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TransferPoolTests {
    private let host = "127.0.0.1"

    @Test func `a hundred hanging transfers take no thread and are cancelled at once`() throws {
        let server = TransferServer { _ in .silence }
        let harness = try TransferHarness()
        let registrations = harness.loop.registrationCount
        let threads = threadCount()
        var completions = 0
        let ids = (0..<100).map { index in
            harness.pool.start(TransferRequest(url: server.url("/\(index)"))) { _ in
                completions += 1
            }
        }
        #expect(harness.pool.activeCount == 100)
        try harness.turn { server.requests.count == 100 }
        // Other tests may start a few threads meanwhile.
        #expect(threadCount() < threads + 50)
        for id in ids { harness.pool.cancel(id) }
        #expect(harness.pool.activeCount == 0)
        #expect(harness.loop.registrationCount == registrations)
        try harness.turn { server.openConnections == 0 }
        #expect(completions == 0)
        harness.pool.close()
    }

    @Test func `transfers over the limit wait in line, first in, first out`() throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness(maxConcurrent: 2)
        var order: [Int] = []
        let ids = (0..<10).map { index in
            harness.pool.start(TransferRequest(url: server.url("/\(index)"))) { _ in
                order.append(index)
            }
        }
        #expect(harness.pool.activeCount == 2)
        #expect(harness.pool.waitingCount == 8)
        harness.pool.cancel(ids[5])
        harness.pool.cancel(ids[5])
        #expect(harness.pool.waitingCount == 7)
        try harness.turn { order.count == 9 }
        #expect(Set(order) == Set((0..<10).filter { $0 != 5 }))
        let served = server.requests.map { Int($0.target.dropFirst()) ?? -1 }
        // Two at a time, so each is at most one place away from its turn.
        for (place, index) in served.enumerated() {
            #expect(abs(place - (index > 5 ? index - 1 : index)) <= 1, "\(served)")
        }
        #expect(server.connections <= 2)
        harness.pool.close()
    }

    @Test func `a cancelled transfer makes room for the next`() throws {
        let server = TransferServer { $0.target == "/hang" ? .silence : .response(body: [1]) }
        let harness = try TransferHarness(maxConcurrent: 1)
        let hanging = harness.pool.start(TransferRequest(url: server.url("/hang"))) { _ in }
        var result: TransferResult?
        harness.pool.start(TransferRequest(url: server.url("/next"))) { result = $0 }
        try harness.turn { server.requests.count == 1 }
        #expect(result == nil)
        harness.pool.cancel(hanging)
        try harness.turn { result != nil }
        #expect(try result?.get().body == [1])
        harness.pool.close()
    }

    @Test func `time runs out while waiting, connecting, and receiving`() throws {
        let peer = TransferPeer()
        let clock = ManualClock()
        let harness = try TransferHarness(maxConcurrent: 1, clock: clock)
        let registrations = harness.loop.registrationCount
        let limit = Duration.milliseconds(500)
        let sink = Taken()
        var result: TransferResult?
        /// Expects no result until a millisecond before the limit, and then the timeout.
        func timedOut(_ phase: TransferError.Phase) throws {
            clock.advance(by: limit - .milliseconds(1))
            try harness.settle()
            #expect(result == nil)
            clock.advance(by: .milliseconds(1))
            try harness.turn { result != nil }
            #expect(result?.failure == .timedOut(host: host, phase: phase, after: limit))
        }

        var request = TransferRequest(url: peer.url("/"))
        request.totalTimeout = limit
        harness.pool.start(request) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        try timedOut(.answer)

        result = nil
        harness.pool.start(request, into: sink) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        try harness.turn { sink.count == 3 }
        try timedOut(.body)
        #expect(
            result?.failure?.sentence
                == "127.0.0.1 did not send its whole response within 500 ms")

        result = nil
        let first = harness.pool.start(TransferRequest(url: peer.url("/"))) { _ in }
        harness.pool.start(request) { result = $0 }
        #expect(harness.pool.waitingCount == 1)
        try timedOut(.waiting)
        #expect(harness.pool.waitingCount == 0)
        harness.pool.cancel(first)
        #expect(harness.loop.registrationCount == registrations)
        harness.pool.close()
    }

    /// Counts calls.
    private final class Taken: TransferSink {
        private(set) var count = 0

        func receive(_ part: Span<UInt8>, length: Int?) -> Bool {
            count += part.count
            return true
        }
    }

    @Test func `a connection that is not made runs into its own time-out`() throws {
        // The backlog of a listener that never accepts is full: nothing answers the handshake.
        let listener = try FullListener()
        let harness = try TransferHarness()
        let error = try harness.get("http://127.0.0.1:\(listener.port)/") {
            $0.connectTimeout = .milliseconds(80)
        }.failure
        #expect(error == .timedOut(host: host, phase: .connecting, after: .milliseconds(80)))
        harness.pool.close()
    }

    @Test func `without time-outs a transfer waits as long as it takes`() throws {
        let peer = TransferPeer()
        let clock = ManualClock()
        let harness = try TransferHarness(clock: clock)
        var request = TransferRequest(url: peer.url("/next"))
        request.connectTimeout = nil
        request.totalTimeout = nil
        var result: TransferResult?
        harness.pool.start(request) { result = $0 }
        try harness.turn { peer.takeHead() != nil }
        for _ in 0..<3 {
            clock.advance(by: .seconds(86400))
            try harness.settle()
        }
        #expect(result == nil && harness.pool.activeCount == 1)
        peer.answer(200)
        try harness.turn { result != nil }
        #expect(try result?.get().status == 200)
        harness.pool.close()
    }

    @Test func `completions come later, and may start, cancel and close`() throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness()
        let pool = harness.pool
        var log: [String] = []
        var victim: TransferID?
        pool.start(TransferRequest(url: "bad")) { _ in
            log.append("bad")
            if let victim { pool.cancel(victim) }
            pool.start(TransferRequest(url: server.url("/"))) { _ in
                log.append("good")
                pool.start(TransferRequest(url: "worse")) { _ in
                    log.append("worse")
                    pool.start(TransferRequest(url: server.url("/"))) { _ in log.append("never") }
                    pool.close()
                    pool.start(TransferRequest(url: server.url("/"))) { result in
                        log.append("\(result.failure == .poolClosed)")
                    }
                }
            }
        }
        victim = pool.start(TransferRequest(url: "also bad")) { _ in log.append("cancelled") }
        #expect(log.isEmpty)
        try harness.turn { log.count == 4 }
        #expect(log == ["bad", "good", "worse", "true"])
        #expect(pool.activeCount == 0 && pool.waitingCount == 0)
        pool.close()
    }

    @Test func `closing leaves nothing behind`() throws {
        let server = TransferServer { $0.target == "/hang" ? .silence : .response() }
        let descriptors = descriptorCount()
        let loop = EventLoop(poller: try EpollPoller())
        let pool = try TransferPool(loop: loop, policy: nil, maxConcurrent: 3)
        var over = 0
        for index in 0..<10 {
            pool.start(TransferRequest(url: server.url(index == 0 ? "/ok" : "/hang"))) { _ in
                over += 1
            }
        }
        while over == 0 || server.requests.count < 4 { try loop.turn() }
        #expect(loop.registrationCount > 0)
        pool.close()
        #expect(loop.registrationCount == 0)
        #expect(over == 1)
        // The loop's epoll is one more; other tests run meanwhile and have theirs.
        #expect(descriptorCount() <= descriptors + 40)
    }

    @Test func `a connection is used again, and an idle one can be closed`() throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness()
        let registrations = harness.loop.registrationCount
        for _ in 0..<5 { _ = try harness.get(server.url("/")).get() }
        #expect(server.connections == 1)
        #expect(harness.loop.registrationCount == registrations)
        harness.pool.closeIdleConnections()
        try harness.turn { server.openConnections == 0 }
        #expect(harness.loop.registrationCount == registrations)
        _ = try harness.get(server.url("/")).get()
        #expect(server.connections == 2)
        harness.pool.close()
    }

    @Test func `idle connections are closed once the last transfer is over`() throws {
        let server = TransferServer { $0.target == "/hang" ? .silence : .response() }
        let harness = try TransferHarness()
        let hanging = harness.pool.start(TransferRequest(url: server.url("/hang"))) { _ in }
        try harness.turn { server.requests.count == 1 }
        _ = try harness.get(server.url("/")).get()
        harness.pool.closeIdleConnections()
        #expect(harness.pool.activeCount == 1)
        harness.pool.cancel(hanging)
        try harness.turn { server.openConnections == 0 }
        harness.pool.close()
    }

    @Test(arguments: [ServedReply.Then.close, .reset])
    func `a request on a connection that has died is made again`(then: ServedReply.Then) throws {
        // The second request of a connection finds it closed, before or after it is sent.
        let server = TransferServer { request in
            request.index == 0 ? .response(body: [1]) : ServedReply(bytes: [], then: then)
        }
        let harness = try TransferHarness()
        #expect(try harness.get(server.url("/")).get().body == [1])
        #expect(try harness.get(server.url("/")).get().body == [1])
        var post = TransferRequest(.post, url: server.url("/"), body: [1, 2, 3])
        post.totalTimeout = .seconds(5)
        #expect(try harness.run(post).get().status == 200)
        #expect(server.requests.last?.body == [1, 2, 3])
        harness.pool.close()
    }

    @Test func `a connection that the host closes while idle is not used`() throws {
        let server = TransferServer { _ in .response(body: [1], then: .close) }
        let harness = try TransferHarness()
        for _ in 0..<20 {
            #expect(try harness.get(server.url("/")).get().body == [1])
            try harness.turn { server.openConnections == 0 }
        }
        #expect(server.connections == 20)
        #expect(server.requests.count == 20)
        harness.pool.close()
    }

    @Test func `a storm of every kind of end leaves the pool as it was`() throws {
        let server = TransferServer { request in
            switch request.target.last {
            case "0": .response(body: [UInt8](repeating: 1, count: 50_000))
            case "1": .response(404)
            case "2": .raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
            case "3": .silence
            case "4": ServedReply(bytes: [], then: .reset)
            case "5": .redirect(to: "/0")
            default: .response(body: [2], then: .close)
            }
        }
        let harness = try TransferHarness(maxConcurrent: 20)
        let registrations = harness.loop.registrationCount
        var over = 0
        var ids: [TransferID] = []
        for index in 0..<500 {
            var request = TransferRequest(url: server.url("/\(index)"))
            request.totalTimeout = .milliseconds(1500)
            ids.append(harness.pool.start(request) { _ in over += 1 })
        }
        var cancelled = 0
        for (index, id) in ids.enumerated() where index % 10 == 3 || index % 10 == 7 {
            harness.pool.cancel(id)
            cancelled += 1
            if index % 50 == 3 { try harness.loop.turn() }
        }
        try harness.turn { harness.pool.activeCount == 0 && harness.pool.waitingCount == 0 }
        #expect(over <= 500 - cancelled + 60 && over >= 500 - cancelled)
        #expect(harness.loop.registrationCount == registrations)
        harness.pool.close()
    }
}
