// The evaluation of one body of arrays.
//
//     answering ─────────────────────────► ended
//         ├─► inferring pieces ─► writing ───┘
//         └─► classifying pictures ──┘
//
// One worker does all of a short request. A long one is cut into pieces along its first dimension,
// which all workers share; the last step joins and writes them.

internal import EventLoop
internal import Inference
internal import Runtime
internal import Tensors

/// A request of arrays on its way to its answer. Loop thread.
final class TensorEvaluation: InvocationWork {
    private enum State {
        case waiting
        case answering(JobID)
        case inferring(Pieces)
        case classifying(PictureBatch)
        case writing(JobID)
        case ended
    }

    /// A request's rows, cut.
    private struct Pieces {
        let request: TensorRequest
        var jobs: [Int: JobID] = [:]
        var outputs: [[TensorOutput]?]
    }

    private let job: TensorJob
    private let backend: Backend
    private var completed: ((Result<TensorAnswer, Failure>) -> Void)?
    private var state = State.waiting

    /// Prepares it; `completed` gets the answer, unless `cancel` comes first.
    init(
        _ job: TensorJob, backend: Backend,
        completed: @escaping (Result<TensorAnswer, Failure>) -> Void
    ) {
        self.job = job
        self.backend = backend
        self.completed = completed
    }

    /// Starts.
    func start() {
        state = .answering(
            submit(.answer(job, workers: backend.pool.workerCount)) { [weak self] in
                self?.answered($0)
            })
    }

    func cancel() {
        completed = nil
        switch state {
        case .waiting, .ended: break
        case .answering(let id), .writing(let id): backend.pool.abandon(id)
        case .classifying(let batch): batch.cancel()
        case .inferring(let pieces): for id in pieces.jobs.values { backend.pool.abandon(id) }
        }
        state = .ended
    }

    func fail(_ failure: Failure) {
        let completed = completed.take()
        cancel()
        completed?(.failure(failure))
    }

    private func submit(
        _ work: TensorWork, _ done: @escaping (TensorWork.Output) -> Void
    ) -> JobID {
        backend.pool.submit(.tensors(work)) { output in
            guard case .tensors(let output) = output else {
                preconditionFailure("a job was mixed up")
            }
            done(output)
        }
    }

    private func answered(_ output: TensorWork.Output) {
        switch output {
        case .step(.success(.answered(let answer))): end(.success(answer))
        case .step(.success(.pieces(let request))): cut(request)
        case .step(.success(.pictures(let request))): classify(request)
        case .step(.failure(let failure)): end(.failure(failure))
        case .outputs: preconditionFailure("a job was mixed up")
        }
    }

    // MARK: Pictures

    private func classify(_ request: TensorRequest) {
        guard case .labels(let model) = job.model else { preconditionFailure("no classifier") }
        let batch = PictureBatch(request, model, backend: backend) { [weak self] in
            self?.classified($0, request)
        }
        state = .classifying(batch)
        batch.start()
    }

    private func classified(
        _ result: Result<[TensorOutput], Failure>, _ request: TensorRequest
    ) {
        guard case .classifying = state else { return }
        switch result {
        case .success(let outputs):
            state = .writing(
                submit(.write(job, request, [outputs])) { [weak self] in self?.answered($0) })
        case .failure(let failure): end(.failure(failure))
        }
    }

    // MARK: Pieces

    private func cut(_ request: TensorRequest) {
        let rows = request.rows ?? 0
        let count = min(backend.pool.workerCount, rows / TensorJob.rowsOfPiece)
        var pieces = Pieces(request: request, outputs: Array(repeating: nil, count: count))
        for index in 0..<count {
            let range = rows * index / count..<rows * (index + 1) / count
            pieces.jobs[index] = submit(.infer(job, request, rows: range)) { [weak self] in
                self?.inferred(index, $0, rows: range.count)
            }
        }
        state = .inferring(pieces)
    }

    private func inferred(_ index: Int, _ output: TensorWork.Output, rows: Int) {
        guard case .inferring(var pieces) = state else { return }
        pieces.jobs[index] = nil
        switch output {
        case .outputs(.success(let outputs)):
            pieces.outputs[index] = outputs
            state = .inferring(pieces)
            guard pieces.jobs.isEmpty else { return }
            state = .writing(
                submit(.write(job, pieces.request, pieces.outputs.compactMap(\.self))) {
                    [weak self] in self?.answered($0)
                })
        case .outputs(.failure(let failure)): fail(failure)
        case .step: preconditionFailure("a job was mixed up")
        }
    }

    private func end(_ result: Result<TensorAnswer, Failure>) {
        state = .ended
        completed.take()?(result)
    }
}
