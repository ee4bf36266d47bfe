// How a picture of any size becomes one of the network's size.
//
// If the model has a fixed size, that is the crop, and the resize around it keeps the proportion of
// ImageNet's evaluation, 256 to 224. Otherwise the settings' crop decides. Steps that give
// different sizes for different pictures are refused: the tensor is allocated once.

internal import Onnx

/// The resize, the crop, and the size they lead to.
struct InputGeometry: Sendable, Equatable {
    let resize: Resolved<Preprocessing.Resize?>
    let crop: Resolved<Preprocessing.Size?>
    /// The size of the input tensor in pixels.
    let size: Preprocessing.Size

    /// The crop of ImageNet's evaluation pipeline, which resizes to 256.
    private static let standard = Preprocessing.Size(height: 224, width: 224)

    /// Decides the steps. `imageSize` is the size the network was made for, if a file names it. The
    /// library that decodes also resizes, unless another is named. Throws `invalidSettings` if the
    /// steps do not lead to the network's size or the library does not support them.
    init(
        _ manifest: Manifest, _ steps: ExporterSteps? = nil,
        imageSize: Resolved<Preprocessing.Size>? = nil, input: NetworkInput,
        decode: Preprocessing.DecodeProfile
    ) throws(ModelError) {
        let library: Preprocessing.ResizeLibrary = decode == .opencv ? .opencv : .pillow
        let crop = Self.crop(manifest, steps, imageSize, input: input)
        let resize = try Self.resize(
            manifest, steps, around: crop.value ?? Self.standard, library: library)
        guard let size = crop.value ?? resize.value?.target.finalSize else {
            throw Self.failure(
                Self.originToMend(crop, resize),
                "\(Self.name(crop, "crop")) is off and \(Self.name(resize, "resize")) not exact: "
                    + "pictures would keep different sizes; expected a crop or an exact resize")
        }
        let decisive = crop.value == nil ? resize.origin : crop.origin
        for (side, fixed, given) in [
            ("height", input.height, size.height), ("width", input.width, size.width),
        ] where fixed != nil && fixed != given {
            throw Self.failure(
                decisive,
                "\(Self.name(decisive, crop.value == nil ? "resize" : "crop")) ends at \(side) "
                    + "\(given); the model's input has \(side) \(fixed ?? 0)")
        }
        try Self.checkSmallest(crop, resize)
        self.resize = resize
        self.crop = crop
        self.size = size
    }

    /// A crop larger than the resize is a way to pad if it is written, and an oversight if derived.
    private static func checkSmallest(
        _ crop: Resolved<Preprocessing.Size?>, _ resize: Resolved<Preprocessing.Resize?>
    ) throws(ModelError) {
        guard let size = crop.value, let resized = smallest(resize.value),
            size.height > resized.height || size.width > resized.width
        else { return }
        if case .letterbox? = resize.value?.target {
            throw failure(
                resize.origin,
                "the crop of \(size.height)×\(size.width) is larger than the "
                    + "\(resized.height)×\(resized.width) that \(name(resize, "resize")) ends at; "
                    + "expected a resize to \(size.height)×\(size.width)")
        }
        guard crop.origin == .model || crop.origin == .default else { return }
        throw failure(
            resize.origin,
            "the crop of \(size.height)×\(size.width) is larger than what "
                + "\(name(resize, "resize")) leaves, \(resized.height)×\(resized.width); expected "
                + "a larger resize, or \"preprocess.crop\" where the edges are to be black")
    }

    /// The size of the network's picture before the steps are known, for steps that depend on it:
    /// what the graph fixes, else what `amphora.json` ends at, else the size it was made for.
    static func intendedSize(
        _ manifest: Manifest, _ imageSize: Resolved<Preprocessing.Size>?, _ input: NetworkInput
    ) -> Preprocessing.Size {
        var size = imageSize?.value ?? standard
        if case .on(let crop)? = manifest.crop {
            size = crop
        } else if case .on(let resize)? = manifest.resize, let end = resize.target?.finalSize {
            size = end
        }
        return Preprocessing.Size(
            height: input.height ?? size.height, width: input.width ?? size.width)
    }

