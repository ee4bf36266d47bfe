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

    /// The bytes of an ONNX model with all weights inside. Throws `unreadable` or `unsupported`.
    func onnxBytes() throws(ModelError) -> [UInt8] {
        try graph.encoded(weights: ByteWindow(.file(parameters)), placement: .inside)
    }
}

extension ModelFolder {
    /// What the engine is given: the file itself, or what it is imported to. Throws `ModelError`.
    func source() throws(ModelError) -> ModelSource {
        switch format {
        case .onnx: .file(model.value)
        case .mxnet: .bytes(try artifact()?.onnxBytes() ?? [])
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
