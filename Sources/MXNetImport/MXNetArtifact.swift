// MXNet's two files, read and joined into a model that the engine accepts.
//
// Reads the whole symbol, but only the headers of the parameters; weights are read when needed.

internal import Basics
package import Onnx

/// A symbol and its parameters on disk, as an ONNX graph.
package struct MXNetArtifact {
    /// The graph; its weights are positions in the parameter file.
    let graph: OnnxGraph
    private let parameters: String

    /// Reads and imports. `size` is the size of pictures, used if the network takes any.
    /// Throws `unreadable` or `unsupported`.
    package init(
        symbol path: String, parameters: String, size: (height: Int, width: Int)? = nil
    ) throws(ModelError) {
        let bytes = try ModelError.reading { () throws(InputError) in
            try File.contents(of: path, limit: SymbolGraph.sizeLimit)
        }
        let symbol: SymbolGraph
        do throws(SymbolError) {
            symbol = try SymbolGraph(bytes)
        } catch {
            throw error.of(file: path)
        }
        let list = try NDArrayList(.file(parameters), path: parameters)
        graph = try MXNetModel(
            symbol, path: path, parameters: MXNetParameters(list, path: parameters),
            size: size
        ).graph
        self.parameters = parameters
    }

    /// A small model in memory whose weights stay in the parameter file: the engine maps that file,
    /// so they are not copied before it packs them. Throws `unreadable`.
    package func source() throws(ModelError) -> ModelSource {
        // The engine refuses links that lead out of the folder.
        let (folder, name) = try ModelError.reading { () throws(InputError) in
            try File.resolved(parameters)
        }
        let bytes = try graph.encoded(
            weights: ByteWindow(.file(parameters)), placement: .external(file: name))
        return .bytes(bytes, folder: folder)
    }

    /// The model as an ONNX file with all weights inside. Throws `unreadable` or `unsupported`.
    package func onnxFile() throws(ModelError) -> OnnxFile {
        OnnxFile(
            bytes: try graph.encoded(weights: ByteWindow(.file(parameters)), placement: .inside),
            opset: OnnxGraph.opset, nodes: graph.nodes.count, parameters: graph.parameterCount,
            input: graph.inputs.map(\.text).joined())
    }
}

/// A model as an ONNX file, and what it holds.
package struct OnnxFile {
    /// The file.
    package let bytes: [UInt8]
    /// The version of ONNX's operators that it is written for.
    package let opset: Int
    /// The number of operators.
    package let nodes: Int
    /// The number of weights.
    package let parameters: Int
    /// The input's name and shape, such as "data [N, 3, 224, 224]".
    package let input: String
}
