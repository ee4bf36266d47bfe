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

/// One run of `verify --record`. The calling thread runs it.
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

    /// Records everything with a model. Throws what came between.
    func finish(with loaded: LoadedModel) throws(RunProblem) -> Count {
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
