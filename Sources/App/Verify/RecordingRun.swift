// Records this process's answers for pictures, as the reference for later comparisons.
//
// An answer may be a failure, for example of a picture that can't be decoded; it is recorded like
// any other. An input that can't be read is reported and left out. The recording appears when the
// run has ended, with all of its lines or not at all.

internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime
internal import Serving

/// One run of `verify --record`. The calling thread runs it.
final class RecordingRun {
    /// The outcome of one input.
    private enum Outcome {
        case line([UInt8], isFailure: Bool)
        case unusable(String)
    }

    /// Counts of a run.
    struct Count {
        var lines = 0
        /// Lines whose answer is a failure.
        var failures = 0
        /// Inputs without a line.
        var leftOut = 0
    }

    private let configuration: Configuration
    private let file: OutputFile
    private let progress: ProgressLine?
    private let inputs: [PictureInputs.Input]
    private var run: PictureRun<Outcome>?
    private var count = Count()

    /// Prepares a run that writes to a file.
    init(
        _ inputs: [PictureInputs.Input], _ configuration: Configuration, to file: OutputFile,
        progress: ProgressLine?
    ) {
        self.inputs = inputs
        self.configuration = configuration
        self.file = file
        self.progress = progress
    }

    /// Records everything with a model. Throws why it ended early.
    func finish(with loaded: LoadedClassifier) throws(RunProblem) -> Count {
        let run: PictureRun<Outcome>
        do throws(SystemError) {
            run = try PictureRun(
                inputs, configuration, begin: { [unowned self] in begin($0, $1, $2) },
                deliver: { [unowned self] in deliver($0) })
        } catch {
            throw .other("\(error)")
        }
        self.run = run
        defer { progress?.wipe() }
        try run.finish(with: loaded, until: Application.endingSignals)
        return count
    }

    private func begin(
        _ input: PictureInputs.Input, _ backend: Backend,
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
                run?.stop(.other("\(error)"))
            }
        }
        progress?.advance()
    }
}
