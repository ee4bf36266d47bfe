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

    var model: String?
    var kind: ModelKind?
    var labels: Labels?
    /// The name of the output with the classes.
    var output: String?
    /// The label that a single output is the probability of.
    var positive: String?
    var activation: Activation?
    var topK: Int?
    var inputName: String?
    var layout: Preprocessing.Layout?
    var channels: Preprocessing.Channels?
    var preset: Preset?
    var decode: Preprocessing.DecodeProfile?
    var orientation: Preprocessing.Orientation?
    var resize: Step<Resize>?
    var crop: Step<Preprocessing.Size>?
    var scale: Double?
    var mean: [Float]?
    var std: [Float]?

    /// Far more than one label for each class and one value for each channel.
    private static let maxValues = 1_000_000

    /// A key that only classifiers of pictures have; `nil` if there is none.
    var picturesKey: String? {
        if labels != nil { return "labels" }
        if positive != nil { return "positive" }
        if activation != nil { return "activation" }
        if topK != nil { return "top_k" }
        if output != nil { return "output" }
        if inputName != nil || layout != nil || channels != nil { return "input" }
        let steps: [Any?] = [preset, decode, orientation, resize, crop, scale, mean, std]
        return steps.contains { $0 != nil } ? "preprocess" : nil
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
            document,
            keys: [
                "model", "kind", "labels", "output", "positive", "activation", "top_k", "input",
                "preprocess",
            ])
        model = reader.fileName("model", in: root)
        kind = reader.choice("kind", in: root, of: ModelKind.allCases)
        labels = reader.labels(in: root)
        output = reader.text("output", in: root)
        positive = reader.text("positive", in: root)
        activation = reader.choice("activation", in: root, of: Activation.allCases)
        topK = reader.integer("top_k", in: root, Prediction.topKRange)
        let input = reader.object("input", in: root, keys: ["name", "layout", "channels"])
        inputName = reader.text("name", in: input)
        layout = reader.choice("layout", in: input, of: [.nchw, .nhwc])
        channels = reader.choice("channels", in: input, of: [.rgb, .bgr, .gray])
        readPreprocess(in: root, &reader)
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
}
