// `amphora.json`: settings by the person who packed a model.
//
// Every key is optional and overrides the model, the exporters' own files and the defaults. It is
// validated completely here, key by key; `ModelSettings` checks that it fits the model.

internal import Basics
internal import Onnx

/// The settings of one model folder, as written; `nil` if absent.
struct Manifest: Sendable, Equatable {
    /// The name of the file.
    static let fileName = "amphora.json"
    /// The largest file that is read, in bytes: room for the labels of any classifier.
    static let sizeLimit = 4 << 20
    /// The longest sensible side of a picture or a crop, in pixels.
    static let sideLimit = 16_384

    /// The labels themselves, or the file they are in.
    enum Labels: Sendable, Equatable { case names([String]), file(String) }

    /// A step that can be switched off by `null`.
    enum Step<Value: Sendable & Equatable>: Sendable, Equatable { case off, on(Value) }

    /// The keys of `preprocess.resize`; absent ones keep their defaults.
    struct Resize: Sendable, Equatable {
        var target: Preprocessing.ResizeTarget?
        var library: Preprocessing.ResizeLibrary?
        var filter: Preprocessing.Filter?
        var antialias: Bool?
    }

    var model: String?
    var labels: Labels?
    var activation: Activation?
    var topK: Int?
    var inputName: String?
    var layout: Preprocessing.Layout?
    var channels: Preprocessing.Channels?
    var decode: Preprocessing.DecodeProfile?
    var resize: Step<Resize>?
    var crop: Step<Preprocessing.Size>?
    var scale: Double?
    var mean: [Float]?
    var std: [Float]?

    /// Far more than one label for each class and one value for each channel.
    private static let maxValues = 1_000_000

    /// Whether it defines every preprocessing step, so that exporters' files are not needed.
    var decidesAllSteps: Bool {
        guard resize != nil, crop != nil, scale != nil, mean != nil, std != nil else {
            return false
        }
        if case .on(let resize)? = resize { return resize.target != nil && resize.filter != nil }
        return true
    }

    /// No settings.
    init() {}

    /// Reads a document. Throws `invalidSettings` with all of its problems; `file` names it.
    init(_ bytes: [UInt8], file: String = Self.fileName) throws(ModelError) {
        let document: JSONValue
        do throws(InputError) {
            document = try JSONValue(reading: bytes, maxValues: Self.maxValues)
        } catch {
            throw .invalidSettings(file: file, problems: ["not valid JSON: \(error.reason)"])
        }
        var reader = ManifestReader()
        let root = reader.root(
            document, keys: ["model", "labels", "activation", "top_k", "input", "preprocess"])
        model = reader.fileName("model", in: root)
        labels = reader.labels(in: root)
        activation = reader.choice("activation", in: root, of: Activation.allCases)
        topK = reader.integer("top_k", in: root, Prediction.topKRange)
        let input = reader.object("input", in: root, keys: ["name", "layout", "channels"])
        inputName = reader.text("name", in: input)
        layout = reader.choice("layout", in: input, of: [.nchw, .nhwc])
        channels = reader.choice("channels", in: input, of: [.rgb, .bgr, .gray])
        let steps = reader.object(
            "preprocess", in: root, keys: ["decode", "resize", "crop", "scale", "mean", "std"])
        decode = reader.choice("decode", in: steps, of: [.pillow, .opencv])
        resize = reader.resize(in: steps)
        crop = reader.crop(in: steps)
        scale = reader.scale(in: steps)
        mean = reader.floats("mean", in: steps, expected: "a list of numbers") { _ in true }
        std = reader.floats("std", in: steps, expected: "a list of numbers above 0") { $0 > 0 }
        guard reader.problems.isEmpty else {
            throw .invalidSettings(file: file, problems: reader.problems)
        }
    }
}

extension ManifestReader {
    /// A file inside the folder: a settings file must not refer to files outside its model.
    fileprivate mutating func fileName(_ key: String, in object: Object) -> String? {
        guard let name = text(key, in: object) else { return nil }
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
            reject(key, in: object, expected: "a file inside the model folder")
            return nil
        }
        return name
    }

    fileprivate mutating func labels(in object: Object) -> Manifest.Labels? {
        switch object.values["labels"] {
        case nil: return nil
        case .string: return fileName("labels", in: object).map(Manifest.Labels.file)
        case .array(let items)? where !items.isEmpty:
            var names: [String] = []
            for item in items {
                guard case .string(let name) = item else { break }
                names.append(name)
            }
            if names.count == items.count { return .names(names) }
        default: break
        }
        reject("labels", in: object, expected: "a list of strings or the name of a file")
        return nil
    }

    fileprivate mutating func resize(in steps: Object) -> Manifest.Step<Manifest.Resize>? {
        switch steps.values["resize"] {
        case nil: return nil
        case .null?: return Manifest.Step.off
        default: break
        }
        let object = object(
            "resize", in: steps, keys: ["to", "size", "library", "filter", "antialias"])
        var resize = Manifest.Resize()
        resize.library = choice("library", in: object, of: [.pillow, .opencv])
        resize.filter = choice("filter", in: object, of: Preprocessing.Filter.allCases)
        resize.antialias = antialias(in: object)
        resize.target = target(in: object)
        return .on(resize)
    }

    /// `to` tells how `size` is meant; without it, a pair is exact and a number is the shorter
    /// side.
    private mutating func target(in object: Object) -> Preprocessing.ResizeTarget? {
        let mode = text("to", in: object)
        if let mode, mode != "shorter", mode != "exact" {
            reject("to", in: object, expected: "one of \"shorter\", \"exact\"")
            return nil
        }
        guard object.values["size"] != nil else {
            if mode != nil { reject("size", in: object, expected: "a size beside \"to\"") }
            return nil
        }
        let single = object.values["size"]?.integer(1...Manifest.sideLimit)
        if mode != "exact", let single { return .shorter(single) }
        if mode == "shorter" {
            reject("size", in: object, expected: "a whole number 1…\(Manifest.sideLimit)")
            return nil
        }
        return size(object.values["size"] ?? .null, "size", in: object)
            .map { .exact(height: $0.height, width: $0.width) }
    }

    private mutating func antialias(in object: Object) -> Bool? {
        switch object.values["antialias"] {
        case nil: return nil
        case .bool(let value)?: return value
        default:
            reject("antialias", in: object, expected: "true or false")
            return nil
        }
    }

    fileprivate mutating func crop(in steps: Object) -> Manifest.Step<Preprocessing.Size>? {
        guard let value = steps.values["crop"] else { return nil }
        if value == .null { return Manifest.Step.off }
        return size(value, "crop", in: steps).map { .on($0) }
    }

    fileprivate mutating func scale(in steps: Object) -> Double? {
        positive("scale", in: steps, expected: "a number above 0, such as 0.00392156862745098")
    }
}
