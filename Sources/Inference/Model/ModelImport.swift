// The ONNX of a model folder: its file, or an import of MXNet's files.

package import MXNetImport
package import Onnx

extension Model {
    /// The MXNet model in a folder as an ONNX file. Throws `unsupported` if the folder's model is
    /// ONNX already, and `ModelError` if it can't be imported.
    package static func onnxFile(ofFolder path: String) throws(ModelError) -> OnnxFile {
        let folder = try ModelFolder(path)
        guard let artifact = try folder.artifact() else {
            throw .unsupported("\(folder.model.value) is ONNX already; there is nothing to convert")
        }
        return try artifact.onnxFile()
    }
}

extension ModelFolder {
    /// What the model's file says about it; for MXNet, what the imported ONNX says. Throws
    /// `ModelError`.
    package func summary() throws(ModelError) -> GraphSummary {
        try GraphSummary(source())
    }

    /// The source for the engine: the file itself, or its import. Throws `ModelError`.
    func source() throws(ModelError) -> ModelSource {
        switch format {
        case .onnx: .file(model.value)
        case .mxnet: try artifact()?.source() ?? .file(model.value)
        }
    }

    /// The imported artifact; `nil` if the model is not MXNet's. Throws `ModelError`.
    func artifact() throws(ModelError) -> MXNetArtifact? {
        guard case .mxnet(let parameters) = format else { return nil }
        return try MXNetArtifact(
            symbol: model.value, parameters: parameters, size: manifest.pictureSize)
    }
}

extension Manifest {
    /// The picture size at the end of the settings' steps, if they define one.
    fileprivate var pictureSize: (height: Int, width: Int)? {
        if case .on(let size)? = crop { return (size.height, size.width) }
        guard case .on(let resize)? = resize, let size = resize.target?.finalSize else {
            return nil
        }
        return (size.height, size.width)
    }
}
