// The Runtime API client: asks for events, passes them to the receiver, sends their answers
// (docs/platforms.md B1–B9).
//
// Sequential mode has one invocation loop, concurrent mode several. It has its own pool without an
// address policy, because the Runtime API is on loopback, which URLs in requests must not reach. It
// does not decide what an event means, how long its work may take, or how the process ends.

package import EventLoop

/// How to reach the Runtime API.
package struct LambdaSettings: Sendable {
    /// "host:port", the value of `AWS_LAMBDA_RUNTIME_API`.
    package var address: String
    /// The most events asked for or in progress at once; `nil`: one, in sequential mode.
    package var concurrency: Int?
    /// The program's name and version, which the platform records.
    package var userAgent = "amphora/0.1"

    /// Creates settings.
    package init(address: String, concurrency: Int? = nil) {
        self.address = address
        self.concurrency = concurrency
    }
}

/// The client of the Runtime API. Loop thread; must be closed.
package final class LambdaRuntime {
    /// The state of the client.
    ///
    ///     new ──► asking ──► stopping ──► stopped
    ///      └───────────────────▲
    private enum Phase {
        /// It has not asked for events yet.
        case new
        case asking
        /// It asks for no more events; the closure is called when all loops have ended.
        case stopping(() -> Void)
        case stopped
    }

    let pool: TransferPool
    let api: RuntimeAPI
    private let loop: EventLoop
    /// `nil` once closed.
    private var receiver: (any LambdaEventReceiver)?
    private var loops: [InvocationLoop] = []
    /// The number of loops, and reports of a failed start, that have not ended.
    private var liveCount = 0
    private var terminator: LambdaExtension?
    private var phase = Phase.new

    /// Creates a client, which does not ask for events yet. Throws if memory is short.
    package init(
        _ settings: LambdaSettings, on loop: EventLoop, receiver: any LambdaEventReceiver
    ) throws(SystemError) {
        self.loop = loop
        self.receiver = receiver
        api = RuntimeAPI(address: settings.address)
        let count = max(1, min(settings.concurrency ?? 1, LambdaLimits.loops))
        // The extension waits on a connection of its own.
        pool = try TransferPool(
            loop: loop, policy: nil, peers: .local, maxConcurrent: count + 2,
            userAgent: settings.userAgent)
        loops = (0..<count).map { _ in
            InvocationLoop(self, on: loop, isConcurrent: settings.concurrency != nil)
        }
        liveCount = count
    }

    /// Events that it has asked for and that have not come.
    package var askingCount: Int { loops.count { $0.isAsking } }

    /// Events that have come and whose answers the Runtime API has not acknowledged.
    package var unansweredCount: Int { loops.count { $0.isWorking } }

    // MARK: Start

    /// Registers an extension that waits for no event, so that the platform sends SIGTERM before it
    /// ends the process (docs/platforms.md B7). Call it once, while the model loads; a failure
    /// becomes a notice.
    package func registerExtension() {
        guard terminator == nil else { return }
        let terminator = LambdaExtension(pool, api) { [weak self] in self?.notice($0) }
        self.terminator = terminator
        terminator.register()
    }

    /// Starts to ask for events after the extension's registration is answered: the platform would
    /// refuse a registration after the first `next`.
    package func start() {
        afterRegistration { [weak self] in
            guard let self, case .new = phase else { return }
            phase = .asking
            resume()
        }
    }

    /// Call it when there may be room again. Does nothing before the start.
    package func resume() {
        guard case .asking = phase else { return }
        for loop in loops where loop.isResting {
            guard hasRoom else { return }
            loop.wake()
        }
    }

    private func afterRegistration(_ work: @escaping () -> Void) {
        if let terminator { terminator.afterRegistration(work) } else { work() }
    }

    // MARK: Snapshots

    /// Tells the platform that it can take a snapshot; `completed` is called in the process that is
    /// restored from it (docs/platforms.md B8).
    package func awaitRestore(_ completed: @escaping (Result<Void, TransferError>) -> Void) {
        afterRegistration { [pool, api] in
            pool.start(api.restoreNext) { completed($0.map { _ in }) }
        }
    }

    // MARK: Failures before the first event

    /// Reports that the start failed; `completed` is called after at most 2 s in any case. `stop`
    /// waits for that.
    package func reportInitFailure(_ report: ErrorReport, completed: @escaping () -> Void) {
        liveCount += 1
        pool.start(api.initError(report)) { [weak self] result in
            // The status does not matter: the process ends, and the platform sees that.
            if case .failure(let error) = result {
                self?.notice(.failureNotReported(reason: error.sentence))
            }
            self?.ended(nil)
            completed()
        }
    }

    // MARK: End

    /// Asks for no more events; `completed` is called when those in progress are answered.
    package func stop(_ completed: @escaping () -> Void) {
        switch phase {
        case .new, .asking: phase = .stopping(completed)
        case .stopping, .stopped: return
        }
        for loop in loops { loop.stop() }
        if liveCount == 0 { loop.afterTurn { [weak self] in self?.tellStopped() } }
    }

    /// Ends everything at once; makes no further callbacks.
    package func close() {
        for loop in loops { loop.close() }
        loops = []
        receiver = nil
        phase = .stopped
        pool.close()
    }

    private func tellStopped() {
        guard case .stopping(let completed) = phase else { return }
        phase = .stopped
        completed()
    }

    // MARK: From the loops

    /// Whether the receiver has room for one more event.
    var hasRoom: Bool { receiver?.hasRoom ?? false }

    /// An event has come.
    func receive(_ event: LambdaEvent, from invocation: InvocationLoop) {
        receiver?.receive(event, reply: LambdaReply(to: event, by: invocation))
    }

    /// Passes a notice on.
    func notice(_ notice: LambdaNotice) { receiver?.notice(notice) }

    /// A loop has ended; `failure` says why, if the end was not planned.
    func ended(_ failure: String?) {
        liveCount -= 1
        switch phase {
        case .stopping, .stopped:
            if liveCount == 0 { loop.afterTurn { [weak self] in self?.tellStopped() } }
        case .new, .asking:
            guard let failure else { return }
            if liveCount > 0 {
                notice(.loopFailed(reason: failure, remaining: liveCount))
            } else {
                receiver?.lost(failure)
            }
        }
    }
}
