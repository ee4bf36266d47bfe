// The server as a whole: a loop, a listener that is open from the start, a model that loads meanwhile,
// workers and transfers once it has, and an orderly end.
//
//     loading ─► ready ─► draining ─► stopped
//
// It is the HTTP server's service: routes `/ping` and `/invocations`, and everything refused.

internal import EventLoop
internal import Glibc
internal import HTTP
internal import Inference
internal import Runtime

/// A server of one model. Loop thread.
final class Application: Service, InvocationHost {
    private enum Phase { case loading, ready, draining }

    let configuration: Configuration
    let loop: EventLoop
    private let log: Log
    private let started: Instant
    private var phase = Phase.loading
    private var server: Server?
    private var backend: Backend?
    private var admission: Admission
    private var loading: MailboxReceiver<Result<LoadedModel, LoadingFailure>>?
    private var signals: Signals?
    private var drainTimer: Token?
    private var exitStatus: CInt = 0
    private var requestCount = 0

    private let pong = Response(.ok)
    private let stillLoading = Failure(.unavailable, "the model is loading").response
    private let overloaded = Failure(
        .overloaded, "the server is at its limit; try again in a moment")
    private let leaving = Failure(.unavailable, "the server is shutting down").response

    /// Signals that end the server.
    static let endingSignals = [SIGTERM, SIGINT]

    init(_ configuration: Configuration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        started = loop.now
        log = Log(format: configuration.log.format, level: configuration.log.level)
        admission = Admission(
            queueCapacity: configuration.queueCapacity, workers: configuration.workers,
            maxFetches: configuration.fetch.maxConcurrent)
    }

    /// Serves until a signal ends it; returns the exit status.
    func run() throws(SystemError) -> CInt {
        log.flushSoon = { [unowned self] in loop.afterTurn { [unowned self] in log.flush() } }
        signals = try Signals(Self.endingSignals, on: loop) { [unowned self] in signalled($0) }
        let server: Server
        do throws(SystemError) {
            server = try Server(
                host: configuration.host, port: configuration.port, limits: configuration.http,
                maxConnections: configuration.maxConnections, on: loop, service: self)
        } catch {
            log.error("can't listen on \(address(configuration.port)): \(error)")
            log.flush()
            return EXIT_FAILURE
        }
        self.server = server
        log.info("listening on \(address(server.port))")
        try load()
        try loop.run()
        backend?.close()
        server.close()
        log.info("stopped", ["status": .number(Int(exitStatus))])
        log.flush()
        return exitStatus
    }

    // MARK: Loading

    private func load() throws(SystemError) {
        let mailbox = try Mailbox<Result<LoadedModel, LoadingFailure>>()
        loading = try MailboxReceiver(mailbox, on: loop) { [unowned self] in loaded($0) }
        let configuration = self.configuration
        let thread = try Thread(name: "model-loader") {
            mailbox.post(
                Result { () throws(LoadingFailure) -> LoadedModel in
                    try LoadedModel(configuration)
                })
        }
        _ = consume thread
    }

    private func loaded(_ result: Result<LoadedModel, LoadingFailure>) {
        loading?.close()
        loading = nil
        guard phase == .loading else { return }
        switch result {
        case .failure(let failure): stop(because: failure.sentence)
        case .success(let loaded):
            for warning in loaded.model.warnings { log.warn(warning) }
            do throws(SystemError) {
                backend = try Backend(loaded.model, configuration, on: loop) {
                    [unowned self] in workersStarted($0, loaded)
                }
            } catch {
                stop(because: "the workers can't start: \(error)")
            }
        }
    }

    private func workersStarted(_ result: Result<Void, WorkerFailure>, _ loaded: LoadedModel) {
        guard phase == .loading else { return }
        if case .failure(let failure) = result { return stop(because: failure.reason) }
        phase = .ready
        log.info(
            "serving \(loaded.path)",
            [
                "classes": .number(loaded.model.classes),
                "workers": .number(configuration.workers),
                "engine": .text(loaded.model.engine),
                "ready": .milliseconds((loop.now - started).inMilliseconds),
            ])
        if configuration.log.format == .text, let server {
            log.info("try: \(loaded.exampleCall(port: server.port))")
        }
    }

    // MARK: Ending

