// The application: a loop, a handle that is open from the start, a model that loads in the
// background, then workers and transfers, and an orderly shutdown.
//
//     loading ─► ready ─► draining ─► stopped
//
// Requests of both handles live here. The handle decides how they arrive and how answers leave.

internal import Basics
package import EventLoop
internal import Glibc
internal import Inference
package import ModelStore
internal import Runtime

/// A message from the thread that loads the model.
private enum LoadingStep: Sendable {
    case notice(FetchNotice)
    case ended(Result<LoadedModel, LoadingFailure>)
}

/// One model, and the requests for its labels. Loop thread.
package final class Application: InvocationHost {
    let configuration: Configuration
    let loop: EventLoop
    let log: Log
    let gate: Gate
    /// The workers and transfers, once the model is loaded; the gate opens when they have started.
    package private(set) var backend: Backend?
    private let started: Instant
    private let watch: @Sendable () -> (any DownloadWatcher)?
    private var handle: (any Handle)?
    private var becameReady: (() -> Void)?
    private var loading: MailboxReceiver<LoadingStep>?
    private var signals: Signals?
    private var drainTimer: Token?
    private var exitStatus = ExitStatus.answered
    /// Routes the requests of the handles.
    private(set) lazy var router = Router(
        configuration.requests, limits: configuration.server.limits,
        log: configuration.log.access ? log : nil, host: self)

    /// Signals that end the process.
    package static let endingSignals = [SIGTERM, SIGINT]

    /// `watch` makes the watcher of a model's download, on the thread that loads the model.
    package init(
        _ configuration: Configuration, admission: Admission, loop: EventLoop,
        watch: @escaping @Sendable () -> (any DownloadWatcher)? = { nil }
    ) {
        self.configuration = configuration
        self.watch = watch
        self.loop = loop
        gate = Gate(admission, eventCapacity: configuration.queueCapacity)
        started = loop.now
        log = Log(format: configuration.logFormat, level: configuration.log.level)
    }

    /// Serves through a handle until a signal ends it; returns how it ended.
    package func run(_ handle: any Handle) throws(SystemError) -> ExitStatus {
        self.handle = handle
        log.flushSoon = { [unowned self] in loop.afterTurn { [unowned self] in log.flush() } }
        signals = try Signals(Self.endingSignals, on: loop) { [unowned self] in signalled($0) }
        do throws(HandleFailure) {
            try handle.open()
        } catch {
            log.error(error.sentence)
            log.flush(patience: 20)
            return .failed
        }
        log.ignoring(proxies: configuration.fetch.ignoredProxies)
        try load()
        try loop.run()
        // The loader thread can't be cancelled, and the exit must not wait for its fetch.
        if loading != nil { leave() }
        close()
        logStop()
        return exitStatus
    }

    /// Serves a loaded model through a handle, while the caller runs the loop and stops it. `ready`
    /// is called once the workers have started; `close` must follow.
    package func open(
        _ handle: any Handle, with model: LoadedModel, ready: @escaping () -> Void
    ) throws(HandleFailure) {
        self.handle = handle
        becameReady = ready
        try handle.open()
        loaded(.success(model))
    }

    /// Releases everything, after the loop has ended.
    package func close() {
        backend?.close()
        handle?.close()
    }

    /// Stops at once, with a failure that it can't recover from.
    func stop(because reason: String) {
        markFailed(because: reason)
        loop.stop()
    }

    /// Sets the exit status to failure, however the process ends from now on.
    private func markFailed(because reason: String) {
        for line in reason.split(separator: "\n") { log.error(String(line)) }
        exitStatus = .failed
    }

    // MARK: Loading

    private func load() throws(SystemError) {
        let mailbox = try Mailbox<LoadingStep>()
        loading = try MailboxReceiver(mailbox, on: loop) { [unowned self] step in
            switch step {
            case .notice(let notice): log.fetching(notice)
            case .ended(let result): loaded(result)
            }
        }
        let (configuration, watch) = (self.configuration, self.watch)
        let thread = try Thread(name: "model-loader") {
            mailbox.post(
                .ended(
                    Result { () throws(LoadingFailure) -> LoadedModel in
                        try LoadedModel(configuration, watch: watch) { mailbox.post(.notice($0)) }
                    }))
        }
        _ = consume thread
    }

    private func loaded(_ result: Result<LoadedModel, LoadingFailure>) {
        loading?.close()
        loading = nil
        guard gate.readiness == .loading else { return }
        switch result {
        case .failure(let failure):
            fail(ErrorReport(type: failure.type, message: failure.sentence))
        case .success(let loaded):
            for warning in loaded.model.warnings { log.warn(warning.sentence) }
            do throws(SystemError) {
                backend = try Backend(
                    loaded.model, named: loaded.name(configuration), configuration,
                    queueCapacity: gate.queueCapacity, on: loop
                ) { [unowned self] in workersStarted($0, loaded) }
                backend?.noticed = { [unowned self] in log.warn($0) }
            } catch {
                fail(
                    ErrorReport(
                        type: "Runtime.InitError", message: "the workers can't start: \(error)"))
            }
        }
    }

    private func workersStarted(_ result: Result<Void, WorkerFailure>, _ loaded: LoadedModel) {
        guard gate.readiness == .loading else { return }
        if case .failure(let failure) = result {
            return fail(ErrorReport(type: "Runtime.InitError", message: failure.reason))
        }
        if let backend { gate.open(backend) }
        log.info(
            "serving \(loaded.path)",
            [
                "classes": loaded.model.classes.map(LogValue.number) ?? .absent,
                "kind": loaded.kind.value == .tensors ? .text("tensors") : .absent,
                "workers": .number(configuration.workers),
                "engine": .text(loaded.model.engine),
                "ready": .milliseconds((loop.now - started).inMilliseconds),
            ])
        handle?.ready(loaded)
        becameReady.take()?()
    }

    private func fail(_ report: ErrorReport) {
        markFailed(because: report.message)
        handle?.failed(report) { [unowned self] in loop.stop() }
    }

    // MARK: Ending

    private func signalled(_ signal: CInt) {
        guard gate.readiness != .draining, let handle else {
            let abandoned = unansweredCount
            log.warn(
                "a second signal: stopping at once", ["abandoned": .number(abandoned)])
            leave(unanswered: abandoned)
        }
        gate.drain()
        log.info(
            "draining", ["inFlight": .number(gate.inFlight), "signal": .number(Int(signal))])
        let timer = loop.register(
            handler: DrainTimer(expired: { [unowned self] in drainExpired() }))
        loop.setDeadline(loop.now + handle.drainTimeout, of: timer)
        drainTimer = timer
        handle.drain { [unowned self] in loop.stop() }
    }

    private func drainExpired() {
        let abandoned = unansweredCount
        log.warn("drain time is over", ["abandoned": .number(abandoned)])
        leave(unanswered: abandoned)
    }

    private var unansweredCount: Int { handle?.unansweredCount ?? 0 }

    /// Exits the process at once: a running job can't be cancelled, and the sender of the signal
    /// does not wait for it.
    private func leave(unanswered count: Int = 0) -> Never {
        exitStatus = exitStatus.leaving(unanswered: count)
        logStop()
        _exit(exitStatus.rawValue)
    }

    private func logStop() {
        log.info("stopped", ["status": .number(Int(exitStatus.rawValue))])
        log.flush(patience: 20)
    }

    // MARK: For requests

    var requestTimeout: Duration { configuration.requestTimeout }

    func requestEnded() { handle?.requestEnded() }
}

/// Calls back once when the drain timeout expires.
private final class DrainTimer: EventHandler {
    private let expired: () -> Void

    init(expired: @escaping () -> Void) { self.expired = expired }

    func deadlinePassed(token: Token) { expired() }
}
