// Operators that make a tensor larger, or repeat it.

internal import Onnx

/// Converters of paddings, enlargements and repetitions.
enum Extensions {
    static let table: [String: NodeImport.Converter] = [
        "Pad": pad, "pad": pad, "UpSampling": upsample, "_contrib_BilinearResize2D": resize,
        "broadcast_to": broadcastTo, "broadcast_axis": broadcastAxis,
        "broadcast_axes": broadcastAxis, "broadcast_like": broadcastLike, "tile": tile,
    ]

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

    /// Whole multiples: by repetition, or by the convolution that MXNet means by "bilinear".
    @Sendable private static func upsample(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        guard let scale = try node.attributes.integer("scale"), (1...1024).contains(scale) else {
            throw node.attributes.wrong("scale", expected: "a number 1…1024")
        }
        node.attributes.ignore("num_args", "multi_input_mode")
        let type = node.attributes.text("sample_type")
        _ = try node.attributes.integer("num_filter")
        let data = try node.input(0)
        guard data.rank == 4 else { throw .malformed("its input has \(data.rank) dimensions") }
        let shape =
            data.shape.prefix(2)
            + data.shape.dropFirst(2).map { $0.replaced(by: $0.length * scale) }
        switch type {
        case "nearest":
            try node.expect(inputs: 1)
            let scales = node.builder.floats([1, 1, Float(scale), Float(scale)], shape: [4])
            return [
                try resized(
                    node, data, [scales], Array(shape), mode: "nearest",
                    coordinates: "asymmetric")
            ]
        case "bilinear":
            try node.expect(inputs: 2)
            let channels = node.builder.pin(data.shape[1])
            let kernel = 2 * scale - scale % 2
            let weight = try node.weight(1, "weight", [channels, 1, kernel, kernel])
            return [
                try node.add(
                    "ConvTranspose", [data, weight],
                    [
                        ("group", .integer(channels)),
                        ("kernel_shape", .integers([kernel, kernel])),
                        ("pads", .integers(Array(repeating: scale / 2, count: 4))),
                        ("strides", .integers([scale, scale])),
                    ], shape: Array(shape))
            ]
        default:
            throw node.attributes.unsupported("sample_type", supported: "nearest or bilinear")
        }
    }

    @Sendable private static func resize(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.input(0)
        let mode = node.attributes.text("mode") ?? "size"
        let aligns = try node.attributes.flag("align_corners", default: true)
        let height = try node.attributes.integer("height") ?? 1
        let width = try node.attributes.integer("width") ?? 1
        let scales = [
            try node.attributes.number("scale_height"), try node.attributes.number("scale_width"),
        ]
        guard data.rank == 4 else { throw .malformed("its input has \(data.rank) dimensions") }
        var size = [height, width]
        switch mode {
        case "size":
            try node.expect(inputs: 1)
            for (index, scale) in scales.enumerated() {
                guard let scale else { continue }
                let scaled = Double(node.builder.pin(data.shape[index + 2])) * scale
                guard scaled >= 1, scaled < 65536 else {
                    throw .malformed("its scale of \(scale) does not fit \(data.shapeText)")
                }
                size[index] = Int(scaled)
            }
        case "like":
            try node.expect(inputs: 2)
            let model = try node.input(1)
            guard model.rank == 4 else {
                throw .malformed("its second input has \(model.rank) dimensions")
            }
            size = [node.builder.pin(model.shape[2]), node.builder.pin(model.shape[3])]
        default: throw node.attributes.unsupported("mode", supported: "\"size\" or \"like\"")
        }
        guard size.allSatisfy({ (1...65536).contains($0) }) else {
            throw .malformed("\"height\" and \"width\" are \(size); expected 1…65536")
        }
        let shape = data.shape.prefix(2) + size.map(Dimension.fixed)
        let kept = try node.add(
            "Shape", [data], [("start", .integer(0)), ("end", .integer(2))], shape: [.fixed(2)])
        let sizes = try node.add(
            "Concat", [kept, node.builder.integers(size)], [("axis", .integer(0))],
            shape: [.fixed(4)])
        return [
            try resized(
                node, data, [Tensor(name: "", shape: []), sizes], Array(shape), mode: "linear",
                coordinates: aligns ? "align_corners" : "half_pixel")
        ]
    }

