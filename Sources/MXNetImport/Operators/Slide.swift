// A pooling window over one input: the size of the output, and the overhang at the end.

internal import Onnx

/// One pooling with a window.
struct Slide {
    private let node: NodeImport
    private let data: Tensor
    private let window: SlidingWindow
    private let shape: [Dimension]
    /// How far the last window extends past the padding at the end.
    private let overhang: [Int]
    /// Whether the engine rounds up by itself, so that the size can stay open.
    private let leavesRounding: Bool

    /// Finds the output's size; `roundsUp` is the convention "full".
    init(
        _ node: NodeImport, _ data: Tensor, _ window: SlidingWindow, roundsUp: Bool
    ) throws(SymbolError) {
        guard window.dilation.allSatisfy({ $0 == 1 }) else {
            throw .unsupported("attribute \"dilate\" of a pooling is not supported")
        }
        var shape = Array(data.shape.prefix(2))
        var overhang: [Int] = []
        for (index, dimension) in data.shape.dropFirst(2).enumerated() {
            let (kernel, stride) = (window.kernel[index], window.stride[index])
            let padding = window.padding[index]
            let room = dimension.length + 2 * padding - kernel
            guard room >= 0, padding < kernel else {
                throw .malformed(
                    "its window of \(window.kernel) with the padding \(window.padding) does not "
                        + "fit its input, \(data.shapeText)")
            }
            let steps = roundsUp ? (room + stride - 1) / stride : room / stride
            overhang.append(max(0, steps * stride - room))
            shape.append(dimension.replaced(by: steps + 1))
        }
        // Readers agree only if no window can begin after the input's last element.
        let agrees = window.kernel.indices.allSatisfy {
            window.kernel[$0] >= window.padding[$0] + window.stride[$0]
        }
        let isOpen = data.shape.dropFirst(2).contains(where: node.builder.isOpen)
        leavesRounding = roundsUp && agrees && isOpen
        if roundsUp, !leavesRounding {
            for dimension in data.shape.dropFirst(2) { _ = node.builder.pin(dimension) }
        }
        self.node = node
        self.data = data
        self.window = window
        self.shape = shape
        self.overhang = overhang
    }

    /// The maximum of each window.
    func maximum() throws(SymbolError) -> Tensor { try pool("MaxPool", data, window) }

    /// The average of each window, over its elements inside the padding or inside the input.
    func average(countingPadding: Bool) throws(SymbolError) -> Tensor {
        let hangsOver = leavesRounding || overhang.contains { $0 > 0 }
        guard countingPadding, window.padding.contains(where: { $0 > 0 }) else {
            return try pool("AveragePool", data, window)
        }
        guard hangsOver else {
            return try pool("AveragePool", data, window, [("count_include_pad", .integer(1))])
        }
        // The padding counts and the overhang does not, so the padding becomes part of the input.
        let padded = try self.padded(ends: window.padding)
        return try pool("AveragePool", padded, window.unpadded)
    }

    /// The sum of each window: its average, times the elements of a whole window.
    func sum() throws(SymbolError) -> Tensor {
        for dimension in data.shape.dropFirst(2) where leavesRounding {
            _ = node.builder.pin(dimension)
        }
        let ends = zip(window.padding, overhang).map { $0 + $1 }
        try checkReach(ends)
        let average = try node.add(
            "AveragePool", [padded(ends: ends)],
            [
                ("kernel_shape", .integers(window.kernel)),
                ("strides", .integers(window.stride)),
            ], shape: shape)
        return try node.combine("Mul", average, Double(window.kernel.reduce(1, *)))
    }

    /// The input with zeros around it.
    private func padded(ends: [Int]) throws(SymbolError) -> Tensor {
        guard (window.padding + ends).contains(where: { $0 > 0 }) else { return data }
        var shape = Array(data.shape.prefix(2))
        for (index, dimension) in data.shape.dropFirst(2).enumerated() {
            shape.append(
                dimension.replaced(by: dimension.length + window.padding[index] + ends[index]))
        }
        let pads = node.builder.integers([0, 0] + window.padding + [0, 0] + ends)
        return try node.add("Pad", [data, pads], shape: shape)
    }

    /// The engine refuses padding as wide as the window.
    private func checkReach(_ ends: [Int]) throws(SymbolError) {
        guard zip(ends, window.kernel).allSatisfy({ $0 < $1 }) else {
            throw .unsupported(
                "its last window begins after the input, \(data.shapeText), which is not "
                    + "supported")
        }
    }

    private func pool(
        _ operation: String, _ data: Tensor, _ window: SlidingWindow,
        _ attributes: [(String, OnnxAttribute)] = []
    ) throws(SymbolError) -> Tensor {
        let ends = zip(window.padding, overhang).map { $0 + (leavesRounding ? 0 : $1) }
        try checkReach(ends)
        return try node.add(
            operation, [data],
            [
                ("kernel_shape", .integers(window.kernel)),
                ("strides", .integers(window.stride)),
                ("pads", window.pads(ends: ends)),
                ("ceil_mode", .integer(leavesRounding ? 1 : 0)),
            ] + attributes, shape: shape)
    }
}
