// The requests of one connection, one after the other: parse, collect the body, ask the service,
// queue its answer, continue.
//
// The state of a request is its `RequestState`. It does no I/O itself, except that it reads a body
// of known length straight into its final array. It parses received bytes in place; only an
// incomplete rest moves to a buffer of its own, so an idle connection holds none. It knows no
// routes and no time.

internal import Basics
internal import HTTP

/// Turns the bytes of one connection into requests, and answers into bytes. Loop thread.
final class RequestCycle {
    private unowned let server: Server
    private var http: ServerProtocol
    /// Bytes that are received but not parsed.
    private var input: [UInt8] = []
    private var state = RequestState.awaiting
    private var body = ArrivingBody()
    /// Requests that may still be answered in this event.
    private var allowance = 0

    /// The bytes to send.
    var output: SendQueue
    /// Called when the service has added to `output`.
    var answered: () -> Void = {}
    /// The number of requests whose heads have come.
    private(set) var requestCount = 0

    init(server: Server) {
        self.server = server
        http = ServerProtocol(limits: server.limits)
        output = SendQueue(limits: server.limits)
    }

    /// The phase of the protocol.
    var phase: ServerProtocol.Phase { http.phase }

    /// Whether requests were left for the next turn.
    var yields: Bool { allowance == 0 && http.isIdle && hasUnread }

    /// Whether no request has begun and there is nothing to send.
    var isIdle: Bool { http.isIdle && output.isEmpty && !yields }

    /// Whether a request has come whose answer has not been sent completely.
    var isUnanswered: Bool { !state.isVacant || !output.isEmpty || yields }

    /// Whether bytes wait to be parsed.
    var hasUnread: Bool { !input.isEmpty }

    /// Makes the next answer the last one.
    func drain() { http.closeAfterResponse() }

    /// Abandons the request in flight, and takes no more.
    func close() {
        let abandoned = state.receiver
        forgetRequest()
        state = .closed
        _ = takeBody()
        abandoned?.abandon()
        output.release(to: &server.buffers)
        server.buffers.giveBack(&input)
    }

    // MARK: Bytes in

    /// Begins an event.
    func beginEvent() { allowance = server.limits.requestsPerTurn }

    /// Takes bytes, which follow those that were kept.
    func receive(_ bytes: Span<UInt8>) {
        // After our last answer bytes are only read so that the client can read it.
        guard phase != .closed else { return }
        guard input.isEmpty, !state.isAnswering else { return keep(bytes) }
        let consumed = parse(bytes)
        if consumed < bytes.count { keep(bytes.extracting(consumed..<bytes.count)) }
    }

    /// Parses the kept bytes after all earlier answers are sent; false if that makes no progress.
    func goOn() -> Bool {
        guard !input.isEmpty, !state.isAnswering, output.isEmpty, allowance > 0 else {
            return false
        }
        var bytes: [UInt8] = []
        swap(&bytes, &input)
        let consumed = parse(bytes.span)
        guard consumed < bytes.count, phase != .closed else {
            server.buffers.giveBack(&bytes)
            return true
        }
        if consumed > 0 { bytes.removeSubrange(0..<consumed) }
        swap(&bytes, &input)
        return consumed > 0
    }

    /// Whether `readBody` can read the rest of a body, instead of `receive`.
    var readsBody: Bool {
        if case .collecting = state { http.bodyRemaining != nil } else { false }
    }

    /// Reads a part of the body into its final array; `bodyRead` must follow.
    func readBody(_ fd: CInt) -> SocketResult { body.receive(fd) }

    /// Continues after `readBody` has read so many bytes.
    func bodyRead(_ count: Int) {
        account(for: count)
        if readsBody, http.receivedBody(count) { endRequest() }
    }

    /// The client will send nothing more. It may have shut down only its sending side, so a
    /// complete request still gets its answer.
    func endOfStream() {
        if case .truncated = http.endOfStream() { abandonRequest() }
    }

    /// The rest of a head did not arrive in time.
    func headTimedOut() { fail(.headTimedOut) }

    /// The rest of a body did not arrive in time.
    func bodyTimedOut() {
        if case .dropping(let response, _) = state { return refuse(with: response) }
        fail(.bodyTimedOut)
    }

    private func keep(_ bytes: Span<UInt8>) {
        guard !state.isClosed else { return }
        if input.isEmpty { input = server.buffers.take() }
        input.append(bytes)
    }

    /// Feeds the protocol; returns how many bytes it consumed.
    private func parse(_ bytes: Span<UInt8>) -> Int {
        var start = 0
        while !state.isClosed {
            if allowance == 0, phase == .betweenRequests { return start }
            let rest = bytes.extracting(start..<bytes.count)
            let step = http.receive(rest, head: &server.head)
            start += step.consumed
            switch step.event {
            case .needMore, .paused: return start
            case .head: beginRequest(rest)
            case .body(let range): take(rest.extracting(range))
            case .end:
                allowance -= 1
                endRequest()
            case .failed(let error): fail(.malformed(error))
            }
        }
        return start
    }

