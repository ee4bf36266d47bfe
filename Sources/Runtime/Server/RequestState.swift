// The state of the request of one connection, and the objects kept for it.
//
//                ┌──► dropping ──────────────────────────────────┐
//     awaiting ──┤                                               ├──► awaiting
//                └──► collecting ──► answering ──────────────────┤
//                                        └──► streaming ⇄ paused ┘
//     any of them ──► closed
//
// A refused request goes from any state to awaiting; one without a body that is answered by its
// head stays there. The protocol's phases (`ServerProtocol.Phase`) say which bytes come next; these
// states say who gets the bytes and makes the answer. The type sends nothing and calls nothing.
// Each step returns a new value instead of changing one in place: the runtime checks property
// accesses that may last during other calls, and each check costs 1 % of a `/ping`.

/// The request of one connection. Loop thread.
enum RequestState {
    /// There is no request, or its head is not complete.
    case awaiting
    /// Its answer is known; its body, at most `budget` bytes, is read and dropped.
    case dropping(Response, budget: Int)
    /// Its body is collected for the receiver.
    case collecting(any RequestReceiver)
    /// The receiver has it, and answers through the exchange.
    case answering(any RequestReceiver, HTTPExchange)
    /// A streamed answer has begun.
    case streaming(any RequestReceiver, HTTPExchange)
    /// A streamed answer is paused.
    case paused(any RequestReceiver, HTTPExchange)
    /// The connection is gone.
    case closed

    /// Whether nothing is kept for a request.
    var isVacant: Bool {
        switch self {
        case .awaiting, .closed: true
        case .dropping, .collecting, .answering, .streaming, .paused: false
        }
    }

    /// Whether the connection is gone.
    var isClosed: Bool {
        if case .closed = self { true } else { false }
    }

    /// Whether a streamed answer is paused.
    var isPaused: Bool {
        if case .paused = self { true } else { false }
    }

    /// Whether the service is making its answer.
    var isAnswering: Bool {
        switch self {
        case .answering, .streaming, .paused: true
        case .awaiting, .dropping, .collecting, .closed: false
        }
    }

    /// Whether its answer has begun but not ended.
    var isStreaming: Bool {
        switch self {
        case .streaming, .paused: true
        case .awaiting, .dropping, .collecting, .answering, .closed: false
        }
    }

    /// The receiver to notify if the client no longer waits for the answer.
    var receiver: (any RequestReceiver)? {
        switch self {
        case .awaiting, .dropping, .closed: nil
        case .collecting(let receiver), .answering(let receiver, _), .streaming(let receiver, _),
            .paused(let receiver, _):
            receiver
        }
    }

    /// The exchange that the service answers through.
    var exchange: HTTPExchange? {
        switch self {
        case .awaiting, .dropping, .collecting, .closed: nil
        case .answering(_, let exchange), .streaming(_, let exchange), .paused(_, let exchange):
            exchange
        }
    }

    /// A streamed answer begins.
    func streamBegun() -> RequestState {
        guard case .answering(let receiver, let exchange) = self else {
            preconditionFailure("a streamed answer begins once")
        }
        return .streaming(receiver, exchange)
    }

    /// The client reads a streamed answer more slowly than it is made.
    func congested() -> RequestState {
        guard case .streaming(let receiver, let exchange) = self else { return self }
        return .paused(receiver, exchange)
    }
}
