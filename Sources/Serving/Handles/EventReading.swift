// An event that is being understood: a long one is read by a worker, and may have to wait for one.
//
// What shape it has, and with that its lifecycle, begins only then, so its deadline is watched here.

internal import EventLoop
internal import Runtime

/// The reading of one event. Loop thread.
final class EventReading: EventHandler {
    private let backend: Backend
    private var completed: ((Event?) -> Void)?
    private var job: JobID?
    private var timer: Token?

    /// Reads an event; `completed` gets `nil` where its deadline has come before. It may be called
    /// before this returns.
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
