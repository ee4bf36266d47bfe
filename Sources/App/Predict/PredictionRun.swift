// Classifies pictures for the reports of `amphora predict`.

internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime
internal import Serving

/// Where the results of a run go.
protocol PredictionReport: AnyObject {
    /// Takes one picture's result, in the order of the arguments.
    func add(_ item: Item, _ result: Result<[Prediction], Failure>)
}

/// One run of `predict`.
enum PredictionRun {
    private typealias Outcome = (item: Item, result: Result<[Prediction], Failure>)

    /// Classifies all pictures; returns whether all succeeded. Throws why it ended early.
    static func run(
        _ pictures: [PictureInputs.Input], _ loaded: LoadedClassifier,
        _ configuration: Configuration,
        report: any PredictionReport
    ) throws(RunProblem) -> Bool {
        var failedCount = 0
        let bytesMax = configuration.server.limits.bodyBytes
        let run: PictureRun<Outcome>
        do throws(SystemError) {
            run = try PictureRun(
                pictures, configuration, begin: { begin($0, bytesMax, $1, $2) },
                deliver: { outcome in
                    report.add(outcome.item, outcome.result)
                    if case .failure = outcome.result { failedCount += 1 }
                })
        } catch {
            throw .other("\(error)")
        }
        try run.finish(with: loaded)
        return failedCount == 0
    }

    private static func begin(
        _ picture: PictureInputs.Input, _ bytesMax: Int, _ backend: Backend,
        _ completed: @escaping (Outcome) -> Void
    ) {
        let item: Item
        do throws(UnusableInput) {
            item = try picture.item(limit: bytesMax)
        } catch {
            let none = Item(bytes: [], name: picture.name)
            return completed((none, .failure(Failure(.badRequest, error.sentence))))
        }
        // The closure retains the classification; nothing else does.
        var classification: Classification?
        classification = Classification(item, topK: backend.topK, backend: backend) {
            classification = nil
            completed((item, $0))
        }
        classification?.start()
    }
}
