// A setting together with where it came from, so that `inspect` can say both.

/// Who decided a value.
package enum Origin: Sendable, Equatable, CustomStringConvertible {
    /// A file of the model folder, by its name.
    case file(String)
    /// A key of such a file, by its full path.
    case key(String, in: String)
    /// The graph itself.
    case model
    /// What a library does where its file leaves it open.
    case library(String)
    /// Nobody.
    case `default`

    /// The file behind it, by its name.
    package var file: String? {
        switch self {
        case .file(let name), .key(_, in: let name): name
        case .model, .library, .default: nil
        }
    }

    /// The key in that file.
    package var key: String? {
        if case .key(let key, in: _) = self { return key }
        return nil
    }

    /// For people.
    package var description: String {
        switch self {
        case .file(let name): name
        case .key(let key, in: let file): "\(file): \"\(key)\""
        case .model: "model"
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
