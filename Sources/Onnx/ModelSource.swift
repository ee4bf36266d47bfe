// Where the bytes of an ONNX model are, for the engine and for our own readers.

/// Where a model's ONNX bytes are.
package enum ModelSource: Sendable {
    /// A file; external data lies beside it.
    case file(String)
    /// Bytes in memory; external data lies in files of the folder.
    case bytes([UInt8], folder: String? = nil)
}
