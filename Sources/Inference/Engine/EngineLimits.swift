// Which versions of ONNX an engine reads, so that a refused file can be told what is too new in it.

/// The newest versions that an engine reads.
package struct EngineLimits: Sendable, Equatable {
    /// The engine's name and version.
    package let engine: String
    /// Of the format itself.
    package let irVersion: Int
    /// Of operator sets, by domain; ONNX's own is "".
    package let opsets: [String: Int]
}
