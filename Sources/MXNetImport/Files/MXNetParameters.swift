// The arrays of a `.params` file, by the names that a symbol uses.
//
// `HybridBlock.export` and `Module.save_checkpoint` write "arg:conv0_weight" and "aux:bn0_mean";
// other writers omit the prefix.

internal import Onnx

/// A network's parameters.
struct MXNetParameters {
    /// For messages.
    let path: String
    private var arrays: [String: NDArray] = [:]
    private(set) var unnamed = 0

    /// Reads the names of a list. Throws `unreadable` where one is given twice.
    init(_ list: NDArrayList, path: String) throws(ModelError) {
        self.path = path
        if list.names.isEmpty { unnamed = list.arrays.count }
        for (name, array) in zip(list.names, list.arrays) {
            guard let array, !array.shape.contains(0) else { continue }
            let isPrefixed = name.hasPrefix("arg:") || name.hasPrefix("aux:")
            let bare = isPrefixed ? String(name.dropFirst(4)) : name
            guard arrays.updateValue(array, forKey: bare) == nil else {
                throw .unreadable(path: path, reason: "it has two arrays called \"\(bare)\"")
            }
        }
    }

    /// The array of a variable.
    subscript(name: String) -> NDArray? { arrays[name] }

    /// The error for variables without an array.
    func missing(_ names: [String]) -> ModelError {
        var reason = "it lacks \(names.count) arrays that the symbol needs: "
        reason += names.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
        reason += names.count > 3 ? " …" : ""
        if unnamed > 0 {
            reason += "; its \(unnamed) arrays have no names"
        } else if let name = arrays.keys.first(where: { $0.contains(".") }), names.count > 3 {
            reason += "; its names are those of Block.save_parameters, like \"\(name)\", instead "
            reason += "of those that HybridBlock.export writes"
        }
        return .unreadable(path: path, reason: reason)
    }
}
