// Everything that `amphora inspect` reports about a model, as values. Other files format it.

internal import Basics
internal import Inference
internal import Onnx
internal import Serving
internal import Tensors

/// A loaded and inspected model folder.
struct Inspection {
    /// One decision, and its source.
    struct Decision {
        /// A stable word, for machines.
        let name: String
        /// A text for people.
        let text: String
        let origin: Origin
    }

    let folder: String
    /// The path of the model file.
    let file: String
    let format: ModelFormat
    let summary: GraphSummary
    /// The paths of further files that hold weights.
    let weightFiles: [String]
    /// The size of the model file and the weight files together.
    let bytesOnDisk: Int
    /// The memory that loading it and starting one worker added to the process; `nil` if unknown.
    let bytesInMemory: Int?
    let engine: String
    let inputs: [TensorDescription]
    let outputs: [TensorDescription]
    /// A classifier of pictures or a model of arrays.
    let kind: Resolved<ModelKind>
    /// `nil` for arrays.
    let pictures: PictureDecisions?
    let warnings: [ModelWarning]

    /// What a classifier does with pictures.
    struct PictureDecisions {
        let inputShape: [Int]
        let classes: Int
        /// The preprocessing steps, in order.
        let steps: [Decision]
        let answers: AnswerSettings
        let topK: Resolved<Int>
    }

    /// Inspects a loaded model; `residentBefore`: the process's memory before it was loaded.
    init(_ loaded: LoadedModel, residentBefore: Int?) throws(LoadingFailure) {
        let model = loaded.model
        folder = loaded.path
        file = model.folder.model.value
        format = model.folder.format
        engine = model.engine
        inputs = model.inputs
        outputs = model.outputs
        kind = loaded.kind
        warnings = model.warnings
        do throws(ModelError) {
            switch model {
            case .labels(let model):
                pictures = PictureDecisions(
                    inputShape: model.settings.inputShape, classes: model.classes,
                    steps: Self.steps(model.settings), answers: model.answers,
                    topK: model.settings.topK)
                _ = try model.makeClassifier(limits: PictureLimits())
            case .tensors: pictures = nil
            }
            bytesInMemory = ResidentMemory.bytes().flatMap { after in
                residentBefore.map { max(0, after - $0) }
            }
            summary = try model.folder.summary()
            weightFiles = Self.weightFiles(of: file, format, summary)
            var sum = 0
            for path in [file] + weightFiles {
                sum += try ModelError.reading { () throws(InputError) in try File.size(of: path) }
            }
            bytesOnDisk = sum
        } catch {
            throw LoadingFailure(sentence: "\(error)")
        }
    }

    private static func weightFiles(
        of file: String, _ format: ModelFormat, _ summary: GraphSummary
    ) -> [String] {
        switch format {
        case .mxnet(let parameters): return [parameters]
        case .onnx:
            let folder = Path.folder(of: file)
            return summary.externalFiles.map { folder + $0 }.filter { File.kind(of: $0) == .file }
        }
    }

    // MARK: Steps

