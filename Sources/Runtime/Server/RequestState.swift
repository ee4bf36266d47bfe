// Where the request of one connection stands, and what is kept for it meanwhile.
//
//                ┌──► dropping ──────────────────────────────────┐
//     awaiting ──┤                                               ├──► awaiting
//                └──► collecting ──► answering ──────────────────┤
//                                        └──► streaming ⇄ paused ┘
//     any of them ──► closed
//
// A request that is refused goes from wherever it is to awaiting; one without a body that is answered
// by its head never leaves it. The protocol's own phases (`ServerProtocol.Phase`) say what bytes are
// awaited; these say to whom the bytes and the answer belong. It sends nothing and calls nobody. Each
// step is a new value and no change in place: an access to a property that may last while others are
// called is checked by the runtime, and each check is 1 % of a `/ping`.

/// The request of one connection. Loop thread.
enum RequestState {
    /// There is none, or its head is not complete.
    case awaiting
    /// Its answer is known; its body is read and dropped, at most so many bytes.
    case dropping(Response, budget: Int)
    /// Its body is gathered for the receiver.
    case collecting(any RequestReceiver)
    /// It is with the receiver, who answers by the exchange.
    case answering(any RequestReceiver, HTTPExchange)
    /// A streamed answer has begun.
    case streaming(any RequestReceiver, HTTPExchange)
    /// A streamed answer was told to pause.
    case paused(any RequestReceiver, HTTPExchange)
    /// The connection is gone.
    case closed

    /// Whether anything is kept for a request.
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

    /// Whether a streamed answer was told to pause.
    var isPaused: Bool {
        if case .paused = self { true } else { false }
    }

    /// Whether the service makes its answer.
    var isAnswering: Bool {
        switch self {
        case .answering, .streaming, .paused: true
        case .awaiting, .dropping, .collecting, .closed: false
        }
    }

    /// Whether its answer has begun and not ended.
    var isStreaming: Bool {
        switch self {
        case .streaming, .paused: true
        case .awaiting, .dropping, .collecting, .answering, .closed: false
        }
    }

    /// Who is told where nobody waits for the answer any more.
    var receiver: (any RequestReceiver)? {
        switch self {
        case .awaiting, .dropping, .closed: nil
        case .collecting(let receiver), .answering(let receiver, _), .streaming(let receiver, _),
            .paused(let receiver, _):
            receiver
        }
    }

    /// What the service answers by.
    var exchange: HTTPExchange? {
        switch self {
        case .awaiting, .dropping, .collecting, .closed: nil
        case .answering(_, let exchange), .streaming(_, let exchange), .paused(_, let exchange):
            exchange
        }
    }

    /// The answer begins as a stream.
    func streamBegun() -> RequestState {
        guard case .answering(let receiver, let exchange) = self else {
            preconditionFailure("a streamed answer begins once")
        }
        return .streaming(receiver, exchange)
    }

    /// The client takes a streamed answer slower than it is made.
    func congested() -> RequestState {
        guard case .streaming(let receiver, let exchange) = self else { return self }
        return .paused(receiver, exchange)
    }
}
