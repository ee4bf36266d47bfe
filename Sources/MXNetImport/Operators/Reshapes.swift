// Operators that keep all elements and change the shape or the order.

internal import Onnx

/// Converters of reshapes and transpositions.
enum Reshapes {
    static let table: [String: NodeImport.Converter] = [
        "Reshape": reshape, "reshape": reshape, "Flatten": flatten, "flatten": flatten,
        "_npx_batch_flatten": flatten, "transpose": transpose, "_np_transpose": transpose,
        "_npi_transpose": transpose, "SwapAxis": swap, "swapaxes": swap, "expand_dims": expand,
        "_npi_expand_dims": expand, "squeeze": squeeze, "_npi_squeeze": squeeze,
        "_np_squeeze": squeeze, "_np_reshape": numpyReshape, "_npx_reshape": extendedReshape,
        "_npi_swapaxes": swap,
        "reshape_like": reshapeLike, "depth_to_space": depthToSpace,
        "space_to_depth": spaceToDepth,
    ]

    @Sendable private static func flatten(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        guard data.rank >= 1 else { throw .malformed("its input has no dimensions") }
        guard data.rank != 2 else { return [data] }
        let shape = [data.shape[0], try node.product(data.shape.dropFirst())]
        return [try node.add("Flatten", [data], [("axis", .integer(1))], shape: shape)]
    }

    /// MXNet's codes: 0 copies a dimension, −1 is inferred, −2 copies the remaining ones, −3 is the
    /// product of two, −4 splits one into the two numbers that follow.
    @Sendable private static func reshape(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let reversed = try node.attributes.flag("reverse", default: false)
        node.attributes.ignore("keep_highest")
        var codes = try node.attributes.integers("shape") ?? []
        let legacy = try node.attributes.integers("target_shape") ?? []
        if codes.isEmpty {
            // Older files have "target_shape" instead of "shape"; in it 0 is the inferred length.
            guard !legacy.isEmpty, legacy != [0] else {
                throw .malformed("it has no attribute \"shape\"")
            }
            codes = legacy.map { $0 == 0 ? -1 : $0 }
        }
        var source = data.shape
        if reversed {
            guard !codes.contains(-4) else {
                throw node.attributes.unsupported("reverse", supported: "False beside a −4")
            }
            source.reverse()
            codes.reverse()
        }
        var shape = try ReshapeCodes(node, source: source).shape(codes)
        if reversed { shape.reverse() }
        return [try node.reshaped(data, to: shape)]
    }

    /// numpy's reshape: lengths, of which one may be −1.
    @Sendable private static func numpyReshape(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        guard node.attributes.text("order") ?? "C" == "C" else {
            throw node.attributes.unsupported("order", supported: "\"C\"")
        }
        let lengths = try node.attributes.integers("newshape") ?? []
        guard lengths.allSatisfy({ $0 > 0 || $0 == -1 }) else {
            throw node.attributes.unsupported("newshape", supported: "lengths above 0 and one −1")
        }
        let shape = try ReshapeCodes(node, source: data.shape).shape(lengths)
        return [try node.reshaped(data, to: shape)]
    }

    /// The codes of the numpy extension: other numbers with the same meanings.
    @Sendable private static func extendedReshape(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        guard try !node.attributes.flag("reverse", default: false) else {
            throw node.attributes.unsupported("reverse", supported: "False")
        }
        _ = node.attributes.text("order")
        let meanings = [-1: -1, -2: 0, -3: ReshapeCodes.skip, -4: -2, -5: -3, -6: -4]
        var codes: [Int] = []
        for code in try node.attributes.integers("newshape") ?? [] {
            guard let meaning = code > 0 ? code : meanings[code] else {
                throw node.attributes.wrong("newshape", expected: "lengths and codes −1…−6")
            }
            codes.append(meaning)
        }
        let shape = try ReshapeCodes(node, source: data.shape).shape(codes)
        return [try node.reshaped(data, to: shape)]
    }

