// The one router: what a request's head asks for, whichever handle it came by.

internal import EventLoop
internal import HTTP
internal import Runtime

/// What decides about requests by their heads. Loop thread.
protocol Router: AnyObject {
    /// Decides about one request; `context` is what a handle knows of it that the head does not say.
    func begin(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, context: RequestContext?
    ) -> Beginning
}

extension Application: Service, Router {
    private static let pong = Response(.ok)
    private static let loadingAnswer = Failure.loading.response
    private static let drainingAnswer = Failure.draining.response

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Beginning {
        begin(head, in: bytes, context: nil)
    }

    func begin(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, context: RequestContext?
    ) -> Beginning {
        let basePath = configuration.requests.basePath
        switch Route(head.method, path: head.path, behind: basePath, in: bytes) {
        case .ping:
            switch phase {
            case .ready: return .answer(Self.pong)
            case .loading: return .answer(Self.loadingAnswer)
            case .draining: return .answer(Self.drainingAnswer)
            }
        case .invocations:
            do throws(Failure) {
                return .receive(
                    try invocation(head, in: bytes, context),
                    bodyLimit: configuration.server.limits.bodyBytes)
            } catch {
                return .answer(refuse(error, head, in: bytes, context))
            }
        case .endpoint(let style):
            do throws(Failure) {
                let invocation = try invocation(
                    head, in: bytes, context, acceptField: style.acceptField)
                return .receive(
                    EndpointReceiver(invocation, style: style),
                    bodyLimit: configuration.server.limits.bodyBytes)
            } catch {
                return .answer(style.answer(refuse(error, head, in: bytes, context)))
            }
        case .methodNotAllowed(let allow):
            let failure = Failure(
                .methodNotAllowed, "this route takes \(allow)", allow: allow)
            return .answer(refuse(failure, head, in: bytes, context))
        case .notFound:
            let failure = Failure(
                .notFound,
                "there is no such route; there are /ping, /invocations and, for SageMaker's "
                    + "clients, /endpoints/NAME/invocations"
                    + (basePath == .none ? "" : ", with or without \(basePath) before them"))
            return .answer(refuse(failure, head, in: bytes, context))
        }
    }

    /// The request for labels that a head begins, or why not.
    private func invocation(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, _ context: RequestContext?,
        acceptField: StaticString = "accept"
    ) throws(Failure) -> Invocation {
        try requireRoom()
        let properties = try RequestProperties(
            head, in: bytes, acceptField: acceptField,
            defaultAccept: configuration.requests.defaultAccept)
        if properties.kind == .image { try requireRoomInQueue() }
        return Invocation(
            "POST /invocations", properties,
            context ?? RequestContext(id: properties.inferenceID ?? nextRequestID()), host: self)
    }

    func response(to failure: ConnectionFailure) -> Response {
        let failure = Failure(failure, limits: configuration.server.limits)
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
        _ failure: Failure, _ head: borrowing RequestHead, in bytes: Span<UInt8>,
        _ context: RequestContext?
    ) -> Response {
        // Methods and paths only: queries may hold secrets.
        logEnd(
            RequestEnd(
                request: "\(head.methodText) \(head.path.text(in: bytes))", context: context,
                status: failure.code.status.code, outcome: failure.code.rawValue,
                arrived: loop.now))
        return failure.response
    }
}