    // MARK: One request

    private func beginRequest(_ bytes: Span<UInt8>) {
        requestCount += 1
        switch server.service.begin(server.head, in: bytes) {
        case .answer(let response): beginDropping(response)
        case .receive(let receiver, let limit):
            guard !state.isClosed else { return receiver.abandon() }
            state = .collecting(receiver)
            guard body.begin(server.head.framing, limit: limit) else {
                return fail(.bodyTooLarge(limit: limit))
            }
            if server.head.expectsContinue { output.appendContinue(from: &server.buffers) }
        }
    }

    /// The answer is known before the body: a small body is read and dropped, so that the
    /// connection persists; a large one, or one that waits for `100 Continue`, ends the connection.
    private func beginDropping(_ response: Response) {
        guard !state.isClosed else { return }
        let budget = server.limits.discardableBodyBytes
        if case .length(let count) = server.head.framing, count > budget {
            return refuse(with: response)
        }
        if server.head.expectsContinue { return refuse(with: response) }
        if case .none = server.head.framing, http.receivedBody(0) {
            // The head is the whole request, so the answer can be sent now.
            allowance -= 1
            return respond(response)
        }
        state = .dropping(response, budget: budget)
    }

    private func take(_ content: Span<UInt8>) {
        switch state {
        case .dropping(let response, let budget):
            guard content.count <= budget else { return refuse(with: response) }
            state = .dropping(response, budget: budget - content.count)
        case .collecting:
            guard body.append(content) else { return fail(.bodyTooLarge(limit: body.limit)) }
            account(for: content.count)
        case .awaiting, .answering, .streaming, .paused, .closed: break
        }
    }

    private func account(for count: Int) {
        server.arrivingBytes += count
        if server.arrivingBytes > server.limits.arrivingBodyBytes { fail(.outOfBufferSpace) }
    }

    private func takeBody() -> [UInt8] {
        server.arrivingBytes -= body.count
        return body.take()
    }

    private func endRequest() {
        switch state {
        case .dropping(let response, _):
            state = .awaiting
            respond(response)
        case .collecting(let receiver):
            let exchange = HTTPExchange(self)
            state = .answering(receiver, exchange)
            receiver.receive(takeBody(), exchange: exchange)
        case .awaiting, .answering, .streaming, .paused, .closed: break
        }
    }

    /// Answers a connection failure, and ends the connection.
    private func fail(_ failure: ConnectionFailure) {
        refuse(with: server.service.response(to: failure))
    }

    /// Answers although the request is not complete, and ends the connection.
    private func refuse(with response: Response) {
        abandonRequest()
        http.closeAfterResponse()
        respond(response)
    }

    private func abandonRequest() {
        _ = takeBody()
        let receiver = state.receiver
        forgetRequest()
        receiver?.abandon()
    }

    /// Detaches its exchange, so that later answers are dropped.
    private func forgetRequest() {
        guard !state.isVacant else { return }
        state.exchange?.detach()
        state = .awaiting
    }
}

// MARK: - Answers

extension RequestCycle {
    /// Whether a streamed answer should pause.
    var isCongested: Bool { output.isCongested }

    /// Sends a whole answer to the request in flight.
    func respond(_ response: Response) {
        precondition(!state.isStreaming, "an answer that was begun as a stream ends as one")
        guard !state.isClosed else { return }
        forgetRequest()
        output.append(
            whole: response, framedBy: &http, date: server.date, from: &server.buffers)
        answered()
    }

    /// Begins a streamed answer to the request in flight.
    func beginStream(_ response: Response) {
        state = state.streamBegun()
        output.append(
            headOf: response, framedBy: &http, date: server.date, from: &server.buffers)
        sendPiece(response.body)
    }

    /// Sends a piece of a streamed answer.
    func sendPiece(_ bytes: [UInt8]) {
        precondition(state.isStreaming, "a streamed answer begins before its pieces")
        output.append(piece: bytes, framedBy: http, from: &server.buffers)
        if isCongested { state = state.congested() }
        answered()
    }

    /// Ends a streamed answer.
    func endStream() {
        precondition(state.isStreaming, "a streamed answer begins before it ends")
        forgetRequest()
        output.appendEnd(framedBy: &http, from: &server.buffers)
        answered()
    }

    /// Resumes a paused streamed answer after everything is sent.
    func resumeStream() {
        guard state.isPaused, output.isEmpty,
            case .paused(let receiver, let exchange) = state
        else { return }
        state = .streaming(receiver, exchange)
        receiver.resume()
    }
}
