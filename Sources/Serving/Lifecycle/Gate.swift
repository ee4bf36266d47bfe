// The gate: every question of admission, answered here, in microseconds and by counts alone
// (docs/platforms.md A6).
//
//     loading ─► open ─► draining
//
// A request is admitted once, when it has arrived. What is admitted is never refused later for want of
// room, so every admitted request gets its answer; what is refused is refused at once, so overload never
// piles up. Three questions are asked: is there room for one more request, for one more picture that is
// here already, and for one more event that Lambda is asked for.

internal import EventLoop
internal import Runtime

/// Whether requests are taken in. Loop thread.
final class Gate {
    /// Whether it lets requests in, as `/ping` tells it.
    enum Readiness { case loading, open, draining }

    private enum State {
        case loading
        case open(Backend)
        /// Requests that were admitted go on with their workers.
        case draining(Backend?)
    }

    private var state = State.loading
    private var admission: Admission
    /// Jobs that may wait, with those of events that Lambda is asked for.
    private let eventCapacity: Int
    /// Called when a request has ended, so that there is room for another.
    var released: (() -> Void)?

    private static let overloaded = Failure(
        .overloaded, "the server is at its limit; try again in a moment")

    /// A gate that is closed until a model is ready.
    init(_ admission: Admission, eventCapacity: Int) {
        self.admission = admission
        self.eventCapacity = eventCapacity
    }

    // MARK: States

    /// Takes requests from now on, for these workers.
    func open(_ backend: Backend) {
        guard case .loading = state else { return }
        state = .open(backend)
    }

    /// Takes none any more.
    func drain() { state = .draining(backend) }

    var readiness: Readiness {
        switch state {
        case .loading: .loading
        case .open: .open
        case .draining: .draining
        }
    }

    private var backend: Backend? {
        switch state {
        case .loading: nil
        case .open(let backend): backend
        case .draining(let backend): backend
        }
    }

    /// Jobs that may wait for a worker; without a bound where somebody else bounds them.
    var queueCapacity: Int { admission.queueCapacity }

    /// Requests that were admitted and have not ended.
    var inFlight: Int { admission.inFlight }

    // MARK: Questions

    /// The workers, where one more request has room; else throws why not.
    @discardableResult
    func requireRoom() throws(Failure) -> Backend {
        switch state {
        case .loading: throw .loading
        case .draining: throw .draining
        case .open(let backend):
            guard admission.hasRoom else { throw Self.overloaded }
            return backend
        }
    }

    /// Throws where a picture that is here already would find the queue full.
    func requireRoomInQueue() throws(Failure) {
        guard let backend, admission.hasRoomInQueue(waiting: backend.pool.waitingCount) else {
            throw Self.overloaded
        }
    }

    /// Whether the queue could take the jobs of that many Lambda events that have not come yet.
    func hasRoom(forEvents count: Int) -> Bool {
        guard case .open(let backend) = state else { return false }
        return backend.pool.waitingCount + count <= eventCapacity
    }

    /// Takes a request in, or throws why not; `release` must follow when it has ended.
    func admit() throws(Failure) -> Backend {
        let backend = try requireRoom()
        admission.accept()
        return backend
    }

    /// Counts a request that has ended.
    func release() {
        admission.release()
        released?()
    }
}

extension Failure {
    static let loading = Failure(.unavailable, "the model is loading")
    static let draining = Failure(.unavailable, "the server is shutting down")
}
