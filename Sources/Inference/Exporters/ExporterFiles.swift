// The files that exporters write beside a model: `config.json` of Hugging Face or timm, and Hugging
// Face's `preprocessor_config.json`. Models of pictures and texts have the latter as
// `image_processor` in `processor_config.json`.
//
// They are read completely along with the folder, so that faults in them show at start. A mistake
// is an error that names file and key; an unusual value that may be intended is a warning.
// `amphora.json` overrides these files; `ModelSettings` decides that.

internal import Basics
internal import Onnx
internal import Tensors

/// The contents of the exporters' files in one folder.
struct ExporterFiles: Sendable, Equatable {
    /// The model's own configuration.
    static let configName = "config.json"
    /// The steps from a picture to the tensor.
    static let processorName = "preprocessor_config.json"
    /// The same and more; read if the file above is missing.
    static let jointName = "processor_config.json"
    /// The largest file that is read, in bytes: room for the labels of any classifier.
    static let sizeLimit = 16 << 20
    /// Far more than the labels of any classifier.
    static let maxValues = 2_000_000
    private static let usualLayout = Resolved(Preprocessing.Layout.nchw, .library("PyTorch"))
    /// `transformers.image_utils.load_image`, with which its pipelines open pictures, and the
    /// pictures of `datasets`.
    private static let turning = Resolved(
        Preprocessing.Orientation.exif, .library("transformers"))

    /// The file that decides the preprocessing.
    private enum Source: Sendable, Equatable {
        case none, processor(ExporterSteps), timm(TimmConfig)
        /// Pixels by their order and range.
        case pixels(PixelNotes)
        /// Ultralytics' own transform.
        case ultralytics(Resolved<Preprocessing.Size>)
    }

    private var source = Source.none
    private var needsSteps = true
    /// Whether a file says that Azure Custom Vision made the model.
    private var isCustomVision = false
    /// Of the transformers that wrote `config.json`.
    private var version: Resolved<String>?
    private(set) var labels: Resolved<Labels>?
    private(set) var activation: Resolved<Activation>?
    /// The number of classes that a file states without naming them.
    private(set) var classes: Resolved<Int>?
    private(set) var imageSize: Resolved<Preprocessing.Size>?
    private(set) var channels: Resolved<Int>?
    /// Whether the exporter's own pipeline turns pictures by EXIF; `nil`: as its decoder does.
    private(set) var orientation: Resolved<Preprocessing.Orientation>?
    /// One sentence each.
    private(set) var warnings: [ModelWarning] = []
    /// The order of dimensions if the graph leaves it open: PyTorch's, if there is any such file.
    private(set) var layout: Resolved<Preprocessing.Layout>?

    /// No files.
    init() {}

    /// Reads the files of a model's folders, each from the nearest. `needsSteps`: whether they must
    /// define the preprocessing; `library`: what `amphora.json` wants to resize. Throws `unreadable`
    /// and `invalidSettings`.
    init(
        in folders: NoteFolders, needsSteps: Bool, library: Preprocessing.ResizeLibrary? = nil
    ) throws(ModelError) {
        var modelType: String?
        let processor = [Self.processorName, Self.jointName].first { folders.path(of: $0) != nil }
        if let config = folders.path(of: Self.configName) {
            modelType = try readConfig(config, guesses: needsSteps && processor == nil)
        }
        if let processor, needsSteps, let path = folders.path(of: processor) {
            if version == nil { version = Self.furtherVersion(in: folders) }
            try readProcessor(processor, at: path, modelType: modelType, library: library)
        }
        self.needsSteps = needsSteps
        take(try DeploymentFiles(in: folders, needsSteps: needsSteps && source == .none))
    }

    /// The version in a file that transformers or optimum may leave beside `config.json`. Nothing
    /// else is wanted from it, so its faults do not matter.
    private static func furtherVersion(in folders: NoteFolders) -> Resolved<String>? {
        for file in ["generation_config.json", "ort_config.json"] {
            var reader = ManifestReader()
            guard let path = folders.path(of: file), let root = try? root(of: path, &reader)
            else { continue }
            if let version = Self.version(root, file) { return version }
        }
        return nil
    }

    private static func version(
        _ root: ManifestReader.Object, _ file: String
    ) -> Resolved<String>? {
        guard case .string(let text)? = root.values["transformers_version"] else { return nil }
        return Resolved(text, .key("transformers_version", in: file))
    }

    /// The steps for a network, if a file defines them.
    func steps(for input: NetworkInput) -> ExporterSteps? {
        switch source {
        case .none: nil
        case .processor(let steps): steps
        case .timm(let config): config.steps(for: input)
        case .pixels(let notes): notes.steps(for: input)
        case .ultralytics(let size): Self.ultralytics(size, input)
        }
    }

    /// Where files and network disagree, so that the network decides: one sentence each.
    func disagreements(input: NetworkInput, classes: Int) -> [ModelWarning] {
        var sentences: [String] = []
        if let claimed = channels, claimed.value != input.channels {
            sentences.append(
                "\(claimed.origin) says \(claimed.value) channels, the model's input has "
                    + "\(input.channels)")
        }
        if input.element.isInteger, let steps = steps(for: input), steps.changeNumbers {
            let file = steps.mean.origin.file ?? steps.scale.origin.file ?? Self.processorName
            sentences.append(
                "\(file) scales and normalizes, but the model's input is \(input.element) and takes "
                    + "pixels as they are; that is left to the model")
        }
        if let claimed = self.classes, claimed.value != classes {
            sentences.append(
                "\(claimed.origin) says \(claimed.value) classes, the model has \(classes)")
        }
        return sentences.map { .notice($0) }
    }