    private func signalled(_ signal: CInt) {
        guard phase != .draining else {
            log.warn("a second signal: stopping at once")
            return loop.stop()
        }
        phase = .draining
        log.info(
            "draining", ["inFlight": .number(admission.inFlight), "signal": .number(Int(signal))])
        let timer = loop.register(
            handler: DrainTimer(expired: { [unowned self] in drainExpired() }))
        loop.setDeadline(loop.now + configuration.drainTimeout, of: timer)
        drainTimer = timer
        server?.drain { [unowned self] in loop.stop() }
    }

    private func drainExpired() {
        log.warn(
            "drain time is over", ["abandoned": .number(admission.inFlight)])
        loop.stop()
    }

    private func stop(because reason: String) {
        for line in reason.split(separator: "\n") { log.error(String(line)) }
        exitStatus = 1
        loop.stop()
    }

    // MARK: Service

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Beginning {
        switch Route(head.method, path: head.path, in: bytes) {
        case .ping:
            switch phase {
            case .ready: return .answer(pong)
            case .loading: return .answer(stillLoading)
            case .draining: return .answer(leaving)
            }
        case .invocations:
            do throws(Failure) {
                try requireRoom()
                let properties = try RequestProperties(
                    head, in: bytes, number: requestCount,
                    defaultAccept: configuration.defaultAccept)
                if properties.kind == .image { try requireRoomInQueue() }
                requestCount += 1
                return .receive(
                    Invocation(properties, host: self),
                    bodyLimit: configuration.http.bodyBytes)
            } catch {
                return .answer(refuse(error, head, in: bytes))
            }
        case .methodNotAllowed(let allow):
            let failure = Failure(
                .methodNotAllowed, "this route takes \(allow)", allow: allow)
            return .answer(refuse(failure, head, in: bytes))
        case .notFound:
            let failure = Failure(
                .notFound, "there is no such route; there are /ping and /invocations")
            return .answer(refuse(failure, head, in: bytes))
        }
    }

    func response(to failure: ConnectionFailure) -> Response {
        let failure = Failure(failure, limits: configuration.http)
        if configuration.log.access {
            log.info(
                "refused",
                [
                    "status": .number(failure.code.status.code),
                    "code": .text(failure.code.rawValue),
                ])
        }
        return failure.response
    }

    private func refuse(
        _ failure: Failure, _ head: borrowing RequestHead, in bytes: Span<UInt8>
    ) -> Response {
        // Methods and paths only: queries may hold secrets.
        logAccess(
            head.methodText, head.path.text(in: bytes),
            status: failure.code.status.code, outcome: failure.code.rawValue, id: nil, bytes: 0,
            since: loop.now)
        return failure.response
    }

    // MARK: For requests

    var requestTimeout: Duration { configuration.requestTimeout }

    /// Takes a request in, or throws why not; `release` must follow when it has ended.
    func admit() throws(Failure) -> Backend {
        let backend = try requireRoom()
        admission.accept()
        return backend
    }

    /// Counts a request that has ended.
    func release() { admission.release() }

    /// Throws where an image that is here already would find the queue full.
    func requireRoomInQueue() throws(Failure) {
        guard let backend, admission.hasRoomInQueue(waiting: backend.pool.waitingCount) else {
            throw overloaded
        }
    }

    @discardableResult
    private func requireRoom() throws(Failure) -> Backend {
        guard phase != .draining else {
            throw Failure(.unavailable, "the server is shutting down")
        }
        guard phase == .ready, let backend else {
            throw Failure(.unavailable, "the model is loading")
        }
        guard admission.hasRoom else { throw overloaded }
        return backend
    }

    /// Writes the line of a request that has ended.
    func logAccess(
        _ method: String, _ path: String, status: Int?, outcome: String?, id: String?, bytes: Int,
        since arrived: Instant
    ) {
        guard configuration.log.access else { return }
        log.info(
            "\(method) \(path)",
            [
                "status": status.map(LogValue.number) ?? .text("none"),
                "code": .text(outcome ?? "ok"),
                "bytes": .number(bytes),
                "took": .milliseconds((loop.readClock() - arrived).inMilliseconds),
                "requestId": id.map(LogValue.text) ?? .absent,
            ])
    }

    private func address(_ port: UInt16) -> String {
        let host = configuration.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}

/// Calls back once when the time to drain is over.
private final class DrainTimer: EventHandler {
    private let expired: () -> Void

    init(expired: @escaping () -> Void) { self.expired = expired }

    func deadlinePassed(token: Token) { expired() }
}

extension Duration {
    /// With decimals, for logs.
    fileprivate var inMilliseconds: Double { Double(nanoseconds) / 1_000_000 }
}
