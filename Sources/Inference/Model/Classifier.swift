// Bytes of a picture in, the most probable classes out: all that a worker does.
//
// Owns one worker's tensors and buffers and reuses them for each picture; the picture's pixels are
// written straight into the network's input.

/// Why a picture got no answer.
package enum ClassifierError: Error, Sendable, Equatable {
    /// The network or its engine failed.
    case model(ModelError)
}

/// One worker's share of a model. Not `Sendable`: used by the thread that made it.
package final class Classifier {
    private let context: any InferenceContext
    private let settings: ModelSettings
    private let labels: Labels
    private let classes: Int
    private var scores: [Float] = []

    /// Takes the tensors it is to use.
    init(
        context: any InferenceContext, settings: ModelSettings, labels: Labels, classes: Int
    ) {
        self.context = context
        self.settings = settings
        self.labels = labels
        self.classes = classes
        scores.reserveCapacity(classes)
    }

    /// Runs the network on what the input tensor holds. Throws `ModelError`.
    private func answer(_ topK: Int) throws(ModelError) -> [Prediction] {
        try context.infer()
        scores.removeAll(keepingCapacity: true)
        context.withOutput { output in
            for index in output.indices { scores.append(output[index]) }
        }
        guard scores.count == classes else {
            throw .engineFailed(
                "the network answered with \(scores.count) values instead of \(classes)")
        }
        try settings.activation.value.apply(to: &scores)
        return Inference.topK(scores.span, topK).map { index in
            Prediction(index: index, label: labels[index], probability: scores[index])
        }
    }
}