    /// The same with what the model's own file says, where no file beside it does.
    func joined(with metadata: ModelMetadata) -> ExporterFiles {
        var joined = self
        joined.warnings += metadata.warnings.map(\.onOneLine)
        guard needsSteps else { return joined }
        if case .none = source {
            if let size = metadata.ultralytics {
                joined.source = .ultralytics(size)
                joined.imageSize = joined.imageSize ?? size
            } else if let pixels = metadata.pixels {
                joined.source = .pixels(pixels)
                joined.warnings += pixels.guesses(framesKnown: isCustomVision)
            }
        }
        return joined
    }

    /// Ultralytics' transform at the network's size, or at its own.
    private static func ultralytics(
        _ size: Resolved<Preprocessing.Size>, _ input: NetworkInput
    ) -> ExporterSteps {
        let size = Resolved(
            Preprocessing.Size(
                height: input.height ?? size.value.height, width: input.width ?? size.value.width),
            size.origin)
        return ExporterSteps(
            Preset.ultralytics.preprocessing(size: size.value), origin: size.origin)
    }

    private mutating func take(_ others: DeploymentFiles) {
        isCustomVision = others.isCustomVision
        labels = labels ?? others.labels
        if let steps = others.steps {
            source = .processor(steps)
            layout = Self.usualLayout
        } else if let pixels = others.pixels {
            source = .pixels(pixels)
            warnings += pixels.guesses(framesKnown: true)
        }
    }

    // MARK: Reading

    /// Returns the model's type where it is one of transformers'.
    private mutating func readConfig(
        _ path: String, guesses: Bool
    ) throws(ModelError) -> String? {
        let file = Self.configName
        var reader = ManifestReader()
        let root = try Self.root(of: path, &reader)
        version = Self.version(root, file)
        var modelType: String?
        if TimmConfig.recognizes(root) {
            let config = TimmConfig(root, file: file, &reader)
            labels = config.labels
            classes = config.classes
            channels = config.channels
            source = .timm(config)
            orientation = Resolved(.stored, .library("timm"))
            layout = Self.usualLayout
            activation = Activation(problemTypeOf: root, &reader).map {
                Resolved($0, .key("problem_type", in: file))
            }
        } else if HuggingFaceConfig.recognizes(root) {
            let config = HuggingFaceConfig(root, &reader)
            take(config)
            modelType = config.modelType
            if guesses {
                warnings.append(
                    .notice(
                        "\(file) is Hugging Face's, but there is no \(Self.processorName) beside "
                            + "it, which says how pictures are resized and normalized"))
            }
        } else {
            warnings.append(
                .notice("\(file) is neither Hugging Face's nor timm's; it has no effect"))
        }
        try Self.fail(path, reader)
        return modelType
    }

    private mutating func take(_ config: HuggingFaceConfig) {
        let file = Self.configName
        labels = config.labels.map { Resolved($0, .key("id2label", in: file)) }
        activation = config.activation.map { Resolved($0, .key(config.activationKey, in: file)) }
        imageSize = config.imageSize.map { Resolved($0, .key("image_size", in: file)) }
        channels = config.channels.map { Resolved($0, .key("num_channels", in: file)) }
        layout = Self.usualLayout
        orientation = Self.turning
        warnings += config.warnings.map {
            .notice("\(file): \($0)".onOneLine(limit: ModelError.longestSentence))
        }
    }

    private mutating func readProcessor(
        _ file: String, at path: String, modelType: String?,
        library: Preprocessing.ResizeLibrary?
    ) throws(ModelError) {
        var reader = ManifestReader()
        var root = try Self.root(of: path, &reader)
        var version = Self.version(root, file) ?? self.version
        layout = Self.usualLayout
        orientation = Self.turning
        if file == Self.jointName {
            root = reader.object("image_processor", in: root).withoutNulls
            version = Self.version(root, file) ?? version
        }
        if HuggingFaceProcessor.leavesToTimm(root) {
            if source == .none { source = .timm(TimmConfig(root, file: file, &reader)) }
            return try Self.fail(path, reader)
        }
        if let processor = HuggingFaceProcessor(
            root, file: file, modelType: modelType, version: version, library: library, &reader)
        {
            if source != .none {
                warnings.append(
                    .notice(
                        "\(file) and \(Self.configName) both define the preprocessing; "
                            + "\(file) decides"))
            }
            source = .processor(processor.steps)
            warnings += processor.warnings
        }
        try Self.fail(path, reader)
    }

    /// Reads a JSON file whose nulls count as absent. Throws `unreadable` and `invalidSettings`.
    static func root(
        of path: String, _ reader: inout ManifestReader
    ) throws(ModelError) -> ManifestReader.Object {
        let bytes = try ModelError.reading { () throws(InputError) in
            try File.contents(of: path, limit: sizeLimit)
        }
        do throws(InputError) {
            let document = try JSONValue(reading: bytes, maxValues: maxValues)
            return reader.root(document).withoutNulls
        } catch {
            throw .invalidSettings(file: path, problems: ["not valid JSON: \(error.reason)"])
        }
    }

    /// Throws `invalidSettings` with what a reader found wrong.
    static func fail(_ path: String, _ reader: ManifestReader) throws(ModelError) {
        guard reader.problems.isEmpty else {
            throw .invalidSettings(file: path, problems: reader.problems)
        }
    }
}
