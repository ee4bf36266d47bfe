// Decides how a network's answer is read: chooses the output, runs the network, and looks at what
// the graph, the numbers and the folder say about it.

internal import Onnx
internal import Tensors

/// One model, while it is loaded.
struct AnswerReader {
    private let manifest: Manifest
    private let labels: [Resolved<Labels>]
    private let activation: Resolved<Activation>?
    private let outline: GraphOutline
    private let network: any CompiledModel
    private let scores: [ScoreOutput]
    private let settings: ModelSettings

    /// `labels` and `activation` are what files say; `scores` has the tensors that `network` was opened
    /// with.
    init(
        _ manifest: Manifest, _ labels: [Resolved<Labels>], _ activation: Resolved<Activation>?,
        _ outline: GraphOutline, _ network: any CompiledModel,
        _ scores: [ScoreOutput], _ settings: ModelSettings
    ) {
        self.manifest = manifest
        self.labels = labels
        self.activation = activation
        self.outline = outline
        self.network = network
        self.scores = scores
        self.settings = settings
    }

    /// Decides everything; the context has run, and is for any one thread. Throws `ModelError`.
    func read() throws(ModelError) -> (AnswerSettings, any InferenceContext, [ModelWarning]) {
        let choice = try OutputChoice(
            candidates, named: manifest.output, labels: ClassLabels.count(labels),
            in: outline
        ) { candidate throws(ModelError) in
            var probe = try self.probe(candidate).probe
            return try? probe.answer(to: .noise).count
        }
        let output = choice.output
        var (probe, context) = try self.probe(output)
        let (numbers, measured) = try probe.measure()
        try probe.checkBatch()
        let labels = try ClassLabels(
            labels, isWritten: manifest.labels != nil, own: output.score.classNames,
            through: output.score.operation, numbers: numbers)
        let reading = ScoreReading(
            output.ending, measured, classes: numbers, written: manifest.activation,
            exported: activation)
        let form = try AnswerForm.decide(
            numbers: numbers, labels: labels.labels, positive: manifest.positive,
            isProbability: reading.isProbability)
        let answers = AnswerSettings(
            output: Resolved(output.score.name, choice.origin), operation: output.score.operation,
            otherOutputs: choice.others, element: output.description.element,
            quantization: output.quantization, activation: reading.activation, measured: measured,
            form: form, labels: labels.labels, numbers: numbers, outputIndex: output.index)
        return (
            answers, context,
            choice.warnings + labels.warnings + reading.warnings + settings.inputWarnings
        )
    }

    private var candidates: [OutputCandidate] {
        scores.compactMap { score in
            network.outputs.firstIndex { $0.name == score.tensor }.map { index in
                OutputCandidate(
                    index: index, score, network.outputs[index], outline,
                    batch: settings.batch)
            }
        }
    }

    private func probe(
        _ output: OutputCandidate
    ) throws(ModelError) -> (probe: Probe, context: any InferenceContext) {
        let context = try network.makeContext(
            inputShape: settings.inputShape, batch: settings.batch, output: output.index)
        return (Probe(context, settings, output), context)
    }
}
