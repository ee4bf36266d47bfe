// `amphora predict`: classify pictures in the terminal, through the same code as the handles.

internal import ArgumentParser
internal import Basics
internal import EventLoop
internal import Glibc
internal import Inference
internal import ModelStore
internal import Runtime
internal import Serving

/// Classifies pictures in the terminal.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Classify pictures in the terminal, or ask a model of arrays.",
        discussion: """
            A folder means the pictures in it, sorted by name. Pictures in the "samples" folder of a \
            model are classified by that model, unless another one is configured. A model of arrays \
            takes files that end in .json, .jsonl, .csv, .npy or .npz, and answers in JSON.
            """)

    @Argument(help: ArgumentHelp("Files, folders or URIs of pictures.", valueName: "picture"))
    var pictures: [String]

    @Flag(help: "Include folders within folders.")
    var recursive = false

    @Flag(help: "Print one line of JSON for each picture, as /invocations answers it.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        var given = settings.given
        let inputs = PictureInputs(pictures, isRecursive: recursive)
        let names = inputs.inputs.map(\.name)
        let modelPath = ModelStoreSettings.pathOption
        let isChosen = [modelPath, ModelStoreSettings.nameOption].contains {
            given[$0] != nil
        }
        if !isChosen, let folder = Self.modelOfSamples(names) {
            given[modelPath] = folder
        }
        let configuration = try usable { () throws(InputError) in
            try Configuration(
                SettingSources(options: given, environment: Environment.variables()))
        }
        let served: LoadedModel
        let loaded: LoadedClassifier
        do {
            served = try LoadedModel(
                configuration, watch: FetchProgress.ifWatched, notify: complain(fetching:))
            for warning in served.model.warnings { complain(warning.sentence) }
            if case .tensors(let arrays) = served.model { return try answer(by: arrays) }
            loaded = try served.classifier(for: "predict")
        } catch let error as LoadingFailure {
            complain(error.sentence)
            throw ExitCode(EXIT_FAILURE)
        }
        for line in inputs.notes { complain(line) }
        let asksForCount = given[InferenceSettings.topKOption] != nil
        var report: any PredictionReport =
            json
            ? JSONReport()
            : TableReport(
                loaded, pictures: names,
                labelsPerPicture: names.count > 1 && !asksForCount ? 1 : nil)
        if Terminal.isWatched(STDERR_FILENO) {
            report = PredictionProgress(around: report, total: names.count)
        }
        var allWell = false
        do throws(RunProblem) {
            allWell = try PredictionRun.run(inputs.inputs, loaded, configuration, report: report)
        } catch {
            if case .other(let sentence) = error { complain(sentence) }
        }
        if !allWell { throw ExitCode(EXIT_FAILURE) }
    }

    /// Answers files of arrays, one after another; one that is wrong is complained about.
    private func answer(by model: TensorModel) throws {
        var isWell = true
        for path in pictures {
            do throws(Failure) {
                let answer = try TensorFile.answer(to: path, by: model)
                print(String(decoding: answer, as: UTF8.self), terminator: "")
            } catch {
                complain(error.sentence)
                isWell = false
            }
        }
        if !isWell { throw ExitCode(EXIT_FAILURE) }
    }

    /// The model folder, if all pictures are its samples: `…/model/samples/picture`.
    private static func modelOfSamples(_ pictures: [String]) -> String? {
        let folders = Set(
            pictures.map { $0.split(separator: "/", omittingEmptySubsequences: false).dropLast() })
        guard folders.count == 1, let folder = folders.first, folder.last == "samples" else {
            return nil
        }
        let model = folder.dropLast().joined(separator: "/")
        guard case .file = File.kind(of: "\(model)/amphora.json") else { return nil }
        return model
    }
}
