// How a picture of any size becomes one of the network's size.
//
// A model that fixes its size decides the crop, and the resize keeps the proportion of ImageNet's
// evaluation, 256 to 224, around it. A model that leaves it open takes what the settings crop to.
// Steps that cannot end at one size for every picture are refused: the tensor is allocated once.

/// The resize, the crop, and the size they lead to.
struct InputGeometry: Sendable, Equatable {
    let resize: Resolved<Preprocessing.Resize?>
    let crop: Resolved<Preprocessing.Size?>
    /// The size of the input tensor in pixels.
    let size: Preprocessing.Size

    private static let written = Origin.file(Manifest.fileName)
    /// ImageNet's evaluation pipeline crops 224 of 256.
    private static let standard = Preprocessing.Size(height: 224, width: 224)

    /// Decides; the library that resizes, unless it is named, is the one that decodes. Throws
    /// `invalidSettings` where the steps do not lead to the network's size or are not the library's.
    init(
        _ manifest: Manifest, input: NetworkInput, decode: Preprocessing.DecodeProfile
    ) throws(ModelError) {
        let library: Preprocessing.ResizeLibrary = decode == .opencv ? .opencv : .pillow
        let crop = Self.crop(manifest, input: input)
        let resize = try Self.resize(
            manifest, around: crop.value ?? Self.standard, library: library)
        guard let size = crop.value ?? Self.exactSize(resize.value) else {
            throw Self.failure(
                "\"preprocess.crop\" is null and \"preprocess.resize\" not \"exact\": pictures "
                    + "would keep different sizes; expected a crop or an exact resize")
        }
        for (side, fixed, given) in [
            ("height", input.height, size.height), ("width", input.width, size.width),
        ] where fixed != nil && fixed != given {
            throw Self.failure(
                "the steps under \"preprocess\" end at \(side) \(given); the model's input has "
                    + "\(side) \(fixed ?? 0)")
        }
        // Written down, it is torchvision's way to pad; derived, it is an oversight.
        if crop.origin != Self.written, let crop = crop.value,
            let resized = Self.smallest(resize.value),
            crop.height > resized.height || crop.width > resized.width
        {
            throw Self.failure(
                "the crop of \(crop.height)×\(crop.width) is larger than what \"preprocess.resize\" "
                    + "leaves, \(resized.height)×\(resized.width); expected a larger resize, or "
                    + "\"preprocess.crop\" where the edges are to be black")
        }
        self.resize = resize
        self.crop = crop
        self.size = size
    }

    private static func crop(
        _ manifest: Manifest, input: NetworkInput
    ) -> Resolved<Preprocessing.Size?> {
        switch manifest.crop {
        case .on(let size)?: return Resolved(size, written)
        case .off?: return Resolved(nil, written)
        case nil: break
        }
        if case .on(let resize)? = manifest.resize, case .exact? = resize.target,
            input.height == nil, input.width == nil
        {
            return Resolved(nil, .default)
        }
        let size = Preprocessing.Size(
            height: input.height ?? standard.height, width: input.width ?? standard.width)
        let open = input.height == nil && input.width == nil
        return Resolved(size, open ? .default : .model)
    }

    private static func resize(
        _ manifest: Manifest, around size: Preprocessing.Size,
        library: Preprocessing.ResizeLibrary
    ) throws(ModelError) -> Resolved<Preprocessing.Resize?> {
        let shorter = (Double(max(size.height, size.width)) * 256 / 224).rounded()
        let target = Preprocessing.ResizeTarget.shorter(Int(shorter))
        switch manifest.resize {
        case nil:
            return Resolved(Preprocessing.Resize(target: target, library: library), .default)
        case .off?: return Resolved(nil, written)
        case .on(let resize)?:
            let library = resize.library ?? library
            if let problem = objection(to: resize, of: library) { throw failure(problem) }
            return Resolved(
                Preprocessing.Resize(
                    target: resize.target ?? target, library: library,
                    filter: resize.filter ?? .bilinear),
                written)
        }
    }

    /// What is written of filter and antialiasing must be what the library does.
    private static func objection(
        to resize: Manifest.Resize, of library: Preprocessing.ResizeLibrary
    ) -> String? {
        if library == .opencv, let filter = resize.filter, filter != .bilinear {
            return "\"preprocess.resize.filter\" is \"\(filter.rawValue)\"; expected \"bilinear\", "
                + "the one that opencv has here"
        }
        if let antialias = resize.antialias, antialias != (library == .pillow) {
            return "\"preprocess.resize.antialias\" is \(antialias); expected "
                + (library == .pillow
                    ? "true: pillow always does; the library that does not is \"opencv\""
                    : "false: opencv never does; the library that does is \"pillow\"")
        }
        return nil
    }

    private static func exactSize(_ resize: Preprocessing.Resize?) -> Preprocessing.Size? {
        guard case .exact(let height, let width)? = resize?.target else { return nil }
        return Preprocessing.Size(height: height, width: width)
    }

    /// The smallest picture that a resize leaves.
    private static func smallest(_ resize: Preprocessing.Resize?) -> Preprocessing.Size? {
        if case .shorter(let side)? = resize?.target {
            return Preprocessing.Size(height: side, width: side)
        }
        return exactSize(resize)
    }

    private static func failure(_ problem: String) -> ModelError {
        .invalidSettings(file: Manifest.fileName, problems: [problem])
    }
}
