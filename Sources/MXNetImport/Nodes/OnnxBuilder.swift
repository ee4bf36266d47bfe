// The ONNX graph under construction: names that are unique, constants that exist once, and the
// record of which axes of the picture had to be pinned to a length.

internal import Onnx

/// Gathers nodes and constants. Not `Sendable`: one import at a time.
final class OnnxBuilder {
    /// A gigabyte of float32: far more than any tensor of a classifier.
    private static let elementLimit = 1 << 28
    private static let rankLimit = 32
    /// Limits on the number of tensors, and on numbers in constants outside the file of weights.
    private static let tensorLimit = 1 << 20
    private static let literalLimit = 1 << 22

    private(set) var nodes: [OnnxNode] = []
    private(set) var constants: [OnnxConstant] = []
    /// The axes of the picture whose length the graph depends on.
    private(set) var pinned: PictureAxes = []
    /// Every name in use, and the last number that was appended to it.
    private var names: [String: Int] = [:]
    private var tensorCount = 0
    private var literalCount = 0
    private var literals: [Literal: Tensor] = [:]

    private enum Literal: Hashable {
        case floats([UInt32], shape: [Int])
        case integers([Int])
    }

    /// How much has been built, as a measure of time.
    var effort: Int { tensorCount + literalCount / 64 }

    /// A unique name, as close as possible to the wish.
    func unique(_ wish: String) -> String {
        guard var number = names[wish] else {
            names[wish] = 0
            return wish
        }
        var name: String
        repeat {
            number += 1
            name = "\(wish)#\(number)"
        } while names[name] != nil
        names[wish] = number
        names[name] = 0
        return name
    }

    /// The length of a dimension, for an operator that needs to know it: the graph is then valid
    /// for this length only.
    func pin(_ dimension: Dimension) -> Int {
        pinned.formUnion(dimension.follows)
        return dimension.length
    }

    /// Whether a dimension may differ from one picture to the next.
    func isOpen(_ dimension: Dimension) -> Bool { !dimension.follows.isSubset(of: pinned) }

    /// Adds an operator with one output.
    func add(
        _ operation: String, named wish: String, inputs: [String],
        attributes: [(String, OnnxAttribute)], shape: [Dimension]
    ) throws(SymbolError) -> Tensor {
        try add(operation, named: wish, inputs: inputs, attributes: attributes, shapes: [shape])[0]
    }

    /// Adds an operator with an output for each shape. Throws if a shape is impossible.
    func add(
        _ operation: String, named wish: String, inputs: [String],
        attributes: [(String, OnnxAttribute)], shapes: [[Dimension]]
    ) throws(SymbolError) -> [Tensor] {
        tensorCount += shapes.count
        guard tensorCount <= Self.tensorLimit, literalCount <= Self.literalLimit else {
            throw .unsupported("with it the network is larger than any that is known")
        }
        let name = unique(wish)
        var tensors: [Tensor] = []
        for (index, shape) in shapes.enumerated() {
            guard shape.count <= Self.rankLimit else {
                throw .malformed("its output would have \(shape.count) dimensions")
            }
            var count = 1
            for dimension in shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: dimension.length)
                guard dimension.length > 0, !overflow, product <= Self.elementLimit else {
                    let lengths = shape.map { "\($0.length)" }.joined(separator: ", ")
                    throw .malformed(
                        "its output would have the shape (\(lengths)); every length must be 1 or "
                            + "more and the whole at most \(Self.elementLimit) numbers")
                }
                count = product
            }
            tensors.append(Tensor(name: unique("\(name):\(index)"), shape: shape))
        }
        nodes.append(
            OnnxNode(
                name: name, operation: operation, inputs: inputs, outputs: tensors.map(\.name),
                attributes: attributes.map { (name: $0.0, value: $0.1) }))
        return tensors
    }

    /// Adds a constant whose numbers are in the file of weights.
    func add(stored array: NDArray, named wish: String) -> Tensor {
        let name = unique(wish)
        constants.append(
            OnnxConstant(
                name: name, shape: array.shape,
                content: .stored(offset: array.offset, count: array.count, type: array.type)))
        return Tensor(name: name, shape: array.shape.map(Dimension.fixed), isConstant: true)
    }

    /// A constant of float32, shared by all equal ones. Without a shape: one number, of rank 0.
    func floats(_ values: [Float], shape: [Int] = []) -> Tensor {
        literal(.floats(values.map(\.bitPattern), shape: shape), "float", .floats(values), shape)
    }

    /// A constant list of int64, shared by all equal ones.
    func integers(_ values: [Int]) -> Tensor {
        literal(.integers(values), "integers", .integers(values), [values.count])
    }

    /// Ends the graph: each head becomes an output under its own name.
    func finish(
        name: String, input: Tensor, axes: [String], sides: PictureAxes,
        heads: [(tensor: Tensor, name: String)]
    ) -> OnnxGraph {
        // An input that is open along one side only is useless.
        if !pinned.isDisjoint(with: sides) { pinned.formUnion(sides) }
        var graph = OnnxGraph(name: name)
        graph.inputs = [value(input, axes: axes)]
        let produced = Set(nodes.flatMap(\.outputs))
        var renamed: [String: String] = [:]
        for (tensor, wish) in heads {
            let name = unique(wish)
            if renamed[tensor.name] == nil, produced.contains(tensor.name) {
                renamed[tensor.name] = name
            } else {
                // An input, a constant or an output used twice can't change its name.
                nodes.append(
                    OnnxNode(
                        name: unique("\(wish)/identity"), operation: "Identity",
                        inputs: [tensor.name], outputs: [name], attributes: []))
            }
            // Except the batch, an output's length may be any function of the input's.
            graph.outputs.append(
                value(Tensor(name: name, shape: tensor.shape), axes: Array(axes.prefix(1))))
        }
        for index in nodes.indices {
            nodes[index].inputs = nodes[index].inputs.map { renamed[$0] ?? $0 }
            nodes[index].outputs = nodes[index].outputs.map { renamed[$0] ?? $0 }
        }
        graph.nodes = nodes
        graph.constants = constants
        graph.fuseHardSigmoids()
        return graph
    }

    /// Open lengths have names; dimensions that follow an axis of the input share its name.
    private func value(_ tensor: Tensor, axes: [String]) -> OnnxValue {
        OnnxValue(
            name: tensor.name,
            shape: tensor.shape.enumerated().map { position, dimension in
                guard isOpen(dimension) else { return .fixed(dimension.length) }
                let isInput = dimension.follows == .axis(position)
                let isBatch = dimension.follows == .axis(0)
                guard isInput || isBatch, axes.indices.contains(position) else {
                    return .open("\(tensor.name)_\(position)")
                }
                return .open(isBatch ? axes[0] : axes[position])
            })
    }

    private func literal(
        _ key: Literal, _ kind: String, _ content: TensorContent, _ shape: [Int]
    ) -> Tensor {
        if let known = literals[key] { return known }
        literalCount += max(1, shape.reduce(1, *))
        let name = unique("constant/\(kind)_\(literals.count)")
        let tensor = Tensor(name: name, shape: shape.map(Dimension.fixed), isConstant: true)
        constants.append(OnnxConstant(name: name, shape: shape, content: content))
        literals[key] = tensor
        return tensor
    }
}
