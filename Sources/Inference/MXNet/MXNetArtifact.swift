// MXNet's two files, read and joined into a model that the engine takes.
//
// Reads the symbol whole and of the parameters the headers; weights are read when they are wanted.

/// A symbol and its parameters on disk, as an ONNX graph.
struct MXNetArtifact {
    /// The graph, whose weights are places in the file of parameters.
    let graph: OnnxGraph
    private let parameters: String

    /// Reads and imports. `size` is the size that pictures will have, should the network take any.
    /// Throws `unreadable` or `unsupported`.
    init(
        symbol path: String, parameters: String, size: Preprocessing.Size? = nil
    ) throws(ModelError) {
        let bytes = try File.contents(of: path, limit: SymbolGraph.sizeLimit)
        let symbol: SymbolGraph
        do throws(SymbolError) {
            symbol = try SymbolGraph(bytes)
        } catch {
            throw error.of(file: path)
        }
        let list = try NDArrayList(.file(parameters), path: parameters)
        graph = try MXNetModel(
            symbol, path: path, parameters: MXNetParameters(list, path: parameters),
            size: size.map { (height: $0.height, width: $0.width) }
        ).graph
        self.parameters = parameters
    }

    /// A small model in memory whose weights stay in the file of parameters: the engine maps them, so
    /// they are not copied before it packs them. Throws `unreadable`.
    func source() throws(ModelError) -> ModelSource {
        // The engine takes no link that leads out of the folder.
        let (folder, name) = try File.resolved(parameters)
        let bytes = try graph.encoded(
            weights: ByteWindow(.file(parameters)), placement: .external(file: name))
        return .bytes(bytes, folder: folder)
    }

    /// The bytes of an ONNX model with all weights inside. Throws `unreadable` or `unsupported`.
    func onnxBytes() throws(ModelError) -> [UInt8] {
        try graph.encoded(weights: ByteWindow(.file(parameters)), placement: .inside)
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

extension Model {
    /// The ONNX file that the MXNet model in a folder becomes. Throws `unsupported` where the folder's
    /// model is ONNX already, and `ModelError` where it can't be imported.
    package static func onnxFile(ofFolder path: String) throws(ModelError) -> OnnxFile {
        let folder = try ModelFolder(path)
        guard let artifact = try folder.artifact() else {
            throw .unsupported("\(folder.model.value) is ONNX already; there is nothing to convert")
        }
        let graph = artifact.graph
        return OnnxFile(
            bytes: try artifact.onnxBytes(), opset: OnnxGraph.opset, nodes: graph.nodes.count,
            parameters: graph.parameterCount, input: graph.inputs.map(\.text).joined())
    }
}

extension ModelFolder {
    /// What the model says of itself; MXNet's says it as the ONNX that it is imported to. Throws
    /// `ModelError`.
    package func summary() throws(ModelError) -> GraphSummary {
        try GraphSummary(source())
    }

    /// What the engine is given: the file itself, or what it is imported to. Throws `ModelError`.
    func source() throws(ModelError) -> ModelSource {
        switch format {
        case .onnx: .file(model.value)
        case .mxnet: try artifact()?.source() ?? .file(model.value)
        }
    }

    /// The imported artifact; `nil` where the model is not MXNet's. Throws `ModelError`.
    func artifact() throws(ModelError) -> MXNetArtifact? {
        guard case .mxnet(let parameters) = format else { return nil }
        return try MXNetArtifact(
            symbol: model.value, parameters: parameters, size: manifest.pictureSize)
    }
}

extension Manifest {
    /// The size that the settings' steps end at, where they say one.
    fileprivate var pictureSize: Preprocessing.Size? {
        if case .on(let size)? = crop { return size }
        guard case .on(let resize)? = resize, case .exact(let height, let width)? = resize.target
        else { return nil }
        return Preprocessing.Size(height: height, width: width)
    }
}
