// Decides everything that happens before a network runs, from `amphora.json` first, then the exporters' files,
// then the graph, then the defaults; each keeps its origin.
//
// Pure: uses the folder's contents and the engine's description, and reads nothing itself.

internal import Onnx
package import Tensors

/// How pictures become a network's input, with the origin of each decision, and how many labels are
/// answered. `AnswerSettings` has the rest about answers.
package struct ModelSettings: Sendable, Equatable {
    /// The graph's input that takes the picture.
    package let inputName: Resolved<String>
    /// Of the input tensor; whole numbers take pixels as they are, unless `amphora.json` normalizes.
    package let element: ElementType
    /// The order of the dimensions.
    package let layout: Resolved<Preprocessing.Layout>
    /// The order of the colours, or gray.
    package let channels: Resolved<Preprocessing.Channels>
    /// The library whose decoding is reproduced.
    package let decode: Resolved<Preprocessing.DecodeProfile>
    /// Whether pictures are turned upright.
    package let orientation: Resolved<Preprocessing.Orientation>
    /// `nil`: the picture keeps its size.
    package let resize: Resolved<Preprocessing.Resize?>
    /// Who resizes, if something other than the resize itself decided it.
    package let library: Resolved<Preprocessing.ResizeLibrary>?
    /// From the centre; `nil`: nothing is cut off.
    package let crop: Resolved<Preprocessing.Size?>
    /// The factor for each level of a pixel.
    package let scale: Resolved<Double>
    /// Subtracted after scaling, before the mean.
    package let offset: Resolved<Float>
    /// Subtracted after scaling, one for each channel.
    package let mean: Resolved<[Float]>
    /// Divided by after that, one for each channel.
    package let std: Resolved<[Float]>
    /// Divides a second time; `nil`: no second division.
    package let secondStd: Resolved<[Float]?>
    /// The 8-bit values around pictures smaller than the crop.
    package let padding: Resolved<[Float]>
    /// The library whose rounding is used around the resize.
    package let arithmetic: Preprocessing.Arithmetic
    /// Labels in an answer.
    package let topK: Resolved<Int>
    /// The size of the input tensor in pixels.
    package let inputSize: Preprocessing.Size
    /// How many pictures the network takes at a time; one of them is asked for.
    package let batch: Int
    private let axes: [NetworkInput.Axis]

    /// Decides all settings. `defaults` are those of the model's format: `.gluoncv` for MXNet's.
    /// Throws `unsupported` and `invalidSettings` if settings and graph contradict each other.
    init(
        _ manifest: Manifest, _ exported: ExporterFiles = ExporterFiles(), input: NetworkInput,
        head: GraphHead = GraphHead(),
        defaults: Preprocessing = Preprocessing()
    ) throws(ModelError) {
        let preset = manifest.preset.map { preset in
            ExporterSteps(
                preset.preprocessing(
                    size: InputGeometry.intendedSize(manifest, exported.imageSize, input),
                    channels: manifest.channels),
                origin: .preset(preset.rawValue))
        }
        var steps = preset ?? exported.steps(for: input)
        var defaults = defaults
        let unsaid = Self.adapt(
            &defaults, to: input, head, isStated: steps != nil || manifest.statesNumbers)
        if input.element.isInteger { steps?.leaveNumbersToNetwork() }
        element = input.element
        batch = input.batch
        axes = input.axes
        inputName = Self.written(manifest.inputName, "input.name") ?? Resolved(input.name, .model)
        layout =
            Self.written(manifest.layout, "input.layout")
            ?? (input.isOpen ? exported.layout : nil) ?? Resolved(input.layout, .model)
        channels =
            Self.written(manifest.channels, "input.channels")
            ?? steps?.channels.flatMap { $0.value.count == input.channels ? $0 : nil }
            ?? Self.order(of: head, input)
            ?? (input.channels == 1
                ? Resolved(.gray, input.isOpen ? exported.channels?.origin ?? .model : .model)
                : Resolved(.rgb, .default))
        decode =
            Self.written(manifest.decode, "preprocess.decode") ?? steps?.decode
            ?? Resolved(defaults.decode, .default)
        orientation =
            Self.written(manifest.orientation, "preprocess.orientation")
            ?? Self.orientation(
                steps?.orientation ?? exported.orientation, decode,
                isDecodeWritten: manifest.decode != nil)
        let scale = Self.written(manifest.scale, "preprocess.scale")
        self.scale = scale ?? steps?.scale ?? Resolved(defaults.scale, unsaid)
        let mean = Self.written(manifest.mean, "preprocess.mean")
        let std = Self.written(manifest.std, "preprocess.std")
        self.mean = try Self.perChannel(
            mean ?? steps?.mean ?? Resolved(defaults.mean, unsaid), input.channels)
        self.std = try Self.perChannel(
            std ?? steps?.std ?? Resolved(defaults.std, unsaid), input.channels)
        // Replacing a number by amphora.json also replaces the values that belong to it.
        offset = scale == nil ? steps?.offset ?? Resolved(0, .default) : Resolved(0, .default)
        secondStd =
            std == nil ? steps?.secondStd ?? Resolved(nil, .default) : Resolved(nil, .default)
        padding =
            try Self.padding(manifest, channels.value) ?? steps?.padding ?? Resolved([0], .default)
        arithmetic = steps?.arithmetic ?? .torchvision
        topK = Self.written(manifest.topK, "top_k") ?? Resolved(Prediction.topKDefault, .default)
        let geometry = try InputGeometry(
            manifest, steps, imageSize: exported.imageSize, input: input,
            decode: decode.value)
        resize = geometry.resize
        let decided = geometry.resize.value?.library
        library = steps?.library.flatMap { $0.value == decided ? $0 : nil }
        crop = geometry.crop
        inputSize = geometry.size
    }

    /// The steps for a preprocessor.
    package var preprocessing: Preprocessing {
        Preprocessing(
            decode: decode.value, orientation: orientation.value, resize: resize.value,
            crop: crop.value, scale: scale.value,
            offset: offset.value, mean: mean.value, std: std.value, secondStd: secondStd.value,
            channels: channels.value, layout: layout.value, padding: padding.value,
            arithmetic: arithmetic)
    }

    /// The shape of the input tensor.
    package var inputShape: [Int] {
        axes.map { axis in
            switch axis {
            case .batch: batch
            case .channels: channels.value.count
            case .height: inputSize.height
            case .width: inputSize.width
            }
        }
    }

    /// The order of the colours whose means the graph itself subtracts.
    private static func order(
        of head: GraphHead, _ input: NetworkInput
    ) -> Resolved<Preprocessing.Channels>? {
        guard head.order == .bgr, input.channels == 3 else { return nil }
        return Resolved(.bgr, .graph("\(head.text): ImageNet's means, blue first"))
    }

    /// MXNet's OpenCV has its own rule, which comes with its decoding unless the steps say
    /// otherwise; Pillow turns nothing unless it is asked to.
    private static func orientation(
        _ stated: Resolved<Preprocessing.Orientation>?,
        _ decode: Resolved<Preprocessing.DecodeProfile>, isDecodeWritten: Bool
    ) -> Resolved<Preprocessing.Orientation> {
        let own = Preprocessing.Orientation.exifUnlessJFIF
        switch decode.value {
        case .opencv: return (isDecodeWritten ? nil : stated) ?? Resolved(own, decode.origin)
        case .pillow:
            if let stated, stated.value != own { return stated }
            return Resolved(.stored, decode.origin)
        }
    }

    /// A value of `amphora.json`, with its key as the origin.
    private static func written<Value>(_ value: Value?, _ key: String) -> Resolved<Value>? {
        value.map { Resolved($0, .key(key, in: Manifest.fileName)) }
    }

    /// The colour around a picture within a frame, in the tensor's order.
    private static func padding(
        _ manifest: Manifest, _ channels: Preprocessing.Channels
    ) throws(ModelError) -> Resolved<[Float]>? {
        guard case .on(let resize)? = manifest.resize,
            let color = Self.written(resize.padding, "preprocess.resize.pad.color")
        else { return nil }
        guard color.value.count <= channels.count else {
            throw color.origin.failure("has 3 values; expected one, as the network sees gray")
        }
        return Resolved(channels == .bgr ? color.value.reversed() : color.value, color.origin)
    }

    /// One value for each channel; a single one is repeated.
    private static func perChannel(
        _ values: Resolved<[Float]>, _ channels: Int
    ) throws(ModelError) -> Resolved<[Float]> {
        if values.value.count == 1, channels > 1, values.origin.file != Manifest.fileName {
            return Resolved(
                [Float](repeating: values.value[0], count: channels), values.origin)
        }
        guard values.value.count == channels else {
            throw values.origin.failure(
                "has \(values.value.count) values; expected \(channels), one for each channel of "
                    + "the model's input")
        }
        return values
    }
}

extension Origin {
    /// The error for a value that does not fit the model; `problem` follows the key's name.
    func failure(_ problem: String) -> ModelError {
        switch self {
        case .key(let key, in: let file):
            .invalidSettings(file: file, problems: ["\"\(key)\" \(problem)"])
        default: .unsupported("the \(self) \(problem)")
        }
    }
}