    private static func crop(
        _ manifest: Manifest, _ steps: ExporterSteps?, _ imageSize: Resolved<Preprocessing.Size>?,
        input: NetworkInput
    ) -> Resolved<Preprocessing.Size?> {
        let written = Origin.key("preprocess.crop", in: Manifest.fileName)
        switch manifest.crop {
        case .on(let size)?: return Resolved(size, written)
        case .off?: return Resolved(nil, written)
        case nil: break
        }
        if let crop = steps?.crop { return crop }
        let isOpen = input.height == nil && input.width == nil
        if case .on(let resize)? = manifest.resize, resize.target?.finalSize != nil, isOpen {
            return Resolved(nil, .default)
        }
        if isOpen, let imageSize { return Resolved(imageSize.value, imageSize.origin) }
        let size = Preprocessing.Size(
            height: input.height ?? standard.height, width: input.width ?? standard.width)
        return Resolved(size, isOpen ? .default : .model)
    }

    private static func resize(
        _ manifest: Manifest, _ steps: ExporterSteps?, around size: Preprocessing.Size,
        library: Preprocessing.ResizeLibrary
    ) throws(ModelError) -> Resolved<Preprocessing.Resize?> {
        let shorter = (Double(max(size.height, size.width)) * 256 / 224).rounded()
        let target = Preprocessing.ResizeTarget.shorter(Int(shorter))
        let written = Origin.key("preprocess.resize", in: Manifest.fileName)
        switch manifest.resize {
        case nil:
            return steps?.resize
                ?? Resolved(Preprocessing.Resize(target: target, library: library), .default)
        case .off?: return Resolved(nil, written)
        // A library or a filter alone is no resize where the exporter has none.
        case .on(let resize)?
        where resize.target == nil && steps.map { $0.resize.value == nil } == true:
            return Resolved(nil, steps?.resize.origin ?? written)
        case .on(let resize)?:
            let exported = steps?.resize.value
            // Whoever says who decodes also says who resizes.
            let library =
                resize.library ?? (manifest.decode == nil ? exported?.library : nil) ?? library
            if let problem = objection(to: resize, of: library) { throw failure(written, problem) }
            let exportedFilter = exported.flatMap {
                library.filters.contains($0.filter) ? $0.filter : nil
            }
            let exportedAntialias = exported?.library == library ? exported?.antialias : nil
            return Resolved(
                Preprocessing.Resize(
                    target: resize.target ?? exported?.target ?? target, library: library,
                    filter: resize.filter ?? exportedFilter ?? .bilinear,
                    antialias: resize.antialias ?? exportedAntialias),
                written)
        }
    }

    /// The filter and antialiasing that are written must be the library's.
    private static func objection(
        to resize: Manifest.Resize, of library: Preprocessing.ResizeLibrary
    ) -> String? {
        let filter = resize.filter ?? .bilinear
        if let problem = library.objection(to: filter) {
            return "\"preprocess.resize.filter\" is \"\(filter.rawValue)\", which \(problem)"
        }
        if let antialias = resize.antialias,
            let problem = library.objection(toAntialias: antialias)
        {
            return "\"preprocess.resize.antialias\" is \(antialias); \(problem)"
        }
        return nil
    }

    /// The smallest picture that a resize can produce; `nil` if any size is possible.
    private static func smallest(_ resize: Preprocessing.Resize?) -> Preprocessing.Size? {
        switch resize?.target {
        case .shorter(let side)?: Preprocessing.Size(height: side, width: side)
        case .exact(let height, let width)?, .covering(let height, let width)?:
            Preprocessing.Size(height: height, width: width)
        case .letterbox(let frame)?: frame.size
        case .within?, nil: nil
        }
    }

    // MARK: Words

    /// The name of a step: the key that decided it.
    private static func name(_ origin: Origin, _ step: String) -> String {
        "\"\(origin.key ?? "preprocess.\(step)")\""
    }

    private static func name<Value>(_ step: Resolved<Value>, _ name: String) -> String {
        self.name(step.origin, name)
    }

    /// The origin that a person can correct: a file, if one of the two has any.
    private static func originToMend(
        _ crop: Resolved<Preprocessing.Size?>, _ resize: Resolved<Preprocessing.Resize?>
    ) -> Origin {
        crop.origin.file == nil ? resize.origin : crop.origin
    }

    private static func failure(_ origin: Origin, _ problem: String) -> ModelError {
        .invalidSettings(file: origin.file ?? Manifest.fileName, problems: [problem])
    }
}
