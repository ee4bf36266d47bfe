// The parsing of an event. A worker parses a long one, and the event may have to wait for a worker.
//
// Only the parsed event becomes an invocation, which watches its deadline; until then it is watched
// here.

internal import EventLoop
internal import Runtime

/// The reading of one event. Loop thread.
final class EventReading: EventHandler {
    private let backend: Backend
    private var completed: ((Event?) -> Void)?
    private var job: JobID?
    private var timer: Token?

    /// Reads an event; `completed` gets `nil` if the deadline passes first. It may be called before
    /// this returns.
    @discardableResult
    init(
        _ bytes: [UInt8], deadline: Instant?, backend: Backend,
        completed: @escaping (Event?) -> Void
    ) {
        self.backend = backend
        self.completed = completed
        job = backend.read(event: bytes) { [self] in end($0) }
        guard job != nil, let deadline else { return }
        let timer = backend.loop.register(handler: self)
        self.timer = timer
        backend.loop.setDeadline(deadline, of: timer)
    }

    func deadlinePassed(token: Token) {
        if let job { backend.pool.abandon(job) }
        end(nil)
    }

    private func end(_ event: Event?) {
        if let timer { backend.loop.deregister(timer) }
        timer = nil
        completed.take()?(event)
    }
}