    private static func resized(
        _ node: NodeImport, _ data: Tensor, _ sizes: [Tensor], _ shape: [Dimension], mode: String,
        coordinates: String
    ) throws(SymbolError) -> Tensor {
        var attributes: [(String, OnnxAttribute)] = [
            ("coordinate_transformation_mode", .text(coordinates)), ("mode", .text(mode)),
        ]
        if mode == "nearest" { attributes.append(("nearest_mode", .text("floor"))) }
        let region = Tensor(name: "", shape: [])
        return try node.add("Resize", [data, region] + sizes, attributes, shape: shape)
    }

    // MARK: Repetition

    @Sendable private static func broadcastTo(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let target = try node.attributes.integers("shape") ?? []
        guard target.count == data.rank else {
            throw node.attributes.wrong("shape", expected: "\(data.rank) numbers")
        }
        var shape = data.shape
        for (index, length) in target.enumerated() where length != 0 {
            shape[index] = try stretched(node, data, index, to: .fixed(length))
        }
        return [try expanded(node, data, shape)]
    }

    @Sendable private static func broadcastAxis(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let axes = try node.attributes.integers("axis") ?? []
        let sizes = try node.attributes.integers("size") ?? []
        guard axes.count == sizes.count else {
            throw node.attributes.wrong("size", expected: "as many numbers as \"axis\"")
        }
        var shape = data.shape
        for (axis, size) in zip(axes, sizes) {
            let position = try node.axis(axis, of: data.rank)
            shape[position] = try stretched(node, data, position, to: .fixed(size))
        }
        return [try expanded(node, data, shape)]
    }

    @Sendable private static func broadcastLike(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        try node.expect(inputs: 2)
        let (data, model) = (try node.input(0), try node.input(1))
        guard node.attributes.text("lhs_axes") == nil, node.attributes.text("rhs_axes") == nil
        else { throw node.attributes.unsupported("lhs_axes", supported: "None") }
        guard data.rank == model.rank else {
            throw .malformed("its inputs have the shapes \(data.shapeText) and \(model.shapeText)")
        }
        var shape = data.shape
        for index in shape.indices {
            shape[index] = try stretched(node, data, index, to: model.shape[index])
        }
        // The engine reads the other's shape, so that no axis need be pinned.
        let target = try node.add("Shape", [model], shape: [.fixed(model.rank)])
        return [try node.add("Expand", [data, target], shape: shape)]
    }

    private static func stretched(
        _ node: NodeImport, _ data: Tensor, _ index: Int, to dimension: Dimension
    ) throws(SymbolError) -> Dimension {
        let length = data.shape[index].length
        guard dimension.length == length || length == 1, dimension.length > 0 else {
            throw .malformed(
                "axis \(index) of its input, \(data.shapeText), cannot become "
                    + "\(dimension.length) long")
        }
        return dimension.length == length ? data.shape[index] : dimension
    }

    private static func expanded(
        _ node: NodeImport, _ data: Tensor, _ shape: [Dimension]
    ) throws(SymbolError) -> Tensor {
        guard shape != data.shape else { return data }
        // 1 keeps a dimension as it is.
        let target = zip(shape, data.shape).map { $0 == $1 ? 1 : node.builder.pin($0) }
        return try node.add("Expand", [data, node.builder.integers(target)], shape: shape)
    }

    @Sendable private static func tile(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        var repeats = try node.attributes.integers("reps") ?? []
        guard repeats.count <= data.rank, repeats.allSatisfy({ (1...(1 << 20)).contains($0) })
        else {
            throw node.attributes.wrong(
                "reps", expected: "at most \(data.rank) numbers above 0")
        }
        repeats = Array(repeating: 1, count: data.rank - repeats.count) + repeats
        var shape: [Dimension] = []
        for (dimension, count) in zip(data.shape, repeats) {
            shape.append(try node.product([dimension, .fixed(count)]))
        }
        return [try node.add("Tile", [data, node.builder.integers(repeats)], shape: shape)]
    }
}
