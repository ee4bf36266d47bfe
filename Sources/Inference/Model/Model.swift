// A model ready to serve: the folder, the settings and the compiled network together.
//
// It is loaded once and shared by all workers, each of which makes its own classifier from it. It
// writes nothing to disk and fetches nothing.

internal import Basics
package import Onnx

/// A served model. Any thread.
package final class Model: Sendable {
    /// Where it was found.
    package let folder: ModelFolder
    /// The decided settings and their origins.
    package let settings: ModelSettings
    /// The number of classes.
    package let classes: Int
    /// The names of the classes.
    package let labels: Resolved<Labels>
    /// What a person should know about it.
    package let warnings: [ModelWarning]
    /// The name and version of the engine.
    package var engine: String { network.engine }
    /// The graph's inputs, for `inspect`.
    package var inputs: [TensorDescription] { network.inputs }
    /// The graph's outputs, for `inspect`.
    package var outputs: [TensorDescription] { network.outputs }

    private let network: any CompiledModel
    private let output: NetworkOutput

    /// Loads the model in a folder. Throws `ModelError`, also for a guess that the policy refuses.
    /// Takes as long as the engine does.
    package static func load(
        folder path: String, options: EngineOptions = EngineOptions(), guesses: GuessPolicy = .warn
    ) throws(ModelError) -> Model {
        let model = try Model(ModelFolder(path), options: options)
        let sentences = model.warnings.guesses
        guard guesses == .warn || sentences.isEmpty else { throw .guessed(sentences) }
        return model
    }

    private init(_ folder: ModelFolder, options: EngineOptions) throws(ModelError) {
        let source = try folder.source()
        let outline = try GraphOutline(source)
        try folder.requireNetwork(outline)
        let metadata = try ModelMetadata(outline)
        let exported = folder.exported.joined(with: metadata)
        var options = options
        if case .onnx = folder.format {
            options.linkedWeights = try ExternalData.linked(
                outline.externalFiles, of: folder.model.value)
        }
        let network: any CompiledModel
        do throws(ModelError) {
            network = try Engine.open(source, options: options)
        } catch {
            throw error.explained(
                by: outline, Engine.limits(options: options), path: folder.model.value)
        }
        let manifest = folder.manifest
        let input = try NetworkInput(
            network.inputs, name: manifest.inputName, layout: manifest.layout,
            usualLayout: exported.layout?.value ?? folder.format.usualLayout,
            channels: manifest.channels,
            usualChannels: exported.channels?.value ?? 3)
        let output = try NetworkOutput(network.outputs)
        let ending = GraphEnding.of(outline, output: output.name)
        let head = GraphHead(outline, input: input.name)
        let settings = try ModelSettings(
            manifest, exported, input: input, ending: ending, head: head,
            defaults: folder.format.preprocessing)
        self.folder = folder
        self.network = network
        self.output = output
        self.settings = settings
        if let classes = output.classes {
            self.classes = classes
        } else {
            classes = try Self.countClasses(
                network.makeContext(inputShape: settings.inputShape, output: output.index))
        }
        let choice = try LabelChoice(
            folder.labelSources(with: metadata), classes: self.classes)
        labels = choice.labels
        warnings =
            folder.warnings + choice.warnings + exported.warnings + Self.guess(outline)
            + settings.guesses(head, layout: input.layout, format: folder.format)
            + exported.disagreements(
                input: input, classes: classes, ending: ending)
            + Self.warnings(
                labels: labels, classes: classes, outputs: network.outputs, used: output)
    }

    /// The classifier of one worker. Throws `ModelError`. The result is for one thread.
    package func makeClassifier(limits: PictureLimits) throws(ModelError) -> Classifier {
        try Classifier(
            context: network.makeContext(inputShape: settings.inputShape, output: output.index),
            settings: settings, labels: labels.value, classes: classes,
            limits: limits)
    }

    /// Runs the network itself, if its graph leaves the number of classes open.
    private static func countClasses(_ context: any InferenceContext) throws(ModelError) -> Int {
        try context.infer()
        let count = context.withOutput { $0.count }
        guard count > 0 else { throw .unsupported("the network's answer has no classes") }
        return count
    }

    /// What the import of MXNet's files guessed; a converted file still says it.
    private static func guess(_ outline: GraphOutline) -> [ModelWarning] {
        outline.note(OnnxGraph.guessKey).map {
            [.guess($0.onOneLine(limit: ModelError.longestSentence))]
        } ?? []
    }

    private static func warnings(
        labels: Resolved<Labels>, classes: Int, outputs: [TensorDescription], used: NetworkOutput
    ) -> [ModelWarning] {
        var warnings: [ModelWarning] = []
        if outputs.count > 1 {
            warnings.append(
                .notice(
                    "the model has \(outputs.count) outputs; \"\(used.name)\" is used for the "
                        + "classes"))
        }
        let count = labels.value.count
        if labels.origin != .default, count != classes {
            warnings.append(
                .notice(
                    "\(labels.origin) has \(count) labels, the model \(classes) classes; classes "
                        + "without a label are answered by their index"))
        }
        return warnings
    }
}
