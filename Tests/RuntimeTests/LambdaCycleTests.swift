import Testing

@testable import Runtime

/// The decisions of an invocation loop.
@Suite struct LambdaCycleTests {
    @Test(arguments: [
        (200, AnswerVerdict.accepted), (202, .accepted), (410, .tooLate), (413, .tooLarge),
        (400, .refused(status: 400)), (403, .refused(status: 403)), (302, .refused(status: 302)),
        (429, .refused(status: 429)), (500, .containerError(status: 500)),
        (503, .containerError(status: 503)),
    ])
    func `what a status means`(status: Int, verdict: AnswerVerdict) {
        #expect(AnswerVerdict(status: status) == verdict)
    }

    /// A cycle in a state.
    private func cycle(_ state: InvocationCycle.State, isConcurrent: Bool) -> InvocationCycle {
        var cycle = InvocationCycle(isConcurrent: isConcurrent)
        if state == .resting { return cycle }
        #expect(cycle.wake(hasRoom: true) == .ask)
        switch state {
        case .working: cycle.delivered()
        case .pausing: _ = cycle.deliveredUnusable()
        case .ended: _ = cycle.stop()
        default: break
        }
        #expect(cycle.state == state)
        return cycle
    }

    @Test(arguments: [true, false])
    func `an event is asked for only where there is room`(isConcurrent: Bool) {
        var cycle = cycle(.resting, isConcurrent: isConcurrent)
        #expect(cycle.wake(hasRoom: false) == .nothing)
        #expect(cycle.wake(hasRoom: true) == .ask)
        #expect(cycle.wake(hasRoom: true) == .nothing, "it is asked for already")
        cycle.delivered()
        #expect(cycle.wake(hasRoom: true) == .nothing, "the answer has not left")
        #expect(cycle.answered(.accepted, hasRoom: false) == .nothing)
        #expect(cycle.wake(hasRoom: true) == .ask)
    }

    @Test(arguments: [
        AnswerVerdict.accepted, .tooLate, .tooLarge, .refused(status: 400), .refused(status: 403),
        .unknown,
    ])
    func `whatever came of an answer, the next event is asked for`(verdict: AnswerVerdict) {
        for isConcurrent in [true, false] {
            var cycle = cycle(.working, isConcurrent: isConcurrent)
            #expect(cycle.answered(verdict, hasRoom: true) == .ask)
        }
    }

    @Test func `a container error ends sequential mode`() {
        var sequential = cycle(.working, isConcurrent: false)
        #expect(sequential.answered(.containerError(status: 500), hasRoom: true) == .fail)
        #expect(sequential.state == .ended)
    }

    @Test func `in concurrent mode container errors are waited out, but not for ever`() {
        var cycle = cycle(.working, isConcurrent: true)
        for round in 0..<2 {
            for milliseconds in [100, 200, 400, 800] {
                let pause = cycle.answered(.containerError(status: 500), hasRoom: true)
                #expect(pause == .pause(.milliseconds(milliseconds)))
                #expect(cycle.pauseEnded(hasRoom: true) == .ask)
                cycle.delivered()
            }
            if round == 1 { break }
            #expect(cycle.answered(.accepted, hasRoom: true) == .ask)
            cycle.delivered()
        }
        #expect(cycle.answered(.containerError(status: 500), hasRoom: true) == .fail)
    }

    @Test func `a failed next ends sequential mode`() {
        var cycle = cycle(.asking, isConcurrent: false)
        #expect(cycle.nextFailed() == .fail)
        #expect(cycle.state == .ended)
    }

    @Test func `in concurrent mode next is tried five times, each after twice the time`() {
        var cycle = cycle(.asking, isConcurrent: true)
        for round in 0..<2 {
            for milliseconds in [100, 200, 400, 800] {
                #expect(cycle.nextFailed() == .pause(.milliseconds(milliseconds)))
                #expect(cycle.wake(hasRoom: true) == .nothing, "the pause is not over")
                #expect(cycle.pauseEnded(hasRoom: true) == .ask)
            }
            if round == 1 { break }
            cycle.delivered()
            #expect(cycle.answered(.accepted, hasRoom: true) == .ask)
        }
        #expect(cycle.nextFailed() == .fail)
    }

    @Test(arguments: [true, false])
    func `events without an id are bounded in both modes`(isConcurrent: Bool) {
        var cycle = cycle(.asking, isConcurrent: isConcurrent)
        for milliseconds in [100, 200, 400, 800] {
            #expect(cycle.deliveredUnusable() == .pause(.milliseconds(milliseconds)))
            #expect(cycle.pauseEnded(hasRoom: false) == .nothing)
            #expect(cycle.wake(hasRoom: true) == .ask)
        }
        #expect(cycle.deliveredUnusable() == .fail)
    }

    @Test(arguments: [
        (InvocationCycle.State.resting, InvocationCycle.Step.end), (.pausing, .end),
        (.asking, .breakOff), (.working, .nothing), (.ended, .nothing),
    ])
    func `how it is stopped`(state: InvocationCycle.State, step: InvocationCycle.Step) {
        for isConcurrent in [true, false] {
            var cycle = cycle(state, isConcurrent: isConcurrent)
            #expect(cycle.stop() == step)
            #expect(
                cycle.answered(.accepted, hasRoom: true) == (state == .working ? .end : .nothing))
            #expect(cycle.state == .ended)
        }
    }

    /// All sequences of six events.
    @Test(arguments: [true, false]) func `it ends once and for all`(isConcurrent: Bool) {
        var unsound: Int?
        for code in 0..<531_441 where !Self.isSound(code, isConcurrent: isConcurrent) {
            unsound = code
        }
        #expect(unsound == nil)
    }

    /// Whether a sequence of events, the digits of `code`, asks only while no `next` is outstanding
    /// and the loop is not stopped, and ends with exactly one step, the right one.
    private static func isSound(_ code: Int, isConcurrent: Bool) -> Bool {
        var cycle = InvocationCycle(isConcurrent: isConcurrent)
        var digits = code
        var hasStopped = false
        var hasEnded = false
        for _ in 0..<6 {
            let before = cycle.state
            let step = happen(digits % 9, &cycle)
            if digits % 9 == 8 { hasStopped = true }
            digits /= 9
            let asks = step == .ask
            if asks && (hasStopped || hasEnded || before == .asking) {
                return false
            }
            let ends = step == .end || step == .fail || step == .breakOff
            if ends && hasEnded { return false }
            if (step == .breakOff) != (hasStopped && before == .asking) { return false }
            hasEnded = hasEnded || ends
            if hasEnded != (cycle.state == .ended) || asks != (asks && cycle.state == .asking) {
                return false
            }
        }
        return true
    }

    /// Applies one event, if it can happen in this state.
    private static func happen(_ event: Int, _ cycle: inout InvocationCycle) -> InvocationCycle.Step
    {
        switch (event, cycle.state) {
        case (0, _): return cycle.wake(hasRoom: true)
        case (1, _): return cycle.wake(hasRoom: false)
        case (2, .asking):
            cycle.delivered()
            return .nothing
        case (3, .asking): return cycle.nextFailed()
        case (4, .asking): return cycle.deliveredUnusable()
        case (5, .working): return cycle.answered(.accepted, hasRoom: true)
        case (6, .working): return cycle.answered(.containerError(status: 500), hasRoom: true)
        case (7, .pausing): return cycle.pauseEnded(hasRoom: true)
        case (8, _): return cycle.stop()
        default: return .nothing
        }
    }
}
