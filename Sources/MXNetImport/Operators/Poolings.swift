// Pooling and adaptive pooling.
//
// The difficult rule is the last window of the "full" convention, which may extend past the end: an
// average counts what lies inside the padding and not what lies past it. ONNX's rounding up means
// the same only if no window can begin in the padding at the end. Otherwise the graph is pinned to
// the size and the overhang becomes explicit. Source: mxnet's src/operator/nn/pool.h, measured.

/// Converters of poolings.
enum Poolings {
    static let table: [String: NodeImport.Converter] = [
        "Pooling": pooling, "_contrib_AdaptiveAvgPooling2D": adaptive,
    ]

    private enum Kind: String { case max, avg, sum, lp }

    @Sendable private static func pooling(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let name = node.attributes.text("pool_type") ?? "max"
        guard let kind = Kind(rawValue: name) else {
            throw node.attributes.unsupported(
                "pool_type", supported: "max, avg, sum or lp")
        }
        let isGlobal = try node.attributes.flag("global_pool", default: false)
        let countsPadding = try node.attributes.flag("count_include_pad", default: true)
        let convention = node.attributes.text("pooling_convention") ?? "valid"
        let power = try node.attributes.integer("p_value")
        guard convention == "valid" || convention == "full" || isGlobal else {
            throw node.attributes.unsupported(
                "pooling_convention", supported: "\"valid\" or \"full\"")
        }
        if kind == .lp, power != 1, power != 2 {
            throw node.attributes.unsupported("p_value", supported: "1 or 2")
        }
        let input = try node.only()
        guard (3...5).contains(input.rank) else {
            throw .malformed(
                "its input has the shape \(input.shapeText); expected 3 to 5 dimensions")
        }
        let layout = try ChannelLayout(&node, spatial: input.rank - 2)
        var data = try node.transposed(input, layout.toFirst(rank: input.rank))
        // A root and a power surround a sum.
        let isEuclidean = kind == .lp && power == 2
        if isEuclidean { data = try node.add("Mul", [data, data], shape: data.shape) }
        var output: Tensor
        if isGlobal {
            node.attributes.ignore("kernel", "stride", "pad")
            output = try global(node, data, kind)
        } else {
            let window = try SlidingWindow(&node)
            guard window.kernel.count == data.rank - 2 else {
                throw node.attributes.wrong("kernel", expected: "\(data.rank - 2) numbers")
            }
            let slide = try Slide(
                node, data, window, roundsUp: convention == "full")
            switch kind {
            case .max: output = try slide.maximum()
            case .avg: output = try slide.average(countingPadding: countsPadding)
            case .sum, .lp: output = try slide.sum()
            }
        }
        if isEuclidean { output = try node.map("Sqrt", output) }
        return [try node.transposed(output, layout.fromFirst(rank: input.rank))]
    }

    private static func global(
        _ node: NodeImport, _ data: Tensor, _ kind: Kind
    ) throws(SymbolError) -> Tensor {
        let axes = Array(2..<data.rank)
        let shape = data.shape.prefix(2) + axes.map { _ in Dimension.fixed(1) }
        switch kind {
        case .max: return try node.add("GlobalMaxPool", [data], shape: Array(shape))
        case .avg: return try node.add("GlobalAveragePool", [data], shape: Array(shape))
        case .sum, .lp:
            return try node.add(
                "ReduceSum", [data, node.builder.integers(axes)], shape: Array(shape))
        }
    }

    /// The limit on the elements of an averaging matrix: 224 pixels to 7 take 1568.
    private static let averagesLimit = 1 << 20

    /// Averages over windows of nearly equal size, so that the output has a given size.
    @Sendable private static func adaptive(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let input = try node.only()
        guard input.rank == 4 else {
            throw .malformed("its input has the shape \(input.shapeText); expected 4 dimensions")
        }
        var size = try node.attributes.integers("output_size") ?? []
        if size.isEmpty { size = [1] }
        if size.count == 1 { size.append(size[0]) }
        guard size.count == 2, size.allSatisfy({ (1...(1 << 16)).contains($0) }) else {
            throw node.attributes.wrong("output_size", expected: "one or two numbers above 0")
        }
        guard size != [1, 1] else { return [try global(node, input, .avg)] }
        let height = node.builder.pin(input.shape[2])
        let width = node.builder.pin(input.shape[3])
        guard height.multipliedReportingOverflow(by: size[0]).partialValue <= averagesLimit,
            width.multipliedReportingOverflow(by: size[1]).partialValue <= averagesLimit
        else {
            throw node.attributes.wrong("output_size", expected: "a smaller size for this input")
        }
        // Rows · input · columnsᵀ: each a matrix that averages along one dimension.
        let rows = node.builder.floats(
            averages(of: height, into: size[0], outputFirst: true), shape: [size[0], height])
        let columns = node.builder.floats(
            averages(of: width, into: size[1], outputFirst: false), shape: [width, size[1]])
        let narrow = input.shape.prefix(3) + [.fixed(size[1])]
        let averaged = try node.add("MatMul", [input, columns], shape: Array(narrow))
        return [
            try node.add(
                "MatMul", [rows, averaged],
                shape: input.shape.prefix(2) + [.fixed(size[0]), .fixed(size[1])])
        ]
    }

    /// The matrix of `count` averages over `length` numbers.
    private static func averages(of length: Int, into count: Int, outputFirst: Bool) -> [Float] {
        var matrix = [Float](repeating: 0, count: length * count)
        for output in 0..<count {
            let start = output * length / count
            let end = ((output + 1) * length + count - 1) / count
            for input in start..<end {
                matrix[outputFirst ? output * length + input : input * count + output] =
                    1 / Float(end - start)
            }
        }
        return matrix
    }
}
