// Every setting of a served model, decided: the folder's settings first, then the graph, then the
// defaults; each with who decided it.
//
// Pure: takes what the folder and the engine say and reads nothing itself.

/// What is done to a picture and to the network's answer, and who said so.
package struct ModelSettings: Sendable, Equatable {
    package let inputName: Resolved<String>
    package let layout: Resolved<Preprocessing.Layout>
    package let channels: Resolved<Preprocessing.Channels>
    package let decode: Resolved<Preprocessing.DecodeProfile>
    package let resize: Resolved<Preprocessing.Resize?>
    package let crop: Resolved<Preprocessing.Size?>
    package let scale: Resolved<Double>
    package let mean: Resolved<[Float]>
    package let std: Resolved<[Float]>
    /// What is applied to the network's output; nothing where the graph ends in an activation.
    package let activation: Resolved<Activation>
    package let topK: Resolved<Int>
    /// The size of the input tensor in pixels.
    package let inputSize: Preprocessing.Size

    /// Decides. `defaults` are those of the model's format: `.gluoncv` for MXNet's. Throws
    /// `unsupported` where settings and graph contradict each other.
    init(
        _ manifest: Manifest, input: NetworkInput, ending: GraphEnding,
        defaults: Preprocessing = Preprocessing()
    ) throws(ModelError) {
        let written = Origin.file(Manifest.fileName)
        inputName = Resolved(input.name, manifest.inputName == nil ? .model : written)
        layout = Resolved(input.layout, manifest.layout == nil ? .model : written)
        channels =
            manifest.channels.map { Resolved($0, written) }
            ?? (input.channels == 1 ? Resolved(.gray, .model) : Resolved(.rgb, .default))
        decode =
            manifest.decode.map { Resolved($0, written) } ?? Resolved(defaults.decode, .default)
        scale = manifest.scale.map { Resolved($0, written) } ?? Resolved(defaults.scale, .default)
        let gray = input.channels == 1
        mean = try Self.perChannel(
            "mean", manifest.mean, default: gray ? [0] : defaults.mean, input.channels)
        std = try Self.perChannel(
            "std", manifest.std, default: gray ? [1] : defaults.std, input.channels)
        topK =
            manifest.topK.map { Resolved($0, written) }
            ?? Resolved(Prediction.topKDefault, .default)
        activation =
            manifest.activation.map { Resolved($0, written) }
            ?? (ending == .other ? Resolved(.softmax, .default) : Resolved(.none, .model))
        let geometry = try InputGeometry(manifest, input: input, decode: decode.value)
        resize = geometry.resize
        crop = geometry.crop
        inputSize = geometry.size
    }

    /// The steps that a preprocessor carries out.
    package var preprocessing: Preprocessing {
        Preprocessing(
            decode: decode.value, resize: resize.value, crop: crop.value, scale: scale.value,
            mean: mean.value, std: std.value, channels: channels.value, layout: layout.value)
    }

    /// The shape of the input tensor, a batch of one.
    package var inputShape: [Int] {
        let (height, width, count) = (inputSize.height, inputSize.width, channels.value.count)
        return layout.value == .nchw ? [1, count, height, width] : [1, height, width, count]
    }

    private static func perChannel(
        _ key: String, _ values: [Float]?, default: [Float], _ channels: Int
    ) throws(ModelError) -> Resolved<[Float]> {
        guard let values else { return Resolved(`default`, .default) }
        guard values.count == channels else {
            throw .invalidSettings(
                file: Manifest.fileName,
                problems: [
                    "\"preprocess.\(key)\" has \(values.count) values; expected \(channels), one "
                        + "for each channel of the model's input"
                ])
        }
        return Resolved(values, .file(Manifest.fileName))
    }
}
