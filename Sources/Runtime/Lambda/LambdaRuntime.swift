// The Runtime API client: asks for events, hands them over, sends their answers
// (docs/platforms.md B1–B9).
//
// Sequential mode has one invocation loop, concurrent mode several. The pool is its own and has no
// address policy: the Runtime API is on loopback, where nothing that a request names may lead. What an
// event means, how long its work may take, and what the process does in the end is decided elsewhere.

package import EventLoop

/// How the Runtime API is talked to.
package struct LambdaSettings: Sendable {
    /// "host:port", the value of `AWS_LAMBDA_RUNTIME_API`.
    package var address: String
    /// The events that may be asked for and worked on at once; `nil`: one, in sequential mode.
    package var concurrency: Int?
    /// The program's name and version, which the platform records.
    package var userAgent = "amphora/0.1"

    /// Creates settings.
    package init(address: String, concurrency: Int? = nil) {
        self.address = address
        self.concurrency = concurrency
    }
}

/// The client of the Runtime API. Loop thread; to be closed.
package final class LambdaRuntime {
    /// What it does.
    ///
    ///     new ──► asking ──► stopping ──► stopped
    ///      └───────────────────▲
    private enum Phase {
        /// Nothing is asked yet.
        case new
        case asking
        /// Nothing more is asked; the closure is called when all loops have ended.
        case stopping(() -> Void)
        case stopped
    }

    let pool: TransferPool
    let api: RuntimeAPI
    private let loop: EventLoop
    /// `nil` once closed.
    private var receiver: (any LambdaEventReceiver)?
    private var loops: [InvocationLoop] = []
    /// What has not ended: loops, and the report of a failed start.
    private var liveCount = 0
    private var terminator: LambdaExtension?
    private var phase = Phase.new

    /// Creates a client; nothing is asked yet. Throws where there is no memory.
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

    /// Events that are asked for and have not come.
    package var askingCount: Int { loops.count { $0.isAsking } }

    /// Events that have come and whose answers the Runtime API has not acknowledged.
    package var unansweredCount: Int { loops.count { $0.isWorking } }

    // MARK: Start

    /// Registers an extension that waits for no event, so that SIGTERM comes before the end
    /// (docs/platforms.md B7). Once, while the model loads; a failure is a notice.
    package func registerExtension() {
        guard terminator == nil else { return }
        let terminator = LambdaExtension(pool, api) { [weak self] in self?.notice($0) }
        self.terminator = terminator
        terminator.register()
    }

    /// Begins to ask for events, once the extension's registration is answered: after the first `next`
    /// it would be refused.
    package func start() {
        afterRegistration { [weak self] in
            guard let self, case .new = phase else { return }
            phase = .asking
            resume()
        }
    }

    /// There may be room again. Does nothing before the start.
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

    /// Tells the platform that a snapshot can be taken; `completed` is called in the process that is
    /// restored from it (docs/platforms.md B8).
    package func awaitRestore(_ completed: @escaping (Result<Void, TransferError>) -> Void) {
        afterRegistration { [pool, api] in
            pool.start(api.restoreNext) { completed($0.map { _ in }) }
        }
    }

    // MARK: Failures before the first event

    /// Reports that the start failed; `completed` is called after 2 s at the latest, whatever comes.
    /// A stop waits for that.
    package func reportInitFailure(_ report: ErrorReport, completed: @escaping () -> Void) {
        liveCount += 1
        pool.start(api.initError(report)) { [weak self] result in
            // A status is no matter: the process ends, and the platform sees that.
            if case .failure(let error) = result {
                self?.notice(.failureNotReported(reason: error.sentence))
            }
            self?.ended(nil)
            completed()
        }
    }

    // MARK: End

    /// Asks for no more events; `completed` is called when those under way are answered.
    package func stop(_ completed: @escaping () -> Void) {
        switch phase {
        case .new, .asking: phase = .stopping(completed)
        case .stopping, .stopped: return
        }
        for loop in loops { loop.stop() }
        if liveCount == 0 { loop.afterTurn { [weak self] in self?.tellStopped() } }
    }

    /// Ends all at once; nothing is called any more.
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

    /// Whether the receiver takes one more event.
    var hasRoom: Bool { receiver?.hasRoom ?? false }

    /// An event has come.
    func receive(_ event: LambdaEvent, from invocation: InvocationLoop) {
        receiver?.receive(event, reply: LambdaReply(to: event, by: invocation))
    }

    /// Passes a notice on.
    func notice(_ notice: LambdaNotice) { receiver?.notice(notice) }

    /// A loop has ended; `failure` says why, where it should not have.
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
