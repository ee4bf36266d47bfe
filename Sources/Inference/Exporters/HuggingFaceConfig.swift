// Hugging Face's `config.json` of the model itself, written by `config.save_pretrained`.
//
// It names the classes and the type of problem; preprocessing is in the file beside it,
// `preprocessor_config.json`. Keys about the inside of the network are ignored.

internal import Basics

/// The parts of a transformers configuration that matter here.
struct HuggingFaceConfig: Sendable, Equatable {
    private(set) var labels: Labels?
    private(set) var activation: Activation?
    /// The key that decided the activation.
    private(set) var activationKey = "problem_type"
    private(set) var imageSize: Preprocessing.Size?
    private(set) var channels: Int?
    private(set) var modelType: String?
    private(set) var warnings: [String] = []

    /// Reads a document; `reader` collects what is wrong.
    init(_ root: ManifestReader.Object, _ reader: inout ManifestReader) {
        labels = reader.classNames("id2label", in: root)
        modelType = reader.text("model_type", in: root)
        if let value = root.values["num_channels"] {
            channels = value.channelCount
            if channels == nil { reader.reject("num_channels", in: root, expected: "1 or 3") }
        }
        imageSize = Self.imageSize(root, &reader)
        activation = Activation(problemTypeOf: root, &reader)
        if activation == nil, labels?.names.count == 1 {
            // As in the pipeline of transformers: one logit is a yes or a no.
            activation = .sigmoid
            activationKey = "id2label"
        }
        if case .array(let names)? = root.values["architectures"],
            case .string(let name)? = names.first, !name.contains("ImageClassification")
        {
            warnings.append(
                "\"architectures\" names \(JSONValue.string(name).summary), which is not one of "
                    + "transformers' image classifiers (…ForImageClassification)")
        }
    }

    /// Whether a `config.json` is one of transformers'.
    static func recognizes(_ root: ManifestReader.Object) -> Bool {
        ["model_type", "architectures", "id2label", "transformers_version"]
            .contains { root.values[$0] != nil }
    }

    private static func imageSize(
        _ root: ManifestReader.Object, _ reader: inout ManifestReader
    ) -> Preprocessing.Size? {
        guard let value = root.values["image_size"] else { return nil }
        return reader.size(value, "image_size", in: root)
    }
}

extension Activation {
    /// What transformers' pipeline applies to the logits of a `problem_type`.
    init?(problemTypeOf root: ManifestReader.Object, _ reader: inout ManifestReader) {
        switch root.values["problem_type"] {
        case nil: return nil
        case .string("single_label_classification")?: self = .softmax
        case .string("multi_label_classification")?: self = .sigmoid
        case .string("regression")?: self = .none
        default:
            reader.reject(
                "problem_type", in: root,
                expected: "one of \"single_label_classification\", "
                    + "\"multi_label_classification\", \"regression\"")
            return nil
        }
    }
}
