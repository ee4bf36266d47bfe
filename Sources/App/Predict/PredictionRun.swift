// A list of pictures through the classifier, several at a time, reported in the order given.

internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime
internal import Serving

/// Where the results of a run go.
protocol PredictionReport: AnyObject {
    /// One picture's result; in the order in which the pictures were given.
    func add(_ item: Item, _ result: Result<[Prediction], Failure>)
}

/// One run over a list of pictures. Owns the loop; the calling thread runs it.
final class PredictionRun {
    private typealias Outcome = (item: Item, result: Result<[Prediction], Failure>)

    private let configuration: Configuration
    private let loop: EventLoop
    private let report: any PredictionReport
    private let images: [PredictionInputs.Input]
    private var backend: Backend?
    private var run: OrderedRun<Outcome>?
    private var failedCount = 0
    private var workerFailure: String?

    /// Starts the workers.
    init(
        _ images: [PredictionInputs.Input], _ loaded: LoadedModel, _ configuration: Configuration,
        report: any PredictionReport
    ) throws(SystemError) {
        self.images = images
        self.configuration = configuration
        self.report = report
        loop = EventLoop(poller: try EpollPoller())
        backend = try Backend(
            loaded.model, configuration, queueCapacity: .max, on: loop
        ) { [unowned self] started in
            switch started {
            case .success: launch()
            case .failure(let failure): stop(because: failure.reason)
            }
        }
    }

    /// Classifies everything; returns whether all went well.
    func finish() throws(SystemError) -> Bool {
        try loop.run()
        backend?.close()
        if let workerFailure { complain(workerFailure) }
        return failedCount == 0 && workerFailure == nil
    }

    private func stop(because reason: String) {
        workerFailure = reason
        loop.stop()
    }

    private func launch() {
        guard let backend else { return }
        let run = OrderedRun<Outcome>(
            over: images, on: loop, window: backend.window,
            begin: { [unowned self] in begin($0, backend, $1) },
            deliver: { [unowned self] in
                report.add($0.item, $0.result)
                if case .failure = $0.result { failedCount += 1 }
            },
            finished: { [unowned self] in loop.stop() })
        self.run = run
        run.launch()
    }

    private func begin(
        _ image: PredictionInputs.Input, _ backend: Backend,
        _ completed: @escaping (Outcome) -> Void
    ) {
        let item: Item
        do throws(UnusableInput) {
            item = try image.item(limit: configuration.server.limits.bodyBytes)
        } catch {
            let none = Item(bytes: [], name: image.name)
            return completed((none, .failure(Failure(.badRequest, error.sentence))))
        }
        // Nobody else holds it while its picture is on the way.
        var classification: Classification?
        classification = Classification(item, topK: backend.topK, backend: backend) {
            classification = nil
            completed((item, $0))
        }
        classification?.start()
    }
}
