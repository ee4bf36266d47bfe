// PaddleClas' and PaddleX's `inference.yml`: the operators that a picture goes through, and the names
// of the classes.
//
// It reproduces `deploy/python/preprocess.py` of PaddleClas: sides rounded half to even, a crop's
// edges rounded down, float32 throughout. An operator that is not known is refused.

internal import Basics

/// The contents of a Paddle configuration.
struct PaddleConfig: Sendable, Equatable {
    /// The name of the file.
    static let fileName = "inference.yml"

    private(set) var steps: ExporterSteps?
    private(set) var labels: Resolved<Labels>?
    /// The file that holds the names, without its folders.
    private(set) var labelFile: String?

    private var resize: Resolved<Preprocessing.Resize?> = Resolved(nil, .library("PaddleClas"))
    private var crop: Resolved<Preprocessing.Size?> = Resolved(nil, .library("PaddleClas"))
    private var channels = Resolved(Preprocessing.Channels.rgb, .library("PaddleClas"))
    private var scale = Resolved(1.0, .library("PaddleClas"))
    private var mean = Resolved<[Float]>([0], .library("PaddleClas"))
    private var std = Resolved<[Float]>([1], .library("PaddleClas"))

    /// Whether a document is one of theirs.
    static func recognizes(_ root: ManifestReader.Object) -> Bool {
        root.values["PreProcess"] != nil || root.values["PostProcess"] != nil
    }

    /// Reads a document; `reader` collects what is wrong.
    init(_ root: ManifestReader.Object, needsSteps: Bool, _ reader: inout ManifestReader) {
        let before = reader.object("PreProcess", in: root).withoutNulls
        if needsSteps, case .array(let operators)? = before.values["transform_ops"] {
            let problems = reader.problems.count
            for (index, item) in operators.enumerated() {
                let path = "\(before.path(of: "transform_ops"))[\(index)]"
                guard case .object(let members) = item, members.count == 1,
                    let (name, value) = members.first
                else {
                    reader.note(path, in: root, "is \(item.summary); expected one operator")
                    continue
                }
                read(name, ManifestReader.Object(path: path, values: [name: value]), &reader)
            }
            if reader.problems.count == problems {
                // OpenCV's imdecode turns pictures.
                steps = ExporterSteps(
                    arithmetic: .paddle, orientation: Resolved(.exif, .library("PaddleClas")),
                    resize: resize, crop: crop, scale: scale, mean: mean,
                    std: std, channels: channels)
            }
        }
        readNames(reader.object("PostProcess", in: root).withoutNulls, &reader)
    }

    private mutating func read(
        _ name: String, _ parent: ManifestReader.Object, _ reader: inout ManifestReader
    ) {
        let values =
            parent.values[name] == .null
            ? ManifestReader.Object(path: parent.path(of: name), values: [:])
            : reader.object(name, in: parent).withoutNulls
        let origin = Origin.key(parent.path(of: name), in: Self.fileName)
        switch name {
        case "DecodeImage":
            if reader.flag("to_rgb", in: values) == false { channels = Resolved(.bgr, origin) }
        case "ResizeImage": resize = Resolved(readResize(values, &reader), origin)
        case "CropImage": crop = Resolved(side("size", values, &reader), origin)
        case "NormalizeImage": normalize(values, origin, &reader)
        case "ToCHWImage", "KeepKeys": break
        default:
            reader.note(
                name, in: parent,
                "is not an operator that is known here; \"preprocess\" in \(Manifest.fileName) "
                    + "replaces this file")
        }
    }

