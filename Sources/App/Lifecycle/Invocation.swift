// One request's life, the same for both handles: received → fetching → queued → running → answered.
//
// The handles differ in how a request comes and how its answer goes (`Exchange`); everything between
// is here and below. It ends in exactly one of three ways: answered, timed out (which is an answer
// too), or abandoned because nobody waits any more.

internal import EventLoop
internal import HTTP
internal import Runtime

/// A request for labels. Loop thread.
final class Invocation: RequestReceiver, EventHandler {
    private let properties: RequestProperties
    private unowned let application: Application
    private let arrived: Instant
    private var exchange: (any Exchange)?
    private var backend: Backend?
    private var timer: Token?
    private var reading: JobID?
    private var evaluation: Evaluation?
    private var lines: LineStream?
    private var bodyBytes = 0

    init(_ properties: RequestProperties, application: Application) {
        self.properties = properties
        self.application = application
        arrived = application.loop.now
    }

    func receive(_ body: [UInt8], exchange: any Exchange) {
        self.exchange = exchange
        bodyBytes = body.count
        do throws(Failure) {
            let backend = try application.admit()
            self.backend = backend
            let timer = application.loop.register(handler: self)
            self.timer = timer
            application.loop.setDeadline(
                application.loop.now + application.configuration.requestTimeout, of: timer)
            try begin(body, with: backend)
        } catch {
            answer(.failure(error))
        }
    }

    func abandon() {
        guard exchange != nil || timer != nil else { return }
        cancelWork()
        end(outcome: "abandoned", status: nil)
    }

    func resume() { lines?.resume() }

    func deadlinePassed(token: Token) {
        let limit = application.configuration.requestTimeout.text
        let failure = Failure(.timeout, "the request was not done within \(limit)")
        if let lines { return lines.fail(failure) }
        cancelWork()
        answer(.failure(failure))
    }

    private func begin(_ body: [UInt8], with backend: Backend) throws(Failure) {
        var kind = properties.kind
        if kind == .unstated {
            kind = .sniffed(body)
            try application.requireAcceptable(properties.accept, kind)
        }
        switch kind {
        case .image, .unstated:
            evaluate(Form(image: body), with: backend)
        case .json:
            reading = backend.read(json: body, allowsBareURI: false) { [weak self] form in
                self?.reading = nil
                switch form {
                case .success(let form): self?.evaluate(form, with: backend)
                case .failure(let failure): self?.answer(.failure(failure))
                }
            }
        case .jsonLines:
            try stream(body, with: backend)
        }
    }

    private func evaluate(_ form: Form, with backend: Backend) {
        let evaluation = Evaluation(form, topK: properties.topK, backend: backend) {
            [weak self] in self?.answer($0)
        }
        self.evaluation = evaluation
        evaluation.start()
    }

    private func stream(_ body: [UInt8], with backend: Backend) throws(Failure) {
        guard let exchange else { return }
        guard body.contains(where: { $0 > 0x20 }) else {
            throw Failure(.badRequest, "the body holds no line; send one JSON request a line")
        }
        let lines = LineStream(body, topK: properties.topK, backend: backend, exchange: exchange) {
            [weak self] in self?.end(outcome: nil, status: 200)
        }
        self.lines = lines
        lines.resume()
    }

    private func answer(_ result: Result<[UInt8], Failure>) {
        guard let exchange else { return }
        switch result {
        case .success(let body):
            exchange.respond(Response(.ok, contentType: "application/json", body: body))
            end(outcome: nil, status: 200)
        case .failure(let failure):
            exchange.respond(failure.response)
            end(outcome: failure.code.rawValue, status: failure.code.status.code)
        }
    }

    private func cancelWork() {
        if let reading { backend?.pool.abandon(reading) }
        evaluation?.cancel()
        lines?.cancel()
    }

    private func end(outcome: String?, status: Int?) {
        guard exchange != nil else { return }
        exchange = nil
        (reading, evaluation, lines) = (nil, nil, nil)
        if let timer {
            application.loop.deregister(timer)
            application.release()
        }
        timer = nil
        application.logAccess(
            "POST", "/invocations", status: status, outcome: outcome, id: properties.id,
            bytes: bodyBytes, since: arrived)
    }
}
