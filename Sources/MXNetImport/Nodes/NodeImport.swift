// One node of MXNet's network during import: its inputs, its attributes, and what it adds to the
// ONNX graph.

internal import Onnx

/// A converter's view of one node.
struct NodeImport {
    let node: SymbolNode
    /// In the node's order, without those that its operator ignores.
    var inputs: [Tensor]
    let builder: OnnxBuilder
    /// The array of the weights file with a name, for auxiliary states that old files imply.
    let parameter: (String) -> Tensor?
    var attributes: AttributeText

    /// Converts one operator of MXNet; returns the tensors of its outputs.
    typealias Converter = @Sendable (inout NodeImport) throws(SymbolError) -> [Tensor]

    /// An input that must be there.
    func input(_ index: Int) throws(SymbolError) -> Tensor {
        guard inputs.indices.contains(index) else {
            throw .malformed("it has \(inputs.count) inputs; expected at least \(index + 1)")
        }
        return inputs[index]
    }

    /// The only input.
    func only() throws(SymbolError) -> Tensor {
        try expect(inputs: 1)
        return inputs[0]
    }

    /// Checks the number of inputs.
    func expect(inputs count: Int) throws(SymbolError) {
        guard inputs.count == count else {
            throw .malformed("it has \(inputs.count) inputs; expected \(count)")
        }
    }

    /// An input that must have this shape: a weight.
    func weight(_ index: Int, _ what: String, _ shape: [Int]) throws(SymbolError) -> Tensor {
        let tensor = try input(index)
        guard tensor.lengths == shape else {
            let expected = "(" + shape.map(String.init).joined(separator: ", ") + ")"
            throw .malformed(
                "its \(what), \"\(tensor.name)\", has the shape \(tensor.shapeText); expected "
                    + expected)
        }
        return tensor
    }

    /// Adds an ONNX operator with one output.
    func add(
        _ operation: String, _ inputs: [Tensor], _ attributes: [(String, OnnxAttribute)] = [],
        shape: [Dimension]
    ) throws(SymbolError) -> Tensor {
        try builder.add(
            operation, named: node.name, inputs: inputs.map(\.name), attributes: attributes,
            shape: shape)
    }

    /// Adds an ONNX operator that keeps the shape of its only input.
    func map(
        _ operation: String, _ input: Tensor, _ attributes: [(String, OnnxAttribute)] = []
    ) throws(SymbolError) -> Tensor {
        try add(operation, [input], attributes, shape: input.shape)
    }

    /// Adds an ONNX operator between a tensor and a number; the number is first if `reversed`.
    func combine(
        _ operation: String, _ input: Tensor, _ number: Double, reversed: Bool = false
    ) throws(SymbolError) -> Tensor {
        let scalar = builder.floats([Float(number)])
        return try add(
            operation, reversed ? [scalar, input] : [input, scalar], shape: input.shape)
    }

    /// An axis, counted from the end if it is negative. Throws if there is no such axis.
    func axis(_ axis: Int, of rank: Int, _ key: String = "axis") throws(SymbolError) -> Int {
        guard (-rank..<rank).contains(axis) else {
            throw .malformed("attribute \"\(key)\" is \(axis); the input has \(rank) dimensions")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// Adds a Transpose; nothing if the order stays the same.
    func transposed(_ input: Tensor, _ order: [Int]) throws(SymbolError) -> Tensor {
        guard order != Array(order.indices) else { return input }
        return try add(
            "Transpose", [input], [("perm", .integers(order))],
            shape: order.map { input.shape[$0] })
    }

    /// A length of an output: `Dimension.replaced` with the operands' axes joined.
    func length(_ length: Int, from dimensions: [Dimension]) -> Dimension {
        Dimension(
            length: length, follows: dimensions.reduce(into: []) { $0.formUnion($1.follows) })
    }

    /// The product of dimensions. Throws where it overflows.
    func product(_ dimensions: some Sequence<Dimension>) throws(SymbolError) -> Dimension {
        var product = Dimension.fixed(1)
        for dimension in dimensions {
            let (length, overflow) =
                product.length.multipliedReportingOverflow(by: dimension.length)
            guard !overflow else { throw .malformed("its input is too large") }
            product = Dimension(
                length: length, follows: product.follows.union(dimension.follows))
        }
        return product
    }

    /// Adds a Reshape. Open dimensions that stay at their position are copied, and the engine
    /// infers at most one other; further ones are pinned.
    func reshaped(
        _ input: Tensor, to shape: [Dimension]
    ) throws(SymbolError) -> Tensor {
        guard shape != input.shape else { return input }
        var spec: [Int] = []
        var hasFree = false
        for (position, dimension) in shape.enumerated() {
            if !builder.isOpen(dimension) {
                spec.append(dimension.length)
            } else if position < input.rank, input.shape[position] == dimension {
                spec.append(0)
            } else if !hasFree {
                hasFree = true
                spec.append(-1)
            } else {
                spec.append(builder.pin(dimension))
            }
        }
        return try add("Reshape", [input, builder.integers(spec)], shape: shape)
    }
}
