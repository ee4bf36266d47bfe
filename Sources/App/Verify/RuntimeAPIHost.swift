// Lambda's Runtime API on loopback, for the Lambda handle of this process (docs/platforms.md
// B1–B4): `next` waits for an event, and the answer goes to the caller of `invoke`.
//
// It uses the HTTP server of the other handle. It never fails or delays a call; the tests of the
// Lambda handle cover a platform that does.

internal import Basics
internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime
internal import Serving

/// A Runtime API. Loop thread; the caller must call `close`.
final class RuntimeAPIHost: Service {
    /// How an invocation ended.
    enum Outcome {
        /// The function answered with these bytes.
        case response([UInt8])
        /// The function reported a failure.
        case error([UInt8])
    }

    private typealias Invocation = (id: String, event: [UInt8])

    /// The largest answer of a function, in bytes.
    private static let bodyLimit = 1 << 30
    /// The longest that Lambda lets a function run, in seconds.
    private static let longestInvocation = 900

    private var server: Server?
    private var count = 0
    /// Events that wait for a call of `next`, the oldest first.
    private var events: [Invocation] = []
    /// Calls of `next` that wait for an event.
    private var askers: [RuntimeCall] = []
    private var invoked: [String: (Outcome) -> Void] = [:]

    /// Listens on a free port. Throws if it can't.
    init(on loop: EventLoop) throws(SystemError) {
        server = try Server(
            host: "127.0.0.1", port: 0, limits: Limits(), maxConnections: 1024, on: loop,
            service: self)
    }

    /// The value for `AWS_LAMBDA_RUNTIME_API`.
    var address: String { "127.0.0.1:\(server?.port ?? 0)" }

    /// Invokes the function; `completed` is called when it has answered.
    func invoke(_ event: [UInt8], completed: @escaping (Outcome) -> Void) {
        count += 1
        let id = "verify-\(count)"
        invoked[id] = completed
        events.append((id, event))
        deliver()
    }

    /// Ends all connections.
    func close() {
        server?.close()
        askers = []
        invoked = [:]
    }

    private func deliver() {
        while !events.isEmpty, !askers.isEmpty {
            let invocation = events.removeFirst()
            let deadline = (WallTime.now().seconds + Self.longestInvocation) * 1000
            askers.removeFirst().answer(
                Response(
                    .ok, contentType: "application/json",
                    fields: [
                        ResponseField("Lambda-Runtime-Aws-Request-Id", invocation.id),
                        ResponseField("Lambda-Runtime-Deadline-Ms", "\(deadline)"),
                        ResponseField(
                            "Lambda-Runtime-Invoked-Function-Arn",
                            "arn:aws:lambda:us-east-1:000000000000:function:verify"),
                    ], body: invocation.event))
        }
    }

    // MARK: Service

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision {
        let call = RuntimeCall()
        let path = head.path.text(in: bytes)
        switch path {
        case RuntimeAPIPath.next:
            call.arrived = { [unowned self] call, _ in
                askers.append(call)
                deliver()
            }
            call.left = { [unowned self] call in askers.removeAll { $0 === call } }
        case RuntimeAPIPath.register:
            call.arrived = { call, _ in
                call.answer(
                    Response(
                        .ok, contentType: "application/json",
                        fields: [ResponseField("Lambda-Extension-Identifier", "verify")],
                        body: Array("{}".utf8)))
            }
        // There is no event for an extension before the end.
        case RuntimeAPIPath.extensionNext: break
        default:
            call.arrived = { [unowned self] call, body in
                call.answer(Self.taken)
                settle(path, body)
            }
        }
        return .receive(call, bodyLimit: Self.bodyLimit)
    }

    func response(to failure: ConnectionFailure) -> Response { Response(.badRequest) }

    private static let taken = Response(
        .accepted, contentType: "application/json", body: Array(#"{"status":"OK"}"#.utf8))

    /// Takes the answer or the failure of an event; ignores other calls, such as `init/error`.
    private func settle(_ path: String, _ body: [UInt8]) {
        // The ID was made here and needs no percent-encoding.
        guard let id = path.split(separator: "/").dropLast().last.map(String.init) else { return }
        if path == RuntimeAPIPath.response(to: id) {
            invoked.removeValue(forKey: id)?(.response(body))
        } else if path == RuntimeAPIPath.error(of: id) {
            invoked.removeValue(forKey: id)?(.error(body))
        }
    }
}

/// One call of the API. Loop thread.
private final class RuntimeCall: RequestReceiver {
    var arrived: (RuntimeCall, [UInt8]) -> Void = { _, _ in }
    var left: (RuntimeCall) -> Void = { _ in }
    private var exchange: (any Exchange)?

    func receive(_ body: [UInt8], exchange: any Exchange) {
        self.exchange = exchange
        arrived(self, body)
    }

    func answer(_ response: Response) {
        exchange.take()?.respond(response)
    }

    func abandon() { left(self) }

    func resume() {}
}
