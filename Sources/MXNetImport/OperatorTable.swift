// Every operator of MXNet that can be imported.

/// Finds converters by the operator's name.
enum OperatorTable {
    /// Of all families.
    static let converters = join([
        Convolutions.table, Poolings.table, Normalizations.table, Activations.table,
        Arithmetic.table, Reshapes.table, Slices.table, Padding.table, Resizes.table,
        Broadcasts.table, Constants.table, Reductions.table,
    ])

    /// One converter under several names.
    static func entries(
        _ names: some Sequence<String>, _ converter: @escaping NodeImport.Converter
    ) -> [String: NodeImport.Converter] {
        var entries: [String: NodeImport.Converter] = [:]
        for name in names { entries[name] = converter }
        return entries
    }

    /// Several tables as one; a name must stand in one of them only.
    static func join(
        _ tables: [[String: NodeImport.Converter]]
    ) -> [String: NodeImport.Converter] {
        tables.reduce(into: [:]) { joined, table in
            joined.merge(table) { _, _ in preconditionFailure("two converters of one operator") }
        }
    }

    /// How many of a node's inputs count at inference: a label does not.
    static func usedInputs(of node: SymbolNode) -> ArraySlice<SymbolEntry> {
        Reductions.trainingOutputs.contains(node.operation)
            ? node.inputs.prefix(1) : node.inputs[...]
    }
}
