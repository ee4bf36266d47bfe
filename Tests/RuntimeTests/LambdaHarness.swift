// The Runtime API client and its stub on one loop, and a receiver that records its calls.

import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Runtime

/// Takes events as the test says, and records all calls.
final class RecordingReceiver: LambdaEventReceiver {
    private(set) var events: [LambdaEvent] = []
    private(set) var replies: [LambdaReply] = []
    private(set) var notices: [LambdaNotice] = []
    private(set) var losses: [String] = []
    /// Called with every event.
    var received: (LambdaEvent, LambdaReply) -> Void = { _, _ in }
    var room: () -> Bool = { true }
    var onLoss: () -> Void = {}

    var hasRoom: Bool { room() }

    func receive(_ event: LambdaEvent, reply: LambdaReply) {
        events.append(event)
        replies.append(reply)
        received(event, reply)
    }

    func notice(_ notice: LambdaNotice) { notices.append(notice) }

    func lost(_ reason: String) {
        losses.append(reason)
        onLoss()
    }
}

/// A loop with both on it. The clock moves by a millisecond with each turn, and when the test moves
/// it.
final class LambdaHarness {
    private let clock = ManualClock()
    let loop: EventLoop
    let stub: RuntimeAPIStub
    let receiver = RecordingReceiver()
    let runtime: LambdaRuntime

    init(concurrency: Int? = nil, address: String? = nil) throws {
        loop = EventLoop(poller: try PacedPoller(longestWait: .milliseconds(1)), clock: clock)
        stub = try RuntimeAPIStub(on: loop)
        var settings = LambdaSettings(address: address ?? stub.address, concurrency: concurrency)
        settings.userAgent = "amphora/9.9"
        runtime = try LambdaRuntime(settings, on: loop, receiver: receiver)
    }

    /// A harness whose stub supports extensions and answers a registration with this.
    convenience init(register: ServedReply?) throws {
        try self.init()
        stub.answer = { request in
            switch request.call {
            case LambdaStartTests.register: return register
            case LambdaStartTests.wait, LambdaStartTests.restore: return nil
            default: return .response(202)
            }
        }
    }

    deinit { close() }

    /// Ends both, and expects that the loop is empty.
    func close() {
        runtime.close()
        stub.close()
        #expect(loop.registrationCount == 0)
    }

    /// Turns the loop until the condition holds; an error after a minute of real time.
    func turn(
        until condition: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition() {
            try #require(
                ContinuousClock.now < end, "nothing happened in a minute",
                sourceLocation: sourceLocation)
            clock.advance(by: .milliseconds(1))
            try loop.turn()
        }
    }

    /// Turns the loop until nothing has happened for a while.
    func quiesce() throws {
        for _ in 0..<20 { try loop.turn() }
    }

    /// Moves the clock.
    func advance(by duration: Duration) { clock.advance(by: duration) }

    /// Moves the clock, and runs what is due.
    func pass(_ duration: Duration) throws {
        clock.advance(by: duration)
        try quiesce()
    }

    /// Starts, and waits until every loop has asked for `next`.
    func start(asking count: Int = 1) throws {
        runtime.start()
        try turn { stub.waitingCount == count }
    }

    /// Delivers an event; returns its reply.
    func event(_ reply: ServedReply) throws -> LambdaReply {
        let count = receiver.events.count
        stub.deliver(reply)
        try turn { receiver.events.count > count }
        return receiver.replies[count]
    }
}
