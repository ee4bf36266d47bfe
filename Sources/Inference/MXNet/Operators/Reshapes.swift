// Operators that keep every number and change the shape or the order.

/// Converters of reshapes and transpositions.
enum Reshapes {
    static let table: [String: NodeImport.Converter] = [
        "Reshape": reshape, "reshape": reshape, "Flatten": flatten, "flatten": flatten,
        "_npx_batch_flatten": flatten, "transpose": transpose, "_np_transpose": transpose,
        "_npi_transpose": transpose, "SwapAxis": swap, "swapaxes": swap, "expand_dims": expand,
        "_npi_expand_dims": expand, "squeeze": squeeze, "_npi_squeeze": squeeze,
        "_np_squeeze": squeeze, "reshape_like": reshapeLike, "depth_to_space": depthToSpace,
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

    /// MXNet's codes: 0 copies a dimension, −1 is what is left, −2 all that remain, −3 the product of
    /// two, −4 splits one into the two numbers that follow.
    @Sendable private static func reshape(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let reversed = try node.attributes.flag("reverse", default: false)
        node.attributes.ignore("keep_highest")
        var codes = try node.attributes.integers("shape") ?? []
        let legacy = try node.attributes.integers("target_shape") ?? []
        if codes.isEmpty {
            // Before "shape" there was "target_shape", in which 0 is what is left.
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

/// What the codes of Reshape make of a shape.
struct ReshapeCodes {
    private let node: NodeImport
    private let source: [Dimension]

    /// Takes the shape of the input.
    init(_ node: NodeImport, source: [Dimension]) {
        self.node = node
        self.source = source
    }

    /// The new shape. Throws where the codes do not fit the input.
    func shape(_ codes: [Int]) throws(SymbolError) -> [Dimension] {
        var shape: [Dimension] = []
        var position = 0
        var free: Int?
        var index = 0
        func next(_ offset: Int = 0) throws(SymbolError) -> Dimension {
            guard position + offset < source.count else { throw misfit(codes) }
            return source[position + offset]
        }
        while index < codes.count {
            let code = codes[index]
            index += 1
            switch code {
            case 1...:
                shape.append(.fixed(code))
                position += 1
            case 0:
                shape.append(try next())
                position += 1
            case -1:
                guard free == nil else { throw misfit(codes) }
                free = shape.count
                shape.append(.fixed(1))
                position += 1
            case -2:
                shape += source.dropFirst(position)
                position = source.count
            case -3:
                shape.append(try node.product([next(), next(1)]))
                position += 2
            case -4:
                guard index + 1 < codes.count else { throw misfit(codes) }
                shape += try split(try next(), codes[index], codes[index + 1], codes)
                index += 2
                position += 1
            default: throw misfit(codes)
            }
        }
        return try fill(shape, free, codes)
    }

    private func split(
        _ dimension: Dimension, _ first: Int, _ second: Int, _ codes: [Int]
    ) throws(SymbolError) -> [Dimension] {
        let known = first == -1 ? second : first
        guard known > 0, first > 0 || first == -1, second > 0 || second == -1,
            dimension.length % known == 0,
            first == -1 || second == -1 || dimension.length / known == second
        else { throw misfit(codes) }
        // What is left may follow the picture; two given numbers may not.
        if first != -1, second != -1 { _ = node.builder.pin(dimension) }
        let rest = dimension.replaced(by: dimension.length / known)
        return first == -1 ? [rest, .fixed(known)] : [.fixed(known), rest]
    }

    /// Checks the number of numbers, and lets the free dimension take what is left.
    private func fill(
        _ shape: [Dimension], _ free: Int?, _ codes: [Int]
    ) throws(SymbolError) -> [Dimension] {
        let (all, given) = (try node.product(source), try node.product(shape))
        var shape = shape
        guard let free else {
            guard all.length == given.length else { throw misfit(codes) }
            return shape
        }
        guard given.length > 0, all.length % given.length == 0 else { throw misfit(codes) }
        // Axes that the other dimensions carry on do not change this one.
        let rest = shape.enumerated().filter { $0.offset != free }.map(\.element)
        let carried = rest.reduce(into: PictureAxes()) { $0.formUnion($1.follows) }
        shape[free] = Dimension(
            length: all.length / given.length, follows: all.follows.subtracting(carried))
        return shape
    }

    private func misfit(_ codes: [Int]) -> SymbolError {
        let shape = source.map { "\($0.length)" }.joined(separator: ", ")
        return .malformed(
            "attribute \"shape\" is \(codes), which does not fit an input of (\(shape))")
    }
}
