// What a model answers: arrays by name, one of which may have names for its last dimension.

/// An output of a model.
package struct TensorOutput: Sendable, Equatable {
    /// The keys of the maps that a ZipMap makes of scores: one for each place of the last dimension.
    package enum Keys: Sendable, Equatable {
        /// Class names, UTF-8.
        case strings([[UInt8]])
        /// Class numbers.
        case integers([Int64])

        /// How many there are.
        package var count: Int {
            switch self {
            case .strings(let keys): keys.count
            case .integers(let keys): keys.count
            }
        }
    }

    /// As the graph spells it.
    package let name: String
    package let tensor: Tensor
    /// `nil` for an array as it is.
    package let keys: Keys?

    /// Creates an output. There must be as many keys as the last dimension is long.
    package init(name: String, tensor: Tensor, keys: Keys? = nil) {
        precondition(keys == nil || keys?.count == tensor.shape.last)
        self.name = name
        self.tensor = tensor
        self.keys = keys
    }
}