    private static func steps(_ settings: ModelSettings) -> [Decision] {
        var steps = [
            Decision(
                name: "decode", text: decode(settings.decode.value),
                origin: settings.decode.origin),
            Decision(
                name: "orientation", text: orientation(settings.orientation.value),
                origin: settings.orientation.origin),
            Decision(
                name: "channels", text: channels(settings.channels.value),
                origin: settings.channels.origin),
            Decision(
                name: "resize", text: resize(settings.resize.value),
                origin: settings.resize.origin),
        ]
        if let library = settings.library {
            steps.append(
                Decision(name: "library", text: library.value.title, origin: library.origin))
        }
        steps.append(
            Decision(
                name: "crop", text: crop(settings.crop.value), origin: settings.crop.origin))
        let isFramed = settings.resize.value.map(\.target.isFrame) ?? false
        if isFramed || settings.padding.value.contains(where: { $0 != 0 }) {
            steps.append(
                Decision(
                    name: "padding",
                    text: "\(levels(settings.padding.value)) around "
                        + (isFramed ? "the picture" : "small pictures"),
                    origin: settings.padding.origin))
        }
        steps.append(
            Decision(
                name: "scale", text: scale(settings.scale.value), origin: settings.scale.origin))
        if settings.offset.value != 0 {
            steps.append(
                Decision(
                    name: "offset", text: "− \(settings.offset.value)",
                    origin: settings.offset.origin))
        }
        steps += [
            Decision(
                name: "mean", text: does("−", settings.mean.value, unless: 0),
                origin: settings.mean.origin),
            Decision(
                name: "std", text: does("÷", settings.std.value, unless: 1),
                origin: settings.std.origin),
        ]
        if let second = settings.secondStd.value {
            steps.append(
                Decision(
                    name: "second_std", text: "÷ \(list(second)) once more",
                    origin: settings.secondStd.origin))
        }
        if settings.element != .float32 {
            let text = settings.element.isInteger ? ", rounded half to even and clipped" : ""
            steps.append(
                Decision(name: "type", text: "\(settings.element)\(text)", origin: .model))
        }
        if settings.batch > 1 {
            steps.append(
                Decision(
                    name: "batch", text: "one picture and \(settings.batch - 1) empty ones",
                    origin: .model))
        }
        steps.append(
            Decision(
                name: "layout", text: "\(settings.layout.value.rawValue), \(settings.inputShape)",
                origin: settings.layout.origin))
        return steps
    }

    private static func decode(_ profile: Preprocessing.DecodeProfile) -> String {
        switch profile {
        case .pillow: "as Pillow does"
        case .opencv: "as MXNet's OpenCV does"
        }
    }

    private static func orientation(_ orientation: Preprocessing.Orientation) -> String {
        switch orientation {
        case .stored: "as stored; EXIF is not applied"
        case .exif: "turned upright by EXIF"
        case .exifUnlessJFIF: "turned by EXIF, unless it begins with JFIF"
        }
    }

    private static func channels(_ channels: Preprocessing.Channels) -> String {
        channels == .gray ? "L, one of gray" : channels.rawValue
    }

    private static func resize(_ resize: Preprocessing.Resize?) -> String {
        guard let resize else { return "none" }
        let target =
            switch resize.target {
            case .shorter(let side): "shorter side to \(side)"
            case .exact(let height, let width): "to \(height)×\(width), proportions lost"
            case .covering(let height, let width): "to cover \(height)×\(width)"
            case .within(let height, let width): "to fit into \(height)×\(width)"
            case .letterbox(let frame): letterbox(frame)
            }
        let floats = resize.library == .tensorflow ? ", to floats" : ""
        let smoothed = !floats.isEmpty && resize.antialias ? " antialiased" : ""
        return "\(target), \(resize.library.title)'s \(resize.filter.rawValue)\(smoothed)\(floats)"
    }

    private static func letterbox(_ frame: Preprocessing.Letterbox) -> String {
        let place =
            switch frame.place {
            case .center: "centred"
            case .start: "at the start"
            case .end: "at the end"
            }
        let sides = frame.rounding == .round ? "" : ", sides by \(frame.rounding.rawValue)"
        return "within \(frame.size.height)×\(frame.size.width), \(place)\(sides)"
    }

    private static func crop(_ size: Preprocessing.Size?) -> String {
        size.map { "\($0.height)×\($0.width) from the centre" } ?? "none"
    }

    private static func scale(_ scale: Double) -> String {
        // 1/255 and 1/127.5 read better as what they divide by.
        let inverse = (2 / scale).rounded() / 2
        if scale == 1 { return "none" }
        return 1 / inverse == scale ? "÷ \(levels([Float(inverse)]))" : "× \(scale)"
    }

    private static func does(_ verb: String, _ values: [Float], unless idle: Float) -> String {
        values.allSatisfy { $0 == idle } ? "none" : "\(verb) \(list(values))"
    }

    /// Whole numbers without a fraction.
    private static func levels(_ values: [Float]) -> String {
        list(values.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" })
    }

    private static func list(_ values: [some CustomStringConvertible]) -> String {
        let texts = values.map(\.description)
        return Set(texts).count == 1
            ? texts[0] : "[\(texts.joined(separator: ", "))]"
    }
}
