// The contents of a model folder: the model, the settings and the labels beside it.
//
// It looks only at names that it knows and does not guess: two models are an error that names the
// setting to choose with, and no model is an error that says which names were looked for.

internal import Basics
package import Onnx

/// The files of one model: all are found and, except the model itself, read.
package struct ModelFolder: Sendable {
    /// As given.
    package let path: String
    /// The path of the ONNX file, or of MXNet's symbol.
    package let model: Resolved<String>
    /// Its format, and the other files that the format needs.
    package let format: ModelFormat
    /// The labels; none if there is no such file.
    package let labels: Resolved<Labels>
    /// The settings; empty if there is no such file.
    let manifest: Manifest
    /// The files that exporters wrote beside the model.
    let exported: ExporterFiles

    /// Searches a folder. Throws `notFound`, `unreadable` or `invalidSettings`.
    package init(_ path: String) throws(ModelError) {
        guard File.kind(of: path) == .folder else {
            throw .notFound("the model folder \(path) does not exist or is not a folder")
        }
        self.path = path
        let names = try ModelError.reading { () throws(InputError) in try File.names(in: path) }
        if names.contains(Manifest.fileName) {
            let file = Self.join(path, Manifest.fileName)
            manifest = try Manifest(
                Self.contents(of: file, limit: Manifest.sizeLimit), file: file)
        } else {
            manifest = Manifest()
        }
        (model, format) = try ModelSearch(path, names: names).find(named: manifest.model)
        exported = try ExporterFiles(
            in: path, names: names, needsSteps: !manifest.decidesAllSteps)
        labels = try Self.findLabels(in: path, names: names, manifest, exported)
    }

    private static func findLabels(
        in path: String, names: [String], _ manifest: Manifest, _ exported: ExporterFiles
    ) throws(ModelError) -> Resolved<Labels> {
        switch manifest.labels {
        case .names(let labels)?:
            return Resolved(Labels(names: labels), .key("labels", in: Manifest.fileName))
        case .file(let name)?:
            return try read(name, in: path)
        case nil:
            guard let name = Labels.fileNames.first(where: names.contains) else {
                return exported.labels ?? Resolved(.none, .default)
            }
            return try read(name, in: path)
        }
    }

    private static func read(
        _ name: String, in path: String
    ) throws(ModelError) -> Resolved<Labels> {
        let file = join(path, name)
        return Resolved(
            try Labels(contents(of: file, limit: Labels.sizeLimit), file: file), .file(name))
    }

    private static func contents(of file: String, limit: Int) throws(ModelError) -> [UInt8] {
        try ModelError.reading { () throws(InputError) in
            try File.contents(of: file, limit: limit)
        }
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
