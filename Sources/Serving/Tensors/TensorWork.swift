// The work that workers do on arrays.

internal import Inference
internal import Tensors

/// One step of a request of arrays.
enum TensorWork: Sendable {
    /// Read, and answer unless the rows are to be shared among the workers.
    case answer(TensorJob, workers: Int)
    /// Infer some rows.
    case infer(TensorJob, TensorRequest, rows: Range<Int>)
    /// Join what was inferred, and write the answer.
    case write(TensorJob, TensorRequest, [[TensorOutput]])

    /// A step's result.
    enum Output: Sendable {
        case step(Result<TensorStep, Failure>)
        case outputs(Result<[TensorOutput], Failure>)
    }

    /// Does it. Any thread.
    func run() -> Output {
        switch self {
        case .answer(let job, let workers):
            .step(Result { () throws(Failure) in try job.run(workers: workers) })
        case .infer(let job, let request, let rows):
            .outputs(
                Result { () throws(Failure) in
                    let inputs = request.inputs.map { input in
                        NamedTensor(
                            name: input.name,
                            tensor: input.tensor.rows(rows, filledTo: rows.count))
                    }
                    return try job.infer(inputs, for: request)
                })
        case .write(let job, let request, let parts):
            .step(
                Result { () throws(Failure) in
                    try .answered(job.write(Self.join(parts, job, request), to: request))
                })
        }
    }

    /// The pieces as one. Where a network answers with another number of rows than it was given, its
    /// rows depend on each other, and all are inferred at once.
    private static func join(
        _ parts: [[TensorOutput]], _ job: TensorJob, _ request: TensorRequest
    ) throws(Failure) -> [TensorOutput] {
        if let only = parts.first, parts.count == 1 { return only }
        let rows = request.rows ?? 0
        let names = parts[0].indices
        let isByRow = names.allSatisfy { index in
            parts.reduce(0) { $0 + ($1[index].tensor.shape.first ?? 0) } == rows
        }
        guard isByRow else { return try job.infer(request.inputs, for: request) }
        return names.map { index in
            TensorOutput(
                name: parts[0][index].name,
                tensor: Tensor(joining: parts.map { $0[index].tensor }),
                keys: parts[0][index].keys)
        }
    }
}
