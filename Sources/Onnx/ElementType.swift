// Element types of tensors, by ONNX's numbers.

/// The type of a tensor's elements, numbered as ONNX does (onnx.proto, `TensorProto.DataType`).
package struct ElementType: Sendable, Equatable, CustomStringConvertible {
    /// Its number in the format; 0 for a value that is not a tensor.
    package let code: Int

    /// 32-bit floating point: the only type that we compute in.
    package static let float32 = ElementType(code: 1)
    /// 8-bit pixels as decoders produce them, for networks that normalise by themselves.
    package static let uint8 = ElementType(code: 2)

    private static let names = [
        "not a tensor", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string",
        "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16",
    ]

    /// Creates a type from its number.
    package init(code: Int) { self.code = code }

    /// numpy's name for it.
    package var description: String {
        Self.names.indices.contains(code) ? Self.names[code] : "element type \(code)"
    }
}
