// The names of element types in the Open Inference Protocol ("Tensor Data Types").

extension ElementType {
    private static let v2Names: [(name: String, element: ElementType)] = [
        ("BOOL", .bool), ("UINT8", .uint8), ("UINT16", .uint16), ("UINT32", .uint32),
        ("UINT64", .uint64), ("INT8", .int8), ("INT16", .int16), ("INT32", .int32),
        ("INT64", .int64), ("FP16", .float16), ("FP32", .float32), ("FP64", .float64),
        ("BF16", .bfloat16), ("BYTES", .string),
    ]

    /// V2's name of this type; `nil` if it has none.
    package var v2Name: String? { Self.v2Names.first { $0.element == self }?.name }

    /// The type of a name of V2; `nil` if there is none.
    package init?(v2Name name: String) {
        guard let found = Self.v2Names.first(where: { $0.name == name }) else { return nil }
        self = found.element
    }
}
