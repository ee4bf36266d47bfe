// Constants, and look-ups of rows in a matrix.

internal import Onnx

/// Converters of constants and look-ups.
enum Constants {
    static let table: [String: NodeImport.Converter] = [
        "_zeros": constant, "_ones": constant, "_full": constant, "zeros_like": filled,
        "ones_like": filled,
        "Embedding": embedding,
    ]

    @Sendable private static func constant(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("ctx", "dtype")
        try node.expect(inputs: 0)
        let lengths = try node.attributes.integers("shape") ?? []
        guard lengths.allSatisfy({ (1...(1 << 24)).contains($0) }) else {
            throw node.attributes.wrong("shape", expected: "numbers above 0")
        }
        let value = try node.attributes.number("value") ?? 0
        let number = node.builder.floats([node.node.operation == "_ones" ? 1 : Float(value)])
        guard !lengths.isEmpty else { return [number] }
        return [
            try node.add(
                "Expand", [number, node.builder.integers(lengths)],
                shape: lengths.map(Dimension.fixed))
        ]
    }

    @Sendable private static func filled(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let value: Float = node.node.operation == "ones_like" ? 1 : 0
        let shape = try node.add("Shape", [data], shape: [.fixed(max(1, data.rank))])
        return [try node.add("Expand", [node.builder.floats([value]), shape], shape: data.shape)]
    }

    /// Looks up rows of a matrix by index; indices beyond its ends are clamped.
    @Sendable private static func embedding(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("dtype", "sparse_grad")
        try node.expect(inputs: 2)
        guard let rows = try node.attributes.integer("input_dim"), rows > 0,
            let width = try node.attributes.integer("output_dim"), width > 0
        else {
            throw node.attributes.wrong("input_dim", expected: "a number above 0")
        }
        let bounds = [node.builder.floats([0]), node.builder.floats([Float(rows - 1)])]
        let data = try node.input(0)
        let clamped = try node.add("Clip", [data] + bounds, shape: data.shape)
        let numbers = try node.map("Cast", clamped, [("to", .integer(7))])
        let weight = try node.weight(1, "weight", [rows, width])
        return [
            try node.add("Gather", [weight, numbers], shape: data.shape + [.fixed(width)])
        ]
    }
}
