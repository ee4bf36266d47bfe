// The steps of one `preprocessor_config.json`, key by key, with the defaults of its class.

internal import Basics

/// Reads the steps; problems gather in `reader`.
struct ProcessorReading {
    let root: ManifestReader.Object
    /// The file's name, for origins.
    let file: String
    /// With the defaults of the edition.
    let family: ProcessorFamily
    let choice: ProcessorChoice
    var reader: ManifestReader

    /// All steps between picture and tensor.
    mutating func steps() -> ExporterSteps {
        refuseForeignSteps()
        let (resize, ownCrop) = resize()
        var steps = ExporterSteps(
            arithmetic: arithmetic(hasOwnCrop: ownCrop != nil), resize: resize,
            crop: crop(after: ownCrop), scale: scale(), mean: mean(), std: std())
        steps.library = Resolved(choice.edition.library, choice.origin)
        if family.isEfficientNet { addEfficientNet(to: &steps) }
        let flips = flag("do_flip_channel_order", default: family.isMobileViT)
        if flips.value, family.isMobileViT {
            steps.channels = Resolved(.bgr, flips.origin)
        }
        return steps
    }

    private func key(_ name: String) -> Origin { .key(root.path(of: name), in: file) }

    /// On tensors, rescale and normalize become one step, unless only one is wanted or an offset lies
    /// between. ConvNeXT's `Fast` class lets torchvision crop within its resize.
    private mutating func arithmetic(hasOwnCrop: Bool) -> Preprocessing.Arithmetic {
        guard choice.edition.library == .torchvision else { return .transformers }
        let moves = family.isEfficientNet && flag("rescale_offset", default: false).value
        let fused = flag("do_rescale", default: true).value && normalizes().value && !moves
        let crop: Preprocessing.CropRounding =
            choice.edition.release == .four && hasOwnCrop ? .halfToEven : .down
        return .transformersTensor(fused: fused, crop: crop)
    }

    private var byDefault: Origin { .library("\(family.name)ImageProcessor") }

    private mutating func flag(_ name: String, default value: Bool) -> Resolved<Bool> {
        reader.flag(name, in: root).map { Resolved($0, key(name)) } ?? Resolved(value, byDefault)
    }

    /// Steps that some processors have and that we do not support.
    private mutating func refuseForeignSteps() {
        if reader.flag("do_pad", in: root) == true {
            reader.reject("do_pad", in: root, expected: "false: padding is not supported")
        }
        if root.values["auto_map"] != nil {
            reader.note(
                "auto_map", in: root,
                "leads to Python code of the model's own, which is not run; expected a processor "
                    + "of transformers itself")
        }
    }

    // MARK: Resize and crop

    /// The resize, and the crop that some classes include in it.
    private mutating func resize() -> (
        Resolved<Preprocessing.Resize?>, Resolved<Preprocessing.Size?>?
    ) {
        let wanted = flag("do_resize", default: true)
        guard wanted.value else { return (Resolved(nil, wanted.origin), nil) }
        let origin = root.values["size"] == nil ? byDefault : key("size")
        var target = root.values["size"] == nil ? family.size : size()
        var crop: Resolved<Preprocessing.Size?>?
        switch family.resizeRule {
        case .plain: break
        case .convNext:
            guard case .shorter(let side)? = target else {
                guard target != nil else { break }
                reader.reject(
                    "size", in: root,
                    expected: "{\"shortest_edge\": n}, as \(family.name) needs it")
                break
            }
            let square = Preprocessing.Size(height: side, width: side)
            if side < 384 {
                target = .shorter(Int(Double(side) / cropShare()))
                crop = Resolved(square, origin)
            } else {
                target = .exact(height: side, width: side)
            }
        case .levit:
            if case .shorter(let side)? = target {
                target = .shorter(Int(256.0 / 224.0 * Double(side)))
            }
        case .poolFormer: target = enlarged(target, by: cropShare())
        }
        let resize = Preprocessing.Resize(
            target: target ?? family.size, library: choice.edition.library, filter: filter())
        if !Self.isSane(resize.target) {
            reader.reject(
                "size", in: root,
                expected: "sides that stay within 1…\(Manifest.sideLimit) when enlarged")
        }
        return (Resolved(resize, origin), crop)
    }

    private func enlarged(
        _ target: Preprocessing.ResizeTarget?, by share: Double
    ) -> Preprocessing.ResizeTarget? {
        switch target {
        case .shorter(let side)?: .shorter(Int(Double(side) / share))
        case .exact(let height, let width)? where height == width:
            .shorter(Int(Double(height) / share))
        case .exact(let height, let width)?:
            .exact(height: Int(Double(height) / share), width: Int(Double(width) / share))
        default: target
        }
    }

    private static func isSane(_ target: Preprocessing.ResizeTarget) -> Bool {
        let range = 1...Manifest.sideLimit
        switch target {
        case .shorter(let side): return range.contains(side)
        case .exact(let height, let width), .covering(let height, let width),
            .within(let height, let width):
            return range.contains(height) && range.contains(width)
        case .letterbox(let frame):
            return range.contains(frame.size.height) && range.contains(frame.size.width)
        }
    }

    /// Kept far from 0, so that dividing by it gives a finite number.
    private mutating func cropShare() -> Double {
        guard let share = reader.positive("crop_pct", in: root, expected: "a number 0.01…1") else {
            return family.cropShare
        }
        guard (0.01...1).contains(share) else {
            reader.reject("crop_pct", in: root, expected: "a number 0.01…1")
            return family.cropShare
        }
        return share
    }

