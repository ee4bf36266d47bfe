// The I/O of one invocation loop: does what its cycle decides, and reports the results to it.
//
// Sequential mode has one, concurrent mode several, independent of each other. A loop has at most
// one request in flight; libcurl keeps its connection between requests.

internal import EventLoop

/// One loop over `next` and the answer. Loop thread; must be closed.
final class InvocationLoop: EventHandler {
    /// `nil` once closed.
    private var runtime: LambdaRuntime?
    private let loop: EventLoop
    private var cycle: InvocationCycle
    private var asked: TransferID?
    private var token: Token?

    init(_ runtime: LambdaRuntime, on loop: EventLoop, isConcurrent: Bool) {
        self.runtime = runtime
        self.loop = loop
        cycle = InvocationCycle(isConcurrent: isConcurrent)
    }

    /// Whether it waits for an event.
    var isAsking: Bool { cycle.state == .asking }

    /// Whether it has an event whose answer is not settled.
    var isWorking: Bool { cycle.state == .working }

    /// Whether it waits for room.
    var isResting: Bool { cycle.state == .resting }

    /// Call it when there is room: asks for an event if it was waiting for room.
    func wake() { perform(cycle.wake(hasRoom: true)) }

    /// Ends the loop after the event in progress is answered.
    func stop() { perform(cycle.stop()) }

    /// Ends the loop at once and drops its references.
    func close() {
        runtime = nil
        if let token { loop.deregister(token) }
        token = nil
    }

    // MARK: Asking

    private func perform(_ step: InvocationCycle.Step, because reason: String = "") {
        guard let runtime else { return }
        switch step {
        case .nothing: break
        case .ask:
            asked = runtime.pool.start(runtime.api.next) { [self] in received($0) }
        case .pause(let duration):
            let token = token ?? loop.register(handler: self)
            self.token = token
            loop.setDeadline(loop.readClock() + duration, of: token)
        case .breakOff:
            if let asked { runtime.pool.cancel(asked) }
            runtime.ended(nil)
        case .end: runtime.ended(nil)
        case .fail: runtime.ended(reason)
        }
    }

    private func received(_ result: Result<TransferResponse, TransferError>) {
        guard let runtime else { return }
        asked = nil
        switch result {
        case .success(let response):
            guard let event = LambdaEvent(response) else { return receivedUnusable() }
            cycle.delivered()
            runtime.receive(event, from: self)
        case .failure(let error):
            let step = cycle.nextFailed()
            if case .pause(let duration) = step {
                runtime.notice(.nextFailed(reason: error.sentence, retry: duration))
            }
            perform(step, because: error.sentence)
        }
    }

    private func receivedUnusable() {
        let step = cycle.deliveredUnusable()
        if case .pause(let duration) = step { runtime?.notice(.eventWithoutID(retry: duration)) }
        perform(step, because: "the Runtime API sends events without a usable request id")
    }

    func deadlinePassed(token: Token) {
        guard let runtime else { return }
        perform(cycle.pauseEnded(hasRoom: runtime.hasRoom))
    }

    // MARK: Answering

    /// Sends a whole answer.
    func answer(_ id: InvocationID, _ build: (RuntimeAPI) -> TransferRequest) {
        guard let runtime else { return }
        runtime.pool.start(build(runtime.api)) { [self] in answered(id, $0) }
    }

    /// Begins a streamed answer; `ended` is called when the platform takes no more of it.
    func stream(
        _ id: InvocationID, contentType: String, drained: @escaping () -> Void,
        ended: @escaping () -> Void
    ) -> Upload? {
        guard let runtime else { return nil }
        let request = runtime.api.streamedResponse(to: id, contentType: contentType)
        return runtime.pool.startUpload(request, drained: drained) { [self] result in
            ended()
            answered(id, result)
        }
    }

    /// An answer was sent, or could not be.
    private func answered(_ id: InvocationID, _ result: Result<TransferResponse, TransferError>) {
        guard let runtime else { return }
        let verdict = result.verdict
        if let notice = result.notice(verdict, id.requestID) { runtime.notice(notice) }
        perform(
            cycle.answered(verdict, hasRoom: runtime.hasRoom),
            because: "the Runtime API reported a container error in answer to a response")
    }
}

extension Result<TransferResponse, TransferError> {
    fileprivate var verdict: AnswerVerdict {
        switch self {
        case .success(let response): return AnswerVerdict(status: response.status)
        case .failure: return .unknown
        }
    }

    fileprivate func notice(_ verdict: AnswerVerdict, _ requestID: String) -> LambdaNotice? {
        switch (self, verdict) {
        case (.failure(let error), _):
            return .answerUndelivered(requestID: requestID, reason: error.sentence)
        case (_, .tooLate): return .answerTooLate(requestID: requestID)
        case (_, .tooLarge): return .answerTooLarge(requestID: requestID)
        case (.success(let response), .refused(let status)),
            (.success(let response), .containerError(let status)):
            let detail = response.body.prefix(LambdaLimits.shownBytes).filter {
                (0x20..<0x7F).contains($0)
            }
            return .answerRefused(
                requestID: requestID, status: status,
                detail: String(decoding: detail, as: UTF8.self))
        default: return nil
        }
    }
}
