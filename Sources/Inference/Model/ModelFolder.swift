// What lies in a model folder: the model, the settings and the labels beside it.
//
// Looks only at names it knows and guesses nothing: two models are an error that names the setting
// that chooses, and none is an error that says what was looked for.

/// The files of one model, found and read but for the model itself.
package struct ModelFolder: Sendable {
    /// As given.
    package let path: String
    /// The path of the ONNX file.
    package let model: Resolved<String>
    /// The labels; none where there is no such file.
    package let labels: Resolved<Labels>
    /// The settings; empty where there is no such file.
    let manifest: Manifest
    /// What exporters wrote beside the model.
    let exported: ExporterFiles

    /// Looks through a folder. Throws `notFound`, `unreadable` or `invalidSettings`.
    package init(_ path: String) throws(ModelError) {
        guard File.kind(of: path) == .folder else {
            throw .notFound("the model folder \(path) does not exist or is not a folder")
        }
        self.path = path
        let names = try File.names(in: path)
        if names.contains(Manifest.fileName) {
            let file = Self.join(path, Manifest.fileName)
            manifest = try Manifest(
                File.contents(of: file, limit: Manifest.sizeLimit), file: file)
        } else {
            manifest = Manifest()
        }
        model = try Self.findModel(in: path, names: names, manifest: manifest)
        exported = try ExporterFiles(
            in: path, names: names, needsSteps: !manifest.decidesAllSteps)
        labels = try Self.findLabels(in: path, names: names, manifest, exported)
    }

    private static func findModel(
        in path: String, names: [String], manifest: Manifest
    ) throws(ModelError) -> Resolved<String> {
        if let name = manifest.model {
            let file = join(path, name)
            guard File.kind(of: file) == .file else {
                throw .notFound("\(file), the \"model\" of \(Manifest.fileName), does not exist")
            }
            return Resolved(file, .file(Manifest.fileName))
        }
        let candidates = names.filter {
            $0.hasSuffix(".onnx") && !$0.hasPrefix(".") && File.kind(of: join(path, $0)) == .file
        }
        guard let name = candidates.first else {
            throw .notFound(
                "no model in \(path): looked for one *.onnx, or the \"model\" of "
                    + Manifest.fileName)
        }
        guard candidates.count == 1 else {
            throw .notFound(
                "\(candidates.count) models in \(path): \(candidates.joined(separator: ", ")); "
                    + "\"model\" in \(Manifest.fileName) chooses one")
        }
        return Resolved(join(path, name), .file(name))
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
            try Labels(File.contents(of: file, limit: Labels.sizeLimit), file: file), .file(name))
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