    /// `size`: a number, [height, width], {height, width} or {shortest_edge}.
    private mutating func size() -> Preprocessing.ResizeTarget? {
        let value = root.values["size"] ?? .null
        if case .object(let members) = value, members.keys.sorted() == ["shortest_edge"],
            let side = members["shortest_edge"]?.integer(1...Manifest.sideLimit)
        {
            return .shorter(side)
        }
        let squares =
            choice.edition.isSlow
            ? family.squares : flag("default_to_square", default: family.squares).value
        if !squares, let side = value.integer(1...Manifest.sideLimit) { return .shorter(side) }
        return square(value, "size", or: " or {\"shortest_edge\": n}")
            .map { .exact(height: $0.height, width: $0.width) }
    }

    /// A number, [height, width] or {height, width}.
    private mutating func square(
        _ value: JSONValue, _ name: String, or alternative: String = ""
    ) -> Preprocessing.Size? {
        if case .object(let members) = value {
            let range = 1...Manifest.sideLimit
            if members.keys.sorted() == ["height", "width"],
                let height = members["height"]?.integer(range),
                let width = members["width"]?.integer(range)
            {
                return Preprocessing.Size(height: height, width: width)
            }
            let keys = members.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
            reader.note(
                name, in: root,
                "has the keys \(keys); expected {\"height\": n, \"width\": n}\(alternative), each "
                    + "n a whole number 1…\(Manifest.sideLimit)")
            return nil
        }
        return reader.size(value, name, in: root)
    }

    /// Pillow's numbers for its filters.
    private mutating func filter() -> Preprocessing.Filter {
        let filters: [Preprocessing.Filter] = [
            .nearest, .lanczos, .bilinear, .bicubic, .box, .hamming,
        ]
        let usual: Preprocessing.Filter =
            choice.edition.library == .torchvision && family.filter == .nearest
            ? .nearestExact : family.filter
        guard root.values["resample"] != nil else { return usual }
        guard let number = root.values["resample"]?.integer(0...5) else {
            reader.reject(
                "resample", in: root,
                expected: "a filter of Pillow: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, "
                    + "4 box, 5 hamming")
            return family.filter
        }
        guard choice.edition.library == .torchvision else { return filters[number] }
        let filter = number == 0 ? .nearestExact : filters[number]
        if !choice.edition.library.filters.contains(filter) {
            reader.reject(
                "resample", in: root,
                expected: "another filter than \(filter.rawValue), which torchvision lacks, or "
                    + #"{"preprocess": {"resize": {"library": "pillow"}}} in \#(Manifest.fileName)"#
            )
        }
        return filter
    }

    private mutating func crop(
        after ownCrop: Resolved<Preprocessing.Size?>?
    ) -> Resolved<Preprocessing.Size?> {
        guard family.crops else { return ownCrop ?? Resolved(nil, byDefault) }
        let wanted = flag("do_center_crop", default: family.crop != nil)
        guard wanted.value else { return ownCrop ?? Resolved(nil, wanted.origin) }
        var size = Resolved(family.crop, byDefault)
        if let value = root.values["crop_size"] {
            size = Resolved(square(value, "crop_size"), key("crop_size"))
        } else if size.value == nil {
            reader.note("crop_size", in: root, "is missing; expected a size for \"do_center_crop\"")
        }
        if let ownCrop, let inner = ownCrop.value, let outer = size.value, inner != outer {
            reader.reject(
                "crop_size", in: root,
                expected: "the \(inner.height)×\(inner.width) of \"size\", which is cropped first")
        }
        return size
    }

    // MARK: Numbers

    private mutating func scale() -> Resolved<Double> {
        let wanted = flag("do_rescale", default: true)
        guard wanted.value else { return Resolved(1, wanted.origin) }
        let factor = reader.positive("rescale_factor", in: root, expected: "a number above 0")
        return factor.map { Resolved($0, key("rescale_factor")) } ?? Resolved(1 / 255, byDefault)
    }

    private mutating func normalizes() -> Resolved<Bool> {
        family.isMobileViT
            ? Resolved(false, byDefault) : flag("do_normalize", default: true)
    }

    private mutating func mean() -> Resolved<[Float]> {
        let wanted = normalizes()
        guard wanted.value else { return Resolved([0], wanted.origin) }
        return values("image_mean", default: family.mean, expected: "a list of numbers") { _ in
            true
        }
    }

    private mutating func std() -> Resolved<[Float]> {
        let wanted = normalizes()
        return wanted.value ? deviations() : Resolved([1], wanted.origin)
    }

    private mutating func deviations() -> Resolved<[Float]> {
        values("image_std", default: family.std, expected: "a list of numbers above 0") { $0 > 0 }
    }

    private mutating func values(
        _ name: String, default values: [Double], expected: String, where valid: (Float) -> Bool
    ) -> Resolved<[Float]> {
        guard root.values[name] != nil else { return Resolved(values.map { Float($0) }, byDefault) }
        if case .number(let number)? = root.values[name], Float(number).isFinite,
            valid(Float(number))
        {
            return Resolved([Float(number)], key(name))
        }
        let floats = reader.floats(name, in: root, expected: expected, where: valid)
        return Resolved(floats ?? [], key(name))
    }

    /// `rescale_offset` moves pixels to −1…1; `include_top` divides by the deviation a second time.
    private mutating func addEfficientNet(to steps: inout ExporterSteps) {
        let moves = flag("rescale_offset", default: false)
        if moves.value, flag("do_rescale", default: true).value {
            steps.offset = Resolved(1, moves.origin)
        }
        let divides = flag("include_top", default: true)
        if divides.value { steps.secondStd = Resolved(deviations().value, divides.origin) }
    }
}
