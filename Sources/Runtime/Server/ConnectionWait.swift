// What a connection waits for: one pure decision that determines its timeout and its interest.

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
    /// The client, to take the unsent bytes.
    case client
    /// The next turn of the loop, because more requests are buffered than one event may answer.
    case turn
    /// The client's end of stream, after ours: closing with unread bytes would reset the
    /// connection, and the client could lose the answer (RFC 9112 §9.6).
    case end

    /// The wait of a connection in a phase of the protocol; unsent bytes come first.
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

    /// How long it may last; `nil` if the limit is set elsewhere.
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

    /// Whether each byte restarts its timeout; otherwise the timeout runs from the start of the
    /// wait.
    var restartsWithProgress: Bool {
        switch self {
        case .request, .body, .client: true
        case .head, .service, .turn, .end: false
        }
    }

    /// The readiness to watch. While the client does not take an answer, nothing is read. While the
    /// service makes one, at most one buffer is read, and nothing after the client's end of stream,
    /// which epoll would report forever.
    func interest(hasUnread: Bool, hasEnded: Bool) -> Interest {
        switch self {
        case .client: .write
        case .turn: []
        case .service: hasUnread || hasEnded ? [] : .read
        case .request, .head, .body, .end: .read
        }
    }
}
