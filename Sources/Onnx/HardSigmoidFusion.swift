// Fuses three operators into one: clip(x + b, 0, c) / c is ONNX's HardSigmoid.
//
// MobileNetV3 has it after nearly every convolution, and MXNet has only the three operators. The
// engine can compute the fused one inside the convolution: a quarter of that network's time. The
// result differs in the last bit of float32.

extension OnnxGraph {
    /// Replaces each such chain, if nothing else uses its inner values.
    package mutating func fuseHardSigmoids() {
        var scalars: [String: Float] = [:]
        for constant in constants where constant.shape.isEmpty {
            if case .floats(let values) = constant.content { scalars[constant.name] = values.first }
        }
        var producers: [String: Int] = [:]
        var uses: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for output in node.outputs { producers[output] = index }
            for input in node.inputs { uses[input, default: 0] += 1 }
        }
        for output in outputs { uses[output.name, default: 0] += 1 }
        /// The node that produces a value, if only one node uses that value.
        func inner(_ name: String, _ operation: String, inputs: Int) -> Int? {
            guard uses[name] == 1, let index = producers[name],
                nodes[index].operation == operation, nodes[index].inputs.count == inputs
            else { return nil }
            return index
        }
        var removed: Set<Int> = []
        for (index, node) in nodes.enumerated() where node.operation == "Div" {
            guard let divisor = scalars[node.inputs[1]], divisor > 0,
                let clip = inner(node.inputs[0], "Clip", inputs: 3),
                scalars[nodes[clip].inputs[1]] == 0, scalars[nodes[clip].inputs[2]] == divisor,
                let sum = inner(nodes[clip].inputs[0], "Add", inputs: 2),
                let offset = scalars[nodes[sum].inputs[1]]
            else { continue }
            nodes[index] = OnnxNode(
                name: node.name, operation: "HardSigmoid", inputs: [nodes[sum].inputs[0]],
                outputs: node.outputs,
                attributes: [("alpha", .float(1 / divisor)), ("beta", .float(offset / divisor))])
            removed.formUnion([clip, sum])
        }
        nodes = nodes.indices.filter { !removed.contains($0) }.map { nodes[$0] }
        dropUnusedConstants()
    }

    private mutating func dropUnusedConstants() {
        let used = Set(nodes.flatMap(\.inputs))
        constants.removeAll { !used.contains($0.name) }
    }
}
