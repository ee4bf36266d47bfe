// Sums, means and extremes along axes, and the softmaxes.

internal import Onnx
internal import Tensors

/// Converters of operators that work along axes.
enum Reductions {
    static let table = ConverterTable.join([
        [
            "norm": norm, "softmax": softmax, "log_softmax": logSoftmax, "softmin": softmin,
            "SoftmaxOutput": softmaxOutput, "Softmax": softmaxOutput,
            "SoftmaxActivation": softmaxActivation, "LogisticRegressionOutput": logistic,
            "argmax": argmax, "argmin": argmin, "_npx_softmax": softmax,
            "_npx_log_softmax": logSoftmax,
        ],
        ConverterTable.entries(operations.keys, reduce),
    ])

    private static let operations = [
        "mean": "ReduceMean", "_npi_mean": "ReduceMean", "sum": "ReduceSum",
        "sum_axis": "ReduceSum", "_np_sum": "ReduceSum", "max": "ReduceMax",
        "max_axis": "ReduceMax", "_np_max": "ReduceMax", "min": "ReduceMin",
        "min_axis": "ReduceMin", "_np_min": "ReduceMin", "prod": "ReduceProd",
    ]

    @Sendable private static func reduce(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("dtype", "initial")
        let (data, axes, keeps) = try axes(&node)
        return [try reduced(node, operations[node.node.operation] ?? "", data, axes, keeps)]
    }

    @Sendable private static func logistic(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("grad_scale")
        return [try node.map("Sigmoid", node.input(0))]
    }

    @Sendable private static func argmax(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] { [try extreme(&node, "ArgMax")] }

    @Sendable private static func argmin(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] { [try extreme(&node, "ArgMin")] }

    /// Operators whose last input is the label, which is absent at inference.
    static let trainingOutputs: Set<String> = [
        "SoftmaxOutput", "Softmax", "LogisticRegressionOutput", "LinearRegressionOutput",
        "MAERegressionOutput",
    ]

    private static func axes(
        _ node: inout NodeImport
    ) throws(SymbolError) -> (Tensor, [Int], keeps: Bool) {
        let data = try node.only()
        var axes = try node.attributes.integers("axis") ?? []
        let keeps = try node.attributes.flag("keepdims", default: false)
        let excludes = try node.attributes.flag("exclude", default: false)
        for index in axes.indices { axes[index] = try node.axis(axes[index], of: data.rank) }
        guard Set(axes).count == axes.count else {
            throw node.attributes.wrong("axis", expected: "each axis once")
        }
        if axes.isEmpty {
            axes = Array(0..<data.rank)
        } else if excludes {
            axes = (0..<data.rank).filter { !axes.contains($0) }
        }
        return (data, axes.sorted(), keeps)
    }

    private static func reduced(
        _ node: NodeImport, _ operation: String, _ data: Tensor, _ axes: [Int], _ keeps: Bool
    ) throws(SymbolError) -> Tensor {
        guard !axes.isEmpty else { return data }
        var shape: [Dimension] = []
        for (index, dimension) in data.shape.enumerated() {
            if !axes.contains(index) {
                shape.append(dimension)
            } else if keeps {
                shape.append(.fixed(1))
            }
        }
        let keepdims = ("keepdims", OnnxAttribute.integer(keeps ? 1 : 0))
        // Of this version's reductions only the sum takes its axes as an input.
        if operation == "ReduceSum" {
            return try node.add(
                operation, [data, node.builder.integers(axes)], [keepdims], shape: shape)
        }
        return try node.add(operation, [data], [("axes", .integers(axes)), keepdims], shape: shape)
    }

    @Sendable private static func norm(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("out_dtype")
        let order = try node.attributes.integer("ord") ?? 2
        guard order == 1 || order == 2 else {
            throw node.attributes.unsupported("ord", supported: "1 or 2")
        }
        let (data, axes, keeps) = try axes(&node)
        return [try reduced(node, order == 1 ? "ReduceL1" : "ReduceL2", data, axes, keeps)]
    }

    /// The index of the greatest or least number, as a float, as in MXNet.
    private static func extreme(
        _ node: inout NodeImport, _ operation: String
    ) throws(SymbolError) -> Tensor {
        node.attributes.ignore("dtype")
        let data = try node.only()
        guard let axis = try node.attributes.integer("axis") else {
            throw node.attributes.unsupported("axis", supported: "a number")
        }
        let keeps = try node.attributes.flag("keepdims", default: false)
        let position = try node.axis(axis, of: data.rank)
        var shape = data.shape
        if keeps { shape[position] = .fixed(1) } else { shape.remove(at: position) }
        let place = try node.add(
            operation, [data],
            [("axis", .integer(position)), ("keepdims", .integer(keeps ? 1 : 0))], shape: shape)
        return try node.map("Cast", place, [("to", .integer(ElementType.float32.code))])
    }

    // MARK: Softmax

    @Sendable private static func softmax(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] { [try alongAxis(&node, "Softmax")] }

    @Sendable private static func logSoftmax(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] { [try alongAxis(&node, "LogSoftmax")] }

    @Sendable private static func softmin(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.inputs = [try node.map("Neg", node.only())]
        return [try alongAxis(&node, "Softmax")]
    }

    private static func alongAxis(
        _ node: inout NodeImport, _ operation: String
    ) throws(SymbolError) -> Tensor {
        node.attributes.ignore("dtype")
        guard try !node.attributes.flag("use_length", default: false) else {
            throw node.attributes.unsupported("use_length", supported: "False")
        }
        var data = try node.only()
        let axis = try node.axis(try node.attributes.integer("axis") ?? -1, of: data.rank)
        if let temperature = try node.attributes.number("temperature"), temperature != 1 {
            data = try node.combine("Div", data, temperature)
        }
        return try node.map(operation, data, [("axis", .integer(axis))])
    }

    /// Softmax along the last axis or the channels; the label is ignored. Measured: "instance"
    /// means the last axis, not all axes after the batch.
    @Sendable private static func softmaxOutput(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore(
            "grad_scale", "ignore_label", "use_ignore", "normalization", "out_grad",
            "smooth_alpha")
        let data = try node.input(0)
        let isMultiple = try node.attributes.flag("multi_output", default: false)
        let keepsShape = try node.attributes.flag("preserve_shape", default: false)
        // `preserve_shape` means the last axis, whatever the other attributes say.
        return [try overRow(node, data, axis: isMultiple && !keepsShape ? 1 : -1)]
    }

    @Sendable private static func softmaxActivation(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let mode = node.attributes.text("mode") ?? "instance"
        let data = try node.only()
        switch mode {
        case "instance": return [try overRow(node, data, axis: -1)]
        case "channel": return [try overRow(node, data, axis: 1)]
        default:
            throw node.attributes.unsupported("mode", supported: "\"instance\" or \"channel\"")
        }
    }

    private static func overRow(
        _ node: NodeImport, _ data: Tensor, axis: Int
    ) throws(SymbolError) -> Tensor {
        let position = try node.axis(axis, of: data.rank)
        return try node.map("Softmax", data, [("axis", .integer(position))])
    }
}
