// Tables of converters; each family of operators has one.

/// Builds and joins tables.
enum ConverterTable {
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
}
