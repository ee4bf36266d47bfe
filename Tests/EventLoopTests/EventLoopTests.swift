import TestSupport
import Testing

@testable import EventLoop

/// Records its calls, and runs the test's code in them.
final class Recorder: EventHandler {
    var readiness: [Readiness] = []
    var deadlines: [Instant] = []
    var onReady: (Token) throws -> Void = { _ in }
    var onDeadline: (Token) -> Void = { _ in }
    // The loop keeps its handlers alive.
    private unowned let loop: EventLoop

    init(_ loop: EventLoop) { self.loop = loop }

    func ready(_ readiness: Readiness, token: Token) {
        self.readiness.append(readiness)
        do { try onReady(token) } catch { Issue.record(error) }
    }

    func deadlinePassed(token: Token) {
        deadlines.append(loop.now)
        onDeadline(token)
    }
}

/// The error that a call throws, or `nil`.
func failure(_ call: () throws(SystemError) -> Void) -> SystemError? {
    do {
        try call()
        return nil
    } catch {
        return error
    }
}

/// A loop without a kernel and without real time.
@Suite struct EventLoopTests {
    private let clock = ManualClock()
    private let poller: ScriptedPoller
    private let loop: EventLoop
    private let start: Instant

    init() {
        poller = ScriptedPoller(clock: clock)
        loop = EventLoop(poller: poller, clock: clock)
        start = clock.now()
    }

    // MARK: Readiness

    @Test func `a handler gets events of its own descriptor only`() throws {
        let (first, second) = (Recorder(loop), Recorder(loop))
        _ = try loop.register(5, interest: .read, handler: first)
        _ = try loop.register(6, interest: [.read, .write], handler: second)
        poller.report(6, [.write])
        try loop.turn()
        #expect(first.readiness.isEmpty)
        #expect(second.readiness == [.write])
        #expect(poller.timeouts == [nil])
        #expect(loop.registrationCount == 2)
    }

    @Test func `a handler may end another that is ready in the same turn`() throws {
        let (first, second) = (Recorder(loop), Recorder(loop))
        let one = try loop.register(5, interest: .read, handler: first)
        let two = try loop.register(6, interest: .read, handler: second)
        first.onReady = { [unowned loop] _ in loop.deregister(two) }
        poller.report([
            ReadyEvent(token: one, readiness: .read), ReadyEvent(token: two, readiness: .read),
        ])
        try loop.turn()
        #expect(first.readiness == [.read])
        #expect(second.readiness.isEmpty)
        #expect(!loop.isLive(two))
        #expect(loop.registrationCount == 1)
    }

    @Test func `an event for a slot that was reused in the same turn is dropped`() throws {
        let (first, second, third) = (Recorder(loop), Recorder(loop), Recorder(loop))
        let one = try loop.register(5, interest: .read, handler: first)
        let two = try loop.register(6, interest: .read, handler: second)
        first.onReady = { [unowned loop] _ in
            // close(2) and accept4(2) reuse the number.
            loop.deregister(two)
            let three = try loop.register(6, interest: .read, handler: third)
            #expect(three.slot == two.slot && three.generation != two.generation)
        }
        poller.report([
            ReadyEvent(token: one, readiness: .read), ReadyEvent(token: two, readiness: .read),
        ])
        try loop.turn()
        #expect(second.readiness.isEmpty && third.readiness.isEmpty)
        poller.report(6, .read)
        try loop.turn()
        #expect(third.readiness == [.read])
    }

    @Test func `a stale token does nothing`() throws {
        let (first, second) = (Recorder(loop), Recorder(loop))
        let old = try loop.register(5, interest: .read, handler: first)
        loop.deregister(old)
        let new = try loop.register(6, interest: .read, handler: second)
        #expect(new.slot == old.slot)
        let calls = poller.calls
        loop.deregister(old)
        try loop.setInterest(.write, of: old)
        loop.setDeadline(start, of: old)
        loop.clearDeadline(of: old)
        #expect(poller.calls == calls)
        #expect(!loop.isLive(old) && loop.isLive(new))
        #expect(!loop.isLive(Token(slot: 99, generation: 0)))
        try loop.turn()
        #expect(first.deadlines.isEmpty && second.deadlines.isEmpty)
    }