    @Sendable private static func reshapeLike(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        try node.expect(inputs: 2)
        let (data, model) = (try node.input(0), try node.input(1))
        guard try node.product(data.shape).length == node.product(model.shape).length else {
            throw .malformed("its input \(data.shapeText) cannot have the shape \(model.shapeText)")
        }
        return [try node.reshaped(data, to: model.shape)]
    }

    @Sendable private static func transpose(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        var order = try node.attributes.integers("axes") ?? []
        if order.isEmpty { order = (0..<data.rank).reversed() }
        for index in order.indices {
            order[index] = try node.axis(order[index], of: data.rank, "axes")
        }
        guard order.sorted() == Array(0..<data.rank) else {
            throw node.attributes.wrong(
                "axes", expected: "each of the \(data.rank) axes of the input once")
        }
        return [try node.transposed(data, order)]
    }

    @Sendable private static func swap(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let first = try node.axis(try node.attributes.integer("dim1") ?? 0, of: data.rank, "dim1")
        let second = try node.axis(try node.attributes.integer("dim2") ?? 0, of: data.rank, "dim2")
        var order = Array(0..<data.rank)
        order.swapAt(first, second)
        return [try node.transposed(data, order)]
    }

    @Sendable private static func expand(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        guard let axis = try node.attributes.integer("axis") else {
            throw .malformed("it has no attribute \"axis\"")
        }
        let position = try node.axis(axis, of: data.rank + 1)
        var shape = data.shape
        shape.insert(.fixed(1), at: position)
        return [
            try node.add("Unsqueeze", [data, node.builder.integers([position])], shape: shape)
        ]
    }

    @Sendable private static func squeeze(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        var axes = try node.attributes.integers("axis") ?? []
        if axes.isEmpty {
            axes = data.shape.indices.filter { data.shape[$0].length == 1 }
        } else {
            for index in axes.indices { axes[index] = try node.axis(axes[index], of: data.rank) }
        }
        for axis in axes where node.builder.pin(data.shape[axis]) != 1 {
            throw .malformed(
                "axis \(axis) of its input, \(data.shapeText), is not 1 long and can't be taken out"
            )
        }
        let shape = data.shape.indices.filter { !axes.contains($0) }.map { data.shape[$0] }
        return [
            try node.add("Squeeze", [data, node.builder.integers(axes.sorted())], shape: shape)
        ]
    }

    @Sendable private static func depthToSpace(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let (data, block) = try blocks(&node)
        guard data.shape[1].length % (block * block) == 0 else {
            throw node.attributes.wrong(
                "block_size", expected: "one whose square divides the depth")
        }
        let shape = [
            data.shape[0], data.shape[1].replaced(by: data.shape[1].length / (block * block)),
            data.shape[2].replaced(by: data.shape[2].length * block),
            data.shape[3].replaced(by: data.shape[3].length * block),
        ]
        return [
            try node.add("DepthToSpace", [data], [("blocksize", .integer(block))], shape: shape)
        ]
    }

    @Sendable private static func spaceToDepth(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let (data, block) = try blocks(&node)
        guard data.shape[2].length % block == 0, data.shape[3].length % block == 0 else {
            throw node.attributes.wrong("block_size", expected: "a divisor of height and width")
        }
        let shape = [
            data.shape[0], data.shape[1].replaced(by: data.shape[1].length * block * block),
            data.shape[2].replaced(by: data.shape[2].length / block),
            data.shape[3].replaced(by: data.shape[3].length / block),
        ]
        return [
            try node.add("SpaceToDepth", [data], [("blocksize", .integer(block))], shape: shape)
        ]
    }

    private static func blocks(_ node: inout NodeImport) throws(SymbolError) -> (Tensor, Int) {
        let data = try node.only()
        guard data.rank == 4, let block = try node.attributes.integer("block_size"),
            (1...4096).contains(block)
        else {
            throw node.attributes.wrong(
                "block_size", expected: "a number above 0 and an input of 4 dimensions")
        }
        return (data, block)
    }
}
