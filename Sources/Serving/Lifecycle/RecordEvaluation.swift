// Turns a batch of records into one outcome each: their forms are evaluated concurrently, a window
// of pictures at a time.
//
// Each record is an evaluation of its own, so its answer is the one that the same request would get
// alone.

internal import EventLoop
internal import Inference
internal import Runtime

/// The evaluation of a batch. Loop thread.
final class RecordEvaluation: Launching, InvocationWork {
    static let piecesPerTurn = 64

    private let records: [RecordBatch.Record]
    private let backend: Backend
    private var completed: (([RecordOutcome]) -> Void)?
    private var outcomes: [RecordOutcome]
    private var running: [Int: Evaluation] = [:]
    private var nextIndex = 0
    private var endedCount = 0
    var launchState = LaunchState()

    /// Called with the index of the record: for each picture that has ended, and for each record
    /// that has no picture because of a failure. For a queue, this is the only place that gets the
    /// results.
    var itemEnded: ((Int, Item?, Result<[Prediction], Failure>) -> Void)?

    /// Prepares the evaluation. `completed` gets one outcome for each record, in order.
    init(
        _ batch: RecordBatch, backend: Backend, completed: @escaping ([RecordOutcome]) -> Void
    ) {
        records = batch.records
        self.backend = backend
        self.completed = completed
        outcomes = Array(
            repeating: RecordOutcome(answer: [], failure: nil, hasResult: false),
            count: batch.records.count)
    }

    /// Starts. `completed` may be called before this returns.
    func start() {
        launch()
        if records.isEmpty { end() }
    }

    /// Cancels it; `completed` is not called.
    func cancel() {
        completed = nil
        for evaluation in running.values { evaluation.cancel() }
        running = [:]
    }

    /// Ends now: finished records keep their outcomes, the others fail.
    func fail(_ failure: Failure) {
        guard completed != nil else { return }
        for evaluation in running.values { evaluation.cancel() }
        for index in Set(running.keys).union(nextIndex..<records.count) {
            outcomes[index].answer = Self.answer(failure, to: records[index])
            outcomes[index].failure = failure
            outcomes[index].hasResult = false
            itemEnded?(index, records[index].content.onlyItem, .failure(failure))
        }
        running = [:]
        end()
    }

    // MARK: The window

    var loop: EventLoop { backend.loop }

    /// Pictures count as well as records: a record can hold a list.
    var hasRoom: Bool {
        completed != nil && nextIndex < records.count && running.count < backend.window
            && running.values.reduce(0) { $0 + $1.inFlight } < backend.window
    }

    func beginNext() {
        let index = nextIndex
        nextIndex += 1
        switch records[index].content {
        case .nothing: ended(index, .success(Answer.predictions([])))
        case .unreadable(let failure):
            itemEnded?(index, nil, .failure(failure))
            ended(index, .failure(failure))
        case .form(let form):
            let evaluation = Evaluation(form, topK: nil, backend: backend) { [weak self] in
                self?.ended(index, $0)
            }
            var firstFailed = Int.max
            evaluation.itemEnded = { [weak self] place, item, result in
                // Pictures end in any order; the record's failure is that of the first one that
                // failed.
                if case .failure(let failure) = result, place < firstFailed {
                    firstFailed = place
                    self?.outcomes[index].failure = failure
                }
                self?.note(result, of: index, item)
            }
            running[index] = evaluation
            evaluation.start()
        }
    }

    private func note(_ result: Result<[Prediction], Failure>, of index: Int, _ item: Item) {
        if case .success = result { outcomes[index].hasResult = true }
        itemEnded?(index, item, result)
    }

    private func ended(_ index: Int, _ result: Result<[UInt8], Failure>) {
        guard completed != nil else { return }
        running[index] = nil
        switch result {
        case .success(let answer): outcomes[index].answer = answer
        case .failure(let failure):
            outcomes[index].answer = Self.answer(failure, to: records[index])
            outcomes[index].failure = outcomes[index].failure ?? failure
        }
        endedCount += 1
        if endedCount == records.count { end() } else { launch() }
    }

    private static func answer(_ failure: Failure, to record: RecordBatch.Record) -> [UInt8] {
        record.content.onlyItem.map { Answer.failure(of: $0, failure) } ?? failure.response.body
    }

    private func end() {
        completed.take()?(outcomes)
    }
}
