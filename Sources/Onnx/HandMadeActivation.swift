// Softmax and sigmoid written out in smaller operators, as older exporters and hand-made networks
// have them.

/// Recognises an activation by its last operator.
struct HandMadeActivation {
    private let outline: GraphOutline

    init(_ outline: GraphOutline) { self.outline = outline }

    /// The ending that `node` completes; `nil` if it completes none.
    func recognize(_ node: GraphOutline.Node) -> GraphEnding? {
        guard node.isStandard, let first = node.inputs.first else { return nil }
        switch (node.operation, node.inputs.count) {
        case ("Div", 2): return quotient(first, node.inputs[1])
        case ("Reciprocal", 1): return isOnePlusExp(first) ? sigmoid("Exp → Reciprocal") : nil
        case ("Sub", 2): return difference(first, node.inputs[1])
        case ("Clip", _): return ramp(first, node)
        case ("Neg", 1):
            // log sigmoid(x) = −softplus(−x)
            return maker(first, "Softplus") == nil
                ? nil : GraphEnding(.logProbabilities, "Softplus → Neg")
        default: return nil
        }
    }

    /// exp(x) / Σ exp(x), 1 / (1 + exp(−x)), or exp(x) / (1 + exp(x)).
    private func quotient(_ top: String, _ bottom: String) -> GraphEnding? {
        if outline.scalar(top) == 1, isOnePlusExp(bottom) { return sigmoid("Exp → Div") }
        guard maker(top, "Exp") != nil else { return nil }
        for operation in ["ReduceSum", "ReduceL1"] {
            if let sum = maker(bottom, operation), let summed = sum.inputs.first,
                isSame(summed, top)
            {
                return GraphEnding(.softmax, "Exp → \(operation) → Div")
            }
        }
        return isOnePlusExp(bottom) ? sigmoid("Exp → Div") : nil
    }

    /// x − log Σ exp(x).
    private func difference(_ left: String, _ right: String) -> GraphEnding? {
        if let sum = maker(right, "ReduceLogSumExp"), let summed = sum.inputs.first,
            isSame(summed, left)
        {
            return GraphEnding(.logProbabilities, "ReduceLogSumExp → Sub")
        }
        guard let logarithm = maker(right, "Log"),
            let sum = maker(logarithm.inputs.first ?? "", "ReduceSum"),
            let exponential = maker(sum.inputs.first ?? "", "Exp"),
            isSame(exponential.inputs.first ?? "", left)
        else { return nil }
        return GraphEnding(.logProbabilities, "Exp → ReduceSum → Log → Sub")
    }

    /// Clip(x + c, low, high) with c half way: the hard sigmoid, scaled before or after.
    private func ramp(_ sum: String, _ node: GraphOutline.Node) -> GraphEnding? {
        guard let add = maker(sum, "Add"), add.inputs.count == 2,
            let shift = add.inputs.lazy.compactMap({ outline.scalar($0) }).first,
            let low = bound(node, 1, "min"), let high = bound(node, 2, "max"), low == 0,
            shift == high / 2
        else { return nil }
        return sigmoid("Add → Clip")
    }

    /// A bound of a Clip: an input, or an attribute before version 11 of the operators.
    private func bound(_ node: GraphOutline.Node, _ place: Int, _ key: String) -> Double? {
        if node.inputs.indices.contains(place) { return outline.scalar(node.inputs[place]) }
        if case .float(let number)? = node.attributes[key] { return Double(number) }
        return nil
    }

    private func sigmoid(_ operators: String) -> GraphEnding { GraphEnding(.sigmoid, operators) }

    private func isOnePlusExp(_ value: String) -> Bool {
        guard let sum = maker(value, "Add"), sum.inputs.count == 2 else { return false }
        return (0...1).contains { place in
            outline.scalar(sum.inputs[place]) == 1 && maker(sum.inputs[1 - place], "Exp") != nil
        }
    }

    /// The node of this operation that makes a value, seen through operators that move it only.
    private func maker(_ value: String, _ operation: String) -> GraphOutline.Node? {
        guard let node = outline.producer(of: outline.stem(of: value)), node.isStandard,
            node.operation == operation
        else { return nil }
        return node
    }

    private func isSame(_ a: String, _ b: String) -> Bool {
        !a.isEmpty && outline.stem(of: a) == outline.stem(of: b)
    }
}

extension GraphOutline {
    private static let longestStem = 16
    private static let moving: Set<String> = [
        "Identity", "Cast", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose",
        "QuantizeLinear", "DequantizeLinear",
    ]

    /// The value behind operators that only move or store its numbers otherwise.
    func stem(of value: String, through operations: Set<String> = Self.moving) -> String {
        var value = value
        for _ in 0..<Self.longestStem {
            guard let node = producer(of: value), node.isStandard,
                operations.contains(node.operation), let input = node.inputs.first, !input.isEmpty
            else { break }
            value = input
        }
        return value
    }

    /// The scores that a value is the activation of; where it is none, the value itself.
    package func scores(before value: String) -> String {
        let stem = stem(of: value)
        guard let node = producer(of: stem), node.isStandard,
            ["Softmax", "LogSoftmax", "Sigmoid"].contains(node.operation)
        else { return stem }
        return self.stem(of: node.inputs.first ?? "")
    }

    /// The number of a constant that has only one.
    func scalar(_ value: String) -> Double? {
        guard let constant = constant(value) ?? constant(stem(of: value)), constant.count == 1
        else { return nil }
        return constant.values?.first
    }
}
