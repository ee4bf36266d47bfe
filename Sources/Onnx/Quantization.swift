// What the whole numbers of a quantized output stand for.
//
// Where a graph ends in quantized numbers, the operator that made them holds the scale and the zero
// point. Computes as DequantizeLinear does.

/// A scale and a zero point for all numbers of a tensor.
package struct Quantization: Sendable, Equatable {
    package let scale: Float
    package let zeroPoint: Float

    /// Where the quantizing operators keep scale and zero point among their inputs.
    private static let places: [String: (scale: Int, zeroPoint: Int)] = [
        "QuantizeLinear": (1, 2), "QLinearSoftmax": (3, 4), "QLinearSigmoid": (3, 4),
        "QLinearGlobalAveragePool": (3, 4), "QLinearAveragePool": (3, 4), "QLinearMatMul": (6, 7),
        "QLinearConv": (6, 7), "QLinearAdd": (6, 7), "QLinearMul": (6, 7), "QGemm": (7, 8),
    ]
    private static let moving: Set<String> = [
        "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose",
    ]

    /// Creates a quantization.
    package init(scale: Float, zeroPoint: Float) {
        self.scale = scale
        self.zeroPoint = zeroPoint
    }

    /// That of a tensor, if its operator has one for all numbers.
    package init?(of tensor: String, in outline: GraphOutline) {
        let stem = outline.stem(of: tensor, through: Self.moving)
        guard let node = outline.producer(of: stem), let places = Self.places[node.operation],
            node.inputs.indices.contains(places.scale),
            let scale = outline.scalar(node.inputs[places.scale]), scale > 0
        else { return nil }
        self.scale = Float(scale)
        guard node.inputs.indices.contains(places.zeroPoint),
            !node.inputs[places.zeroPoint].isEmpty
        else {
            zeroPoint = 0
            return
        }
        guard let zero = outline.scalar(node.inputs[places.zeroPoint]) else { return nil }
        zeroPoint = Float(zero)
    }

    /// The number that a stored one stands for.
    package func value(of stored: Float) -> Float { (stored - zeroPoint) * scale }
}
