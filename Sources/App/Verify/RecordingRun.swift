// Pictures to the lines of a recording: what this process answers now is what others are held to.
//
// An answer may be a failure, of a picture that can't be decoded, say: that must stay the same, too.
// But an input that is not here has nothing to be held to; it is complained about and left out. The
// lines of a run are there at its end, all or none.

internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime
internal import Serving

/// One run over a list of pictures. Owns the loop; the calling thread runs it.
final class RecordingRun {
    /// What came of one input.
    private enum Outcome {
        case line([UInt8], isFailure: Bool)
        case unusable(String)
    }

    /// What was recorded.
    struct Count {
        var lines = 0
        /// Of the lines.
        var failures = 0
        /// Inputs that have no line.
        var leftOut = 0
    }

    private let configuration: Configuration
    private let file: OutputFile
    private let loop: EventLoop
    private let progress: ProgressLine?
    private let inputs: [PredictionInputs.Input]
    private var signals: Signals?
    private var backend: Backend?
    private var run: OrderedRun<Outcome>?
    private var count = Count()
    private var problem: RunProblem?

    /// Prepares a run that writes to a file.
    init(
        _ inputs: [PredictionInputs.Input], _ configuration: Configuration, to file: OutputFile,
        progress: ProgressLine?
    ) throws(SystemError) {
        self.inputs = inputs
        self.configuration = configuration
        self.file = file
        self.progress = progress
        loop = EventLoop(poller: try EpollPoller())
    }

    /// Records everything with a model. Throws what came between.
    func finish(with loaded: LoadedModel) throws(RunProblem) -> Count {
        do throws(SystemError) {
            try turn(loaded)
        } catch {
            problem = problem ?? .other("\(error)")
        }
        guard problem == nil, run?.isFinished == true else { throw problem ?? .logged }
        return count
    }

    private func turn(_ loaded: LoadedModel) throws(SystemError) {
        signals = try Signals(Application.endingSignals, on: loop) { [unowned self] in
            stop(.interrupted($0))
        }
        backend = try Backend(
            loaded.model, configuration, queueCapacity: .max, on: loop
        ) { [unowned self] started in
            switch started {
            case .success: start()
            case .failure(let failure): stop(.other(failure.reason))
            }
        }
        try loop.run()
        progress?.wipe()
        backend?.close()
    }

    private func stop(_ problem: RunProblem) {
        self.problem = self.problem ?? problem
        loop.stop()
    }

    private func start() {
        guard let backend else { return }
        let run = OrderedRun<Outcome>(
            over: inputs, on: loop, window: backend.window,
            begin: { [unowned self] in begin($0, backend, $1) },
            deliver: { [unowned self] in deliver($0) },
            finished: { [unowned self] in loop.stop() })
        self.run = run
        run.launch()
    }

    private func begin(
        _ input: PredictionInputs.Input, _ backend: Backend,
        _ completed: @escaping (Outcome) -> Void
    ) {
        let item: Item
        do throws(UnusableInput) {
            item = try input.item(limit: configuration.server.limits.bodyBytes)
        } catch {
            return completed(.unusable(error.sentence))
        }
        let topK = configuration.inference.topK
        InProcess(.success(Form(item, topK: nil)), on: backend) { answer in
            let line = Golden.line(
                uri: input.name, topK: topK, sha256: answer.sha256, response: answer.named)
            completed(.line(line, isFailure: answer.failure != nil))
        }
    }

    private func deliver(_ outcome: Outcome) {
        progress?.wipe()
        switch outcome {
        case .unusable(let sentence):
            complain(sentence)
            count.leftOut += 1
        case .line(let line, let isFailure):
            count.lines += 1
            if isFailure { count.failures += 1 }
            do throws(OutputFile.Failure) {
                try file.append(line)
            } catch {
                stop(.other("\(error)"))
            }
        }
        progress?.advance()
    }
}
