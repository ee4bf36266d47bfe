// The pictures of one request of arrays to a classifier, and the arrays that their labels become.

internal import EventLoop
internal import Inference
internal import Onnx
internal import Tensors

/// A batch of encoded pictures on its way to probabilities and labels. Loop thread.
final class PictureBatch: Launching {
    static let piecesPerTurn = 64

    private let pictures: [[UInt8]]
    private let outputs: [RequestedOutput]
    private let model: Model
    private let backend: Backend
    private var completed: ((Result<[TensorOutput], Failure>) -> Void)?
    private var running: [Int: Classification] = [:]
    private var predictions: [[Prediction]]
    private var nextIndex = 0
    private var endedCount = 0
    var launchState = LaunchState()

    /// Prepares it; `completed` gets the outputs that the request asks for, all if it names none. A
    /// picture that fails is the failure of all.
    init(
        _ request: TensorRequest, _ model: Model, backend: Backend,
        completed: @escaping (Result<[TensorOutput], Failure>) -> Void
    ) {
        if case .strings(let strings)? = request.inputs.first?.tensor.values {
            pictures = strings
        } else {
            pictures = []
        }
        outputs = request.outputs
        self.model = model
        self.backend = backend
        self.completed = completed
        predictions = Array(repeating: [], count: pictures.count)
    }

    /// Starts. `completed` may be called before this returns.
    func start() {
        if pictures.isEmpty { finish() } else { launch() }
    }

    /// Cancels it; `completed` is not called.
    func cancel() {
        completed = nil
        for classification in running.values { classification.cancel() }
        running = [:]
    }

    var loop: EventLoop { backend.loop }

    var hasRoom: Bool {
        completed != nil && nextIndex < pictures.count && running.count < backend.window
    }

    func beginNext() {
        let index = nextIndex
        nextIndex += 1
        let item = Item(source: .bytes(pictures[index]))
        let classification = Classification(item, topK: model.classes, backend: backend) {
            [weak self] in self?.ended(index, $0)
        }
        running[index] = classification
        classification.start()
    }

    private func ended(_ index: Int, _ result: Result<[Prediction], Failure>) {
        running[index] = nil
        switch result {
        case .success(let found):
            predictions[index] = found
            endedCount += 1
            if endedCount == pictures.count { finish() } else { launch() }
        case .failure(let failure):
            let completed = completed.take()
            cancel()
            let place = pictures.count == 1 ? "" : "picture \(index): "
            completed?(.failure(Failure(failure.code, place + failure.sentence)))
        }
    }

    private func finish() {
        let completed = completed.take()
        completed?(
            Result { () throws(Failure) -> [TensorOutput] in
                let names =
                    outputs.isEmpty
                    ? [ModelSignature.probabilities, ModelSignature.labels] : outputs.map(\.name)
                var found: [TensorOutput] = []
                for name in names { found.append(try output(name)) }
                return found
            })
    }

    private func output(_ name: String) throws(Failure) -> TensorOutput {
        let shape = [pictures.count, model.classes]
        switch name {
        case ModelSignature.probabilities:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(shape[0] * shape[1] * 4)
            for row in predictions {
                for prediction in row.sorted(by: { $0.index < $1.index }) {
                    let bits = prediction.probability.bitPattern
                    for shift: UInt32 in [0, 8, 16, 24] {
                        bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
                    }
                }
            }
            let isClassified = outputs.contains { $0.name == name && $0.classes != nil }
            return TensorOutput(
                name: name,
                tensor: Tensor(element: .float32, shape: shape, values: .bytes(bytes)),
                keys: isClassified ? keys : nil)
        case ModelSignature.labels:
            let texts = predictions.flatMap { $0.map { Array($0.label.plain.utf8) } }
            return TensorOutput(
                name: name,
                tensor: Tensor(element: .string, shape: shape, values: .strings(texts)))
        default:
            throw Failure(
                .badRequest,
                "the model has no output “\(name.prefix(60))”; it has “\(ModelSignature.probabilities)” "
                    + "and “\(ModelSignature.labels)”")
        }
    }

    /// The labels of the classes, in their order, as the classification extension gives them.
    private var keys: TensorOutput.Keys {
        .strings((0..<model.classes).map { Array(model.labels.value[$0].plain.utf8) })
    }
}

extension Label {
    /// The name, or the number of a class without one.
    fileprivate var plain: String {
        switch self {
        case .name(let name): name
        case .index(let index): "\(index)"
        }
    }
}
