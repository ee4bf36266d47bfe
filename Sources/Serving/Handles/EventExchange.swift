// The Lambda handle's side of an answer: one answer on its way to the sender of the event.
//
// The sender of a direct event gets the answer's body unchanged, or Lambda's report of a failure.
// The sender of an HTTP event gets the whole response in an envelope, even for failures: a client's
// mistake is not a failure of the function (docs/platforms.md B4). Answers are sent whole, or
// streamed if the function is configured for it; JSON lines that can't be streamed are buffered
// first.

internal import HTTP
internal import Runtime

/// One event's answer. Loop thread.
final class EventExchange: Exchange {
    private let reply: LambdaReply
    /// `nil` for a direct event.
    private let envelope: HTTPEnvelope?
    /// Whether failures are reported to Lambda.
    private let reportsFailures: Bool
    private let streams: Bool
    /// Retained here until the answer is complete; nothing else owns it.
    private var receiver: (any RequestReceiver)?
    /// A streamed answer that must be sent whole.
    private var gathered: Response?
    private var sentBytes = 0

    /// Prepares the answer to an event, streamed if the settings and its sender allow that.
    init(_ reply: LambdaReply, to event: Event, _ settings: FunctionSettings) {
        self.reply = reply
        switch event {
        case .http(let request): (envelope, reportsFailures) = (request.envelope, false)
        // Their senders ignore answers, and send the event again only after a reported failure.
        case .records: (envelope, reportsFailures) = (nil, true)
        case .direct, .warmUp:
            (envelope, reportsFailures) = (nil, settings.directErrors == .report)
        }
        streams = settings.invokeMode == .responseStream && event.takesStreams
    }

    /// Retains a receiver until it has answered, and tells it when the client has room again or has
    /// gone.
    func serve(_ receiver: any RequestReceiver) {
        self.receiver = receiver
        reply.resumed = { [weak self] in self?.receiver?.resume() }
        reply.abandoned = { [weak self] in
            let receiver = self?.receiver
            self?.receiver = nil
            receiver?.abandon()
        }
    }

    var isCongested: Bool { reply.isCongested }

    func respond(_ response: Response) {
        receiver = nil
        if reportsFailures, let report = response.report { return reply.fail(report) }
        guard streams else { return answer(response) }
        beginStream(response)
        endStream(nil)
    }

    func beginStream(_ response: Response) {
        sentBytes = response.body.count
        guard streams else { return gathered = response }
        if let envelope {
            reply.beginStream(
                contentType: HTTPEnvelope.streamContentType, envelope.beginning(of: response))
        } else {
            reply.beginStream(contentType: response.type, response.body)
        }
    }

    func send(_ bytes: [UInt8]) {
        sentBytes += bytes.count
        let limit = gathered == nil ? LambdaLimits.streamedAnswerBytes : maxBytes
        // An answer that is too long is reported at its end; its further bytes are dropped.
        guard sentBytes <= limit else { return }
        if gathered == nil { reply.send(bytes) } else { gathered?.body += bytes }
    }

    func endStream(_ failure: ErrorReport?) {
        receiver = nil
        if let gathered {
            self.gathered = nil
            answer(sentBytes > maxBytes ? tooLarge.response : gathered)
        } else {
            reply.endStream(
                sentBytes > LambdaLimits.streamedAnswerBytes ? tooLarge.report : failure)
        }
    }

    /// The largest answer that can be sent whole.
    private var maxBytes: Int {
        envelope?.platform.maxReplyBytes ?? LambdaLimits.bufferedAnswerBytes
    }

    private func answer(_ response: Response) {
        let bytes = envelope?.reply(to: response) ?? response.body
        guard bytes.count <= maxBytes else { return respond(tooLarge.response) }
        reply.respond(bytes, contentType: envelope == nil ? response.type : "application/json")
    }

    private var tooLarge: Failure {
        let limit =
            envelope?.platform == .loadBalancer
            ? "a load balancer takes, \(maxBytes) bytes"
            : "Lambda takes, \(maxBytes) bytes whole and \(LambdaLimits.streamedAnswerBytes) streamed"
        return Failure(
            .responseTooLarge,
            "the answer is larger than \(limit); ask for fewer pictures or labels")
    }
}

extension Response {
    /// The Content-Type as text.
    fileprivate var type: String {
        head.contentType.map { "\($0)" } ?? "application/octet-stream"
    }
}