    @Test func `interest that was withdrawn in the same turn is not reported`() throws {
        let (first, second) = (Recorder(loop), Recorder(loop))
        let one = try loop.register(5, interest: .read, handler: first)
        let two = try loop.register(6, interest: [.read, .write], handler: second)
        first.onReady = { [unowned loop] _ in try loop.setInterest(.write, of: two) }
        poller.report([
            ReadyEvent(token: one, readiness: .read),
            ReadyEvent(token: two, readiness: [.read, .write]),
        ])
        poller.report(6, .read)
        poller.report(6, [.read, .hangup])
        for _ in 0..<3 { try loop.turn() }
        #expect(second.readiness == [.write, .hangup])
    }

    @Test func `a change of interest costs a call only where it changes`() throws {
        let token = try loop.register(5, interest: .read, handler: Recorder(loop))
        try loop.setInterest(.read, of: token)
        try loop.setInterest([.read, .write], of: token)
        try loop.setInterest([.read, .write], of: token)
        try loop.setInterest([], of: token)
        loop.deregister(token)
        #expect(
            poller.calls == [
                .add(5, .read), .modify(5, [.read, .write]), .modify(5, []), .remove(5),
            ])
    }

    @Test func `a registration that fails leaves nothing behind`() throws {
        let full = SystemError(call: "epoll_ctl", number: 28)
        poller.failure = full
        let refused = failure { () throws(SystemError) in
            _ = try loop.register(5, interest: .read, handler: Recorder(loop))
        }
        #expect(refused == full)
        #expect(loop.registrationCount == 0)
        let token = try loop.register(5, interest: .read, handler: Recorder(loop))
        poller.failure = full
        let unchanged = failure { () throws(SystemError) in
            try loop.setInterest(.write, of: token)
        }
        #expect(unchanged == full)
        // The loop still knows the old interest, so a retry works.
        try loop.setInterest(.write, of: token)
        #expect(poller.calls.last == .modify(5, .write))
    }

    @Test func `a registration retains its handler until it ends`() throws {
        weak var handler: Recorder?
        var token: Token?
        do {
            let recorder = Recorder(loop)
            handler = recorder
            token = loop.register(handler: recorder)
        }
        #expect(handler != nil)
        loop.deregister(try #require(token))
        #expect(handler == nil)
    }

    @Test func `slots are used again`() {
        for _ in 0..<1000 { loop.deregister(loop.register(handler: Recorder(loop))) }
        #expect(loop.register(handler: Recorder(loop)).slot == 0)
    }

    // MARK: Deferred work

    @Test func `deferred work runs in order after handlers and deadlines`() throws {
        let recorder = Recorder(loop)
        var log: [String] = []
        let token = try loop.register(5, interest: .read, handler: recorder)
        loop.setDeadline(start, of: token)
        recorder.onReady = { [unowned loop] _ in
            loop.afterTurn { log.append("a") }
            log.append("ready")
        }
        recorder.onDeadline = { [unowned loop] _ in
            loop.afterTurn { log.append("b") }
            log.append("deadline")
        }
        poller.report(5, .read)
        try loop.turn()
        #expect(log == ["ready", "deadline", "a", "b"])
    }

    @Test func `work deferred outside of a turn does not wait for readiness`() throws {
        var hasRun = false
        loop.afterTurn { hasRun = true }
        try loop.turn()
        #expect(hasRun)
        #expect(poller.timeouts == [.zero])
        try loop.turn()
        #expect(poller.timeouts == [.zero, nil])
    }

    @Test func `work that defers itself again leaves room for readiness`() throws {
        let recorder = Recorder(loop)
        _ = try loop.register(5, interest: .read, handler: recorder)
        var runs = 0
        var isOver = false
        func again() {
            runs += 1
            if !isOver { loop.afterTurn { again() } }
        }
        loop.afterTurn { again() }
        for _ in 0..<5 {
            poller.report(5, .read)
            try loop.turn()
        }
        #expect(recorder.readiness.count == 5)
        #expect(runs <= 10)
        // The loop never blocks meanwhile.
        #expect(poller.timeouts.allSatisfy { $0 == .zero })
        isOver = true
        try loop.turn()
    }

    @Test func `stop ends run after the turn, whatever else is due`() throws {
        let recorder = Recorder(loop)
        let token = loop.register(handler: recorder)
        loop.setDeadline(start + .seconds(1), of: token)
        recorder.onDeadline = { [unowned loop, clock, unowned recorder] token in
            loop.setDeadline(clock.now() + .seconds(1), of: token)
            if recorder.deadlines.count == 3 { loop.stop() }
        }
        try loop.run()
        #expect(recorder.deadlines.count == 3)
        #expect(poller.timeouts == [.seconds(1), .seconds(1), .seconds(1)])
    }
}
