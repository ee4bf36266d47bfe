// Finds the file of a folder that is the model.
//
// Takes the only candidate. If there are several, or half of one, it says so and names what would
// decide. A candidate is an `*.onnx` or MXNet's pair: a `*symbol.json` and its `*.params`.

internal import Basics
internal import Onnx

/// The model among the names of a folder.
struct ModelSearch {
    private static let symbolEnding = "symbol.json"
    private static let parametersEnding = ".params"

    private let folder: String
    private let names: [String]

    /// Searches the files of a folder; hidden ones are ignored.
    init(_ folder: String, names: [String]) {
        self.folder = folder
        self.names = names.filter { !$0.hasPrefix(".") }
    }

    /// The model that the settings name, or else the only one. Throws `notFound`.
    func find(
        named name: String?
    ) throws(ModelError) -> (model: Resolved<String>, format: ModelFormat) {
        if let name {
            let path = path(name)
            guard File.kind(of: path) == .file else {
                throw .notFound("\(path), the \"model\" of \(Manifest.fileName), does not exist")
            }
            guard !name.hasSuffix(Self.parametersEnding) else {
                throw .notFound(
                    "\(path), the \"model\" of \(Manifest.fileName), holds parameters only; name "
                        + "its *\(Self.symbolEnding)")
            }
            return (Resolved(path, .file(Manifest.fileName)), try format(of: name))
        }
        let candidates = files(ending: ".onnx") + files(ending: Self.symbolEnding)
        guard let only = candidates.first else {
            throw .notFound(nothing())
        }
        guard candidates.count == 1 else {
            throw .notFound(
                "\(candidates.count) models in \(folder): \(Self.list(candidates)); "
                    + "\"model\" in \(Manifest.fileName) chooses one")
        }
        return (Resolved(path(only), .file(only)), try format(of: only))
    }

    private func nothing() -> String {
        let parameters = files(ending: Self.parametersEnding)
        guard parameters.isEmpty else {
            return "\(folder) has \(Self.list(parameters)) and no *\(Self.symbolEnding): an MXNet "
                + "model needs both"
        }
        return "no model in \(folder): looked for one *.onnx, or MXNet's *\(Self.symbolEnding) and "
            + "*\(Self.parametersEnding), or the \"model\" of \(Manifest.fileName)"
    }

    private func format(of name: String) throws(ModelError) -> ModelFormat {
        guard name.hasSuffix(Self.symbolEnding) else { return .onnx }
        let all = files(ending: Self.parametersEnding)
        var prefix = name.dropLast(Self.symbolEnding.count)
        if prefix.last == "-" { prefix.removeLast() }
        let own = all.filter { Self.isParameters($0, of: prefix) }
        let fitting = own.isEmpty ? all : own
        guard let parameters = fitting.first else {
            throw .notFound(
                "\(path(name)) has no *\(Self.parametersEnding) beside it: an MXNet model needs both"
            )
        }
        guard fitting.count == 1 else {
            throw .notFound(
                "\(fitting.count) parameter files for \(path(name)): \(Self.list(fitting)); keep "
                    + "one of them, or name one \(prefix)\(Self.parametersEnding) and the others "
                    + "otherwise")
        }
        return .mxnet(parameters: path(parameters))
    }

    /// `net.params`, or `net-0010.params` of epoch 10.
    private static func isParameters(_ name: String, of prefix: Substring) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count).dropLast(parametersEnding.count)
        guard let first = rest.first else { return true }
        let digits = first == "-" ? rest.dropFirst() : rest
        return !digits.isEmpty && digits.allSatisfy(\.isWholeNumber)
    }

    private func files(ending: String) -> [String] {
        names.filter { $0.hasSuffix(ending) && File.kind(of: path($0)) == .file }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " …" : "")
    }

    private func path(_ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
