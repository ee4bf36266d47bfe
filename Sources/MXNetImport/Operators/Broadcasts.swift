// Operators that repeat a tensor along its axes.

internal import Onnx

/// Converters of broadcasting and tiling.
enum Broadcasts {
    static let table: [String: NodeImport.Converter] = [
        "broadcast_to": broadcastTo, "broadcast_axis": broadcastAxis,
        "broadcast_axes": broadcastAxis, "broadcast_like": broadcastLike, "tile": tile,
    ]

    @Sendable private static func broadcastTo(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let target = try node.attributes.integers("shape") ?? []
        guard target.count == data.rank else {
            throw node.attributes.wrong("shape", expected: "\(data.rank) numbers")
        }
        var shape = data.shape
        for (index, length) in target.enumerated() where length != 0 {
            shape[index] = try stretched(node, data, index, to: .fixed(length))
        }
        return [try expanded(node, data, shape)]
    }

    @Sendable private static func broadcastAxis(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let axes = try node.attributes.integers("axis") ?? []
        let sizes = try node.attributes.integers("size") ?? []
        guard axes.count == sizes.count else {
            throw node.attributes.wrong("size", expected: "as many numbers as \"axis\"")
        }
        var shape = data.shape
        for (axis, size) in zip(axes, sizes) {
            let position = try node.axis(axis, of: data.rank)
            shape[position] = try stretched(node, data, position, to: .fixed(size))
        }
        return [try expanded(node, data, shape)]
    }

    @Sendable private static func broadcastLike(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        try node.expect(inputs: 2)
        let (data, model) = (try node.input(0), try node.input(1))
        guard node.attributes.text("lhs_axes") == nil, node.attributes.text("rhs_axes") == nil
        else { throw node.attributes.unsupported("lhs_axes", supported: "None") }
        guard data.rank == model.rank else {
            throw .malformed("its inputs have the shapes \(data.shapeText) and \(model.shapeText)")
        }
        var shape = data.shape
        for index in shape.indices {
            shape[index] = try stretched(node, data, index, to: model.shape[index])
        }
        // The engine reads the second input's shape at run time, so no axis need be pinned.
        let target = try node.add("Shape", [model], shape: [.fixed(model.rank)])
        return [try node.add("Expand", [data, target], shape: shape)]
    }

    private static func stretched(
        _ node: NodeImport, _ data: Tensor, _ index: Int, to dimension: Dimension
    ) throws(SymbolError) -> Dimension {
        let length = data.shape[index].length
        guard dimension.length == length || length == 1, dimension.length > 0 else {
            throw .malformed(
                "axis \(index) of its input, \(data.shapeText), cannot become "
                    + "\(dimension.length) long")
        }
        return dimension.length == length ? data.shape[index] : dimension
    }

    private static func expanded(
        _ node: NodeImport, _ data: Tensor, _ shape: [Dimension]
    ) throws(SymbolError) -> Tensor {
        guard shape != data.shape else { return data }
        // 1 leaves a dimension unchanged.
        let target = zip(shape, data.shape).map { $0 == $1 ? 1 : node.builder.pin($0) }
        return try node.add("Expand", [data, node.builder.integers(target)], shape: shape)
    }

    @Sendable private static func tile(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        var repeats = try node.attributes.integers("reps") ?? []
        guard repeats.count <= data.rank, repeats.allSatisfy({ (1...(1 << 20)).contains($0) })
        else {
            throw node.attributes.wrong(
                "reps", expected: "at most \(data.rank) numbers above 0")
        }
        repeats = Array(repeating: 1, count: data.rank - repeats.count) + repeats
        var shape: [Dimension] = []
        for (dimension, count) in zip(data.shape, repeats) {
            shape.append(try node.product([dimension, .fixed(count)]))
        }
        return [try node.add("Tile", [data, node.builder.integers(repeats)], shape: shape)]
    }
}
