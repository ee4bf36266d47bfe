// Hugging Face's `preprocessor_config.json`: the steps of an image processor.
//
// `ProcessorChoice` decides which implementation executes them. What a file omits is the default of
// its class there. An unknown key may change pixels, so a warning names it; an unknown class is
// refused. `null` counts as absent, as in the library.

internal import Basics
internal import Onnx

/// One processor's file, read.
struct HuggingFaceProcessor: Sendable, Equatable {
    let steps: ExporterSteps
    let warnings: [ModelWarning]

    /// Reads a document whose class is named by the file itself or by `modelType`; `nil` if
    /// something is wrong, which `reader` then lists. `version`: of the transformers that wrote the
    /// folder; `library`: what `amphora.json` wants.
    init?(
        _ root: ManifestReader.Object, file: String, modelType: String?,
        version: Resolved<String>? = nil, library: Preprocessing.ResizeLibrary? = nil,
        _ reader: inout ManifestReader
    ) {
        guard let known = Self.family(root, modelType: modelType, &reader) else { return nil }
        let before = reader.problems.count
        let choice = ProcessorChoice(root, file: file, version: version, wanted: library)
        let family = known.of(choice.edition)
        var reading = ProcessorReading(
            root: root, file: file, family: family, choice: choice, reader: reader)
        let steps = reading.steps()
        reader = reading.reader
        guard reader.problems.count == before else { return nil }
        self.steps = steps
        let sentences = Self.warnings(root, family).map {
            ModelWarning.notice("\(file): \($0)".onOneLine(limit: ModelError.longestSentence))
        }
        // Who resizes does not matter where nothing is resized.
        warnings = sentences + (steps.resize.value == nil ? [] : [choice.warning].compactMap { $0 })
    }

    /// Whether the file delegates to timm, whose configuration then has the steps.
    static func leavesToTimm(_ root: ManifestReader.Object) -> Bool {
        root.values["image_processor_type"] == .string("TimmWrapperImageProcessor")
    }

    /// The keys that name a class, the newer one first.
    static let typeKeys = ["image_processor_type", "feature_extractor_type"]

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
            if let obstacle = ProcessorFamily.obstacle(type) {
                reader.note(
                    key, in: root,
                    "is \(JSONValue.string(type).summary), which \(obstacle): that is not supported; "
                        + remedy)
            } else {
                reader.reject(key, in: root, expected: "a processor that is supported; \(remedy)")
            }
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
