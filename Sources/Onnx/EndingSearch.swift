// Follows a graph from an output back to the operator that decides what its numbers mean.
//
// It passes operators that move numbers without changing what they are, and merges the parts of
// ensembles. Chains are limited in length and in number, so any file takes a bounded time.

/// One search; it keeps count of its steps.
struct EndingSearch {
    private static let longestChain = 64
    private let outline: GraphOutline
    private var steps = 512

    init(_ outline: GraphOutline) { self.outline = outline }

    /// The ending of the graph at a value; `depth` values away from the output.
    mutating func ending(of value: String, depth: Int = 0) -> GraphEnding {
        steps -= 1
        guard let node = outline.producer(of: value) else {
            return GraphEnding(.unknown, "no operator")
        }
        guard depth < Self.longestChain, steps > 0 else {
            return GraphEnding(.unknown, "a long chain of operators")
        }
        if outline.functions.contains(node.operation), !node.isStandard {
            return GraphEnding(.unknown, "the function \(node.operation)")
        }
        if let pattern = HandMadeActivation(outline).recognize(node) { return pattern }
        switch EndingOperator(node) {
        case .decides(let kind): return GraphEnding(kind, node.operation)
        case .moves(let input):
            return inner(node, input, depth).through(node.operation)
        case .bounds:
            let inner = inner(node, 0, depth)
            let isKept = inner.isProbability || inner.kind == .logProbabilities
            return inner.through(node.operation, makes: isKept ? nil : .limited)
        case .averages:
            let inner = inner(node, 0, depth)
            return inner.through(
                node.operation, makes: inner.kind == .logProbabilities ? .unknown : nil)
        case .rectifies:
            let inner = inner(node, 0, depth)
            return inner.through(
                node.operation, makes: inner.isProbability || inner.kind == .scores ? nil : .unknown
            )
        case .merges(let inputs): return merged(node, inputs, depth)
        case .arithmetic: return arithmetic(node, depth)
        case .unknown: return unknown(node, depth)
        }
    }

    /// A root or a power of probabilities stays within 0…1 and is none.
    private mutating func unknown(_ node: GraphOutline.Node, _ depth: Int) -> GraphEnding {
        guard node.isStandard else { return GraphEnding(.unknown, node.operation) }
        let inner = inner(node, 0, depth)
        return inner.isProbability || inner.kind == .limited
            ? inner.through(node.operation, makes: .limited)
            : GraphEnding(.unknown, node.operation)
    }

    private mutating func inner(
        _ node: GraphOutline.Node, _ input: Int, _ depth: Int
    ) -> GraphEnding {
        ending(of: node.inputs.indices.contains(input) ? node.inputs[input] : "", depth: depth + 1)
    }

    /// What parts are together: the same as each where they agree.
    private mutating func merged(
        _ node: GraphOutline.Node, _ inputs: [Int], _ depth: Int
    ) -> GraphEnding {
        let values = inputs.filter(node.inputs.indices.contains).map { node.inputs[$0] }
        let parts = values.filter { outline.constant($0) == nil && !$0.isEmpty }
        var endings: [GraphEnding] = []
        for part in parts { endings.append(ending(of: part, depth: depth + 1)) }
        guard let first = endings.first else { return GraphEnding(.unknown, node.operation) }
        let same = endings.allSatisfy { $0.kind == first.kind }
        if same, parts.count == values.count || first.kind == .scores {
            return first.through(node.operation)
        }
        let kind: GraphEnding.Kind = endings.allSatisfy(\.isProbability) ? .sigmoid : .unknown
        return first.through(
            node.operation, makes: parts.count == values.count ? kind : .unknown)
    }

    /// Addition, subtraction, multiplication, division and their functions of one value.
    private mutating func arithmetic(_ node: GraphOutline.Node, _ depth: Int) -> GraphEnding {
        let constants = node.inputs.map { outline.scalar($0) }
        switch node.operation {
        case "Mul", "Div":
            // One value scales; the ensemble's number of members divides.
            if node.inputs.count == 2, let place = constants.firstIndex(where: { $0 != nil }),
                node.operation == "Mul" || place == 1
            {
                let inner = inner(node, 1 - place, depth)
                return inner.through(
                    node.operation, makes: inner.kind == .logProbabilities ? .unknown : nil)
            }
            if node.operation == "Div" {
                let inner = inner(node, 0, depth)
                return inner.through(node.operation, makes: .unknown)
            }
            return merged(node, [0, 1], depth)
        case "Add":
            if let place = constants.firstIndex(where: { $0 != nil }), node.inputs.count == 2 {
                let inner = inner(node, 1 - place, depth)
                // A value this small only keeps a logarithm finite.
                let isTiny = (constants[place] ?? 1).magnitude < 1e-3
                return inner.through(
                    node.operation, makes: isTiny || inner.kind == .scores ? nil : .unknown)
            }
            return merged(node, [0, 1], depth)
        case "Sub":
            if let whole = constants.first ?? nil {
                let inner = inner(node, 1, depth)
                let isComplement = whole == 1 && inner.isProbability
                return inner.through(
                    node.operation,
                    makes: isComplement ? .sigmoid : inner.kind == .scores ? nil : .unknown)
            }
            let inner = inner(node, 0, depth)
            return inner.through(node.operation, makes: inner.kind == .scores ? nil : .unknown)
        case "Exp":
            let inner = inner(node, 0, depth)
            return inner.through(
                node.operation, makes: inner.kind == .logProbabilities ? .softmax : .unknown)
        case "Log":
            let inner = inner(node, 0, depth)
            return inner.through(
                node.operation, makes: inner.isProbability ? .logProbabilities : .unknown)
        case "Neg":
            let inner = inner(node, 0, depth)
            return inner.through(node.operation, makes: inner.kind == .scores ? nil : .unknown)
        case "Normalizer":
            let inner = inner(node, 0, depth)
            let sums = node.attributes["norm"] == .text("L1") && inner.isProbability
            return inner.through(node.operation, makes: sums ? .softmax : .unknown)
        default: return GraphEnding(.unknown, node.operation)
        }
    }
}
