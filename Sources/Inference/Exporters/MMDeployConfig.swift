// MMDeploy's `pipeline.json` and `deploy.json`, which it writes beside the ONNX file of a network of
// MMPretrain (formerly MMClassification).
//
// It reproduces the transforms of MMPretrain on MMCV: `int(scale · h / w)` for the longer side, a
// crop's edge rounded half to even, mean and deviation of 8-bit values. A transform that is not
// known is refused. Source: mmpretrain/datasets/transforms/processing.py, mmdeploy/codebase.

internal import Basics

/// The contents of an MMDeploy configuration.
struct MMDeployConfig: Sendable, Equatable {
    /// The name of the file with the transforms.
    static let fileName = "pipeline.json"
    /// The name of the file that says what the network is for.
    static let taskName = "deploy.json"

    private(set) var steps: ExporterSteps?
    private var resize: Resolved<Preprocessing.Resize?> = Resolved(nil, .library("MMPretrain"))
    private var crop: Resolved<Preprocessing.Size?> = Resolved(nil, .library("MMPretrain"))
    private var channels = Resolved(Preprocessing.Channels.bgr, .library("MMCV"))
    private var mean = Resolved<[Float]>([0], .library("MMPretrain"))
    private var std = Resolved<[Float]>([1], .library("MMPretrain"))

    /// Whether a document is one of theirs.
    static func recognizes(_ root: ManifestReader.Object) -> Bool {
        guard case .object(let pipeline)? = root.values["pipeline"] else { return false }
        return pipeline["tasks"] != nil
    }

    /// Reads `pipeline.json`; `reader` collects what is wrong.
    init(_ root: ManifestReader.Object, _ reader: inout ManifestReader) {
        let pipeline = reader.object("pipeline", in: root)
        guard case .array(let tasks)? = pipeline.values["tasks"] else {
            reader.reject("tasks", in: pipeline, expected: "a list")
            return
        }
        for (index, task) in tasks.enumerated() {
            guard case .object(let members) = task, case .array(let list)? = members["transforms"]
            else { continue }
            let problems = reader.problems.count
            for (place, item) in list.enumerated() {
                let path = "pipeline.tasks[\(index)].transforms[\(place)]"
                guard case .object(let values) = item else {
                    reader.note(path, in: root, "is \(item.summary); expected an object")
                    continue
                }
                read(ManifestReader.Object(path: path, values: values).withoutNulls, &reader)
            }
            if reader.problems.count == problems {
                // MMCV reads by OpenCV, which turns pictures.
                steps = ExporterSteps(
                    arithmetic: .mmcv, orientation: Resolved(.exif, .library("MMCV")),
                    resize: resize, crop: crop,
                    scale: Resolved(1, .library("MMPretrain")), mean: mean, std: std,
                    channels: channels)
            }
        }
    }

    private mutating func read(
        _ values: ManifestReader.Object, _ reader: inout ManifestReader
    ) {
        guard let type = reader.text("type", in: values) else { return }
        let origin = Origin.key(values.path, in: Self.fileName)
        switch type {
        case "LoadImageFromFile", "ImageToTensor", "DefaultFormatBundle", "Collect", "PackInputs",
            "ToTensor":
            break
        case "Resize", "ResizeEdge":
            resize = Resolved(readResize(values, isEdge: type == "ResizeEdge", &reader), origin)
        case "CenterCrop":
            guard let value = values.values["crop_size"] else {
                return reader.note("crop_size", in: values, "is missing")
            }
            if values.values["efficientnet_style"] == .bool(true) {
                return reader.reject("efficientnet_style", in: values, expected: "false")
            }
            crop = Resolved(reader.size(value, "crop_size", in: values), origin)
        case "Normalize":
            channels = Resolved(reader.flag("to_rgb", in: values) == false ? .bgr : .rgb, origin)
            mean = Resolved(
                reader.floats("mean", in: values, expected: "a list of numbers") { _ in true }
                    ?? [0], origin)
            std = Resolved(
                reader.floats("std", in: values, expected: "a list of numbers above 0") { $0 > 0 }
                    ?? [1], origin)
        default:
            reader.reject(
                "type", in: values,
                expected: "a transform that is known here; \"preprocess\" in "
                    + "\(Manifest.fileName) replaces this file")
        }
    }

    private func readResize(
        _ values: ManifestReader.Object, isEdge: Bool, _ reader: inout ManifestReader
    ) -> Preprocessing.Resize? {
        let backend = reader.text("backend", in: values) ?? "cv2"
        guard backend == "cv2" || backend == "pillow" else {
            reader.reject("backend", in: values, expected: "\"cv2\" or \"pillow\"")
            return nil
        }
        let library: Preprocessing.ResizeLibrary = backend == "cv2" ? .opencv : .pillow
        var name = reader.text("interpolation", in: values) ?? "bilinear"
        if name == "lanczos", library == .opencv { name = "lanczos4" }
        let named = Preprocessing.Filter(rawValue: name)
        guard let filter = reader.supportedFilter(named, "interpolation", in: values, of: library),
            let target = target(values, isEdge: isEdge, &reader)
        else { return nil }
        return Preprocessing.Resize(target: target, library: library, filter: filter)
    }

    /// A single number or `[n, -1]` is the shorter side; `size` is height and width, `scale` of MMCV
    /// width and height.
    private func target(
        _ values: ManifestReader.Object, isEdge: Bool, _ reader: inout ManifestReader
    ) -> Preprocessing.ResizeTarget? {
        let key = values.values["size"] == nil ? "scale" : "size"
        let range = 1...Manifest.sideLimit
        if let edge = values.values["edge"], edge != .string("short") {
            reader.reject("edge", in: values, expected: "\"short\"")
            return nil
        }
        let keepsRatio = values.values["keep_ratio"] == .bool(true) || isEdge
        switch values.values[key] {
        case let value? where value.integer(range) != nil:
            let side = value.integer(range) ?? 0
            // MMClassification's Resize with one number makes a square.
            return keepsRatio ? .shorter(side) : .exact(height: side, width: side)
        case .array(let sides)? where sides.count == 2:
            if let side = sides[0].integer(range), sides[1] == .number(-1) { return .shorter(side) }
            guard !keepsRatio, let first = sides[0].integer(range),
                let second = sides[1].integer(range)
            else { break }
            return key == "size"
                ? .exact(height: first, width: second) : .exact(height: second, width: first)
        default: break
        }
        reader.reject(
            key, in: values,
            expected: "a number, [number, -1], or two numbers without \"keep_ratio\"")
        return nil
    }

    /// What `deploy.json` says of another task than classification; `nil` if it is none.
    static func otherTask(_ root: ManifestReader.Object) -> String? {
        guard case .string(let task)? = root.values["task"], root.values["models"] != nil,
            task != "Classifier"
        else { return nil }
        return task
    }
}
