// A model that takes and answers arrays, whatever its graph has.
//
// Its inputs and outputs are the graph's. A ZipMap is looked through: the scores are answered, and the
// names of its keys are known beside them.

package import Onnx
package import Tensors

/// A served model of arrays. Any thread.
package final class TensorModel: Sendable {
    /// Where it was found.
    package let folder: ModelFolder
    /// What the graph takes, without initializers; the first dimension is open where a fixed batch
    /// is filled or split.
    package let inputs: [TensorDescription]
    /// What the graph answers, in its order.
    package let outputs: [TensorDescription]
    /// What a person should know about it.
    package let warnings: [ModelWarning]
    /// The name and version of the engine.
    package var engine: String { network.engine }

    private let network: any CompiledModel
    private let ends: [End]
    private let batch: FixedBatch?

    /// An output: the engine's tensor, and the keys of the ZipMap behind it.
    private struct End: Sendable {
        let name: String
        let tensor: String
        let keys: TensorOutput.Keys?
    }

    /// Compiles the model in a folder. Throws `ModelError`, also for inputs and outputs that are no
    /// arrays.
    init(
        _ folder: ModelFolder, _ source: ModelSource, _ outline: GraphOutline,
        options: EngineOptions
    ) throws(ModelError) {
        let declared = ScoreOutput.maps(in: outline)
        let network = try folder.compile(
            source.answering(declared, in: outline), outline, options: options)
        self.folder = folder
        self.network = network
        warnings = folder.warnings
        for input in network.inputs { try Self.requireArray(input, "input") }
        var ends: [End] = []
        var outputs: [TensorDescription] = []
        for output in declared {
            guard let tensor = network.outputs.first(where: { $0.name == output.tensor }) else {
                throw .engineFailed("the engine has no output \"\(output.tensor)\"")
            }
            try Self.requireArray(tensor, "output")
            let keys = output.classNames.flatMap { names in
                output.operation == nil
                    || tensor.shape.last.map { $0 ?? names.count } != names.count
                    ? nil : TensorOutput.Keys(names)
            }
            ends.append(End(name: output.name, tensor: output.tensor, keys: keys))
            outputs.append(
                TensorDescription(name: output.name, element: tensor.element, shape: tensor.shape))
        }
        self.ends = ends
        batch = FixedBatch(network.inputs, outputs)
        inputs = batch.map { $0.opened(network.inputs) } ?? network.inputs
        self.outputs = batch.map { $0.opened(outputs) } ?? outputs
    }

    /// Computes the outputs of these names, all of them if there is none; `inputs` holds one array
    /// for each input. Throws `unsupported` for a name that is no output, and what the engine throws
    /// for arrays that the network can't compute with. Any thread; several at a time.
    package func infer(
        _ inputs: [NamedTensor], outputs names: [String] = []
    ) throws(ModelError) -> [TensorOutput] {
        var wanted = ends
        if !names.isEmpty {
            wanted = []
            for name in names {
                guard let end = ends.first(where: { $0.name == name }) else {
                    let known = ends.map { "\"\($0.name)\"" }.joined(separator: ", ")
                    throw .unsupported("the model has no output \"\(name)\"; it has \(known)")
                }
                wanted.append(end)
            }
        }
        let tensors = wanted.map(\.tensor)
        let results =
            if let batch {
                try batch.infer(inputs) { piece throws(ModelError) in
                    try network.infer(piece, outputs: tensors)
                }
            } else {
                try network.infer(inputs, outputs: tensors)
            }
        var outputs: [TensorOutput] = []
        for (end, result) in zip(wanted, results) {
            if let keys = end.keys, keys.count != result.tensor.shape.last {
                throw .unsupported(
                    "output \"\(end.name)\" has the shape \(result.tensor.shape), and its ZipMap "
                        + "names \(keys.count) classes: export the model again")
            }
            outputs.append(TensorOutput(name: end.name, tensor: result.tensor, keys: end.keys))
        }
        return outputs
    }

    private static func requireArray(
        _ value: TensorDescription, _ what: String
    ) throws(ModelError) {
        guard value.element.size == nil, value.element != .string else { return }
        throw .unsupported(
            "the model's \(what) \"\(value.name)\" is no array of numbers or strings"
                + (what == "output"
                    ? "; of sequences, maps and optional values only a ZipMap's are supported: "
                        + "export it without them" : "; arrays are supported"))
    }
}

extension TensorOutput.Keys {
    fileprivate init(_ names: ScoreOutput.ClassNames) {
        switch names {
        case .texts(let texts): self = .strings(texts.map { Array($0.utf8) })
        case .numbers(let numbers): self = .integers(numbers.map { Int64($0) })
        }
    }
}
