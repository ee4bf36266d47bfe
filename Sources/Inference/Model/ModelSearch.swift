// Finds the file of one folder that is the model.
//
// A candidate is an `*.onnx` or MXNet's pair: a `*symbol.json` and its `*.params`. Of several,
// `model.onnx` is taken, since exporters put variants beside it; otherwise they are listed with what
// chooses one.

internal import Basics
internal import Onnx

/// The model among the names of a folder.
struct ModelSearch {
    private static let symbolEnding = "symbol.json"
    private static let parametersEnding = ".params"
    /// The name that wins over its neighbours.
    private static let usualName = "model.onnx"

    private let folder: NoteFolders.Folder
    private let names: [String]

    /// Searches the files of a folder; hidden ones are ignored.
    init(_ folder: NoteFolders.Folder) {
        self.folder = folder
        names = folder.names.filter { !$0.hasPrefix(".") }
    }

    /// The names of the files that may be the model.
    var candidates: [String] {
        files(where: { $0.lowercased().hasSuffix(".onnx") }) + files(ending: Self.symbolEnding)
    }

    /// The preferred one of several; `nil` if none is.
    static func preferred(of candidates: [String]) -> String? {
        let usual = candidates.filter { $0.lowercased() == usualName }
        return candidates.count == 1 ? candidates[0] : usual.count == 1 ? usual[0] : nil
    }

    /// What is half a model: the `.params` without their symbol; `nil` if there are none.
    var incomplete: String? {
        let parameters = files(ending: Self.parametersEnding)
        guard !parameters.isEmpty else { return nil }
        return "\(folder.path) has \(Self.list(parameters)) and no *\(Self.symbolEnding): an MXNet "
            + "model needs both"
    }

    /// What was looked for.
    static let wanted =
        "looked for one *.onnx, or MXNet's *\(symbolEnding) and *\(parametersEnding), or the "
        + "\"model\" of \(Manifest.fileName)"

    /// The format of a file by its name, with its `.params`. Throws `notFound` where they are not
    /// there.
    func format(of name: String) throws(ModelError) -> ModelFormat {
        let path = folder.path(of: name)
        guard !name.hasSuffix(Self.parametersEnding) else {
            throw .notFound("\(path) holds parameters only; name its *\(Self.symbolEnding)")
        }
        guard name.hasSuffix(Self.symbolEnding) else { return .onnx }
        let all = files(ending: Self.parametersEnding)
        var prefix = name.dropLast(Self.symbolEnding.count)
        if prefix.last == "-" { prefix.removeLast() }
        let own = all.filter { Self.isParameters($0, of: prefix) }
        let fitting = own.isEmpty ? all : own
        guard let parameters = fitting.first else {
            throw .notFound(
                "\(path) has no *\(Self.parametersEnding) beside it: an MXNet model needs both")
        }
        guard fitting.count == 1 else {
            throw .notFound(
                "\(fitting.count) parameter files for \(path): \(Self.list(fitting)); keep "
                    + "one of them, or name one \(prefix)\(Self.parametersEnding) and the others "
                    + "otherwise")
        }
        return .mxnet(parameters: folder.path(of: parameters))
    }

    /// Some of many names.
    static func list(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " …" : "")
    }

    /// `net.params`, or `net-0010.params` of epoch 10.
    private static func isParameters(_ name: String, of prefix: Substring) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count).dropLast(parametersEnding.count)
        guard let first = rest.first else { return true }
        let digits = first == "-" ? rest.dropFirst() : rest
        return !digits.isEmpty && digits.allSatisfy(\.isWholeNumber)
    }

    private func files(ending: String) -> [String] { files { $0.hasSuffix(ending) } }

    private func files(where isMeant: (String) -> Bool) -> [String] {
        names.filter { isMeant($0) && File.kind(of: folder.path(of: $0)) == .file }
    }
}
