// Hugging Face's `preprocessor_config.json`: the steps of an image processor, as its Pillow version
// executes them.
//
// That version is the reference even if the file names the one on torchvision (`…Fast`), since
// pictures reach us as Pillow decodes them. What a file omits is its class's default. An unknown
// key may change pixels, so a warning names it; an unknown class is refused. `null` counts as
// absent, as in the library.

internal import Basics

/// One processor's file, read.
struct HuggingFaceProcessor: Sendable, Equatable {
    let steps: ExporterSteps
    let warnings: [String]

    /// Reads a document whose class is named by the file itself or by `modelType`; `nil` if
    /// something is wrong, which `reader` then lists.
    init?(
        _ root: ManifestReader.Object, file: String, modelType: String?,
        _ reader: inout ManifestReader
    ) {
        guard let family = Self.family(root, modelType: modelType, &reader) else { return nil }
        let before = reader.problems.count
        var reading = ProcessorReading(root: root, file: file, family: family, reader: reader)
        let steps = reading.steps()
        reader = reading.reader
        guard reader.problems.count == before else { return nil }
        self.steps = steps
        warnings = Self.warnings(root, family)
    }

    /// Whether the file delegates to timm, whose configuration then has the steps.
    static func leavesToTimm(_ root: ManifestReader.Object) -> Bool {
        root.values["image_processor_type"] == .string("TimmWrapperImageProcessor")
    }

    private static let typeKeys = ["image_processor_type", "feature_extractor_type"]

    private static func family(
        _ root: ManifestReader.Object, modelType: String?, _ reader: inout ManifestReader
    ) -> ProcessorFamily? {
        let known = ProcessorFamily.all.map { "\($0.name)ImageProcessor" }.joined(separator: ", ")
        let remedy =
            "known are \(known); for others, set \"resize\", \"crop\", \"scale\", \"mean\" and \"std\" "
            + "under \"preprocess\" in \(Manifest.fileName): together they replace this file"
        for key in typeKeys where root.values[key] != nil {
            guard let type = reader.text(key, in: root) else { return nil }
            if let family = ProcessorFamily.named(type) { return family }
            let nearest = nearestName(
                to: type, among: ProcessorFamily.all.map { "\($0.name)ImageProcessor" })
            reader.reject(key, in: root, expected: "perhaps \"\(nearest ?? "")\"; \(remedy)")
            return nil
        }
        if let modelType, let family = ProcessorFamily.of(model: modelType) { return family }
        reader.note(typeKeys[0], in: root, "is missing; \(remedy)")
        return nil
    }

    // MARK: Warnings

    /// Keys that we interpret.
    private static let understood: Set<String> = [
        "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale",
        "rescale_factor", "do_normalize", "image_mean", "image_std", "crop_pct", "rescale_offset",
        "include_top", "do_flip_channel_order", "default_to_square", "do_pad", "auto_map",
    ]
    /// Keys that change no pixel of a picture in classification.
    private static let harmless: Set<String> = [
        "image_processor_type", "feature_extractor_type", "processor_class", "data_format",
        "input_data_format", "return_tensors", "device", "disable_grouping", "do_convert_rgb",
        "do_reduce_labels", "reduce_labels", "pad_size", "image_seq_length", "model_input_names",
        "_valid_processor_keys", "transformers_version", "num_channels", "backend",
    ]

    private static func warnings(
        _ root: ManifestReader.Object, _ family: ProcessorFamily
    ) -> [String] {
        var warnings: [String] = []
        for key in root.values.keys.sorted()
        where !understood.contains(key) && !harmless.contains(key) {
            warnings.append(
                "the key \"\(key)\" is not known and has no effect; if it changes pixels, answers "
                    + "are not those of transformers")
        }
        if case .string(let type)? = root.values["image_processor_type"], type.hasSuffix("Fast") {
            warnings.append(
                "\"\(type)\" resizes through torchvision; pictures are resized as its Pillow "
                    + "version does, which differs by a level here and there")
        }
        for key in ["size", "resample", "image_mean", "image_std"]
        where root.values[key] == nil && !(family.isMobileViT && key.hasPrefix("image_")) {
            warnings.append(
                "\"\(key)\" is missing; the default of \(family.name)ImageProcessor holds")
        }
        if family.isMobileViT, root.values["do_normalize"] == .bool(true) {
            warnings.append("\"do_normalize\" has no effect: MobileViTImageProcessor never does")
        }
        return warnings
    }
}
