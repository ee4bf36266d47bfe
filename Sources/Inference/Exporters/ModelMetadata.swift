// What exporters note inside the ONNX file (`metadata_props`): class names, Ultralytics' task and
// size, and the order and range of pixels that Windows ML defined.
//
// They stand behind the files beside the model, which a person can see and correct, and before the
// graph. Sources: Ultralytics' exporter, docs.microsoft.com on Windows ML's image metadata.

internal import Basics
internal import Onnx

/// The notes in a model's file that matter here.
struct ModelMetadata: Sendable, Equatable {
    /// Keys that hold class names, in the order of precedence.
    private static let nameKeys = [
        "names", "class_names", "classes", "labels", "id2label", "label_names", "classnames",
        "class_labels", "label_map", "character",
    ]
    private static let maxValues = 1_000_000

    /// Lists of class names, in the order of precedence.
    private(set) var labels: [Resolved<Labels>] = []
    /// The size that Ultralytics' transform ends at; `nil` if it is another exporter's file.
    private(set) var ultralytics: Resolved<Preprocessing.Size>?
    /// What a pixel becomes, as Windows ML's metadata or Custom Vision's say it.
    private(set) var pixels: PixelNotes?
    private(set) var warnings: [ModelWarning] = []

    /// Nothing noted.
    init() {}

    /// Reads the notes of a file. Throws `unsupported` if they say that it is no classifier.
    init(_ outline: GraphOutline) throws(ModelError) {
        try readUltralytics(outline)
        for key in Self.nameKeys {
            guard let note = outline.note(key), !note.isEmpty else { continue }
            do throws(InputError) {
                labels.append(Resolved(try Self.names(in: note), .metadata(key)))
            } catch {
                warnings.append(
                    .notice(
                        "the model's metadata \"\(key)\" is not understood as class names: "
                            + error.reason))
            }
        }
        if !labels.isEmpty { warnings = [] }
        pixels = try PixelNotes(
            reading: { outline.note($0) }, origin: { .metadata($0) },
            isCustomVision: outline.producer == "CustomVision")
    }

    // MARK: Ultralytics

    private mutating func readUltralytics(_ outline: GraphOutline) throws(ModelError) {
        let signs = [outline.note("author"), outline.note("description")]
        let isTheirs =
            signs.contains { $0?.contains("Ultralytics") == true }
            || outline.note("stride") != nil && outline.note("imgsz") != nil
        guard isTheirs, let task = outline.note("task") else { return }
        guard task == "classify" else {
            throw .unsupported(
                "the model's metadata says task \"\(task)\": it is Ultralytics' and no classifier, "
                    + "whose task is \"classify\"; picture classifiers are served")
        }
        ultralytics = Resolved(
            Self.size(outline.note("imgsz")) ?? Preprocessing.Size(height: 224, width: 224),
            .metadata("task"))
    }

    /// `[224, 224]` or `224`.
    private static func size(_ note: String?) -> Preprocessing.Size? {
        let range = 1...Manifest.sideLimit
        guard let note else { return nil }
        let value: JSONValue
        do throws(InputError) {
            value = try JSONValue(jsonOrPython: Array(note.utf8), maxValues: maxValues)
        } catch {
            return nil
        }
        if let side = value.integer(range) { return .init(height: side, width: side) }
        guard case .array(let sides) = value, sides.count == 2,
            let height = sides[0].integer(range), let width = sides[1].integer(range)
        else { return nil }
        return .init(height: height, width: width)
    }

    // MARK: Names

    private static func names(in note: String) throws(InputError) -> Labels {
        let text = note.drop(while: \.isWhitespace)
        if let first = text.first, "[{(".contains(first) {
            return try Labels(
                document: JSONValue(jsonOrPython: Array(note.utf8), maxValues: maxValues))
        }
        if let names = Labels.names(inOneLine: note, separators: ["\n", ";", ","]) {
            return Labels(names: names)
        }
        throw InputError("expected a list, an object or names with commas between them")
    }
}
