// The content of an invocation, and the work it becomes: the one place that knows the kinds.
//
//     body ─► (JSON read) ─► form ─► Evaluation       JSON, a picture
//         └─► LineStream                              JSON lines
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
        case .records(let batch): evaluate(batch, with: backend)
        }
    }

    private func begin(_ body: [UInt8], with backend: Backend) throws(Failure) {
        var kind = properties.kind
        if kind == .unstated {
            kind = .sniffed(body)
            try kind.requireAccepted(by: properties.accept)
        }
        switch kind {
        case .picture, .unstated: try evaluate(Form(picture: body), with: backend)
        case .json: read(body, with: backend)
        case .jsonLines: stream(body, with: backend)
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
            [weak self] in self?.answer($0)
        }
        take(evaluation)
        evaluation.start()
    }

    private func evaluate(_ batch: RecordBatch, with backend: Backend) {
        let records = RecordEvaluation(batch, backend: backend) { [weak self] in
            self?.answer(batch.reply(to: $0))
        }
        // A queue only learns which messages failed, so the results are logged.
        records.itemEnded = { [host, context] in host.logItem($1, $2, of: context) }
        take(records)
        records.start()
    }

    private func stream(_ body: [UInt8], with backend: Backend) {
        guard let exchange else { return }
        let lines = LineStream(body, topK: properties.topK, backend: backend, exchange: exchange) {
            [weak self] in self?.end(status: $0, outcome: $1?.code.rawValue)
        }
        take(lines)
        lines.resume()
    }
}
