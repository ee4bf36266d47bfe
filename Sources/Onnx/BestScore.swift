// The score of the best class alone: what ReduceMax keeps of a softmax, or what is taken at the place
// that ArgMax found.
//
// Such a number is no probability of one class, so it must not be read as a binary head.

/// One number made of the scores of all classes.
struct BestScore {
    /// The tensor with all of them.
    let scores: String

    private static let moving: Set<String> = [
        "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
    ]

    /// `nil` where a node keeps more than the best score. `output` is the declared output behind it,
    /// whose shape tells the rank.
    init?(_ node: GraphOutline.Node, in outline: GraphOutline, output: String) {
        guard node.isStandard, let input = node.inputs.first else { return nil }
        switch node.operation {
        case "ReduceMax":
            guard let axis = Self.axis(of: node, in: outline, output),
                Self.isClasses(axis, of: input, in: outline)
            else { return nil }
        case "GatherElements", "Gather", "GatherND":
            guard node.inputs.count > 1 else { return nil }
            let place = outline.producer(of: outline.stem(of: node.inputs[1], through: Self.moving))
            guard let chooser = place, chooser.isStandard,
                ["ArgMax", "TopK"].contains(chooser.operation)
            else { return nil }
        default: return nil
        }
        scores = input
    }

    /// An axis, and its other name where the rank is known.
    private struct Axis {
        let index: Int
        let rank: Int?

        /// Whether both are the same; without a rank, 1 and −1 are, as in `[N, classes]`.
        func isSame(as other: Int) -> Bool {
            guard let rank else { return index == other || abs(index) == 1 && abs(other) == 1 }
            return (index + rank) % rank == (other + rank) % rank
        }
    }

    /// The only axis that is reduced.
    private static func axis(
        of node: GraphOutline.Node, in outline: GraphOutline, _ output: String
    ) -> Axis? {
        let constant = node.inputs.count > 1 ? outline.constant(node.inputs[1])?.values : nil
        let axes = node.integers("axes") ?? constant?.map { Int($0) } ?? []
        guard axes.count == 1 else { return nil }
        let declared = outline.outputs.first { $0.name == output }?.shape
        let rank =
            node.outputs.first == output
            ? declared.map { $0.count + (node.integer("keepdims") == 0 ? 1 : 0) } : nil
        guard let rank else { return Axis(index: axes[0], rank: nil) }
        return (-rank..<rank).contains(axes[0]) ? Axis(index: axes[0], rank: rank) : nil
    }

    /// Whether the classes lie along an axis: a softmax sums along it, or an ArgMax chooses on it.
    private static func isClasses(
        _ axis: Axis, of value: String, in outline: GraphOutline
    ) -> Bool {
        let source = outline.scores(before: value)
        let activation = outline.producer(of: outline.stem(of: value))
        if let activation, activation.isStandard,
            ["Softmax", "LogSoftmax"].contains(activation.operation)
        {
            let usual = outline.opset >= 13 ? -1 : 1
            return axis.isSame(as: activation.integer("axis") ?? usual)
        }
        return outline.nodes.contains { node in
            node.operation == "ArgMax" && node.isStandard
                && axis.isSame(as: node.integer("axis") ?? 0)
                && outline.scores(before: node.inputs.first ?? "") == source
        }
    }
}
