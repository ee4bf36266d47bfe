// A list of pictures through the classifier, several at a time, reported in the order given.

internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime

/// Where the results of a run go.
protocol PredictionReport: AnyObject {
    /// One picture's result; in the order in which the pictures were given.
    func add(_ item: Item, _ result: Result<[Prediction], Failure>)
}

/// One run over a list of pictures. Owns the loop; the calling thread runs it.
final class PredictionRun {
    private let images: [PredictionInputs.Input]
    private let configuration: Configuration
    private let loop: EventLoop
    private let report: any PredictionReport
    private var backend: Backend?
    private var running: [Int: Classification] = [:]
    private var ended: [Int: (item: Item, result: Result<[Prediction], Failure>)] = [:]
    private var nextIndex = 0
    private var reportedCount = 0
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
        backend = try Backend(loaded.model, configuration, on: loop) { [unowned self] started in
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
        while nextIndex < images.count, running.count + ended.count < backend.window {
            let index = nextIndex
            nextIndex += 1
            start(images[index], index, backend)
        }
    }

    private func start(_ image: PredictionInputs.Input, _ index: Int, _ backend: Backend) {
        let item: Item
        do throws(Failure) {
            item = try self.item(image)
        } catch {
            // After the launch: a result inside it would launch again.
            return loop.afterTurn { [unowned self] in
                end(index, Item(bytes: [], name: image.name), .failure(error))
            }
        }
        let classification = Classification(item, topK: backend.topK, backend: backend) {
            [unowned self] result in
            loop.afterTurn { [unowned self] in end(index, item, result) }
        }
        running[index] = classification
        classification.start()
    }

    private func item(_ input: PredictionInputs.Input) throws(Failure) -> Item {
        guard case .picture(let image) = input else {
            throw Failure(
                .badRequest,
                "there is no picture in the folder \(input.name); --recursive looks into the "
                    + "folders within it")
        }
        guard !ImageURI.isURI(image) else {
            return Item(source: .uri(image))
        }
        do throws(ModelError) {
            let bytes = try File.contents(of: image, limit: configuration.http.bodyBytes)
            return Item(bytes: bytes, name: image)
        } catch {
            throw Failure(.badRequest, "\(error)")
        }
    }

    private func end(_ index: Int, _ item: Item, _ result: Result<[Prediction], Failure>) {
        running[index] = nil
        ended[index] = (item, result)
        while let next = ended.removeValue(forKey: reportedCount) {
            report.add(next.item, next.result)
            if case .failure = next.result { failedCount += 1 }
            reportedCount += 1
        }
        if reportedCount == images.count { loop.stop() } else { launch() }
    }
}
