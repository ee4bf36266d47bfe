// One request's life, the same for both handles.
//
//     announced ─► working ─► ended
//         └───────────────────┘   refused, or abandoned before its body came
//
// The handles differ in how a request arrives and how its answer leaves (`Exchange`); everything
// between is here and below. `InvocationContent` knows the kinds of requests. An invocation ends in
// exactly one of three ways: answered, timed out (which is also an answer), or abandoned because
// the client has gone.

internal import Basics
internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime

/// The server's side of an invocation. Loop thread.
protocol InvocationHost: AnyObject {
    var loop: EventLoop { get }
    /// The time a request may take once it has arrived.
    var requestTimeout: Duration { get }
    /// Decides whether the request is admitted.
    var gate: Gate { get }
    /// A request has ended and left the gate, so there is room for another.
    func requestEnded()
    /// Writes the log line of one picture whose result its sender may never see.
    func logItem(
        _ item: Item?, _ result: Result<[Prediction], Failure>, of context: RequestContext)
    /// Writes the log line of a request that has ended.
    func logEnd(_ end: RequestEnd)
}

/// A request for labels. Loop thread.
final class Invocation: RequestReceiver, EventHandler {
    private enum State {
        /// Its head has arrived; its body has not.
        case announced
        /// It was admitted and is in progress, until a deadline.
        case working(exchange: any Exchange, deadline: Token, work: (any InvocationWork)?)
        case ended
    }

    let properties: RequestProperties
    let context: RequestContext
    unowned let host: any InvocationHost
    private let name: String
    private let arrived: Instant
    /// The time it may take, counted from the arrival of its body.
    private var timeLimit: Duration
    private var bodyBytes = 0
    private var state = State.announced

    /// `name` is its name in logs: "POST /invocations".
    init(
        _ name: String, _ properties: RequestProperties, _ context: RequestContext,
        host: any InvocationHost
    ) {
        self.name = name
        self.properties = properties
        self.context = context
        self.host = host
        arrived = host.loop.now
        timeLimit = host.requestTimeout
    }

    // MARK: Events

    func receive(_ body: [UInt8], exchange: any Exchange) {
        receive(.body(body), bytes: body.count, exchange: exchange)
    }

    /// Takes the complete request; `bytes` is the size of the body or event that it was read from.
    func receive(_ content: InvocationContent, bytes: Int, exchange: any Exchange) {
        bodyBytes = bytes
        do throws(Failure) {
            let backend = try host.gate.admit()
            state = .working(exchange: exchange, deadline: setDeadline(), work: nil)
            try begin(content, with: backend)
        } catch {
            guard case .announced = state else { return answer(.failure(error)) }
            state = .ended
            log(status: error.code.status, outcome: error.code.rawValue)
            exchange.respond(error.response)
        }
    }

    func abandon() {
        guard case .working(_, _, let work) = state else { return state = .ended }
        work?.cancel()
        end(status: nil, outcome: "abandoned")
    }

    func resume() {
        if case .working(_, _, let work) = state { work?.resume() }
    }

    func deadlinePassed(token: Token) {
        guard case .working(_, _, let work) = state else { return }
        let failure = Failure(.timeout, "the request was not done within \(timeLimit.text)")
        guard let work else { return answer(.failure(failure)) }
        work.fail(failure)
    }

    private func setDeadline() -> Token {
        let loop = host.loop
        if let deadline = context.deadline { timeLimit = min(timeLimit, deadline - loop.now) }
        let token = loop.register(handler: self)
        loop.setDeadline(loop.now + timeLimit, of: token)
        return token
    }

    // MARK: For its work

    /// Takes the answer; `nil` once the invocation has ended.
    var exchange: (any Exchange)? {
        if case .working(let exchange, _, _) = state { exchange } else { nil }
    }

    /// Makes this the invocation's work, in place of the previous one.
    func take(_ work: any InvocationWork) {
        guard case .working(let exchange, let deadline, _) = state else { return }
        state = .working(exchange: exchange, deadline: deadline, work: work)
    }

    /// Sends a whole answer in JSON.
    func answer(json result: Result<[UInt8], Failure>) {
        switch result {
        case .success(let body):
            answer(Response(.ok, contentType: "application/json", body: body), outcome: nil)
        case .failure(let failure): answer(failure.response, outcome: failure.code.rawValue)
        }
    }

    /// Sends a whole answer.
    func answer(_ result: Result<Response, Failure>) {
        switch result {
        case .success(let response): answer(response, outcome: nil)
        case .failure(let failure): answer(failure.response, outcome: failure.code.rawValue)
        }
    }

    private func answer(_ response: Response, outcome: String?) {
        guard let exchange else { return }
        // Ends first: sending the answer may start the client's next request, which needs the room.
        end(status: response.head.status, outcome: outcome)
        exchange.respond(response)
    }

    /// Ends it: the answer has been sent, or the client has gone.
    func end(status: Status?, outcome: String?) {
        guard case .working(_, let deadline, _) = state else { return }
        state = .ended
        host.loop.deregister(deadline)
        host.gate.release()
        host.requestEnded()
        log(status: status, outcome: outcome)
    }

    private func log(status: Status?, outcome: String?) {
        host.logEnd(
            RequestEnd(
                request: name, context: context, status: status?.code, outcome: outcome,
                bytes: bodyBytes, arrived: arrived))
    }
}
