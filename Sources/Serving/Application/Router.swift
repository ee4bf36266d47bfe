// The one router: it reads from a request's head what is asked for, for both handles.

internal import Basics
internal import EventLoop
internal import HTTP
internal import Runtime

/// Decides about requests by their heads. Loop thread.
final class Router: Service {
    private static let pong = Response(.ok)
    private static let alive = Response(
        .ok, contentType: "application/json", body: Array(#"{"status": "alive"}"#.utf8))
    private static let loadingAnswer = Failure.loading.response
    private static let drainingAnswer = Failure.draining.response

    private let settings: RequestSettings
    private let limits: Limits
    private let log: Log?
    private unowned let host: any InvocationHost
    private var requestCount = 0

    /// Routes to invocations of a host; `log` gets the failures of connections without a request.
    init(
        _ settings: RequestSettings, limits: Limits, log: Log?, host: any InvocationHost
    ) {
        self.settings = settings
        self.limits = limits
        self.log = log
        self.host = host
    }

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision {
        begin(head, in: bytes, context: nil)
    }

    /// Decides about one request; `context` holds what the handle knows beyond the head.
    func begin(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, context: RequestContext?
    ) -> HeadDecision {
        let basePath = settings.basePath
        switch Route(head.method, path: head.path, behind: basePath, in: bytes) {
        case .ping: return .answer(readiness)
        case .invocations:
            do throws(Failure) {
                return .receive(
                    try invocation(head, in: bytes, context), bodyLimit: limits.bodyBytes)
            } catch {
                return .answer(refuse(error, head, in: bytes, context))
            }
        case .operation(let operation, let model):
            return begin(operation, model, head, in: bytes, context)
        case .methodNotAllowed(let allow):
            let failure = Failure(
                .methodNotAllowed, "this route takes \(allow)", allow: allow)
            return .answer(refuse(failure, head, in: bytes, context))
        case .refused(let failure):
            return .answer(refuse(failure, head, in: bytes, context))
        case .notFound:
            let failure = Failure(
                .notFound,
                "there is no such route; there are /ping, /invocations, for SageMaker's clients "
                    + "/endpoints/NAME/invocations, and those of /v1/models and /v2/models"
                    + (basePath == .none ? "" : ", with or without \(basePath) before them"))
            return .answer(refuse(failure, head, in: bytes, context))
        }
    }

    private func begin(
        _ operation: Operation, _ model: ModelReference?, _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        _ context: RequestContext?
    ) -> HeadDecision {
        switch operation {
        case .ping, .invocations: preconditionFailure("they are routes of their own")
        case .alive: return .answer(Self.alive)
        case .endpoint(let style):
            do throws(Failure) {
                let invocation = try invocation(
                    head, in: bytes, context, acceptField: style.acceptField)
                return .receive(
                    EndpointReceiver(invocation, style: style), bodyLimit: limits.bodyBytes)
            } catch {
                return .answer(style.answer(refuse(error, head, in: bytes, context)))
            }
        case .v2, .v1:
            do throws(Failure) {
                return try protocols.begin(operation, model, head, in: bytes, context)
            } catch {
                return .answer(refuse(error, head, in: bytes, context))
            }
        }
    }

    private var protocols: ProtocolRoutes {
        ProtocolRoutes(
            host: host, bodyLimit: limits.bodyBytes,
            nextRequestID: { [unowned self] in nextRequestID() })
    }

    /// The answer to `/ping`; built once, because health checks ask all the time.
    private var readiness: Response {
        switch host.gate.readiness {
        case .loading: Self.loadingAnswer
        case .open: Self.pong
        case .draining: Self.drainingAnswer
        }
    }

    /// The request for labels that a head begins. Throws why it is refused.
    private func invocation(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, _ context: RequestContext?,
        acceptField: StaticString = "accept"
    ) throws(Failure) -> Invocation {
        let backend = try host.gate.requireRoom()
        let properties = try RequestProperties(
            head, in: bytes, for: backend.kind, acceptField: acceptField,
            defaultAccept: settings.defaultAccept)
        if properties.kind == .picture { try host.gate.requireRoomInQueue() }
        return Invocation(
            "POST /invocations", properties,
            context ?? RequestContext(id: properties.inferenceID ?? nextRequestID()), host: host)
    }

    /// The ID of a request whose sender gave none.
    private func nextRequestID() -> String {
        requestCount += 1
        return "\(requestCount - 1)"
    }

    // MARK: Refusals

    func response(to failure: ConnectionFailure) -> Response {
        let failure = Failure(failure, limits: limits)
        log?.info(
            "refused",
            [
                "status": .number(failure.code.status.code), "code": .text(failure.code.rawValue),
            ])
        return failure.response
    }

    private func refuse(
        _ failure: Failure, _ head: borrowing RequestHead, in bytes: Span<UInt8>,
        _ context: RequestContext?
    ) -> Response {
        // Methods and paths only: queries may hold secrets.
        host.logEnd(
            RequestEnd(
                request: "\(head.method.text) \(head.path.text(in: bytes))", context: context,
                status: failure.code.status.code, outcome: failure.code.rawValue,
                arrived: host.loop.now))
        return failure.response
    }
}
