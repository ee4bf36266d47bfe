// Sums, products and comparisons of two tensors, of many, and of a tensor and a number; products of
// matrices. MXNet has several names for most of them.

internal import Onnx
internal import Tensors

/// Converters of arithmetic.
enum Arithmetic {
    static let table = ConverterTable.join([
        [
            "add_n": sum, "ElementWiseSum": sum, "dot": dot, "batch_dot": batchDot,
            "_linalg_gemm2": batchDot, "_npi_matmul": batchDot, "where": choose,
            "_npi_where": choose,
        ],
        ConverterTable.entries(pairs.keys, combine),
        ConverterTable.entries(scalars.keys, scalar),
        ConverterTable.entries(
            comparisons.keys.flatMap { ["broadcast\($0)", $0, "\($0)_scalar"] }, compare),
    ])

    /// Operators of two tensors, under all their names.
    private static let pairs = [
        "elemwise_add": "Add", "broadcast_add": "Add", "broadcast_plus": "Add", "_plus": "Add",
        "_Plus": "Add", "_add": "Add", "_grad_add": "Add", "_npi_add": "Add",
        "elemwise_sub": "Sub", "broadcast_sub": "Sub", "broadcast_minus": "Sub", "_minus": "Sub",
        "_Minus": "Sub", "_sub": "Sub", "_npi_subtract": "Sub",
        "elemwise_mul": "Mul", "broadcast_mul": "Mul", "_mul": "Mul", "_Mul": "Mul",
        "_npi_multiply": "Mul",
        "elemwise_div": "Div", "broadcast_div": "Div", "_div": "Div", "_Div": "Div",
        "_npi_true_divide": "Div",
        "_power": "Pow", "_Power": "Pow", "broadcast_power": "Pow", "_npi_power": "Pow",
        "_maximum": "Max", "_Maximum": "Max", "broadcast_maximum": "Max", "_npi_maximum": "Max",
        "_minimum": "Min", "_Minimum": "Min", "broadcast_minimum": "Min", "_npi_minimum": "Min",
    ]

    /// Operators of a tensor and a number: their ONNX operator, and whether the number is first.
    private static let scalars: [String: (operation: String, isReversed: Bool)] = {
        var table: [String: (operation: String, isReversed: Bool)] = [:]
        for (short, legacy, numpy, operation) in [
            ("plus", "Plus", "add", "Add"), ("minus", "Minus", "subtract", "Sub"),
            ("mul", "Mul", "multiply", "Mul"), ("div", "Div", "true_divide", "Div"),
            ("power", "Power", "power", "Pow"), ("maximum", "Maximum", "maximum", "Max"),
            ("minimum", "Minimum", "minimum", "Min"),
        ] {
            for name in ["_\(short)_scalar", "_\(legacy)Scalar", "_npi_\(numpy)_scalar"] {
                table[name] = (operation, false)
            }
            for name in ["_r\(short)_scalar", "_R\(legacy)Scalar", "_npi_r\(numpy)_scalar"] {
                table[name] = (operation, true)
            }
        }
        return table
    }()

    /// Comparisons: their ONNX operator, and whether its result is negated.
    private static let comparisons: [String: (operation: String, isNegated: Bool)] = [
        "_equal": ("Equal", false), "_not_equal": ("Equal", true), "_greater": ("Greater", false),
        "_greater_equal": ("Less", true), "_lesser": ("Less", false),
        "_lesser_equal": ("Greater", true),
    ]

    @Sendable private static func combine(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        try node.expect(inputs: 2)
        let shape = try Broadcast.shape(node, node.inputs[0], node.inputs[1])
        let operation = pairs[node.node.operation] ?? ""
        return [try node.add(operation, node.inputs, shape: shape)]
    }

    @Sendable private static func scalar(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let value = try scalarAttribute(&node)
        guard let (operation, isReversed) = scalars[node.node.operation] else { return [] }
        return [try node.combine(operation, node.only(), value, reversed: isReversed)]
    }

    /// Yields 1 for true and 0 for false, as MXNet has no Booleans.
    @Sendable private static func compare(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        var name = Substring(node.node.operation)
        if name.hasPrefix("broadcast") { name = name.dropFirst("broadcast".count) }
        if name.hasSuffix("_scalar") {
            name = name.dropLast("_scalar".count)
            let value = try scalarAttribute(&node)
            node.inputs = [try node.only(), node.builder.floats([Float(value)])]
        }
        guard let (operation, isNegated) = comparisons[String(name)] else { return [] }
        try node.expect(inputs: 2)
        let shape = try Broadcast.shape(node, node.inputs[0], node.inputs[1])
        var truth = try node.add(operation, node.inputs, shape: shape)
        if isNegated { truth = try node.map("Not", truth) }
        return [try node.map("Cast", truth, [("to", .integer(ElementType.float32.code))])]
    }

