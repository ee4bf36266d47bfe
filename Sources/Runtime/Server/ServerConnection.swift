// One client's connection: a socket on the loop, around the `RequestCycle` that it feeds.
//
// Every event ends in `settle`: send the queued bytes, parse the bytes that had to wait for that,
// then choose what to wait for. Answers that come outside an event only queue their bytes; the
// connection settles when the turn ends. So neither the service nor this object is ever called from
// inside one of its own calls. It knows nothing of requests and answers, only when bytes may move
// and how long each wait may last.

internal import EventLoop

/// A client's connection. Loop thread.
final class ServerConnection: EventHandler {
    /// The directions in which bytes can still move.
    ///
    ///     open ──► halfClosed ──► closed
    ///       └───────────────────────▲
    private enum Link {
        case open(Token)
        /// The client has shut down its sending side; it may still read.
        case halfClosed(Token)
        /// No bytes move: it is not registered yet, or no longer.
        case closed
    }

    /// What has happened in the current event.
    ///
    ///     outside ──► begun ──► progressed ──► outside
    ///                   └─────────────────────────▲
    private enum Activity {
        /// No event is running.
        case outside
        /// An event is running; no byte has moved yet.
        case begun
        /// Bytes have moved in either direction.
        case progressed
    }

    private let descriptor: FileDescriptor
    private unowned let server: Server
    /// Its index in the server's list.
    var index: Int

    private let cycle: RequestCycle
    private var link = Link.closed
    private var activity = Activity.outside
    private var wait = ConnectionWait.request
    /// The number of requests that had come when the wait began.
    private var requestsBefore = 0
    /// Whether it is already scheduled to settle at the end of this turn.
    private var willSettle = false

    init(_ descriptor: consuming FileDescriptor, index: Int, server: Server) {
        self.descriptor = descriptor
        self.index = index
        self.server = server
        cycle = RequestCycle(server: server)
    }

    /// Starts serving.
    func register() throws(SystemError) {
        link = .open(
            try server.loop.register(descriptor.number, interest: .read, handler: self))
        cycle.answered = { [unowned self] in if activity == .outside { settleAfterTurn() } }
        begin(.request)
    }

    /// `nil` after closing.
    private var token: Token? {
        switch link {
        case .open(let token), .halfClosed(let token): token
        case .closed: nil
        }
    }

    private var isOpen: Bool {
        if case .closed = link { false } else { true }
    }

    /// Whether the client has shut down its sending side.
    private var hasEnded: Bool {
        if case .halfClosed = link { true } else { false }
    }

    /// Whether a request is in flight or its answer is being sent, lingering included.
    var isBusy: Bool { isOpen && !cycle.isIdle }

    /// Whether a request has come whose answer has not been sent completely.
    var isUnanswered: Bool { isOpen && cycle.isUnanswered }

    // MARK: Events

    func ready(_ readiness: Readiness, token: Token) {
        if readiness.contains(.hangup) { return close() }
        event {
            if readiness.contains(.read) { receive() }
        }
    }

    func deadlinePassed(token: Token) {
        event {
            switch wait {
            case .head: cycle.headTimedOut()
            case .body: cycle.bodyTimedOut()
            case .request, .client, .end: close()
            case .service, .turn: break
            }
        }
    }

    /// The server is shutting down: an idle connection closes, a busy one closes after its answer,
    /// and a new one without a request yet gets one answer. Not to be called from inside an event.
    func drain() {
        cycle.drain()
        guard isOpen, cycle.requestCount > 0, cycle.isIdle else { return }
        // An unread request may be waiting in the socket; it still gets its answer.
        event { receive() }
        if cycle.isIdle { close() }
    }

    /// Closes at once; a request in flight is abandoned.
    func close() {
        guard let token else { return }
        link = .closed
        server.loop.deregister(token)
        cycle.close()
        // Shut down now, not when the last reference goes, so that the peer notices.
        Socket.endSending(descriptor.number)
        server.remove(self)
    }

    private func event(_ body: () -> Void) {
        guard isOpen else { return }
        activity = .begun
        cycle.beginEvent()
        body()
        settle()
        activity = .outside
    }

    private func settleAfterTurn() {
        guard !willSettle else { return }
        willSettle = true
        server.loop.afterTurn { [weak self] in
            self?.willSettle = false
            self?.event {}
        }
    }

    // MARK: Bytes

    private func receive() {
        let fd = descriptor.number
        let isBody = cycle.readsBody
        let result =
            isBody ? cycle.readBody(fd) : Socket.receive(fd, into: &server.scratch, from: 0)
        switch result {
        case .wouldBlock: return
        case .failed: return close()
        case .endOfStream:
            if let token { link = .halfClosed(token) }
            cycle.endOfStream()
        case .bytes(let count):
            activity = .progressed
            if isBody { return cycle.bodyRead(count) }
            // A second reference, not a copy; it ends before the scratch is written again.
            let scratch = server.scratch
            cycle.receive(scratch.span.extracting(first: count))
        }
    }

    private func flush() {
        guard isOpen, !cycle.output.isEmpty else { return }
        let before = cycle.output.count
        switch cycle.output.send(descriptor.number) {
        case .emptied: cycle.output.release(to: &server.buffers)
        case .stuck: break
        case .failed: return close()
        }
        if cycle.output.count < before { activity = .progressed }
    }

    // MARK: Waiting

    /// Makes all possible progress, then chooses what to wait for.
    private func settle() {
        repeat { flush() } while isOpen && cycle.goOn()
        guard isOpen else { return }
        cycle.resumeStream()
        let next = ConnectionWait(
            cycle.phase, hasOutput: !cycle.output.isEmpty, yields: cycle.yields)
        if hasEnded && (next == .request || next == .end) { return close() }
        // Two waits for a head with a request between them are different waits.
        let isNew = next != wait || cycle.requestCount != requestsBefore
        if isNew || activity == .progressed && next.restartsWithProgress { begin(next) }
        if next == .turn { settleAfterTurn() }
        watch()
    }

    private func begin(_ next: ConnectionWait) {
        guard let token else { return }
        if next == .end { Socket.endSending(descriptor.number) }
        wait = next
        requestsBefore = cycle.requestCount
        let timeout = next.timeout(server.limits)
        server.loop.setDeadline(timeout.map { server.loop.now + $0 } ?? .distantFuture, of: token)
    }

    private func watch() {
        guard let token else { return }
        let interest = wait.interest(hasUnread: cycle.hasUnread, hasEnded: hasEnded)
        do {
            try server.loop.setInterest(interest, of: token)
        } catch {
            // The kernel has no memory to keep watching, so this client can't be served.
            close()
        }
    }
}
