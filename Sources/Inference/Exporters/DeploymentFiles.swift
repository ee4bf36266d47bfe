// The files of exporters that are made for deployment: PaddleClas' and PaddleX's `inference.yml`,
// MMDeploy's `pipeline.json` and `deploy.json`, Azure Custom Vision's `metadata_properties.json`.
//
// The first one that defines the preprocessing decides it. A mistake is an error that names file and
// place.

internal import Basics
internal import Onnx

/// What those files say of a model.
struct DeploymentFiles: Sendable, Equatable {
    /// Azure Custom Vision's, beside each of its exports.
    private static let customVisionName = "cvexport.manifest"
    /// Azure Custom Vision's, with the order and range of pixels.
    private static let customVisionProperties = "metadata_properties.json"

    private(set) var steps: ExporterSteps?
    private(set) var labels: Resolved<Labels>?
    private(set) var pixels: PixelNotes?
    /// Whether Azure Custom Vision made the model.
    let isCustomVision: Bool

    /// Reads the files. `needsSteps`: whether they may define the preprocessing. Throws
    /// `unreadable`, `invalidSettings`, and `unsupported` if the model is no classifier.
    init(in folders: NoteFolders, needsSteps: Bool) throws(ModelError) {
        isCustomVision = folders.path(of: Self.customVisionName) != nil
        try readPaddle(in: folders, needsSteps: needsSteps)
        try readMMDeploy(in: folders, needsSteps: needsSteps && steps == nil)
        if needsSteps, steps == nil { try readCustomVision(in: folders) }
    }

    private mutating func readPaddle(
        in folders: NoteFolders, needsSteps: Bool
    ) throws(ModelError) {
        guard let path = folders.path(of: PaddleConfig.fileName) else { return }
        var reader = ManifestReader()
        let document: JSONValue
        do throws(InputError) {
            document = try JSONValue(
                yaml: File.contents(of: path, limit: ExporterFiles.sizeLimit),
                maxValues: ExporterFiles.maxValues)
        } catch {
            throw .invalidSettings(file: path, problems: [error.reason])
        }
        let root = reader.root(document).withoutNulls
        guard PaddleConfig.recognizes(root) else { return }
        let config = PaddleConfig(root, needsSteps: needsSteps, &reader)
        try ExporterFiles.fail(path, reader)
        steps = config.steps
        labels = config.labels
        if labels == nil, let name = config.labelFile, let file = folders.path(of: name) {
            let bytes = try ModelError.reading { () throws(InputError) in
                try File.contents(of: file, limit: Labels.sizeLimit)
            }
            labels = Resolved(try Labels(bytes, file: file), .file(name))
        }
    }

    private mutating func readMMDeploy(
        in folders: NoteFolders, needsSteps: Bool
    ) throws(ModelError) {
        var reader = ManifestReader()
        if let path = folders.path(of: MMDeployConfig.taskName),
            let task = MMDeployConfig.otherTask(try ExporterFiles.root(of: path, &reader))
        {
            throw .unsupported(
                "\(path) says that the model's task is \(task); picture classifiers are served, "
                    + "whose task is Classifier")
        }
        guard needsSteps, let path = folders.path(of: MMDeployConfig.fileName) else { return }
        let root = try ExporterFiles.root(of: path, &reader)
        guard MMDeployConfig.recognizes(root) else { return }
        steps = MMDeployConfig(root, &reader).steps
        try ExporterFiles.fail(path, reader)
    }

    private mutating func readCustomVision(in folders: NoteFolders) throws(ModelError) {
        guard let path = folders.path(of: Self.customVisionProperties) else { return }
        var reader = ManifestReader()
        let root = try ExporterFiles.root(of: path, &reader)
        try ExporterFiles.fail(path, reader)
        let texts = root.values.compactMapValues { value in
            if case .string(let text) = value { text } else { nil }
        }
        pixels = try PixelNotes(
            reading: { texts[$0] }, origin: { .key($0, in: Self.customVisionProperties) },
            isCustomVision: true)
    }
}

extension ManifestReader {
    /// A filter that was read under a key, if the library has it; otherwise notes which ones it has.
    mutating func supportedFilter(
        _ filter: Preprocessing.Filter?, _ key: String, in object: Object,
        of library: Preprocessing.ResizeLibrary
    ) -> Preprocessing.Filter? {
        if let filter, library.objection(to: filter) == nil { return filter }
        let known = library.filters.map(\.rawValue).joined(separator: ", ")
        reject(key, in: object, expected: "one of \(known)")
        return nil
    }
}
