// What a model takes and answers, as protocols describe it to their clients.

internal import Inference
internal import Tensors

/// The inputs and outputs that clients see. Any thread.
struct ModelSignature: Sendable, Equatable {
    /// The format of its file, in the words of the Open Inference Protocol.
    let platform: String
    let inputs: [TensorDescription]
    let outputs: [TensorDescription]

    /// The names of a classifier's arrays.
    static let image = "image"
    static let probabilities = "probabilities"
    static let labels = "labels"
}

extension ModelSignature {
    /// That of a model. A classifier takes encoded pictures, and answers a probability for each class,
    /// and the labels, the best first.
    init(_ model: ServedModel) {
        switch model {
        case .tensors(let model):
            self.init(
                platform: model.folder.format.platform, inputs: model.inputs,
                outputs: model.outputs)
        case .labels(let model):
            self.init(
                platform: model.folder.format.platform,
                inputs: [TensorDescription(name: Self.image, element: .string, shape: [nil])],
                outputs: [
                    TensorDescription(
                        name: Self.probabilities, element: .float32, shape: [nil, model.classes]),
                    TensorDescription(
                        name: Self.labels, element: .string, shape: [nil, model.classes]),
                ])
        }
    }
}

extension ModelFormat {
    /// Its name in the Open Inference Protocol.
    fileprivate var platform: String {
        switch self {
        case .onnx: "onnx_onnxv1"
        case .mxnet: "mxnet_mxnet"
        }
    }
}

/// The model's place among others, for lists.
struct ModelStatus: Sendable, Equatable {
    /// How far a model is, in the order of its life.
    enum Stage: Sendable, Equatable {
        case loading, ready, draining
        /// Why it can't be served.
        case failed(String)
    }

    let name: String
    let version: String
    let stage: Stage
}
