// Looks for models in the folders below one that has none, at most three levels deep.
//
// Folders of code, hidden ones and what macOS adds to archives are passed over. A folder that two
// links lead to is visited once. The numbers of files and folders are limited, since the folder may
// be the root of a disk.

internal import Basics
internal import Onnx

/// What lies below a folder.
struct SubfolderSearch {
    /// A folder that holds candidates.
    struct Place {
        /// The folders that lead to it from the top.
        let names: [String]
        let candidates: [String]
    }

    static let maxDepth = 3
    private static let maxFolders = 1000
    private static let maxNames = 20_000
    private static let passedOver: Set<String> = ["code", "__MACOSX", "node_modules", "lost+found"]

    /// In the order in which they were found: the shallowest first.
    private(set) var places: [Place] = []
    /// The folder of the only `amphora.json` below; `nil` if there is none or several.
    var onlyManifest: [String]? { manifests.count == 1 ? manifests[0] : nil }
    /// Files at the top and below, some of many.
    private(set) var files: [String] = []
    /// Whether a limit ended the search.
    private(set) var isCut = false

    private var manifests: [[String]] = []
    private var seen: Set<String> = []
    private var names = 0

    /// Searches below a folder that is listed already.
    init(_ top: NoteFolders.Folder) throws(ModelError) {
        var level = [(names: [String](), folder: top)]
        collect(top)
        for _ in 0..<Self.maxDepth {
            var next: [(names: [String], folder: NoteFolders.Folder)] = []
            for (names, folder) in level {
                for name in folder.names where Self.isSearched(name) {
                    guard let found = open(folder.path(of: name)) else { continue }
                    visit(found, names + [name])
                    next.append((names + [name], found))
                }
            }
            level = next
        }
    }

    private static func isSearched(_ name: String) -> Bool {
        !name.hasPrefix(".") && !passedOver.contains(name)
    }

    /// A folder that was not visited before and can be read.
    private mutating func open(_ path: String) -> NoteFolders.Folder? {
        guard !isCut, File.kind(of: path) == .folder else { return nil }
        do {
            let real = try File.resolved(path)
            guard seen.insert("\(real.folder)/\(real.name)").inserted else { return nil }
            let folder = try NoteFolders.Folder(listing: path, prefix: "")
            names += folder.names.count
            isCut = names > Self.maxNames || seen.count > Self.maxFolders
            return folder
        } catch {
            // Another user's folder, as on the root of a disk.
            return nil
        }
    }

    private mutating func visit(_ folder: NoteFolders.Folder, _ path: [String]) {
        let candidates = ModelSearch(folder).candidates
        if !candidates.isEmpty { places.append(Place(names: path, candidates: candidates)) }
        if folder.names.contains(Manifest.fileName) { manifests.append(path) }
        collect(folder)
    }

    private mutating func collect(_ folder: NoteFolders.Folder) {
        guard files.count < 256 else { return }
        files += folder.names.prefix(256).filter { !$0.hasPrefix(".") }.map(folder.path(of:))
    }
}
