// Convolution, Deconvolution and FullyConnected: the operators that hold the weights.

internal import Onnx

/// Converters of the operators with weights.
enum Convolutions {
    static let table: [String: NodeImport.Converter] = [
        "Convolution": convolution, "Convolution_v1": convolution,
        "Deconvolution": deconvolution, "FullyConnected": fullyConnected,
    ]

    /// MXNet's Convolution: 1 to 3 spatial dimensions.
    @Sendable private static func convolution(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let window = try SlidingWindow(&node)
        let count = window.kernel.count
        let layout = try ChannelLayout(&node, spatial: count)
        let (filters, groups) = try filtersAndGroups(&node)
        let hasBias = try !node.attributes.flag("no_bias", default: false)
        try node.expect(inputs: hasBias ? 3 : 2)
        let data = try channelsFirst(node, layout, count)
        let channels = node.builder.pin(data.shape[1])
        guard channels % groups == 0, filters % groups == 0 else {
            throw .malformed(
                "attribute \"num_group\" is \(groups), which does not divide both the input's "
                    + "\(channels) channels and the \(filters) filters")
        }
        let perGroup = channels / groups
        var weight = try node.weight(
            1, "weight",
            layout == .first
                ? [filters, perGroup] + window.kernel : [filters] + window.kernel + [perGroup])
        weight = try node.transposed(weight, layout.toFirst(rank: count + 2))
        var inputs = [data, weight]
        if hasBias { inputs.append(try node.weight(2, "bias", [filters])) }
        var shape = [data.shape[0], .fixed(filters)]
        for index in 0..<count {
            let dimension = data.shape[index + 2]
            let room = dimension.length + 2 * window.padding[index] - window.extent(index)
            guard room >= 0 else {
                throw .malformed(
                    "its window of \(window.kernel) is larger than its input, \(data.shapeText), "
                        + "with its padding")
            }
            shape.append(dimension.replaced(by: room / window.stride[index] + 1))
        }
        let output = try node.add(
            "Conv", inputs,
            [
                ("dilations", .integers(window.dilation)), ("group", .integer(groups)),
                ("kernel_shape", .integers(window.kernel)), ("pads", window.pads()),
                ("strides", .integers(window.stride)),
            ], shape: shape)
        return [try node.transposed(output, layout.fromFirst(rank: count + 2))]
    }

    /// MXNet's Deconvolution; without a bias by default.
    @Sendable private static func deconvolution(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        var window = try SlidingWindow(&node)
        let count = window.kernel.count
        let layout = try ChannelLayout(&node, spatial: count)
        let (filters, groups) = try filtersAndGroups(&node)
        let hasBias = try !node.attributes.flag("no_bias", default: true)
        try node.expect(inputs: hasBias ? 3 : 2)
        guard layout == .first else {
            throw node.attributes.unsupported("layout", supported: "the one with channels second")
        }
        let data = try channelsFirst(node, layout, count)
        let channels = node.builder.pin(data.shape[1])
        guard channels % groups == 0, filters % groups == 0 else {
            throw .malformed(
                "attribute \"num_group\" is \(groups), which does not divide both "
                    + "\(channels) channels and \(filters) filters")
        }
        let weight = try node.weight(1, "weight", [channels, filters / groups] + window.kernel)
        var inputs = [data, weight]
        if hasBias { inputs.append(try node.weight(2, "bias", [filters])) }
        var adjust = try node.attributes.integers("adj") ?? []
        if adjust.isEmpty { adjust = Array(repeating: 0, count: count) }
        let target = try node.attributes.integers("target_shape") ?? []
        guard adjust.count == count, target.isEmpty || target.count == count else {
            throw .malformed("\"adj\" and \"target_shape\" must be as long as \"kernel\"")
        }
        var shape = [data.shape[0], Dimension.fixed(filters)]
        for index in 0..<count {
            let dimension = data.shape[index + 2]
            let full = window.stride[index] * (dimension.length - 1) + window.extent(index)
            if !target.isEmpty, target[index] > 0 {
                _ = node.builder.pin(dimension)
                let excess = full - target[index]
                guard excess >= 0 else {
                    throw node.attributes.wrong(
                        "target_shape", expected: "at most \(full) there")
                }
                adjust[index] = excess % 2
                window = window.padded(index, (excess + 1) / 2)
            }
            guard (0..<max(window.stride[index], window.dilation[index])).contains(adjust[index])
            else {
                throw node.attributes.wrong("adj", expected: "numbers below \"stride\"")
            }
            shape.append(
                dimension.replaced(by: full - 2 * window.padding[index] + adjust[index]))
        }
        return [
            try node.add(
                "ConvTranspose", inputs,
                [
                    ("dilations", .integers(window.dilation)), ("group", .integer(groups)),
                    ("kernel_shape", .integers(window.kernel)),
                    ("output_padding", .integers(adjust)), ("pads", window.pads()),
                    ("strides", .integers(window.stride)),
                ], shape: shape)
        ]
    }

    /// MXNet's FullyConnected: over everything after the batch, flattened, or the last dimension
    /// alone.
    @Sendable private static func fullyConnected(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        guard let units = try node.attributes.integer("num_hidden"), units > 0 else {
            throw node.attributes.wrong("num_hidden", expected: "a number above 0")
        }
        let hasBias = try !node.attributes.flag("no_bias", default: false)
        let flattens = try node.attributes.flag("flatten", default: true)
        try node.expect(inputs: hasBias ? 3 : 2)
        var data = try node.input(0)
        guard data.rank >= 1 else { throw .malformed("its input has no dimensions") }
        if flattens, data.rank != 2 {
            let features = try node.product(data.shape.dropFirst())
            data = try node.add(
                "Flatten", [data], [("axis", .integer(1))], shape: [data.shape[0], features])
        }
        let features = node.builder.pin(data.shape[data.rank - 1])
        let weight = try node.weight(1, "weight", [units, features])
        var inputs = [data, weight]
        if hasBias { inputs.append(try node.weight(2, "bias", [units])) }
        let shape = data.shape.dropLast() + [.fixed(units)]
        if data.rank == 2 {
            return [try node.add("Gemm", inputs, [("transB", .integer(1))], shape: Array(shape))]
        }
        let product = try node.add(
            "MatMul", [data, node.transposed(weight, [1, 0])], shape: Array(shape))
        guard hasBias else { return [product] }
        return [try node.add("Add", [product, inputs[2]], shape: Array(shape))]
    }

    /// Reads `num_filter` and `num_group`, and ignores hints for training.
    private static func filtersAndGroups(
        _ node: inout NodeImport
    ) throws(SymbolError) -> (Int, Int) {
        guard let filters = try node.attributes.integer("num_filter"), filters > 0 else {
            throw node.attributes.wrong("num_filter", expected: "a number above 0")
        }
        let groups = try node.attributes.integer("num_group") ?? 1
        guard groups > 0 else {
            throw node.attributes.wrong("num_group", expected: "a number above 0")
        }
        return (filters, groups)
    }

    private static func channelsFirst(
        _ node: NodeImport, _ layout: ChannelLayout, _ spatial: Int
    ) throws(SymbolError) -> Tensor {
        let data = try node.input(0)
        guard data.rank == spatial + 2 else {
            throw .malformed(
                "its input has the shape \(data.shapeText); a window of \(spatial) dimensions "
                    + "needs \(spatial + 2)")
        }
        return try node.transposed(data, layout.toFirst(rank: data.rank))
    }
}
