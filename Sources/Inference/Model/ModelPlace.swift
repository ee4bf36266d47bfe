// Where a model is: a file that was named, a file of the given folder, or one below it.
//
// People give the folder that holds the folder of the model: SageMaker unpacks an archive to
// `/opt/ml/model/my-model/`, Triton has `1/model.onnx`, Xenova's repositories have `onnx/`. So a
// folder without a model is searched below, within limits.

internal import Basics
internal import Onnx

/// The file of a model and the folders that may say something about it.
struct ModelPlace {
    let model: Resolved<String>
    let format: ModelFormat
    /// The nearest first.
    let folders: NoteFolders
    /// The settings in the nearest folder that has some.
    let manifest: Manifest
    /// The folder that they are in.
    let settingsFolder: String
    private(set) var warnings: [ModelWarning] = []

    /// The model at a path: a folder, or the file itself. Throws `notFound`, `unreadable` or
    /// `invalidSettings`.
    init(_ path: String) throws(ModelError) {
        switch File.kind(of: path) {
        case .folder: try self.init(folder: path)
        case .file: try self.init(file: path)
        case .missing, .other:
            throw .notFound(
                "the model folder \(path) does not exist or is not a folder or a model file")
        }
    }

    private init(file path: String) throws(ModelError) {
        let cut = path.lastIndex(of: "/")
        let name = cut.map { String(path[path.index(after: $0)...]) } ?? path
        let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        folders = try NoteFolders(top: folder)
        (manifest, settingsFolder) = try Self.manifest(in: folders)
        model = Resolved(path, .file(name))
        format = try ModelSearch(folders.folders[0]).format(of: name)
    }

    private init(folder path: String) throws(ModelError) {
        let top = try NoteFolders(top: path)
        let folder = top.folders[0]
        let (settings, _) = try Self.manifest(in: top)
        if let name = settings.model {
            try self.init(named: name, below: top, at: [], settings)
            return
        }
        let candidates = ModelSearch(folder).candidates
        if !candidates.isEmpty {
            try self.init(candidates, below: top, at: [])
            return
        }
        let search = try SubfolderSearch(folder)
        if let below = search.onlyManifest {
            let folders = try NoteFolders(top: path, down: below[...])
            let (settings, _) = try Self.manifest(in: folders)
            if let name = settings.model {
                try self.init(named: name, below: top, at: below, settings)
                return
            }
        }
        guard let place = search.places.first else {
            throw .notFound(Self.nothing(in: folder, search))
        }
        guard search.places.count == 1 else {
            let all = search.places.flatMap { place in
                place.candidates.map { (place.names + [$0]).joined(separator: "/") }
            }
            throw .notFound(Self.several(all, in: path))
        }
        try self.init(place.candidates, below: top, at: place.names)
    }

    /// One of several candidates in a folder below the top.
    private init(
        _ candidates: [String], below top: NoteFolders, at names: [String]
    ) throws(ModelError) {
        folders = try NoteFolders(top: top.folders[0].path, down: names[...])
        let folder = folders.folders[0]
        guard let name = ModelSearch.preferred(of: candidates) else {
            throw .notFound(
                Self.several(candidates.map { folder.prefix + $0 }, in: top.folders[0].path))
        }
        model = Resolved(folder.path(of: name), .file(folder.prefix + name))
        format = try ModelSearch(folder).format(of: name)
        (manifest, settingsFolder) = try Self.manifest(in: folders)
        if candidates.count > 1 {
            let others = candidates.filter { $0 != name }.map { folder.prefix + $0 }
            warnings.append(
                .notice(
                    "\(folder.prefix)\(name) is served; beside it are \(ModelSearch.list(others)), "
                        + "which \"model\" in \(Manifest.fileName) can choose"))
        }
    }

    /// The model that settings name by its path from their own folder.
    private init(
        named name: String, below top: NoteFolders, at below: [String], _ settings: Manifest
    ) throws(ModelError) {
        let names = below + name.split(separator: "/").filter { $0 != "." }.map(String.init)
        let path = ([top.folders[0].path] + names).joined(separator: "/")
        guard let file = names.last, File.kind(of: path) == .file else {
            throw .notFound("\(path), the \"model\" of \(Manifest.fileName), does not exist")
        }
        folders = try NoteFolders(top: top.folders[0].path, down: names.dropLast())
        model = Resolved(folders.folders[0].path(of: file), .file(Manifest.fileName))
        format = try ModelSearch(folders.folders[0]).format(of: file)
        manifest = settings
        settingsFolder = ([top.folders[0].path] + below).joined(separator: "/")
    }

    private static func manifest(
        in folders: NoteFolders
    ) throws(ModelError) -> (Manifest, folder: String) {
        let nearest = folders.folders.first { $0.names.contains(Manifest.fileName) }
        guard let nearest else { return (Manifest(), folders.folders.last?.path ?? ".") }
        let path = nearest.path(of: Manifest.fileName)
        let bytes = try ModelError.reading { () throws(InputError) in
            try File.contents(of: path, limit: Manifest.sizeLimit)
        }
        return (try Manifest(bytes, file: path), nearest.path)
    }

    // MARK: Words

    private static func several(_ names: [String], in folder: String) -> String {
        "\(names.count) models in \(folder): \(ModelSearch.list(names)); "
            + "\"model\" in \(Manifest.fileName) chooses one, or the path of the file itself"
    }

    private static func nothing(
        in folder: NoteFolders.Folder, _ search: SubfolderSearch
    ) -> String {
        if let incomplete = ModelSearch(folder).incomplete { return incomplete }
        let other = ForeignFile.first(among: search.files)
        let depth = search.isCut ? ", as far as it was searched" : ""
        return
            "no model in \(folder.path) or up to \(SubfolderSearch.maxDepth) folders below it\(depth): "
            + (other.map { "\($0)" } ?? ModelSearch.wanted)
    }
}
