// The operator that adds a border to a tensor.

internal import Onnx

/// The converter of padding.
enum Padding {
    static let table: [String: NodeImport.Converter] = ["Pad": pad, "pad": pad]

    @Sendable private static func pad(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let widths = try node.attributes.integers("pad_width") ?? []
        let value = try node.attributes.number("constant_value") ?? 0
        let mode = node.attributes.text("mode") ?? "constant"
        guard ["constant", "edge", "reflect"].contains(mode) else {
            throw node.attributes.unsupported("mode", supported: "constant, edge or reflect")
        }
        guard widths.count == 2 * data.rank, widths.allSatisfy({ (0...(1 << 16)).contains($0) })
        else {
            throw node.attributes.wrong(
                "pad_width", expected: "\(2 * data.rank) numbers, two for each dimension")
        }
        var shape: [Dimension] = []
        for (index, dimension) in data.shape.enumerated() {
            let added = widths[2 * index] + widths[2 * index + 1]
            shape.append(dimension.replaced(by: dimension.length + added))
        }
        let starts = stride(from: 0, to: widths.count, by: 2).map { widths[$0] }
        let ends = stride(from: 1, to: widths.count, by: 2).map { widths[$0] }
        var inputs = [data, node.builder.integers(starts + ends)]
        if mode == "constant", value != 0 { inputs.append(node.builder.floats([Float(value)])) }
        return [try node.add("Pad", inputs, [("mode", .text(mode))], shape: shape)]
    }
}
