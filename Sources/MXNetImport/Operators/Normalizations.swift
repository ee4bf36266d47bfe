// Normalisations: by moving statistics, by the input's own statistics, and by neighbours.

internal import Onnx

/// Converters of normalisations.
enum Normalizations {
    static let table: [String: NodeImport.Converter] = [
        "BatchNorm": batch, "BatchNorm_v1": batch, "CuDNNBatchNorm": batch,
        "_contrib_SyncBatchNorm": batch, "InstanceNorm": instance, "LayerNorm": layer,
        "GroupNorm": group, "LRN": local, "L2Normalization": euclidean,
    ]

    /// BatchNorm at inference: with its moving statistics, and with a gamma of 1 unless `fix_gamma`
    /// is false.
    @Sendable private static func batch(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let epsilon = try node.attributes.number("eps") ?? 1e-3
        let fixesGamma = try node.attributes.flag("fix_gamma", default: true)
        let axis = try node.attributes.integer("axis") ?? 1
        node.attributes.ignore(
            "use_global_stats", "output_mean_var", "key", "ndev", "min_calib_range",
            "max_calib_range")
        var data = try node.input(0)
        let position = try node.axis(axis, of: data.rank)
        let channels = node.builder.pin(data.shape[position])
        // Files older than MXNet 0.9 imply the moving statistics.
        let states = ["moving_mean", "moving_var"].map { "\(node.node.name)_\($0)" }
        if node.inputs.count == 3 {
            node.inputs += states.compactMap { node.parameter($0) }
        }
        try node.expect(inputs: 5)
        let vectors = ["gamma", "beta", "moving mean", "moving variance"]
        var inputs: [Tensor] = []
        for (index, what) in vectors.enumerated() {
            inputs.append(try node.weight(index + 1, what, [channels]))
        }
        if fixesGamma {
            inputs[0] = node.builder.floats(
                Array(repeating: 1, count: channels), shape: [channels])
        }
        var order = Array(0..<data.rank)
        guard data.rank >= 2 else { throw .malformed("its input has \(data.rank) dimensions") }
        order.swapAt(1, position)
        data = try node.transposed(data, order)
        let output = try node.add(
            "BatchNormalization", [data] + inputs, [("epsilon", .float(Float(epsilon)))],
            shape: data.shape)
        return [try node.transposed(output, order)]
    }

    @Sendable private static func instance(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let epsilon = try node.attributes.number("eps") ?? 1e-3
        try node.expect(inputs: 3)
        let data = try node.input(0)
        guard data.rank >= 3 else { throw .malformed("its input has \(data.rank) dimensions") }
        let channels = node.builder.pin(data.shape[1])
        return [
            try node.add(
                "InstanceNormalization",
                [data, node.weight(1, "gamma", [channels]), node.weight(2, "beta", [channels])],
                [("epsilon", .float(Float(epsilon)))], shape: data.shape)
        ]
    }

    @Sendable private static func layer(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let epsilon = try node.attributes.number("eps") ?? 1e-5
        let axis = try node.attributes.integer("axis") ?? -1
        try refuseStatistics(&node)
        try node.expect(inputs: 3)
        let data = try node.input(0)
        let position = try node.axis(axis, of: data.rank)
        let length = node.builder.pin(data.shape[position])
        let gamma = try node.weight(1, "gamma", [length])
        let beta = try node.weight(2, "beta", [length])
        var order = Array(0..<data.rank)
        order.swapAt(position, data.rank - 1)
        let turned = try node.transposed(data, order)
        let output = try node.add(
            "LayerNormalization", [turned, gamma, beta],
            [("axis", .integer(-1)), ("epsilon", .float(Float(epsilon)))], shape: turned.shape)
        return [try node.transposed(output, order)]
    }

