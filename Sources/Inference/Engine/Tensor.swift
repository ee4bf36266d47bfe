// What an engine says of a model's inputs and outputs, in no engine's own terms.

/// The name, element type and shape of one input or output of a model.
package struct TensorDescription: Sendable, Equatable {
    /// As the graph spells it.
    package let name: String
    /// The type of one element.
    package let element: ElementType
    /// The length of each dimension; `nil` where the graph leaves it open.
    package let shape: [Int?]

    /// Creates a description.
    package init(name: String, element: ElementType, shape: [Int?]) {
        self.name = name
        self.element = element
        self.shape = shape
    }

    /// The shape as people write it: `[?, 3, 224, 224]`.
    package var shapeText: String {
        "[" + shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
    }
}

/// The type of a tensor's elements, numbered as ONNX does (onnx.proto, `TensorProto.DataType`).
package struct ElementType: Sendable, Equatable, CustomStringConvertible {
    /// The number that the format gives it; 0 where the value is no tensor.
    package let code: Int

    /// 32-bit floating point: the only type that is computed in.
    package static let float32 = ElementType(code: 1)
    /// Pixels as decoders give them, for networks that normalise by themselves.
    package static let uint8 = ElementType(code: 2)

    private static let names = [
        "not a tensor", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string",
        "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16",
    ]

    /// Creates a type from its number.
    package init(code: Int) { self.code = code }

    /// The name that numpy gives it.
    package var description: String {
        Self.names.indices.contains(code) ? Self.names[code] : "element type \(code)"
    }
}

/// A type that an input tensor's elements can have.
package protocol TensorElement: BitwiseCopyable, Sendable {
    /// Its number in the format.
    static var elementType: ElementType { get }
}

extension Float: TensorElement {
    package static var elementType: ElementType { .float32 }
}

extension UInt8: TensorElement {
    package static var elementType: ElementType { .uint8 }
}
