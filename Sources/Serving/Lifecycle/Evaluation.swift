// Turns one form into one JSON answer: its pictures are classified, a window of them at a time, and
// the results are written in the order of the form.

internal import EventLoop
internal import Inference
internal import Runtime

/// The evaluation of one form. Loop thread.
package final class Evaluation: Launching, InvocationWork {
    static let piecesPerTurn = 256

    private let items: [Item]
    private let isList: Bool
    private let topK: Int
    private let backend: Backend
    private var completed: ((Result<[UInt8], Failure>) -> Void)?
    /// The JSON of each item of a list, as it becomes known.
    private var pieces: [[UInt8]]
    private var running: [Int: Classification] = [:]
    private var nextIndex = 0
    private var endedCount = 0
    var launchState = LaunchState()

    /// Called for each picture that has ended, with its index in the form, before the answer.
    var itemEnded: ((Int, Item, Result<[Prediction], Failure>) -> Void)?

    /// Pictures that are being fetched or computed.
    var inFlight: Int { running.count }

    /// Prepares the evaluation of a form; `topK` is the query's value.
    package init(
        _ form: Form, topK: Int?, backend: Backend,
        completed: @escaping (Result<[UInt8], Failure>) -> Void
    ) {
        switch form.shape {
        case .one(let item): (items, isList) = ([item], false)
        case .many(let items): (self.items, isList) = (items, true)
        }
        self.topK = form.topK ?? topK ?? backend.topK
        self.backend = backend
        self.completed = completed
        pieces = Array(repeating: [], count: items.count)
    }

    /// Starts. `completed` may be called before this returns.
    package func start() { launch() }

    /// Cancels it; `completed` is not called.
    func cancel() {
        completed = nil
        for classification in running.values { classification.cancel() }
        running = [:]
    }

    /// Ends now, with this failure instead of the answer.
    func fail(_ failure: Failure) {
        let completed = completed.take()
        cancel()
        completed?(.failure(failure))
    }

    var loop: EventLoop { backend.loop }

    var hasRoom: Bool {
        completed != nil && nextIndex < items.count && running.count < backend.window
    }

    func beginNext() {
        let index = nextIndex
        nextIndex += 1
        let classification = Classification(items[index], topK: topK, backend: backend) {
            [weak self] in self?.ended(index, $0)
        }
        running[index] = classification
        classification.start()
    }

    private func ended(_ index: Int, _ result: Result<[Prediction], Failure>) {
        running[index] = nil
        endedCount += 1
        itemEnded?(index, items[index], result)
        guard isList else { return end(result.map { Answer.result(of: items[index], $0) }) }
        pieces[index] =
            switch result {
            case .success(let predictions): Answer.result(of: items[index], predictions)
            case .failure(let failure): Answer.failure(of: items[index], failure)
            }
        if endedCount == items.count {
            end(.success(Answer.predictions(pieces)))
        } else {
            launch()
        }
    }

    private func end(_ result: Result<[UInt8], Failure>) {
        completed.take()?(result)
    }
}
