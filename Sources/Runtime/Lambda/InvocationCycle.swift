// Decides what one invocation loop does next: `next`, the event, its answer, `next` again. Pure.
//
//     resting ──► asking ──► working ──► (answered) resting …      any ──► ended
//        ▲           └─► pausing ─┐
//        └────────────────────────┘
//
// The status table is docs/platforms.md B3. Sequential: there is one loop, and a failing Runtime
// API ends the process, so that the platform starts another. Concurrent: the loop retries for a
// while.

/// The meaning of the Runtime API's answer to a POST.
enum AnswerVerdict: Equatable {
    case accepted
    /// 410: the answer came after the timeout.
    case tooLate
    /// 413: the platform has failed the invocation already.
    case tooLarge
    /// 400, 403: the platform has settled the invocation already.
    case refused(status: Int)
    /// 500: the platform asks the process to end.
    case containerError(status: Int)
    /// No answer came.
    case unknown

    init(status: Int) {
        switch status {
        case 200..<300: self = .accepted
        case 410: self = .tooLate
        case 413: self = .tooLarge
        case 500...: self = .containerError(status: status)
        default: self = .refused(status: status)
        }
    }
}

/// The state of one invocation loop.
struct InvocationCycle {
    enum State: Equatable { case resting, asking, working, pausing, ended }

    /// The next action of the loop.
    enum Step: Equatable {
        case nothing
        /// GET `next`.
        case ask
        /// Call `pauseEnded` later.
        case pause(Duration)
        /// Cancel the `next` in flight.
        case breakOff
        /// The loop has ended normally.
        case end
        /// The loop has ended because the Runtime API can't be used.
        case fail
    }

    private(set) var state = State.resting
    private let isConcurrent: Bool
    /// Failures in a row since an answer was last settled.
    private var failures = 0
    private var isStopping = false

    init(isConcurrent: Bool) { self.isConcurrent = isConcurrent }

    /// The loop starts, or there may be room again.
    mutating func wake(hasRoom: Bool) -> Step {
        guard state == .resting, hasRoom else { return .nothing }
        state = .asking
        return .ask
    }

    /// The pause is over.
    mutating func pauseEnded(hasRoom: Bool) -> Step {
        guard state == .pausing else { return .nothing }
        state = .resting
        return wake(hasRoom: hasRoom)
    }

    /// `next` brought an event.
    mutating func delivered() {
        state = .working
    }

    /// `next` failed.
    mutating func nextFailed() -> Step {
        isConcurrent ? retry() : end(.fail)
    }

    /// `next` brought an event that can't be answered.
    mutating func deliveredUnusable() -> Step { retry() }

    private mutating func retry() -> Step {
        failures += 1
        guard failures < LambdaLimits.tries else { return end(.fail) }
        state = .pausing
        return .pause(LambdaLimits.firstPause * (1 << (failures - 1)))
    }

    /// The answer was sent, with this result.
    mutating func answered(_ verdict: AnswerVerdict, hasRoom: Bool) -> Step {
        guard state == .working else { return .nothing }
        if isStopping { return end(.end) }
        if case .containerError = verdict { return isConcurrent ? retry() : end(.fail) }
        failures = 0
        state = .resting
        return wake(hasRoom: hasRoom)
    }

    /// Asks for no further event; an event in progress is still answered.
    mutating func stop() -> Step {
        isStopping = true
        switch state {
        case .resting, .pausing: return end(.end)
        case .asking: return end(.breakOff)
        case .working, .ended: return .nothing
        }
    }

    private mutating func end(_ step: Step) -> Step {
        state = .ended
        return step
    }
}
