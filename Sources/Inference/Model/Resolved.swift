// A setting together with where it came from, so that `inspect` can say both.

/// Who decided a value.
package enum Origin: Sendable, Equatable, CustomStringConvertible {
    /// A file of the model folder, by its name.
    case file(String)
    /// The graph itself.
    case model
    /// Nobody.
    case `default`

    /// For people.
    package var description: String {
        switch self {
        case .file(let name): name
        case .model: "model"
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
