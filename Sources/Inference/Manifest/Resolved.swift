// A setting together with its origin, so that `inspect` can show both.

/// The origin of a value.
package enum Origin: Sendable, Equatable, CustomStringConvertible {
    /// A file of the model folder, by its name.
    case file(String)
    /// A key of such a file, by its full path.
    case key(String, in: String)
    /// The shape or the names of the network itself.
    case model
    /// Operators of the graph: what they do.
    case graph(String)
    /// A key of the metadata in the model's file, which its exporter wrote.
    case metadata(String)
    /// Numbers that the network answered when it was loaded: what they show.
    case measured(String)
    /// A named set of preprocessing steps.
    case preset(String)
    /// The default of a library whose file leaves the value open.
    case library(String)
    /// Our own default.
    case `default`

    /// The file that it comes from, by its name.
    package var file: String? {
        switch self {
        case .file(let name), .key(_, in: let name): name
        case .model, .graph, .metadata, .measured, .preset, .library, .default: nil
        }
    }

    /// The key in that file.
    package var key: String? {
        if case .key(let key, in: _) = self { return key }
        return nil
    }

    /// As people read it.
    package var description: String {
        switch self {
        case .file(let name): name
        case .key(let key, in: let file): "\(file): \"\(key)\""
        case .model: "model"
        case .graph(let what): "graph: \(what)"
        case .metadata(let key): "metadata of the model: \"\(key)\""
        case .measured(let what): "measured: \(what)"
        case .preset(let name): "preset \"\(name)\""
        case .library(let name): "default of \(name)"
        case .default: "default"
        }
    }
}

/// A value and its origin.
package struct Resolved<Value: Sendable>: Sendable {
    package let value: Value
    package let origin: Origin

    /// Joins the two.
    package init(_ value: Value, _ origin: Origin) {
        self.value = value
        self.origin = origin
    }
}

extension Resolved: Equatable where Value: Equatable {}