    /// GroupNorm: gamma and beta have one number for each group, or in newer files each channel.
    @Sendable private static func group(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let epsilon = try node.attributes.number("eps") ?? 1e-5
        let groups = try node.attributes.integer("num_groups") ?? 1
        try refuseStatistics(&node)
        try node.expect(inputs: 3)
        let data = try node.input(0)
        guard data.rank >= 3 else { throw .malformed("its input has \(data.rank) dimensions") }
        let channels = node.builder.pin(data.shape[1])
        guard groups > 0, channels % groups == 0 else {
            throw node.attributes.wrong(
                "num_groups", expected: "a divisor of the \(channels) channels")
        }
        let rest = try node.product(data.shape.dropFirst(2))
        let perGroup = try node.product([.fixed(channels / groups), rest])
        let grouped = try node.reshaped(data, to: [data.shape[0], .fixed(groups), perGroup])
        let perChannel = try node.input(1).lengths == [channels] && channels != groups
        let length = perChannel ? channels : groups
        let gamma = try node.weight(1, "gamma", [length])
        let beta = try node.weight(2, "beta", [length])
        let one = node.builder.floats(Array(repeating: 1, count: groups), shape: [groups])
        let zero = node.builder.floats(Array(repeating: 0, count: groups), shape: [groups])
        let normal = try node.add(
            "InstanceNormalization", [grouped, one, zero], [("epsilon", .float(Float(epsilon)))],
            shape: grouped.shape)
        func column(_ vector: Tensor, _ rank: Int) throws(SymbolError) -> Tensor {
            let ones = Array(repeating: Dimension.fixed(1), count: rank - 2)
            return try node.reshaped(vector, to: [.fixed(length)] + ones)
        }
        if perChannel {
            let whole = try node.reshaped(normal, to: data.shape)
            let scaled = try node.add(
                "Mul", [whole, column(gamma, data.rank)], shape: data.shape)
            return [try node.add("Add", [scaled, column(beta, data.rank)], shape: data.shape)]
        }
        let scaled = try node.add("Mul", [normal, column(gamma, 3)], shape: normal.shape)
        let shifted = try node.add("Add", [scaled, column(beta, 3)], shape: normal.shape)
        return [try node.reshaped(shifted, to: data.shape)]
    }

    @Sendable private static func local(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        guard let size = try node.attributes.integer("nsize"), size > 0, size % 2 == 1 else {
            throw node.attributes.wrong("nsize", expected: "an odd number above 0")
        }
        let attributes: [(String, OnnxAttribute)] = [
            ("alpha", .float(Float(try node.attributes.number("alpha") ?? 1e-4))),
            ("beta", .float(Float(try node.attributes.number("beta") ?? 0.75))),
            ("bias", .float(Float(try node.attributes.number("knorm") ?? 2))),
            ("size", .integer(size)),
        ]
        let data = try node.only()
        guard data.rank == 4 else { throw .malformed("its input has \(data.rank) dimensions") }
        return [try node.map("LRN", data, attributes)]
    }

    @Sendable private static func euclidean(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let epsilon = try node.attributes.number("eps") ?? 1e-10
        let mode = node.attributes.text("mode") ?? "instance"
        let data = try node.only()
        let axes: [Int]
        switch mode {
        case "instance": axes = Array(1..<max(1, data.rank))
        case "channel": axes = [1]
        case "spatial": axes = Array(2..<max(2, data.rank))
        default:
            throw node.attributes.unsupported(
                "mode", supported: "\"instance\", \"channel\" or \"spatial\"")
        }
        guard let last = axes.last, last < data.rank else {
            throw .malformed("its input has only \(data.rank) dimensions")
        }
        let square = try node.add("Mul", [data, data], shape: data.shape)
        let shape = data.shape.enumerated().map { axes.contains($0) ? .fixed(1) : $1 }
        let sum = try node.add(
            "ReduceSum", [square, node.builder.integers(axes)], shape: shape)
        let norm = try node.map("Sqrt", node.combine("Add", sum, epsilon))
        return [try node.add("Div", [data, norm], shape: data.shape)]
    }

    private static func refuseStatistics(_ node: inout NodeImport) throws(SymbolError) {
        guard try !node.attributes.flag("output_mean_var", default: false) else {
            throw node.attributes.unsupported("output_mean_var", supported: "False")
        }
    }
}
