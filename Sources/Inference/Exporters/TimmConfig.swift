// timm's `config.json`, as `timm.models.save_for_hf` writes it: the names of the classes and the
// preprocessing, under `pretrained_cfg` or, in old files, at the top level.
//
// It reproduces `timm.data.create_transform` for evaluation on Pillow's pictures, with timm's own
// rounding. Sizes for tests (`test_input_size`) apply only to a network that was exported at that
// size.

internal import Basics

/// The contents of a timm configuration.
struct TimmConfig: Sendable, Equatable {
    /// The position of a crop in the resized picture.
    enum CropMode: String, Sendable, CaseIterable { case center, squash, border }

    private let file: String
    /// The path to the data keys: "pretrained_cfg." or nothing.
    private let prefix: String
    private(set) var labels: Resolved<Labels>?
    /// The number of classes that it states.
    private(set) var classes: Resolved<Int>?
    private var inputSize: Resolved<Preprocessing.Size>
    private var testSize: Resolved<Preprocessing.Size>?
    private var cropShare: Resolved<Double>
    private var testCropShare: Resolved<Double>?
    private var cropMode = Resolved(CropMode.center, Origin.library("timm"))
    private var filter = Resolved(Preprocessing.Filter.bicubic, Origin.library("timm"))
    private var mean = Resolved([0.485, 0.456, 0.406], Origin.library("timm"))
    private var std = Resolved([0.229, 0.224, 0.225], Origin.library("timm"))
    private(set) var channels: Resolved<Int>?

    /// Whether a `config.json` is one of timm's.
    static func recognizes(_ root: ManifestReader.Object) -> Bool {
        if case .object? = root.values["pretrained_cfg"] { return true }
        guard case .string? = root.values["architecture"] else { return false }
        return root.values["architectures"] == nil
    }

    /// Reads a document; `reader` collects what is wrong.
    init(_ root: ManifestReader.Object, file: String, _ reader: inout ManifestReader) {
        self.file = file
        let isNested = root.values["pretrained_cfg"] != nil
        prefix = isNested ? "pretrained_cfg." : ""
        let data = isNested ? reader.object("pretrained_cfg", in: root).withoutNulls : root
        inputSize = Resolved(.init(height: 224, width: 224), .library("timm"))
        cropShare = Resolved(0.875, .library("timm"))
        readNames(root, data, &reader)
        if let size = readSize("input_size", data, &reader) { inputSize = size }
        testSize = readSize("test_input_size", data, &reader)
        if let share = readShare("crop_pct", data, &reader) { cropShare = share }
        testCropShare = readShare("test_crop_pct", data, &reader)
        if let mode = reader.choice("crop_mode", in: data, of: CropMode.allCases) {
            cropMode = Resolved(mode, key("crop_mode"))
        }
        if let name = reader.choice(
            "interpolation", in: data, of: Preprocessing.ResizeLibrary.pillow.filters)
        {
            filter = Resolved(name, key("interpolation"))
        }
        if let values = reader.numbers("mean", in: data, expected: "a list of numbers") {
            mean = Resolved(values, key("mean"))
        }
        if let values = reader.numbers(
            "std", in: data, expected: "a list of numbers above 0", where: { $0 > 0 })
        {
            std = Resolved(values, key("std"))
        }
    }

    private func key(_ name: String) -> Origin { .key(prefix + name, in: file) }

    // MARK: Reading

    private mutating func readNames(
        _ root: ManifestReader.Object, _ data: ManifestReader.Object,
        _ reader: inout ManifestReader
    ) {
        for (object, name) in [(root, "label_names"), (root, "labels"), (data, "label_names")]
        where labels == nil && object.values[name] != nil {
            labels = reader.classNames(name, in: object).map {
                Resolved($0, .key(object.path(of: name), in: file))
            }
        }
        for object in [root, data] where classes == nil {
            classes = reader.integer("num_classes", in: object, 0...1_000_000).map {
                Resolved($0, .key(object.path(of: "num_classes"), in: file))
            }
        }
        // As timm.data.infer_imagenet_subset decides.
        if labels == nil, classes?.value == 1000 { labels = Resolved(.imageNet, .library("timm")) }
    }

    /// [channels, height, width].
    private mutating func readSize(
        _ name: String, _ data: ManifestReader.Object, _ reader: inout ManifestReader
    ) -> Resolved<Preprocessing.Size>? {
        guard let value = data.values[name] else { return nil }
        let range = 1...Manifest.sideLimit
        guard case .array(let parts) = value, parts.count == 3,
            let channels = parts[0].channelCount, let height = parts[1].integer(range),
            let width = parts[2].integer(range)
        else {
            reader.reject(
                name, in: data,
                expected: "[channels, height, width], 1 or 3 channels and sides of "
                    + "1…\(Manifest.sideLimit)")
            return nil
        }
        if self.channels == nil { self.channels = Resolved(channels, key(name)) }
        return Resolved(.init(height: height, width: width), key(name))
    }

    /// 0 counts as absent, as in timm.
    private func readShare(
        _ name: String, _ data: ManifestReader.Object, _ reader: inout ManifestReader
    ) -> Resolved<Double>? {
        guard let value = data.values[name], value != .number(0) else { return nil }
        guard case .number(let share) = value, (0.01...4).contains(share) else {
            reader.reject(name, in: data, expected: "a number 0.01…4")
            return nil
        }
        return Resolved(share, key(name))
    }

    // MARK: Steps

    /// The steps for a network: at its test size if it was exported at that size.
    func steps(for input: NetworkInput) -> ExporterSteps {
        var size = inputSize
        var share = cropShare
        if let testSize, !Self.fits(inputSize.value, input), Self.fits(testSize.value, input) {
            size = testSize
            share = testCropShare ?? cropShare
        }
        var steps = ExporterSteps(
            arithmetic: .torchvision,
            resize: Resolved(
                Preprocessing.Resize(
                    target: target(size.value, share.value), filter: filter.value),
                share.origin),
            crop: Resolved(size.value, size.origin), scale: Resolved(1 / 255, .library("timm")),
            mean: Resolved(mean.value.map { Float($0) }, mean.origin),
            std: Resolved(std.value.map { Float($0) }, std.origin))
        if cropMode.value == .border {
            // As Python rounds 255 times the mean: half to even.
            let filling = mean.value.map { value in
                Float(min(max((255 * value).rounded(.toNearestOrEven), 0), 255))
            }
            steps.padding = Resolved(filling, mean.origin)
        }
        return steps
    }

    private func target(
        _ size: Preprocessing.Size, _ share: Double
    ) -> Preprocessing.ResizeTarget {
        let height = max(1, Int((Double(size.height) / share).rounded(.down)))
        let width = max(1, Int((Double(size.width) / share).rounded(.down)))
        switch cropMode.value {
        case .squash: return .exact(height: height, width: width)
        case .border: return .within(height: height, width: width)
        case .center:
            return height == width ? .shorter(height) : .covering(height: height, width: width)
        }
    }

    private static func fits(_ size: Preprocessing.Size, _ input: NetworkInput) -> Bool {
        (input.height ?? size.height) == size.height && (input.width ?? size.width) == size.width
    }
}
