// Operators that enlarge pictures or resize them.

internal import Onnx

/// Converters of upsampling and of resizing.
enum Resizes {
    static let table: [String: NodeImport.Converter] = [
        "UpSampling": upsample, "_contrib_BilinearResize2D": resize,
    ]

    /// Enlarges by an integer: by repetition, or by the convolution that MXNet calls "bilinear".
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
}
