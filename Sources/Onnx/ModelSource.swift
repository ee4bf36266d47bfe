// Where the bytes of an ONNX model are, for whoever reads them: the engine, or we.

/// Where a model's ONNX bytes are.
package enum ModelSource: Sendable {
    /// A file; external data is looked for beside it.
    case file(String)
    /// Bytes in memory; data that is not inside lies in files of the folder.
    case bytes([UInt8], folder: String? = nil)
}
