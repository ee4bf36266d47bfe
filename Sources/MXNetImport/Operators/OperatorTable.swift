// Every operator of MXNet that can be imported.

/// Finds converters by the operator's name.
enum OperatorTable {
    /// The converters of all families.
    static let converters = ConverterTable.join([
        Convolutions.table, Poolings.table, Normalizations.table, Activations.table,
        Arithmetic.table, Reshapes.table, Slices.table, Padding.table, Resizes.table,
        Broadcasts.table, Constants.table, Reductions.table,
    ])

    /// The inputs of a node that matter at inference; a label does not.
    static func usedInputs(of node: SymbolNode) -> ArraySlice<SymbolEntry> {
        Reductions.trainingOutputs.contains(node.operation)
            ? node.inputs.prefix(1) : node.inputs[...]
    }
}
