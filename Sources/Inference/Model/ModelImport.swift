// The ONNX of a model folder, whichever format its file has: as it is, or imported from MXNet's.

package import MXNetImport
package import Onnx

extension Model {
    /// The ONNX file that the MXNet model in a folder becomes. Throws `unsupported` where the folder's
    /// model is ONNX already, and `ModelError` where it can't be imported.
    package static func onnxFile(ofFolder path: String) throws(ModelError) -> OnnxFile {
        let folder = try ModelFolder(path)
        guard let artifact = try folder.artifact() else {
            throw .unsupported("\(folder.model.value) is ONNX already; there is nothing to convert")
        }
        return try artifact.onnxFile()
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
    fileprivate var pictureSize: (height: Int, width: Int)? {
        if case .on(let size)? = crop { return (size.height, size.width) }
        guard case .on(let resize)? = resize, case .exact(let height, let width)? = resize.target
        else { return nil }
        return (height, width)
    }
}
