// Verifies a recording in every way, several lines at a time, and reports them in their order.
//
// The file is read as needed, and a line is started only while the lines in progress hold less than
// a limit, so that memory does not grow with the length of the recording or the sizes of its
// pictures.

internal import Basics
internal import EventLoop
internal import HTTP
internal import Inference
internal import Onnx
internal import Runtime
internal import Serving

/// Takes verdicts and reports them.
protocol VerificationReport: AnyObject {
    /// Takes one line's verdict, in the order of the lines.
    func add(_ verdict: Verdict)
    /// Takes the result, after the last verdict.
    func end(_ tally: Tally)
}

/// One run over a recording. Owns the loop; the calling thread runs it.
final class VerificationRun {
    /// The model to verify, and the recording to compare with.
    struct Subject {
        let model: LoadedClassifier
        /// The same model as the Lambda handle loads it.
        let modelForLambda: LoadedClassifier
        let settings: BothHandles.Settings
        let recording: String
        let tolerance: Double
    }

    /// The number of bytes of requests in progress at which no more are started.
    private static let largestHeld = 64 << 20

    private let subject: Subject
    private let report: any VerificationReport
    private let loop: EventLoop
    private let reader: GoldenReader
    private let handles: BothHandles
    private var signals: Signals?
    private var run: OrderedRun<Verdict>?
    private var tally = Tally()
    private var held = 0
    private var problem: RunProblem?

    /// The longest line in bytes: a request, and an ample allowance for its answer.
    static func longestLine(_ configuration: Configuration) -> Int {
        configuration.server.limits.bodyBytes + (64 << 20)
    }

    /// Opens the recording and prepares the handles. Throws why it can't.
    init(_ subject: Subject, report: any VerificationReport) throws(RunProblem) {
        self.subject = subject
        self.report = report
        do {
            reader = try GoldenReader(
                subject.recording, longestLine: Self.longestLine(subject.settings.http))
            loop = EventLoop(poller: try EpollPoller())
            handles = try BothHandles(subject.settings, on: loop)
        } catch let error as InputError {
            throw .recording("\(error)")
        } catch {
            throw .other("\(error)")
        }
    }

    /// Verifies everything. Throws why it ended early.
    func finish() throws(RunProblem) -> Tally {
        do {
            try turn()
        } catch {
            problem = problem ?? .other("\(error)")
        }
        guard problem == nil, run?.isFinished == true else { throw problem ?? .logged }
        report.end(tally)
        return tally
    }

    private func turn() throws {
        signals = try Signals(Application.endingSignals, on: loop) { [unowned self] signal in
            problem = .interrupted(signal)
            loop.stop()
        }
        try handles.open(subject.model, forLambda: subject.modelForLambda) { [unowned self] in
            start($0)
        }
        try loop.run()
        handles.close()
    }

    private func start(_ backend: Backend) {
        let context = Verification.Context(
            handles: handles, backend: backend, tolerance: subject.tolerance,
            folder: Path.folder(of: subject.recording))
        let run = OrderedRun<Verdict>(
            on: loop, window: 2 * subject.settings.http.workers + 2,
            next: { [unowned self] in next(in: context) },
            deliver: { [unowned self] verdict in
                tally.add(verdict)
                report.add(verdict)
            },
            finished: { [unowned self] in loop.stop() })
        run.hasRoom = { [unowned self] in held < Self.largestHeld }
        self.run = run
        run.launch()
    }

    private func next(
        in context: Verification.Context
    ) -> OrderedRun<Verdict>.Task? {
        do throws(InputError) {
            guard let (number, line) = try reader.next() else { return nil }
            return { [unowned self] in begin(number, line, context, $0) }
        } catch {
            problem = .recording("\(error)")
            return nil
        }
    }

    private func begin(
        _ number: Int, _ line: GoldenReader.Line, _ context: Verification.Context,
        _ completed: @escaping (Verdict) -> Void
    ) {
        var verdict = Verdict(line: number, name: "")
        switch line {
        case .tooLong:
            verdict.malformed =
                "it is longer than \(Self.longestLine(subject.settings.http)) bytes"
            completed(verdict)
        case .text(let bytes):
            do throws(UnusableGolden) {
                let golden = try Golden(
                    line: bytes, maxItems: subject.settings.http.requests.maxItems)
                verify(golden, number, context, completed)
            } catch {
                verdict.malformed = error.reason
                completed(verdict)
            }
        }
    }

    private func verify(
        _ golden: Golden, _ number: Int, _ context: Verification.Context,
        _ completed: @escaping (Verdict) -> Void
    ) {
        var size = 0
        let verification = Verification(golden, line: number, in: context) {
            [unowned self] verdict in
            held -= size
            size = 0
            completed(verdict)
        }
        verification.start()
        guard !verification.hasEnded else { return }
        size = verification.size
        held += size
    }
}
