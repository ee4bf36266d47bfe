// One request's life, the same for both handles: received → fetching → queued → running → answered.
//
// The handles differ in how a request comes and how its answer goes (`Exchange`); everything between
// is here and below. It ends in exactly one of three ways: answered, timed out (which is an answer
// too), or abandoned because nobody waits any more.

internal import Basics
internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime

/// What an invocation needs of the server that it came to. Loop thread.
protocol InvocationHost: AnyObject {
    var loop: EventLoop { get }
    /// The time a request may take once it has arrived.
    var requestTimeout: Duration { get }
    /// Takes a request in, or throws why not; `release` must follow when it has ended.
    func admit() throws(Failure) -> Backend
    /// Throws where an image that is here already would find the queue full.
    func requireRoomInQueue() throws(Failure)
    /// Counts a request that has ended.
    func release()
    /// Writes the line of one image whose result its sender may never see.
    func logItem(
        _ item: Item?, _ result: Result<[Prediction], Failure>, of context: RequestContext)
    /// Writes the line of a request that has ended.
    func logEnd(_ end: RequestEnd)
}

/// A request for labels. Loop thread.
final class Invocation: RequestReceiver, EventHandler {
    /// What it is about.
    enum Content {
        /// Bytes that are still to be read, as the request's properties say.
        case body([UInt8])
        /// A form that has been read, or why it can't be.
        case form(Result<Form, Failure>)
        /// The records of a Lambda event.
        case records(RecordBatch)
    }

    private let name: String
    private let properties: RequestProperties
    private let context: RequestContext
    private unowned let host: any InvocationHost
    private let arrived: Instant
    /// The time there is from when it has arrived.
    private var timeLimit: Duration
    /// Where the answer goes; `nil` before the request has arrived and once it has ended.
    private var exchange: (any Exchange)?
    private var backend: Backend?
    private var timer: Token?
    private var reading: JobID?
    private var evaluation: Evaluation?
    private var lines: LineStream?
    private var records: RecordEvaluation?
    private var bodyBytes = 0

    /// `name` is what logs call it: "POST /invocations".
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

    /// The request is complete, in whatever form; `bytes` is the size of what it was read from.
    func receive(_ content: Content, bytes: Int, exchange: any Exchange) {
        self.exchange = exchange
        bodyBytes = bytes
        do throws(Failure) {
            let backend = try host.admit()
            self.backend = backend
            let timer = host.loop.register(handler: self)
            self.timer = timer
            if let deadline = context.deadline {
                timeLimit = min(timeLimit, deadline - host.loop.now)
            }
            host.loop.setDeadline(host.loop.now + timeLimit, of: timer)
            switch content {
            case .body(let body): try begin(body, with: backend)
            case .form(let form): try evaluate(form.get(), with: backend)
            case .records(let batch): evaluate(batch, with: backend)
            }
        } catch {
            answer(.failure(error))
        }
    }

    func abandon() {
        cancelWork()
        end(status: nil, outcome: "abandoned")
    }

    func resume() { lines?.resume() }

    func deadlinePassed(token: Token) {
        let failure = Failure(
            .timeout, "the request was not done within \(timeLimit.text)")
        if let lines { return lines.fail(failure) }
        if let records { return records.fail(failure) }
        cancelWork()
        answer(.failure(failure))
    }

    private func cancelWork() {
        if let reading { backend?.pool.abandon(reading) }
        evaluation?.cancel()
        lines?.cancel()
        records?.cancel()
    }

    // MARK: Steps

    private func begin(_ body: [UInt8], with backend: Backend) throws(Failure) {
        var kind = properties.kind
        if kind == .unstated {
            kind = .sniffed(body)
            try kind.requireAccepted(by: properties.accept)
        }
        switch kind {
        case .image, .unstated:
            try evaluate(Form(image: body), with: backend)
        case .json:
            reading = backend.read(json: body, from: .body) { [weak self] form in
                self?.reading = nil
                do throws(Failure) {
                    try self?.evaluate(form.get(), with: backend)
                } catch {
                    self?.answer(.failure(error))
                }
            }
        case .jsonLines:
            stream(body, with: backend)
        }
    }

    private func evaluate(_ form: Form, with backend: Backend) throws(Failure) {
        if form.holdsImages { try host.requireRoomInQueue() }
        let evaluation = Evaluation(form, topK: properties.topK, backend: backend) {
            [weak self] in self?.answer($0)
        }
        self.evaluation = evaluation
        evaluation.start()
    }

    private func evaluate(_ batch: RecordBatch, with backend: Backend) {
        let records = RecordEvaluation(batch, backend: backend) { [weak self] in
            self?.answer(batch.reply(to: $0))
        }
        // The sender of a queue's messages is told no more than which of them failed.
        records.itemEnded = { [host, context] in host.logItem($1, $2, of: context) }
        self.records = records
        records.start()
    }

    private func stream(_ body: [UInt8], with backend: Backend) {
        guard let exchange else { return }
        let lines = LineStream(body, topK: properties.topK, backend: backend, exchange: exchange) {
            [weak self] in self?.end(status: $0, outcome: $1?.code.rawValue)
        }
        self.lines = lines
        lines.resume()
    }

    // MARK: The end

    private func answer(_ result: Result<[UInt8], Failure>) {
        guard let exchange else { return }
        // Ended first: the answer makes room for the client's next request, which may be here.
        switch result {
        case .success(let body):
            end(status: .ok, outcome: nil)
            exchange.respond(Response(.ok, contentType: "application/json", body: body))
        case .failure(let failure):
            end(status: failure.code.status, outcome: failure.code.rawValue)
            exchange.respond(failure.response)
        }
    }

    private func end(status: Status?, outcome: String?) {
        guard exchange != nil else { return }
        (exchange, reading, evaluation, lines, records) = (nil, nil, nil, nil, nil)
        if let timer {
            host.loop.deregister(timer)
            host.release()
        }
        timer = nil
        host.logEnd(
            RequestEnd(
                request: name, context: context, status: status?.code, outcome: outcome,
                bytes: bodyBytes, arrived: arrived))
    }
}
