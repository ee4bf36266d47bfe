// An MXNet artifact as ONNX: the symbol and the parameters joined.
//
// The symbol does not say how large its pictures are, but its weights do: the first ones have the
// number of channels; a network that ends in global pooling takes any size, one that flattens a
// feature map takes one. So the graph is imported for ImageNet's 224 pixels and, if the weights
// contradict that, for other sizes.
// The graph stays open along the axes whose length no operator needed.

internal import Onnx

/// A symbol, its parameters, and the graph they make.
struct MXNetModel {
    /// The limit on all passes together: a second or two. A pass of a known network builds a few
    /// thousand tensors.
    private static let effortLimit = 1 << 18

    /// The graph; its weights are positions in the parameter file.
    let graph: OnnxGraph

    /// Imports a network. `input` is its shape if known, `size` the height and width of pictures.
    /// Throws `unreadable` and `unsupported`; their sentences name `path` and `parameters.path`.
    init(
        _ symbol: SymbolGraph, path: String, parameters: MXNetParameters, input: [Int]? = nil,
        size: (height: Int, width: Int)? = nil
    ) throws(ModelError) {
        let needed = GraphImport.needed(symbol)
        let variable = try Self.picture(symbol, parameters, needed, path: path)
        let written = (input ?? Self.writtenShape(variable)).map { [PictureShape($0)] }
        // Networks trained with the channels last say so at each window.
        let channelsLast = symbol.nodes.contains { $0.attributes["layout"] == "NHWC" }
        let shapes =
            written
            ?? FirstWeights(symbol, parameters, input: variable, needed: needed)
            .shapes(size: size, channelsLast: channelsLast)
        var first: SymbolError?
        var effort = 0
        for shape in shapes {
            var attempt = GraphImport(symbol, parameters, input: variable)
            do throws(SymbolError) {
                var graph = try attempt.run(shape, needed: needed)
                if shape.isTried {
                    let size = shape.sideLengths.map(String.init).joined(separator: "×")
                    graph.guess =
                        "the network does not say how large its pictures are; its weights fit "
                        + "\(size), and may fit other sizes: \"preprocess\" in amphora.json "
                        + "settles it, as {\"crop\": [height, width]}"
                }
                self.graph = graph
                return
            } catch {
                first = first ?? error.withInput(shape.lengths)
                // Another size would not change that.
                if case .unsupported = error { throw error.of(file: path) }
            }
            effort += attempt.effort
            if effort > Self.effortLimit { break }
        }
        guard let first else { preconditionFailure("no shape was tried") }
        throw first.of(file: path)
    }

    /// The only variable without an array. Of several it is the one called "data"; the others must
    /// then be missing parameters.
    private static func picture(
        _ symbol: SymbolGraph, _ parameters: MXNetParameters, _ needed: [Bool], path: String
    ) throws(ModelError) -> SymbolNode {
        var free: [SymbolNode] = []
        var names: Set<String> = []
        for (index, node) in symbol.nodes.enumerated() where needed[index] && node.isVariable {
            guard names.insert(node.name).inserted else {
                throw .unreadable(
                    path: path, reason: "it has two variables called \"\(node.name)\"")
            }
            if parameters[node.name] == nil { free.append(node) }
        }
        guard let only = free.first else {
            throw .unreadable(
                path: path,
                reason: "it has no input: \(parameters.path) has an array for every variable")
        }
        guard free.count > 1 else { return only }
        guard let data = free.first(where: { $0.name == "data" }) else {
            throw parameters.missing(free.map(\.name))
        }
        throw parameters.missing(free.map(\.name).filter { $0 != data.name })
    }

    /// The shape in the variable's own attributes, if it is complete.
    private static func writtenShape(_ variable: SymbolNode) -> [Int]? {
        guard let text = variable.attributes["__shape__"] else { return nil }
        var attributes = AttributeText(["shape": text])
        do throws(SymbolError) {
            guard var shape = try attributes.integers("shape"), shape.count > 1 else { return nil }
            if shape[0] <= 0 { shape[0] = 1 }
            return shape.allSatisfy { (1...(1 << 16)).contains($0) } ? shape : nil
        } catch {
            // A shape that cannot be parsed is ignored.
            return nil
        }
    }
}

extension SymbolError {
    /// The same, with the input shape that caused it.
    fileprivate func withInput(_ shape: [Int]) -> SymbolError {
        guard case .malformed(let clause) = self else { return self }
        let lengths = shape.map(String.init).joined(separator: ", ")
        return .malformed("\(clause); with an input of (\(lengths))")
    }
}
