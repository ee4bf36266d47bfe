// The gate: it makes every admission decision about requests, in microseconds and by counts alone
// (docs/platforms.md A6). The server below it bounds connections and the bytes of arriving bodies.
//
//     loading ─► open ─► draining
//
// A request is admitted once, on arrival. An admitted request is never refused later for lack of
// room, so it always gets its answer. Others are refused at once, so overload never piles up. There
// are three decisions: is there room for one more request, for one more picture that came with its
// request, and for one more event from Lambda.

internal import EventLoop
internal import Runtime

/// Decides whether requests are admitted. Loop thread.
final class Gate {
    /// Whether it admits requests; `/ping` reports this.
    enum Readiness { case loading, open, draining }

    private enum State {
        case loading
        case open(Backend)
        /// Admitted requests continue with their workers.
        case draining(Backend?)
    }

    private var state = State.loading
    private var admission: Admission
    /// Jobs that may wait, including those of events that Lambda was asked for.
    private let eventCapacity: Int

    private static let overloaded = Failure(
        .overloaded, "the server is at its limit; try again in a moment")

    /// A gate that is closed until a model is ready.
    init(_ admission: Admission, eventCapacity: Int) {
        self.admission = admission
        self.eventCapacity = eventCapacity
    }

    // MARK: States

    /// Admits requests from now on, for these workers.
    func open(_ backend: Backend) {
        guard case .loading = state else { return }
        state = .open(backend)
    }

    /// Admits no more requests.
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

    /// Jobs that may wait for a worker; practically unlimited for `Admission.boundedElsewhere`.
    var queueCapacity: Int { admission.queueCapacity }

    /// Admitted requests that have not ended.
    var inFlight: Int { admission.inFlight }

    // MARK: Decisions

    /// The workers, if there is room for one more request. Throws why there is none.
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

    /// Throws if the queue has no room for a picture that came with its request.
    func requireRoomInQueue() throws(Failure) {
        guard let backend, admission.hasRoomInQueue(waiting: backend.pool.waitingCount) else {
            throw Self.overloaded
        }
    }

    /// Whether the queue has room for the jobs of this many Lambda events that have not arrived
    /// yet.
    func hasRoom(forEvents count: Int) -> Bool {
        guard case .open(let backend) = state else { return false }
        return backend.pool.waitingCount + count <= eventCapacity
    }

    /// Admits a request; `release` must follow when it has ended. Throws why it is refused.
    func admit() throws(Failure) -> Backend {
        let backend = try requireRoom()
        admission.accept()
        return backend
    }

    /// Counts a request that has ended.
    func release() { admission.release() }
}

extension Failure {
    static let loading = Failure(.unavailable, "the model is loading")
    static let draining = Failure(.unavailable, "the server is shutting down")
}
