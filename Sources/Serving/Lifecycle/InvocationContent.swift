// The content of an invocation, and the work it becomes: the one place that knows the kinds.
//
//     body ─► (JSON read) ─► form ─► Evaluation       JSON, a picture
//         ├─► LineStream                              JSON lines
//         └─► TensorEvaluation                        arrays in any form
//     records ─► RecordEvaluation                     Lambda's batches

internal import HTTP
internal import Inference
internal import Runtime

/// What a request asks for.
enum InvocationContent {
    /// An unread body, of the kind that the request's properties say.
    case body([UInt8])
    /// A form that has been read, or why reading it failed.
    case form(Result<Form, Failure>)
    /// The records of a Lambda event.
    case records(RecordBatch)
}

extension Invocation {
    /// Starts the work. It may have ended before this returns.
    func begin(_ content: InvocationContent, with backend: Backend) throws(Failure) {
        switch content {
        case .body(let body): try begin(body, with: backend)
        case .form(let form): try evaluate(form.get(), with: backend)
        case .records(let batch):
            guard backend.kind == .labels else {
                throw Failure(
                    .badRequest,
                    "this model takes arrays, and the records of \(batch.source.rawValue) name "
                        + "pictures; invoke the function directly, or by HTTP")
            }
            evaluate(batch, with: backend)
        }
    }

    private func begin(_ body: [UInt8], with backend: Backend) throws(Failure) {
        if backend.kind == .tensors || properties.route == .v2, let target = backend.target {
            return try begin(body, asking: target, with: backend)
        }
        var kind = properties.kind
        if kind == .unstated {
            kind = .sniffed(body)
            try kind.requireAccepted(by: properties.accept)
        }
        switch kind {
        case .picture, .unstated: try evaluate(Form(picture: body), with: backend)
        case .json: read(body, with: backend)
        case .jsonLines: stream(body, with: backend)
        case .binary: read(body, with: backend)
        case .csv, .npy, .npz:
            preconditionFailure("the head of a request for labels has no such type")
        }
    }

    // MARK: Arrays

    private func begin(
        _ body: [UInt8], asking target: Target, with backend: Backend
    ) throws(Failure) {
        try host.gate.requireRoomInQueue()
        let kind = try TensorJob.Body(properties.kind, body)
        func job(_ body: [UInt8], _ kind: TensorJob.Body) -> TensorJob {
            TensorJob(
                model: target.model, name: target.name, version: target.version, body: body,
                kind: kind, route: properties.route, accept: properties.accept,
                coding: properties.coding,
                nonFinite: properties.nonFinite, limits: backend.tensorLimits)
        }
        guard kind == .line else {
            let whole = job(body, kind)
            let evaluation = TensorEvaluation(whole, backend: backend) { [weak self] result in
                self?.answer(result.map { whole.response($0) })
            }
            take(evaluation)
            return evaluation.start()
        }
        stream(body, with: backend) { line, done in
            let line = job(line, .line)
            let evaluation = TensorEvaluation(line, backend: backend) { result in
                switch result {
                case .success(let answer): done(answer.bytes)
                case .failure(let failure): done(LineStream.line(failure))
                }
            }
            evaluation.start()
            return evaluation
        }
    }

    private func read(_ body: [UInt8], with backend: Backend) {
        let reading = FormReading(backend: backend) { [weak self] form in
            do throws(Failure) {
                try self?.evaluate(form.get(), with: backend)
            } catch {
                self?.answer(.failure(error))
            }
        }
        take(reading)
        reading.start(body)
    }

    private func evaluate(_ form: Form, with backend: Backend) throws(Failure) {
        if form.holdsPictures { try host.gate.requireRoomInQueue() }
        let evaluation = Evaluation(form, topK: properties.topK, backend: backend) {
            [weak self] in self?.answer(json: $0)
        }
        take(evaluation)
        evaluation.start()
    }

    private func evaluate(_ batch: RecordBatch, with backend: Backend) {
        let records = RecordEvaluation(batch, backend: backend) { [weak self] in
            self?.answer(json: batch.reply(to: $0))
        }
        // A queue only learns which messages failed, so the results are logged.
        records.itemEnded = { [host, context] in host.logItem($1, $2, of: context) }
        take(records)
        records.start()
    }

    private func stream(_ body: [UInt8], with backend: Backend) {
        stream(body, with: backend) { [topK = properties.topK] line, done in
            let evaluation = FormLine(topK: topK, backend: backend, completed: done)
            evaluation.start(line)
            return evaluation
        }
    }

    private func stream(
        _ body: [UInt8], with backend: Backend, evaluate: @escaping LineStream.Evaluate
    ) {
        guard let exchange else { return }
        let lines = LineStream(body, backend: backend, exchange: exchange, evaluate: evaluate) {
            [weak self] in self?.end(status: $0, outcome: $1?.code.rawValue)
        }
        take(lines)
        lines.resume()
    }
}