    private static func scalarAttribute(_ node: inout NodeImport) throws(SymbolError) -> Double {
        node.attributes.ignore("is_int")
        guard let value = try node.attributes.number("scalar") else {
            throw .malformed("it has no attribute \"scalar\"")
        }
        return value
    }

    @Sendable private static func sum(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("num_args")
        let first = try node.input(0)
        guard node.inputs.count > 1 else { return [first] }
        for other in node.inputs where other.lengths != first.lengths {
            throw .malformed(
                "its inputs have the shapes \(first.shapeText) and \(other.shapeText); expected "
                    + "equal ones")
        }
        return [
            try node.add(
                node.inputs.count == 2 ? "Add" : "Sum", node.inputs, shape: first.shape)
        ]
    }

    @Sendable private static func choose(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        try node.expect(inputs: 3)
        let condition = try node.map("Cast", node.input(0), [("to", .integer(9))])
        let (yes, no) = (try node.input(1), try node.input(2))
        guard yes.lengths == no.lengths, condition.lengths == yes.lengths else {
            throw .malformed("its inputs have unequal shapes; expected equal ones")
        }
        return [try node.add("Where", [condition, yes, no], shape: yes.shape)]
    }

    // MARK: Matrices

    @Sendable private static func dot(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        let (a, b) = try operands(&node)
        guard a.rank == 2, b.rank == 2 else {
            throw .unsupported(
                "inputs of the shapes \(a.shapeText) and \(b.shapeText) are not supported; "
                    + "matrices are")
        }
        return [try product(node, a, b)]
    }

    @Sendable private static func batchDot(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let alpha = try node.attributes.number("alpha") ?? 1
        let (a, b) = try operands(&node)
        guard a.rank == b.rank, a.rank >= 2, a.lengths.dropLast(2) == b.lengths.dropLast(2) else {
            throw .malformed(
                "its inputs have the shapes \(a.shapeText) and \(b.shapeText); expected as many "
                    + "matrices in each")
        }
        let output = try product(node, a, b)
        return [alpha == 1 ? output : try node.combine("Mul", output, alpha)]
    }

    private static func operands(
        _ node: inout NodeImport
    ) throws(SymbolError) -> (Tensor, Tensor) {
        node.attributes.ignore("forward_stype", "axis")
        try node.expect(inputs: 2)
        var pair: [Tensor] = []
        for (index, key) in ["transpose_a", "transpose_b"].enumerated() {
            var tensor = try node.input(index)
            if try node.attributes.flag(key, default: false), tensor.rank >= 2 {
                var order = Array(0..<tensor.rank)
                order.swapAt(tensor.rank - 2, tensor.rank - 1)
                tensor = try node.transposed(tensor, order)
            }
            pair.append(tensor)
        }
        return (pair[0], pair[1])
    }

    private static func product(
        _ node: NodeImport, _ a: Tensor, _ b: Tensor
    ) throws(SymbolError) -> Tensor {
        guard a.shape[a.rank - 1].length == b.shape[b.rank - 2].length else {
            throw .malformed(
                "matrices of \(a.shapeText) and \(b.shapeText) cannot be multiplied")
        }
        return try node.add(
            "MatMul", [a, b], shape: a.shape.dropLast() + [b.shape[b.rank - 1]])
    }
}

/// Broadcasts two shapes to one.
enum Broadcast {
    /// Lengths must be equal, or one of them 1; a missing leading dimension is 1.
    static func shape(
        _ node: NodeImport, _ a: Tensor, _ b: Tensor
    ) throws(SymbolError) -> [Dimension] {
        var shape: [Dimension] = []
        for place in (1...max(a.rank, b.rank, 1)).reversed() where place <= max(a.rank, b.rank) {
            guard place <= a.rank else {
                shape.append(b.shape[b.rank - place])
                continue
            }
            guard place <= b.rank else {
                shape.append(a.shape[a.rank - place])
                continue
            }
            let (x, y) = (a.shape[a.rank - place], b.shape[b.rank - place])
            if y == .fixed(1) {
                shape.append(x)
            } else if x == .fixed(1) {
                shape.append(y)
            } else if x.length == y.length {
                // If one side is fixed, the other must have the same length.
                let areOpen = node.builder.isOpen(x) && node.builder.isOpen(y)
                if !areOpen { _ = (node.builder.pin(x), node.builder.pin(y)) }
                shape.append(node.length(x.length, from: [x, y]))
            } else if y.length == 1 || x.length == 1 {
                _ = (node.builder.pin(x), node.builder.pin(y))
                shape.append(x.length == 1 ? y : x)
            } else {
                throw .malformed(
                    "its inputs have the shapes \(a.shapeText) and \(b.shapeText), which do not "
                        + "go together")
            }
        }
        return shape
    }
}
