// `amphora verify`: checks that there is no skew between recorded answers, this process's own
// answers, and those of both handles; or between the optimised engine and the unoptimised one.
//
// Exit status: 0 all agree, 1 something differs or could not be asked, 64 a usage error, 65 a
// recording with lines that can't be used, even if all others agree.

internal import ArgumentParser
internal import Basics
internal import EventLoop
internal import Glibc
internal import Inference
internal import Onnx
internal import Runtime
internal import Serving

/// Records answers, and compares the answers of every way with them.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove that there is no skew: record answers, replay them through both handles.",
        discussion: """
            With --record, it writes the model's present answers for pictures. With --golden, it \
            sends the recorded requests again: in process, over HTTP, and as Lambda does. It compares the \
            answers with each other byte for byte, and with the recording within the tolerance. \
            With --reference, it classifies pictures with all of the engine's optimisations off, and \
            compares with the answers that are served. \
            Exit status: 0 all agree, 1 something differs, 64 a usage error, 65 a recording that \
            can't be used.
            """)

    @Argument(help: ArgumentHelp("A model folder.", valueName: "model-dir"))
    var folder: String

    @Argument(
        help: ArgumentHelp(
            "Files, folders or URIs of pictures to record, or files and folders for --reference.",
            valueName: "picture"))
    var pictures: [String] = []

    @Option(help: ArgumentHelp("Write a recording.", valueName: "out.jsonl"))
    var record: String?

    @Option(help: ArgumentHelp("Replay a recording.", valueName: "file.jsonl"))
    var golden: String?

    @Flag(help: "Compare with the same model, all of the engine's optimisations off.")
    var reference = false

    @Option(
        help: """
            How much a probability may differ from the recorded one, by default 0; from the \
            reference, by default 1e-4. Neighbouring labels whose recorded probabilities differ by \
            no more may then swap places.
            """)
    var tolerance: Double?

    @Flag(help: "Replace a recording that exists.")
    var force = false

    @Flag(help: "Include folders within folders.")
    var recursive = false

    @Flag(help: "Report as one JSON object, for machines.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func validate() throws {
        if let tolerance, !(tolerance.isFinite && tolerance >= 0) {
            throw ValidationError("--tolerance takes a number of at least 0, like 1e-5")
        }
        if reference { return try validateReference() }
        switch (record, golden) {
        case (nil, nil):
            throw ValidationError(
                "verify needs --record OUT.jsonl and pictures, --golden FILE.jsonl, or --reference "
                    + "and pictures")
        case (_?, _?): throw ValidationError("--record and --golden can't be used together")
        case (_?, nil):
            if pictures.isEmpty { throw ValidationError("--record needs pictures to record") }
            if json || tolerance != nil {
                throw ValidationError("--json and --tolerance are for --golden and --reference")
            }
        case (nil, _?):
            guard pictures.isEmpty, !force, !recursive else {
                throw ValidationError(
                    "pictures, --force and --recursive are for --record; a recording names its own")
            }
        }
    }

    private func validateReference() throws {
        guard record == nil, golden == nil, !force else {
            throw ValidationError("--reference can't be used with --record, --golden or --force")
        }
        if pictures.isEmpty { throw ValidationError("--reference needs pictures") }
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
        if reference { try compareWithReference() }
    }

    // MARK: The reference

    private func compareWithReference() throws {
        let configuration = try usable { () throws(InputError) in try settings.configuration() }
        let inputs = PictureInputs(pictures, isRecursive: recursive)
        let served = try load(configuration)
        let unoptimized = try load(configuration, optimizations: .none)
        for line in served.model.warnings.map(\.sentence) + inputs.notes { complain(line) }
        let run: ReferenceRun
        do throws(ModelError) {
            run = try ReferenceRun(served, unoptimized, configuration)
        } catch {
            throw failed("\(error)")
        }
        let report: any ReferenceReport = json ? ReferenceJSON(served) : ReferenceText(served)
        let tally = run.finish(inputs.inputs, tolerance: tolerance ?? 1e-4, report: report)
        if tally.conclusion != .equal { throw ExitCode(EXIT_FAILURE) }
    }

    // MARK: Recording

    private func write(to path: String) throws {
        let configuration = try usable { () throws(InputError) in try settings.configuration() }
        guard force || File.kind(of: path) == .missing else {
            complain("\(path) exists already; --force replaces it")
            throw ExitCode(EX_CANTCREAT)
        }
        let inputs = PictureInputs(pictures, isRecursive: recursive)
        let loaded = try load(configuration)
        for line in loaded.model.warnings.map(\.sentence) + inputs.notes { complain(line) }
        let count: RecordingRun.Count
        do {
            let file = try OutputFile(path)
            let isWatched = Terminal.isWatched(STDERR_FILENO)
            let run = RecordingRun(
                inputs.inputs, configuration, to: file,
                progress: isWatched
                    ? ProgressLine(total: inputs.inputs.count, unit: "pictures") : nil)
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
        // A second session is needed only if the handles compile it with different options.
        let other = settings.http.threads == settings.lambda.threads
        let subject = VerificationRun.Subject(
            model: loaded, modelForLambda: other ? loaded : try load(settings.lambda),
            settings: settings, recording: path, tolerance: tolerance ?? 0)
        for warning in loaded.model.warnings { complain(warning.sentence) }
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

    /// The number of lines of a recording. Throws if it can't be read or is empty.
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
        on loaded: LoadedClassifier, _ path: String, _ total: Int
    ) -> any VerificationReport {
        let report: any VerificationReport =
            json
            ? VerificationJSON(loaded, recording: path, tolerance: tolerance ?? 0)
            : VerificationText(loaded, recording: path, tolerance: tolerance ?? 0)
        guard Terminal.isWatched(STDERR_FILENO) else { return report }
        return VerificationProgress(around: report, total: total)
    }

    /// Each handle's own settings, except that it listens on a free port of loopback, and logs only
    /// errors unless a log level was given.
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

    private func load(
        _ configuration: Configuration, optimizations: Optimizations = .all
    ) throws -> LoadedClassifier {
        do throws(LoadingFailure) {
            return try LoadedModel(folder: folder, configuration, optimizations: optimizations)
                .classifier(for: "verify")
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
