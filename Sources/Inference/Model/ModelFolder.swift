// The contents of a model folder: the model, the settings, the labels and what exporters wrote.
//
// It looks only at names that it knows and does not guess: two models are an error that names the
// setting to choose with, and no model is an error that says which names were looked for.

internal import Basics
package import Onnx

/// The files of one model: all are found and, except the model itself, read.
package struct ModelFolder: Sendable {
    /// As given: a folder, or the model's file.
    package let path: String
    /// The path of the ONNX file, or of MXNet's symbol.
    package let model: Resolved<String>
    /// Its format, and the other files that the format needs.
    package let format: ModelFormat
    /// Lists of class names, in the order of precedence.
    let labelSources: [Resolved<Labels>]
    /// The settings; empty if there is no such file.
    let manifest: Manifest
    /// The files that exporters wrote beside the model.
    let exported: ExporterFiles
    /// What was noticed about the files.
    let warnings: [ModelWarning]

    /// Searches a folder, or takes the file. Throws `notFound`, `unreadable` or `invalidSettings`.
    package init(_ path: String) throws(ModelError) {
        let place = try ModelPlace(path)
        self.path = path
        model = place.model
        format = place.format
        manifest = place.manifest
        exported = try ExporterFiles(
            in: place.folders, needsSteps: !manifest.decidesAllSteps,
            library: manifest.resizeLibrary)
        let (sources, warnings) = try Self.labels(place)
        labelSources = sources + [exported.labels].compactMap { $0 }
        self.warnings = (place.warnings + warnings).map(\.onOneLine)
    }

    /// The labels that come first, whatever the number of classes.
    package var labels: Resolved<Labels> { labelSources.first ?? Resolved(.none, .default) }

    /// All lists of class names, those in the model's own file included.
    func labelSources(with metadata: ModelMetadata) -> [Resolved<Labels>] {
        guard manifest.labels == nil else { return labelSources }
        // What a library supposes stands behind what the file says.
        let supposed = labelSources.filter { $0.origin.file == nil }
        return labelSources.filter { $0.origin.file != nil } + metadata.labels + supposed
    }

    /// Those of `amphora.json` alone where it has some, otherwise those of the label files.
    private static func labels(
        _ place: ModelPlace
    ) throws(ModelError) -> ([Resolved<Labels>], [ModelWarning]) {
        switch place.manifest.labels {
        case .names(let labels)?:
            return ([Resolved(Labels(names: labels), .key("labels", in: Manifest.fileName))], [])
        case .file(let name)?:
            let path = "\(place.settingsFolder)/\(name)"
            let bytes = try ModelError.reading { () throws(InputError) in
                try File.contents(of: path, limit: Labels.sizeLimit)
            }
            return ([Resolved(try Labels(bytes, file: path), .file(name))], [])
        case nil:
            let files = try LabelFiles(in: place.folders)
            return (files.sources, files.warnings)
        }
    }

    /// Compiles its network, with links to weights followed. Throws what the engine refuses, explained
    /// by the file.
    func compile(
        _ source: ModelSource, _ outline: GraphOutline, options: EngineOptions
    ) throws(ModelError) -> any CompiledModel {
        var options = options
        if case .onnx = format {
            options.linkedWeights = try ExternalData.linked(
                outline.externalFiles, of: model.value)
        }
        do throws(ModelError) {
            return try Engine.open(source, options: options)
        } catch {
            throw error.explained(
                by: outline, Engine.limits(options: options), path: model.value)
        }
    }

    /// Refuses a file that the network can't come from. Throws `unsupported` with what it is
    /// instead, and `notFound` for weights that lie elsewhere.
    func requireNetwork(_ outline: GraphOutline) throws(ModelError) {
        guard case .onnx = format else { return }
        let path = model.value
        if outline.nodes.isEmpty && outline.outputs.isEmpty {
            if let other = ForeignFile.of(path) {
                throw .unsupported(
                    "\(other.path) is no ONNX model: it is \(other.kind); \(other.remedy)")
            }
            if outline.irVersion == 0 { return try Self.requireOwnFormat(path) }
            guard !outline.isComplete else { return }
            let size = try ModelError.reading { () throws(InputError) in try File.size(of: path) }
            throw .unsupported(
                "\(path) is an ONNX file that is cut off after \(size) bytes: its graph goes on; copy "
                    + "or download it again")
        }
        try ExternalData.require(outline.externalFiles, of: path)
    }

    /// Lets only the engine's own format pass, which is no ONNX file. Throws `unsupported`.
    private static func requireOwnFormat(_ path: String) throws(ModelError) {
        let head = try ModelError.reading { () throws(InputError) in
            try File.beginning(of: path, count: 8)
        }
        guard !head.dropFirst(4).elementsEqual("ORTM".utf8) else { return }
        var digits: [UInt8] = []
        for byte in head { digits.append(hexadecimalByte: byte) }
        throw .unsupported(
            "\(path) is no ONNX model, or it is damaged: it begins with the bytes "
                + "\(String(decoding: digits, as: UTF8.self)); copy or export it again")
    }
}
