// What a connection waits for: one pure decision, from which its timeout and its interest follow.

internal import EventLoop
internal import HTTP

/// What a connection waits for.
enum ConnectionWait: CaseIterable {
    /// The first byte of a request.
    case request
    /// The rest of a head.
    case head
    /// The next byte of a body.
    case body
    /// The service's answer, or its next piece.
    case service
    /// A client that takes what is to be sent.
    case client
    /// The next turn of the loop, with more requests at hand than one event may take.
    case turn
    /// The client's end of stream, after ours: closing on unread bytes would reset the connection,
    /// and the client could lose the answer (RFC 9112 §9.6).
    case end

    /// The wait of a connection whose protocol is in a phase; unsent bytes come first.
    init(_ phase: ServerProtocol.Phase, hasOutput: Bool, yields: Bool) {
        self =
            switch phase {
            case _ where hasOutput: .client
            case _ where yields: .turn
            case .betweenRequests: .request
            case .inHead: .head
            case .inBody: .body
            case .awaitingResponse: .service
            case .closed: .end
            }
    }

    /// How long it may last; `nil` where someone else decides.
    func timeout(_ limits: Limits) -> Duration? {
        switch self {
        case .request: limits.idleTimeout
        case .head: limits.headTimeout
        case .body: limits.bodyTimeout
        case .service, .turn: nil
        case .client: limits.writeTimeout
        case .end: limits.lingerTimeout
        }
    }

    /// Whether its time starts again with each byte; else it runs from the start of the wait.
    var restartsWithProgress: Bool {
        switch self {
        case .request, .body, .client: true
        case .head, .service, .turn, .end: false
        }
    }

    /// What to watch. While an answer is stuck nothing is read; while one is made, no more than one
    /// buffer, and nothing behind the client's end of stream, which would be reported for ever.
    func interest(hasUnread: Bool, hasEnded: Bool) -> Interest {
        switch self {
        case .client: .write
        case .turn: []
        case .service: hasUnread || hasEnded ? [] : .read
        case .request, .head, .body, .end: .read
        }
    }
}
