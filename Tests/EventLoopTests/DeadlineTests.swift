import TestSupport
import Testing

@testable import EventLoop

/// The deadlines of registrations: one heap entry each, moved only when it is due.
@Suite struct DeadlineTests {
    private let clock = ManualClock()
    private let poller: ScriptedPoller
    private let loop: EventLoop
    private let recorder: Recorder
    private let token: Token
    private let start: Instant

    init() {
        poller = ScriptedPoller(clock: clock)
        loop = EventLoop(poller: poller, clock: clock)
        recorder = Recorder(loop)
        token = loop.register(handler: recorder)
        start = clock.now()
    }

    @Test func `a deadline is met once, at its time`() throws {
        loop.setDeadline(start + .seconds(2), of: token)
        poller.report([])
        try loop.turn()
        #expect(recorder.deadlines.isEmpty)
        try loop.turn()
        #expect(recorder.deadlines == [start + .seconds(2)])
        try loop.turn()
        #expect(recorder.deadlines.count == 1)
        #expect(poller.timeouts == [.seconds(2), .seconds(2), nil])
    }

    @Test func `postponing asks for nothing until the first time is up`() throws {
        loop.setDeadline(start + .seconds(1), of: token)
        for seconds in 2...50 { loop.setDeadline(start + .seconds(seconds), of: token) }
        try loop.turn()
        // The early entry came due once, was found to be postponed, and was put back.
        #expect(recorder.deadlines.isEmpty)
        try loop.turn()
        #expect(recorder.deadlines == [start + .seconds(50)])
        #expect(poller.timeouts == [.seconds(1), .seconds(49)])
    }

    @Test func `an earlier deadline is met earlier, and the old entry means nothing`() throws {
        loop.setDeadline(start + .seconds(10), of: token)
        loop.setDeadline(start + .seconds(3), of: token)
        try loop.turn()
        #expect(recorder.deadlines == [start + .seconds(3)])
        try loop.turn()
        #expect(recorder.deadlines.count == 1)
        #expect(poller.timeouts == [.seconds(3), .seconds(7)])
    }

    @Test func `earlier and later again is met once, at the last time`() throws {
        loop.setDeadline(start + .seconds(10), of: token)
        loop.setDeadline(start + .seconds(3), of: token)
        loop.setDeadline(start + .seconds(10), of: token)
        while clock.now() < start + .seconds(20), poller.timeouts.last != .some(nil) {
            try loop.turn()
        }
        #expect(recorder.deadlines == [start + .seconds(10)])
    }

    @Test func `a cleared deadline is not met`() throws {
        loop.setDeadline(start + .seconds(1), of: token)
        loop.clearDeadline(of: token)
        try loop.turn()
        try loop.turn()
        #expect(recorder.deadlines.isEmpty)
        #expect(poller.timeouts == [.seconds(1), nil])
        // It can be set again.
        loop.setDeadline(start + .seconds(5), of: token)
        try loop.turn()
        #expect(recorder.deadlines == [start + .seconds(5)])
    }

    @Test func `a deadline of an ended registration calls neither it nor its successor`() throws {
        loop.setDeadline(start + .seconds(1), of: token)
        loop.deregister(token)
        let successor = Recorder(loop)
        let next = loop.register(handler: successor)
        #expect(next.slot == token.slot)
        try loop.turn()
        #expect(recorder.deadlines.isEmpty && successor.deadlines.isEmpty)
        loop.setDeadline(start + .seconds(4), of: next)
        try loop.turn()
        #expect(successor.deadlines == [start + .seconds(4)])
    }

    @Test func `a deadline in the past is met in the same turn, without waiting`() throws {
        loop.setDeadline(Instant(nanoseconds: 0), of: token)
        try loop.turn()
        #expect(recorder.deadlines == [start])
        #expect(poller.timeouts == [.zero])
    }

    @Test func `a deadline that is set in the past again and again does not hold the turn`() throws
    {
        let other = Recorder(loop)
        _ = try loop.register(5, interest: .read, handler: other)
        recorder.onDeadline = { [unowned loop, start] token in loop.setDeadline(start, of: token) }
        loop.setDeadline(start, of: token)
        for _ in 0..<4 {
            poller.report(5, .read)
            try loop.turn()
        }
        #expect(other.readiness.count == 4)
        #expect((4...8).contains(recorder.deadlines.count))
    }

    @Test func `deadlines of many are met in order`() throws {
        var order: [Int] = []
        for index in [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5] {
            let handler = Recorder(loop)
            handler.onDeadline = { _ in order.append(index) }
            loop.setDeadline(start + .milliseconds(index), of: loop.register(handler: handler))
        }
        while order.count < 11 { try loop.turn() }
        #expect(order == [1, 1, 2, 3, 3, 4, 5, 5, 5, 6, 9])
    }

    @Test func `one that is due may end another that is due`() throws {
        let other = Recorder(loop)
        let victim = loop.register(handler: other)
        recorder.onDeadline = { [unowned loop] _ in loop.deregister(victim) }
        loop.setDeadline(start + .seconds(1), of: token)
        loop.setDeadline(start + .seconds(2), of: victim)
        poller.report([])
        clock.advance(by: .seconds(3))
        try loop.turn()
        #expect(recorder.deadlines.count == 1)
        #expect(other.deadlines.isEmpty)
    }

    @Test func `random sets, moves and clears agree with a table`() throws {
        let seed: UInt64 = 0xA3F
        var random = seed
        func next(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        var expected: [Instant?] = Array(repeating: nil, count: 8)
        var met: [(Int, Instant)] = []
        let tokens = (0..<8).map { index in
            let handler = Recorder(loop)
            handler.onDeadline = { [unowned loop] _ in met.append((index, loop.now)) }
            return loop.register(handler: handler)
        }
        for step in 0..<5000 {
            let index = Int(next(8))
            if next(4) == 0 {
                loop.clearDeadline(of: tokens[index])
                expected[index] = nil
            } else {
                let deadline = clock.now() + .milliseconds(Int(next(50)))
                loop.setDeadline(deadline, of: tokens[index])
                expected[index] = deadline
            }
            clock.advance(by: .milliseconds(Int(next(20))))
            poller.report([])
            met.removeAll()
            try loop.turn()
            let due = expected.indices.filter { expected[$0].map { $0 <= clock.now() } ?? false }
            for index in due { expected[index] = nil }
            guard met.map(\.0).sorted() == due else {
                Issue.record("seed \(seed), step \(step): \(met) instead of \(due)")
                return
            }
        }
    }
}
