// One pass over MXNet's network, for one size of picture, that builds an ONNX graph.
//
// Each node comes after its inputs, so one loop in their order is enough. It imports only what the
// heads need: a label, or a loss beside the classes, is left out.

internal import Basics
internal import Onnx

/// A pass for one shape of the network's input.
struct GraphImport {
    private let graph: SymbolGraph
    private let parameters: MXNetParameters
    private let input: SymbolNode
    private let builder = OnnxBuilder()
    /// The outputs of each node that has been imported.
    private var outputs: [[Tensor]]
    private var stored: [String: Tensor] = [:]

    /// Prepares a pass; `input` is the variable that takes the picture.
    init(_ graph: SymbolGraph, _ parameters: MXNetParameters, input: SymbolNode) {
        self.graph = graph
        self.parameters = parameters
        self.input = input
        outputs = Array(repeating: [], count: graph.nodes.count)
    }

    /// How much the pass has built, as a measure of time.
    var effort: Int { builder.effort }

    /// The nodes that the heads need.
    static func needed(_ graph: SymbolGraph) -> [Bool] {
        var needed = Array(repeating: false, count: graph.nodes.count)
        for head in graph.heads { needed[head.node] = true }
        for index in graph.nodes.indices.reversed() where needed[index] {
            for entry in OperatorTable.usedInputs(of: graph.nodes[index]) {
                needed[entry.node] = true
            }
        }
        return needed
    }

    /// Imports for one shape of the input. Throws a clause that names the node.
    mutating func run(
        _ shape: PictureShape, needed: [Bool]
    ) throws(SymbolError) -> OnnxGraph {
        let picture = Tensor(
            name: builder.unique(input.name),
            shape: shape.lengths.enumerated().map { position, length in
                let isFixed = position == shape.channelAxis && !shape.channelsAreOpen
                return Dimension(length: length, follows: isFixed ? [] : .axis(position))
            })
        for index in graph.nodes.indices where needed[index] {
            let node = graph.nodes[index]
            do throws(SymbolError) {
                outputs[index] = try tensors(of: node, picture)
            } catch {
                throw error.located(in: node)
            }
        }
        var heads: [(tensor: Tensor, name: String)] = []
        for head in graph.heads {
            let node = graph.nodes[head.node]
            let tensors = outputs[head.node]
            // Masks and statistics, which exist only in training.
            if head.output >= tensors.count, !heads.isEmpty { continue }
            guard tensors.indices.contains(head.output) else {
                throw missing(head).located(in: node)
            }
            let name = node.isVariable ? node.name : "\(node.name)_output"
            heads.append(
                (tensors[head.output], head.output == 0 ? name : "\(name)\(head.output)"))
        }
        return builder.finish(
            name: heads[0].name, input: picture, axes: shape.axisNames, sides: shape.sides,
            heads: heads)
    }

    private mutating func tensors(
        of node: SymbolNode, _ picture: Tensor
    ) throws(SymbolError) -> [Tensor] {
        if node.isVariable {
            guard node.name != input.name else { return [picture] }
            return [parameter(node.name)].compactMap { $0 }
        }
        guard let converter = OperatorTable.converters[node.operation] else {
            throw .unsupported("the operator \"\(node.operation)\" is not supported")
        }
        var inputs: [Tensor] = []
        for entry in OperatorTable.usedInputs(of: node) { inputs.append(try tensor(entry)) }
        var implied: [String: Tensor] = [:]
        if node.operation.hasPrefix("BatchNorm"), inputs.count == 3 {
            for name in ["\(node.name)_moving_mean", "\(node.name)_moving_var"] {
                implied[name] = parameter(name)
            }
        }
        let known = implied
        var node = NodeImport(
            node: node, inputs: inputs, builder: builder, parameter: { known[$0] },
            attributes: AttributeText(node.attributes))
        let tensors = try converter(&node)
        if let (key, value) = node.attributes.leftOver {
            throw .unsupported(
                "the attribute \"\(key)\" (\(JSONValue.string(value).summary)) is not supported")
        }
        return tensors
    }

    private func tensor(_ entry: SymbolEntry) throws(SymbolError) -> Tensor {
        guard outputs[entry.node].indices.contains(entry.output) else {
            throw missing(entry)
        }
        return outputs[entry.node][entry.output]
    }

    private func missing(_ entry: SymbolEntry) -> SymbolError {
        .unsupported(
            "output \(entry.output) of node \"\(graph.nodes[entry.node].name)\" is used, but the node "
                + "has \(outputs[entry.node].count) at inference")
    }

    /// The constant of a parameter, created when it is first used.
    private mutating func parameter(_ name: String) -> Tensor? {
        if let tensor = stored[name] { return tensor }
        guard let array = parameters[name] else { return nil }
        let tensor = builder.add(stored: array, named: name)
        stored[name] = tensor
        return tensor
    }
}

extension SymbolError {
    /// The same, prefixed with the node.
    fileprivate func located(in node: SymbolNode) -> SymbolError {
        let place = "node \"\(node.name)\" (\(node.operation)): "
        return switch self {
        case .malformed(let clause): .malformed(place + clause)
        case .unsupported(let clause): .unsupported(place + clause)
        }
    }
}
