// `amphora verify`: that there is no skew between what was recorded, what this process answers, and
// what either handle does.
//
// Exit status: 0 all agree, 1 something differs or could not be asked, 64 a wrong call, 65 a recording
// that can't be used, even where the rest of it agrees.

internal import ArgumentParser
internal import Basics
internal import EventLoop
internal import Glibc
internal import Inference
internal import Onnx
internal import Runtime
internal import Serving

/// Records answers, and compares what every way gives with them.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove that there is no skew: record answers, replay them through both handles.",
        discussion: """
            With --record it writes what the model answers for pictures now. With --golden it asks \
            again, in process, over HTTP and as Lambda does, and compares: the ways with each other \
            byte for byte, and with the recording within the tolerance. Exit status: 0 all agree, 1 \
            something differs, 64 a wrong call, 65 a recording that can't be used.
            """)

    @Argument(help: ArgumentHelp("A model folder.", valueName: "model-dir"))
    var folder: String

    @Argument(
        help: ArgumentHelp("Files, folders or URIs of pictures to record.", valueName: "image"))
    var images: [String] = []

    @Option(help: ArgumentHelp("Write a recording.", valueName: "out.jsonl"))
    var record: String?

    @Option(help: ArgumentHelp("Replay a recording.", valueName: "file.jsonl"))
    var golden: String?

    @Option(
        help: """
            How much a probability may differ from the recorded one. Labels whose recorded \
            probabilities are no further apart may then change places with their neighbours.
            """)
    var tolerance: Double = 0

    @Flag(help: "Replace a recording that exists.")
    var force = false

    @Flag(help: "Record folders within folders, too.")
    var recursive = false

    @Flag(help: "Report as one JSON object, for machines.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func validate() throws {
        switch (record, golden) {
        case (nil, nil):
            throw ValidationError(
                "verify needs --record OUT.jsonl and pictures, or --golden FILE.jsonl")
        case (_?, _?): throw ValidationError("--record and --golden exclude each other")
        case (_?, nil):
            if images.isEmpty { throw ValidationError("--record needs pictures to record") }
            if json || tolerance != 0 {
                throw ValidationError("--json and --tolerance are for --golden")
            }
        case (nil, _?):
            guard images.isEmpty, !force, !recursive else {
                throw ValidationError(
                    "pictures, --force and --recursive are for --record; a recording names its own")
            }
            guard tolerance.isFinite, tolerance >= 0 else {
                throw ValidationError("--tolerance takes a number from 0 on, like 1e-5")
            }
        }
    }

    func run() throws {
        do throws(SystemError) {
            // Before any other thread exists.
            try Signals.block(Application.endingSignals)
        } catch {
            throw failed("\(error)")
        }
        if let record { try write(to: record) }
        if let golden { try replay(golden) }
    }

    // MARK: Recording

    private func write(to path: String) throws {
        let configuration = try usable { () throws(InputError) in try settings.configuration() }
        guard force || File.kind(of: path) == .missing else {
            complain("\(path) exists already; --force replaces it")
            throw ExitCode(EX_CANTCREAT)
        }
        let inputs = PictureInputs(images, isRecursive: recursive)
        let loaded = try load(configuration)
        for note in loaded.model.warnings + inputs.notes { complain(note) }
        let count: RecordingRun.Count
        do {
            let file = try OutputFile(path)
            let isWatched = Terminal.isWatched(STDERR_FILENO)
            let run = RecordingRun(
                inputs.inputs, configuration, to: file,
                progress: isWatched
                    ? ProgressLine(total: inputs.inputs.count, unit: "images") : nil)
            count = try run.finish(with: loaded)
            if count.lines > 0 { try file.finish(replacing: force) }
        } catch {
            throw failed(error)
        }
        let failures = count.failures
        print(
            "\(path): \(TerminalText.grouped(count.lines)) recorded"
                + (failures > 0 ? ", \(TerminalText.grouped(failures)) of them failures" : ""))
        if count.leftOut > 0 { throw ExitCode(EXIT_FAILURE) }
    }

    // MARK: Replaying

    private func replay(_ path: String) throws {
        let settings = try usable { () throws(InputError) in try bothSettings() }
        let loaded = try load(settings.http)
        // Only what a session is compiled with can make two of them necessary.
        let other = settings.http.threads == settings.lambda.threads
        let subject = VerificationRun.Subject(
            model: loaded, modelForLambda: other ? loaded : try load(settings.lambda),
            settings: settings, recording: path, tolerance: tolerance)
        for warning in loaded.model.warnings { complain(warning) }
        OpenFiles.raiseLimit()
        do {
            let total = try count(path, settings.http)
            let tally = try VerificationRun(subject, report: report(on: loaded, path, total))
                .finish()
            switch tally.conclusion {
            case .agreement: break
            case .skew, .unproved: throw ExitCode(EXIT_FAILURE)
            case .unusable: throw ExitCode(EX_DATAERR)
            }
        } catch {
            throw failed(error)
        }
    }

    /// The lines of a recording that can be read and isn't empty.
    private func count(_ path: String, _ configuration: Configuration) throws(RunProblem) -> Int {
        let total: Int
        do throws(InputError) {
            total = try GoldenReader.count(
                path, longestLine: VerificationRun.longestLine(configuration))
        } catch {
            throw .recording("\(error)")
        }
        guard total > 0 else { throw .recording("\(path) holds no line") }
        return total
    }

    private func report(
        on loaded: LoadedModel, _ path: String, _ total: Int
    ) -> any VerificationReport {
        let report: any VerificationReport =
            json
            ? VerificationJSON(loaded, recording: path, tolerance: tolerance)
            : VerificationText(loaded, recording: path, tolerance: tolerance)
        guard Terminal.isWatched(STDERR_FILENO) else { return report }
        return VerificationProgress(around: report, total: total)
    }

    /// Each handle's own settings, but for where to listen, and for a log that leaves the report
    /// alone unless it is asked for.
    private func bothSettings() throws(InputError) -> BothHandles.Settings {
        let sources = SettingSources(
            options: settings.given, environment: Environment.variables())
        func configuration(_ platform: Platform) throws(InputError) -> Configuration {
            var configuration = try Configuration(sources, for: platform)
            configuration.server.host = "127.0.0.1"
            configuration.server.port = 0
            if settings.given[LogSettings.levelOption] == nil { configuration.log.level = .error }
            return configuration
        }
        return BothHandles.Settings(
            http: try configuration(.sageMaker),
            lambda: try configuration(.lambda))
    }

    // MARK: Failures

    private func load(_ configuration: Configuration) throws -> LoadedModel {
        do throws(LoadingFailure) {
            return try LoadedModel(folder: folder, configuration)
        } catch {
            throw failed(error.sentence)
        }
    }

    private func failed(_ error: any Error) -> ExitCode {
        switch error {
        case let status as ExitCode: return status
        case RunProblem.recording(let sentence):
            complain(sentence)
            return ExitCode(EX_DATAERR)
        case RunProblem.interrupted(let signal): return ExitCode(128 + signal)
        case RunProblem.logged: return ExitCode(EXIT_FAILURE)
        case RunProblem.other(let sentence): return failed(sentence)
        default: return failed("\(error)")
        }
    }

    private func failed(_ sentence: String) -> ExitCode {
        complain(sentence)
        return ExitCode(EXIT_FAILURE)
    }
}
