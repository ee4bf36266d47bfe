// The folders whose files say something about a model: its own, and those above it up to the one
// that was given. The nearest wins, as in Triton's layout (labels beside `config.pbtxt`, the model in
// `1/`) and in Xenova's (`config.json` at the top, the model in `onnx/`).

internal import Basics
internal import Onnx

/// Files by their names in one or several folders. Any thread.
struct NoteFolders: Sendable, Equatable {
    /// One folder, listed.
    struct Folder: Sendable, Equatable {
        /// As it is opened.
        let path: String
        /// Its place below the top, as `onnx/`; empty for the top itself.
        let prefix: String
        /// Sorted.
        let names: [String]

        /// The path of a file in it.
        func path(of name: String) -> String {
            path.hasSuffix("/") ? path + name : path + "/" + name
        }
    }

    /// More files than any model folder has.
    static let nameLimit = 100_000

    /// The nearest first.
    let folders: [Folder]

    /// No folders.
    init() { folders = [] }

    /// The folder at `top` and those between it and the one `names` below it. Throws `unreadable`.
    init(top: String, down names: ArraySlice<String> = []) throws(ModelError) {
        var found = [try Folder(listing: top, prefix: "")]
        for name in names {
            let above = found[0]
            found.insert(
                try Folder(listing: above.path(of: name), prefix: "\(above.prefix)\(name)/"), at: 0)
        }
        folders = found
    }

    /// The path of the nearest file of a name; `nil` if there is none.
    func path(of name: String) -> String? {
        folders.first { $0.names.contains(name) }?.path(of: name)
    }
}

extension NoteFolders.Folder {
    /// Lists a folder. Throws `unreadable`.
    init(listing path: String, prefix: String) throws(ModelError) {
        self.path = path
        self.prefix = prefix
        names = try ModelError.reading { () throws(InputError) in
            let names = try File.names(in: path)
            guard names.count <= NoteFolders.nameLimit else {
                throw InputError("it holds \(names.count) files, too many for a model", file: path)
            }
            return names
        }
    }
}
