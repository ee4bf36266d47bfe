// Departure in the Lambda handle: one answer on its way to whoever sent the event.
//
// A direct event's sender takes the answer's body as it is, and hears of a failure from Lambda. A
// sender that speaks HTTP gets the whole response in an envelope, failures too: a client's mistake is
// no failure of the function (docs/platforms.md B4). Answers leave whole, or streamed where the
// function is set up for that; JSON lines that can't be streamed are gathered first.

internal import HTTP
internal import Runtime

/// One event's answer. Loop thread.
final class EventExchange: Exchange {
    private let reply: LambdaReply
    /// `nil` for a direct event.
    private let envelope: HTTPEnvelope?
    /// Whether Lambda is told of a failure.
    private let reportsFailures: Bool
    private let streams: Bool
    /// Kept until the answer is complete: it has nobody else.
    private var receiver: (any RequestReceiver)?
    /// A streamed answer that has to leave whole.
    private var gathered: Response?
    private var sentBytes = 0

    /// The answer to an event of a shape, by whose sender's means it may be streamed.
    init(_ reply: LambdaReply, to event: Event, _ settings: FunctionSettings) {
        self.reply = reply
        switch event {
        case .http(let request): (envelope, reportsFailures) = (request.envelope, false)
        // Nobody reads their answer: only after a failure do they come again.
        case .records: (envelope, reportsFailures) = (nil, true)
        case .direct, .warmUp:
            (envelope, reportsFailures) = (nil, settings.directErrors == .report)
        }
        streams = settings.invokeMode == .responseStream && event.takesStreams
    }

    /// Has a receiver told when there is room again, or when nobody waits any more, and keeps it until
    /// it has answered.
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
        // What is too long is told at its end; until then nothing more of it is kept.
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

    /// The largest answer that can leave whole.
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
            "the answer is larger than \(limit); ask for fewer images or labels")
    }
}

extension Response {
    /// The Content-Type, in words.
    fileprivate var type: String {
        head.contentType.map { "\($0)" } ?? "application/octet-stream"
    }
}
