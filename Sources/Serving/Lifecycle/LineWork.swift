// The work of one line of JSON lines.

internal import Runtime

/// Work that ends in a line of an answer. Loop thread.
protocol LineWork: AnyObject {
    /// The jobs and fetches in progress.
    var inFlight: Int { get }
    /// Cancels it without an answer.
    func cancel()
}

extension TensorEvaluation: LineWork {
    var inFlight: Int { 1 }
}

/// A line that asks for labels: read, then evaluated. Loop thread.
final class FormLine: LineWork {
    private enum State {
        case waiting
        case reading(JobID)
        case evaluating(Evaluation)
        case ended
    }

    private let topK: Int?
    private let backend: Backend
    private var completed: (([UInt8]) -> Void)?
    private var state = State.waiting

    /// Prepares it; `completed` gets the answer with a line end, unless `cancel` comes first.
    init(topK: Int?, backend: Backend, completed: @escaping ([UInt8]) -> Void) {
        self.topK = topK
        self.backend = backend
        self.completed = completed
    }

    var inFlight: Int {
        switch state {
        case .waiting, .ended: 0
        case .reading: 1
        case .evaluating(let evaluation): evaluation.inFlight
        }
    }

    /// Starts. `completed` may be called before this returns.
    func start(_ line: [UInt8]) {
        let job = backend.read(json: line, from: .line) { [weak self] in self?.evaluate($0) }
        if let job { state = .reading(job) }
    }

    func cancel() {
        completed = nil
        switch state {
        case .waiting, .ended: break
        case .reading(let job): backend.pool.abandon(job)
        case .evaluating(let evaluation): evaluation.cancel()
        }
        state = .ended
    }

    private func evaluate(_ form: Result<Form, Failure>) {
        switch form {
        case .failure(let failure): end(LineStream.line(failure))
        case .success(let form):
            let evaluation = Evaluation(form, topK: topK, backend: backend) { [weak self] result in
                switch result {
                case .success(let answer): self?.end(answer + LineStream.newline)
                case .failure(let failure): self?.end(LineStream.line(failure, of: form))
                }
            }
            state = .evaluating(evaluation)
            evaluation.start()
        }
    }

    private func end(_ line: [UInt8]) {
        state = .ended
        completed.take()?(line)
    }
}
