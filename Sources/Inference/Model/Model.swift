// A model ready to serve: the folder, the settings and the compiled network together.
//
// It is loaded once and shared by all workers, each of which makes its own classifier from it. It
// writes nothing to disk and fetches nothing.

internal import Basics
package import Onnx
internal import Synchronization
package import Tensors

/// A served model. Any thread.
package final class Model: Sendable {
    /// Where it was found.
    package let folder: ModelFolder
    /// The decided settings of its input and their origins.
    package let settings: ModelSettings
    /// The same for its answers.
    package let answers: AnswerSettings
    /// What a person should know about it.
    package let warnings: [ModelWarning]
    /// The number of classes.
    package var classes: Int { answers.classes }
    /// The names of the classes.
    package var labels: Resolved<Labels> { answers.labels }
    /// The name and version of the engine.
    package var engine: String { network.engine }
    /// The graph's inputs, for `inspect`.
    package var inputs: [TensorDescription] { network.inputs }
    /// The graph's outputs, for `inspect`.
    package var outputs: [TensorDescription] { network.outputs }

    private let network: any CompiledModel
    /// The context of the first runs, until the first worker takes it.
    private let probed: Mutex<(any InferenceContext)?>

    /// Loads the model in a folder. Throws `ModelError`, also for a guess that the policy refuses.
    /// Takes as long as the engine does, and as the network's first runs.
    package static func load(
        folder path: String, options: EngineOptions = EngineOptions(), guesses: GuessPolicy = .warn
    ) throws(ModelError) -> Model {
        let folder = try ModelFolder(path)
        let source = try folder.source()
        let outline = try GraphOutline(source)
        try folder.requireNetwork(outline)
        let model = try Model(folder, source, outline, options: options)
        let sentences = model.warnings.guesses
        guard guesses == .warn || sentences.isEmpty else { throw .guessed(sentences) }
        return model
    }

    /// Loads a model of a folder, whose graph has been read. Throws `ModelError`.
    init(
        _ folder: ModelFolder, _ source: ModelSource, _ outline: GraphOutline,
        options: EngineOptions
    ) throws(ModelError) {
        let metadata = try ModelMetadata(outline)
        let exported = folder.exported.joined(with: metadata)
        let scores = ScoreOutput.all(in: outline)
        let network = try folder.compile(
            source.answering(scores, in: outline), outline, options: options)
        let manifest = folder.manifest
        let input = try NetworkInput(
            network.inputs, name: manifest.inputName, layout: manifest.layout,
            usualLayout: exported.layout?.value ?? folder.format.usualLayout,
            channels: manifest.channels,
            usualChannels: exported.channels?.value ?? 3)
        let head = GraphHead(outline, input: input.name)
        let settings = try ModelSettings(
            manifest, exported, input: input, head: head,
            defaults: folder.format.preprocessing)
        let reader = AnswerReader(
            manifest, folder.labelSources(with: metadata), exported.activation, outline, network,
            scores, settings)
        let (answers, context, warnings) = try reader.read()
        self.folder = folder
        self.network = network
        self.settings = settings
        self.answers = answers
        probed = Mutex(context)
        self.warnings =
            folder.warnings + exported.warnings + Self.guess(outline)
            + settings.guesses(head, layout: input.layout, format: folder.format)
            + exported.disagreements(input: input, classes: answers.classes) + warnings
    }

    /// The classifier of one worker; the network has run before. Throws `ModelError`. The result is
    /// for one thread.
    package func makeClassifier(limits: PictureLimits) throws(ModelError) -> Classifier {
        let known = probed.withLock { context in
            let taken = context
            context = nil
            return taken
        }
        let context =
            if let known { known } else {
                try network.makeContext(
                    inputShape: settings.inputShape, batch: settings.batch,
                    output: answers.outputIndex)
            }
        return Classifier(context: context, settings: settings, answers: answers, limits: limits)
    }

    /// What the import of MXNet's files guessed; a converted file still says it.
    private static func guess(_ outline: GraphOutline) -> [ModelWarning] {
        outline.note(OnnxGraph.guessKey).map {
            [.guess($0.onOneLine(limit: ModelError.longestSentence))]
        } ?? []
    }
}
