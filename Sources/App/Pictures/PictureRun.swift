// Sends a list of pictures through the workers of a model, several at a time, and delivers the
// outcomes in the order of the list.
//
// The command decides what to do with a picture and its outcome.

internal import EventLoop
internal import Inference
internal import Runtime
internal import Serving

/// Why a run ended early.
enum RunProblem: Error {
    /// The recording can't be read.
    case recording(String)
    case interrupted(CInt)
    case other(String)
    /// The log has reported it already.
    case logged
}

/// One run over a list of pictures. Owns the loop; the calling thread runs it.
final class PictureRun<Outcome> {
    /// Starts on one picture; it must pass the outcome to its last argument once, now or later.
    typealias Begin = (PictureInputs.Input, Backend, @escaping (Outcome) -> Void) -> Void

    private let inputs: [PictureInputs.Input]
    private let configuration: Configuration
    private let begin: Begin
    private let deliver: (Outcome) -> Void
    private let loop: EventLoop
    private var signals: Signals?
    private var backend: Backend?
    private var run: OrderedRun<Outcome>?
    private var problem: RunProblem?

    /// Prepares a run. Throws if the loop can't be created.
    init(
        _ inputs: [PictureInputs.Input], _ configuration: Configuration, begin: @escaping Begin,
        deliver: @escaping (Outcome) -> Void
    ) throws(SystemError) {
        self.inputs = inputs
        self.configuration = configuration
        self.begin = begin
        self.deliver = deliver
        loop = EventLoop(poller: try EpollPoller())
    }

    /// Delivers all outcomes; `signals` interrupt it. Throws why it ended early.
    func finish(with loaded: LoadedClassifier, until signals: [CInt] = []) throws(RunProblem) {
        do throws(SystemError) {
            try turn(loaded, signals)
        } catch {
            problem = problem ?? .other("\(error)")
        }
        guard problem == nil, run?.isFinished == true else { throw problem ?? .logged }
    }

    /// Ends the run early.
    func stop(_ problem: RunProblem) {
        self.problem = self.problem ?? problem
        loop.stop()
    }

    private func turn(_ loaded: LoadedClassifier, _ signals: [CInt]) throws(SystemError) {
        if !signals.isEmpty {
            self.signals = try Signals(signals, on: loop) { [unowned self] in
                stop(.interrupted($0))
            }
        }
        backend = try Backend(
            .labels(loaded.model), named: loaded.name(configuration), configuration,
            queueCapacity: .max, on: loop
        ) { [unowned self] started in
            switch started {
            case .success: launch()
            case .failure(let failure): stop(.other(failure.reason))
            }
        }
        backend?.noticed = complain
        try loop.run()
        backend?.close()
    }

    private func launch() {
        guard let backend else { return }
        let run = OrderedRun<Outcome>(
            over: inputs, on: loop, window: backend.window,
            begin: { [unowned self] in begin($0, backend, $1) },
            deliver: { [unowned self] in deliver($0) },
            finished: { [unowned self] in loop.stop() })
        self.run = run
        run.launch()
    }
}
