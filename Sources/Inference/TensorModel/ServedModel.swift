// A model of either kind: the one thing that is loaded and served.

package import Onnx
package import Tensors

/// A loaded model. Any thread.
package enum ServedModel: Sendable {
    case labels(Model)
    case tensors(TensorModel)

    /// Loads the model at a path, and tells what decided its kind. Throws `ModelError`, also for a
    /// guess that the policy refuses. Takes as long as the engine does.
    package static func load(
        folder path: String, options: EngineOptions = EngineOptions(), guesses: GuessPolicy = .warn
    ) throws(ModelError) -> (ServedModel, kind: Resolved<ModelKind>) {
        let folder = try ModelFolder(path)
        let source = try folder.source()
        let outline = try GraphOutline(source)
        try folder.requireNetwork(outline)
        let kind = ModelKind.decide(folder, outline)
        let model: ServedModel =
            switch kind.value {
            case .labels: .labels(try Model(folder, source, outline, options: options))
            case .tensors: .tensors(try TensorModel(folder, source, outline, options: options))
            }
        let sentences = model.warnings.guesses
        guard guesses == .warn || sentences.isEmpty else { throw .guessed(sentences) }
        return (model, kind)
    }

    /// What a person should know about it.
    package var warnings: [ModelWarning] {
        switch self {
        case .labels(let model): model.warnings
        case .tensors(let model): model.warnings
        }
    }

    /// Where it was found.
    package var folder: ModelFolder {
        switch self {
        case .labels(let model): model.folder
        case .tensors(let model): model.folder
        }
    }

    /// What the graph takes.
    package var inputs: [TensorDescription] {
        switch self {
        case .labels(let model): model.inputs
        case .tensors(let model): model.inputs
        }
    }

    /// What the graph answers.
    package var outputs: [TensorDescription] {
        switch self {
        case .labels(let model): model.outputs
        case .tensors(let model): model.outputs
        }
    }

    /// The number of classes; `nil` for arrays.
    package var classes: Int? {
        if case .labels(let model) = self { model.classes } else { nil }
    }

    /// Which of the two it is.
    package var kind: ModelKind {
        switch self {
        case .labels: .labels
        case .tensors: .tensors
        }
    }

    /// The name and version of the engine.
    package var engine: String {
        switch self {
        case .labels(let model): model.engine
        case .tensors(let model): model.engine
        }
    }
}
