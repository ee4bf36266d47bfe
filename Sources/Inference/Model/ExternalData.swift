// Files beside an ONNX model that hold its weights.
//
// Their names stand in the model's file, so they must not lead out of its folder. What lies under
// such a name may be a link: that is its owner's, and Hugging Face's cache links every file.

internal import Basics
internal import Onnx

/// The rules for external data.
enum ExternalData {
    /// Refuses names that lead out of the model's folder, and names without a file. Throws
    /// `unsupported` or `notFound`.
    static func require(_ names: [String], of model: String) throws(ModelError) {
        for name in names {
            guard staysInside(name) else {
                throw .unsupported(
                    "\(model) asks for weights in “\(name)”, which leads out of its folder; such "
                        + "names are refused, since a model from elsewhere could read any file")
            }
            let path = path(of: name, beside: model)
            guard File.kind(of: path) == .file else {
                throw .notFound(
                    "\(path) is missing: \(model) keeps weights in it; copy it beside the model "
                        + "under this name")
            }
            // A clone without Git LFS has a pointer in place of the weights.
            if let other = ForeignFile.standIn(path) {
                throw .unsupported("\(other), and not the weights that \(model) keeps in it")
            }
        }
    }

    /// Those of some weights that the engine refuses: links that lead out of the model's folder and
    /// of the one that holds the model itself. It accepts Hugging Face's cache, where both lie
    /// together behind their links. Throws `unreadable`.
    static func linked(_ names: [String], of model: String) throws(ModelError) -> [LinkedWeights] {
        guard names.contains(where: { File.isLink(path(of: $0, beside: model)) }) else { return [] }
        return try ModelError.reading { () throws(InputError) in
            let own = try File.resolved(path(of: ".", beside: model))
            let homes = [
                own.folder == "/" ? "/\(own.name)" : "\(own.folder)/\(own.name)",
                try File.resolved(model).folder,
            ]
            var linked: [LinkedWeights] = []
            for name in names {
                let path = path(of: name, beside: model)
                let real = try File.resolved(path)
                let isHome = homes.contains { real.folder == $0 || real.folder.hasPrefix($0 + "/") }
                if !isHome { linked.append(LinkedWeights(name: name, path: path)) }
            }
            return linked
        }
    }

    /// The path of a file that a model names.
    static func path(of name: String, beside model: String) -> String {
        Path.folder(of: model) + name
    }

    /// Whether a name stays in the folder at each step.
    static func staysInside(_ name: String) -> Bool {
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains("\\"), !name.contains("\0") else {
            return false
        }
        var depth = 0
        for part in name.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return depth > 0
    }
}
