// Element types of tensors, by ONNX's numbers.

/// The type of a tensor's elements, numbered as ONNX does (onnx.proto, `TensorProto.DataType`).
package struct ElementType: Sendable, Hashable, CustomStringConvertible {
    /// Its number in the format; 0 for a value that is not a tensor.
    package let code: Int

    /// 32-bit floating point: the only type that we compute in.
    package static let float32 = ElementType(code: 1)
    /// 8-bit pixels as decoders produce them, for networks that normalise by themselves.
    package static let uint8 = ElementType(code: 2)

    package static let int8 = ElementType(code: 3)
    package static let uint16 = ElementType(code: 4)
    package static let int16 = ElementType(code: 5)
    package static let int32 = ElementType(code: 6)
    package static let int64 = ElementType(code: 7)
    package static let string = ElementType(code: 8)
    package static let bool = ElementType(code: 9)
    package static let float16 = ElementType(code: 10)
    package static let float64 = ElementType(code: 11)
    package static let uint32 = ElementType(code: 12)
    package static let uint64 = ElementType(code: 13)
    package static let bfloat16 = ElementType(code: 16)

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

    /// Whether its values are whole numbers.
    package var isInteger: Bool {
        [.uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64].contains(self)
    }

    /// The size of one element in bytes; `nil` for types that are no numbers.
    package var size: Int? { ScalarType(self)?.size }
}