    private func readResize(
        _ values: ManifestReader.Object, _ reader: inout ManifestReader
    ) -> Preprocessing.Resize? {
        let range = 1...Manifest.sideLimit
        let target: Preprocessing.ResizeTarget
        if values.values["resize_short"] != nil {
            guard let side = reader.integer("resize_short", in: values, range) else { return nil }
            target = .shorter(side)
        } else {
            guard let size = side("size", values, &reader) else {
                reader.note("size", in: values, "is missing, and \"resize_short\" as well")
                return nil
            }
            target = .exact(height: size.height, width: size.width)
        }
        let backend = reader.text("backend", in: values)?.lowercased() ?? "cv2"
        guard backend == "cv2" || backend == "pil" else {
            reader.reject("backend", in: values, expected: "cv2 or pil")
            return nil
        }
        let library: Preprocessing.ResizeLibrary = backend == "cv2" ? .opencv : .pillow
        guard let filter = filter(values, library, &reader) else { return nil }
        return Preprocessing.Resize(target: target, library: library, filter: filter)
    }

    /// By name, or by OpenCV's number.
    private func filter(
        _ values: ManifestReader.Object, _ library: Preprocessing.ResizeLibrary,
        _ reader: inout ManifestReader
    ) -> Preprocessing.Filter? {
        let key = "interpolation"
        let byNumber: [Preprocessing.Filter] = [.nearest, .bilinear, .bicubic, .area, .lanczos4]
        let found: Preprocessing.Filter?
        switch values.values[key] {
        case nil: found = .bilinear
        case .string("lanczos")? where library == .opencv: found = .lanczos4
        case .string(let name)?: found = Preprocessing.Filter(rawValue: name.lowercased())
        case let value?:
            found = library == .opencv ? value.integer(0...4).map { byNumber[$0] } : nil
        }
        return reader.supportedFilter(found, key, in: values, of: library)
    }

    /// A side for both, or width and height: in this order.
    private func side(
        _ key: String, _ values: ManifestReader.Object, _ reader: inout ManifestReader
    ) -> Preprocessing.Size? {
        guard let value = values.values[key] else { return nil }
        return reader.size(value, key, in: values).map {
            Preprocessing.Size(height: $0.width, width: $0.height)
        }
    }

    private mutating func normalize(
        _ values: ManifestReader.Object, _ origin: Origin, _ reader: inout ManifestReader
    ) {
        scale = Resolved(1 / 255, origin)
        switch values.values["scale"] {
        case nil: break
        case .string(let text)?:
            // PaddleClas evaluates the text; its own files have a fraction only.
            let parts = text.split(separator: "/").map {
                Double($0.drop { $0 == " " }.prefix { $0 != " " })
            }
            guard parts.count == 2, let top = parts[0], let bottom = parts[1], bottom != 0 else {
                return reader.reject("scale", in: values, expected: "a number or 1.0/255.0")
            }
            scale = Resolved(top / bottom, origin)
        default:
            if let number = reader.positive("scale", in: values, expected: "a number above 0") {
                scale = Resolved(number, origin)
            }
        }
        mean = Resolved(
            reader.floats("mean", in: values, expected: "a list of numbers") { _ in true }
                ?? [0.485, 0.456, 0.406], origin)
        std = Resolved(
            reader.floats("std", in: values, expected: "a list of numbers above 0") { $0 > 0 }
                ?? [0.229, 0.224, 0.225], origin)
        if let count = values.values["channel_num"], count != .number(3) {
            reader.reject("channel_num", in: values, expected: "3")
        }
    }

    // MARK: Names

    private mutating func readNames(
        _ after: ManifestReader.Object, _ reader: inout ManifestReader
    ) {
        for (name, value) in after.values.sorted(by: { $0.key < $1.key }) {
            guard case .object(let members) = value else { continue }
            let values = ManifestReader.Object(path: after.path(of: name), values: members)
                .withoutNulls
            if let list = values.values["label_list"] {
                do throws(InputError) {
                    labels = Resolved(
                        try Labels(document: list),
                        .key(values.path(of: "label_list"), in: Self.fileName))
                } catch {
                    reader.note("label_list", in: values, error.reason)
                }
            }
            if case .string(let path)? = values.values["class_id_map_file"] {
                labelFile = Path.name(of: path)
            }
        }
    }
}
