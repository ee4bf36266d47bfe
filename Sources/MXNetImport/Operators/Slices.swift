// Operators that take parts of a tensor or join tensors.

internal import Onnx

/// Converters of slices and concatenations.
enum Slices {
    static let table: [String: NodeImport.Converter] = [
        "Concat": concat, "concat": concat, "_npi_concatenate": concat, "stack": stack,
        "_npi_stack": stack,
        "slice": slice, "crop": slice, "slice_axis": sliceAxis, "slice_like": sliceLike,
        "SliceChannel": split, "split": split, "_split_v2": splitAt, "flip": flip,
        "reverse": flip,
    ]

    @Sendable private static func concat(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("num_args")
        let isNumpy = node.node.operation == "_npi_concatenate"
        let key = isNumpy ? "axis" : "dim"
        let dimension = try node.attributes.integer(key) ?? (isNumpy ? 0 : 1)
        let first = try node.input(0)
        let axis = try node.axis(dimension, of: first.rank, key)
        var shape = first.shape
        for other in node.inputs.dropFirst() {
            var expected = first.lengths
            guard other.rank == first.rank else { throw mismatch(first, other) }
            expected[axis] = other.lengths[axis]
            guard other.lengths == expected else { throw mismatch(first, other) }
            shape[axis] = node.length(
                shape[axis].length + other.shape[axis].length,
                from: [shape[axis], other.shape[axis]])
        }
        guard node.inputs.count > 1 else { return [first] }
        return [try node.add("Concat", node.inputs, [("axis", .integer(axis))], shape: shape)]
    }

    @Sendable private static func stack(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore("num_args")
        let first = try node.input(0)
        let axis = try node.axis(
            try node.attributes.integer("axis") ?? 0, of: first.rank + 1)
        var shape = first.shape
        shape.insert(.fixed(1), at: axis)
        var parts: [Tensor] = []
        for tensor in node.inputs {
            guard tensor.lengths == first.lengths else { throw mismatch(first, tensor) }
            parts.append(
                try node.add(
                    "Unsqueeze", [tensor, node.builder.integers([axis])], shape: shape))
        }
        shape[axis] = .fixed(parts.count)
        return [try node.add("Concat", parts, [("axis", .integer(axis))], shape: shape)]
    }

    @Sendable private static func slice(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let begins = try node.attributes.optionals("begin") ?? []
        let ends = try node.attributes.optionals("end") ?? []
        let steps = try node.attributes.optionals("step") ?? []
        let data = try node.only()
        guard begins.count == ends.count, begins.count <= data.rank,
            steps.isEmpty || steps.count == begins.count
        else {
            throw .malformed(
                "\"begin\", \"end\" and \"step\" must be equally long and at most \(data.rank)")
        }
        var ranges: [AxisRange] = []
        for axis in begins.indices {
            ranges.append(
                AxisRange(
                    axis: axis, begin: begins[axis], end: ends[axis],
                    step: steps.isEmpty ? 1 : steps[axis] ?? 1))
        }
        return [try taken(node, data, ranges)]
    }

    @Sendable private static func sliceAxis(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let axis = try node.axis(try node.attributes.integer("axis") ?? 0, of: data.rank)
        let begin = try node.attributes.integer("begin") ?? 0
        let end = try node.attributes.integer("end")
        return [
            try taken(node, data, [AxisRange(axis: axis, begin: begin, end: end, step: 1)])
        ]
    }

    /// The beginning of one tensor, as long as another.
    @Sendable private static func sliceLike(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        try node.expect(inputs: 2)
        let (data, model) = (try node.input(0), try node.input(1))
        var axes = try node.attributes.integers("axes") ?? []
        if axes.isEmpty { axes = Array(0..<min(data.rank, model.rank)) }
        var ranges: [AxisRange] = []
        for axis in axes {
            let axis = try node.axis(axis, of: min(data.rank, model.rank), "axes")
            guard model.shape[axis].length <= data.shape[axis].length else {
                throw mismatch(data, model)
            }
            if data.shape[axis] == model.shape[axis] { continue }
            let end = node.builder.pin(model.shape[axis])
            ranges.append(AxisRange(axis: axis, begin: 0, end: end, step: 1))
        }
        return [try taken(node, data, ranges)]
    }

    @Sendable private static func split(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        guard let count = try node.attributes.integer("num_outputs"),
            (1...partLimit).contains(count)
        else {
            throw node.attributes.wrong("num_outputs", expected: "a number 1…\(partLimit)")
        }
        let axis = try node.axis(try node.attributes.integer("axis") ?? 1, of: data.rank)
        let squeezes = try node.attributes.flag("squeeze_axis", default: false)
        let length = node.builder.pin(data.shape[axis])
        guard length % count == 0, !squeezes || length == count else {
            throw node.attributes.wrong(
                "num_outputs", expected: "a divisor of \(length), the length of axis \(axis)")
        }
        let sizes = Array(repeating: length / count, count: count)
        return try parts(node, data, axis, sizes, squeezes: squeezes)
    }

    /// Splits into equal sections, or before each of some indices.
    @Sendable private static func splitAt(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let axis = try node.axis(try node.attributes.integer("axis") ?? 1, of: data.rank)
        let squeezes = try node.attributes.flag("squeeze_axis", default: false)
        let sections = try node.attributes.integer("sections") ?? 0
        let indices = try node.attributes.integers("indices") ?? []
        let length = node.builder.pin(data.shape[axis])
        var sizes: [Int] = []
        if sections > 0 {
            guard length % sections == 0, sections <= partLimit else {
                throw node.attributes.wrong("sections", expected: "a divisor of \(length)")
            }
            sizes = Array(repeating: length / sections, count: sections)
        } else {
            var bounds = indices + [length]
            if bounds.first != 0 { bounds.insert(0, at: 0) }
            sizes = zip(bounds.dropFirst(), bounds).map { $0 - $1 }
        }
        guard sizes.allSatisfy({ $0 > 0 }), !squeezes || sizes.allSatisfy({ $0 == 1 }) else {
            throw node.attributes.wrong("indices", expected: "rising numbers below \(length)")
        }
        return try parts(node, data, axis, sizes, squeezes: squeezes)
    }

    @Sendable private static func flip(_ node: inout NodeImport) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        var ranges: [AxisRange] = []
        for axis in try node.attributes.integers("axis") ?? [] {
            ranges.append(
                AxisRange(
                    axis: try node.axis(axis, of: data.rank), begin: nil, end: nil, step: -1))
        }
        return [try taken(node, data, ranges)]
    }

    // MARK: Parts

    private static let partLimit = 1 << 14

    private struct AxisRange {
        let axis: Int
        let begin: Int?
        let end: Int?
        let step: Int
    }

    /// Indices beyond either end are clamped, as in Python.
    private static func taken(
        _ node: NodeImport, _ data: Tensor, _ ranges: [AxisRange]
    ) throws(SymbolError) -> Tensor {
        var shape = data.shape
        var (starts, ends, axes, steps): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
        for range in ranges {
            guard range.step != 0 else {
                throw node.attributes.wrong("step", expected: "a number other than 0")
            }
            if range.step == 1, range.begin ?? 0 == 0, range.end == nil { continue }
            let length = shape[range.axis].length
            // A whole axis in reverse does not depend on the picture's size.
            if range.step != -1 || range.begin != nil || range.end != nil {
                _ = node.builder.pin(shape[range.axis])
            }
            func place(_ value: Int?, _ default: Int) -> Int {
                guard let value else { return `default` }
                let place = value < 0 ? value + length : value
                return range.step > 0 ? min(max(place, 0), length) : min(max(place, -1), length - 1)
            }
            let start = place(range.begin, range.step > 0 ? 0 : length - 1)
            let end = place(range.end, range.step > 0 ? length : -1)
            let span = range.step > 0 ? end - start : start - end
            guard span > 0 else {
                throw .malformed(
                    "it takes nothing of axis \(range.axis) of its input, \(data.shapeText)")
            }
            shape[range.axis] = shape[range.axis].replaced(
                by: (span - 1) / abs(range.step) + 1)
            axes.append(range.axis)
            starts.append(range.begin == nil && range.step < 0 ? Int(Int32.max) : start)
            // Backwards, only a number far below zero can mean an end before index 0.
            ends.append(end < 0 ? Int(Int32.min) : end)
            steps.append(range.step)
        }
        guard !axes.isEmpty else { return data }
        let lists = [starts, ends, axes, steps].map { node.builder.integers($0) }
        return try node.add("Slice", [data] + lists, shape: shape)
    }

    private static func parts(
        _ node: NodeImport, _ data: Tensor, _ axis: Int, _ sizes: [Int], squeezes: Bool
    ) throws(SymbolError) -> [Tensor] {
        let shapes = sizes.map { size in
            var shape = data.shape
            shape[axis] = .fixed(size)
            return shape
        }
        let tensors = try node.builder.add(
            "Split", named: node.node.name,
            inputs: [data.name, node.builder.integers(sizes).name],
            attributes: [("axis", .integer(axis))], shapes: shapes)
        guard squeezes else { return tensors }
        var squeezed: [Tensor] = []
        for tensor in tensors {
            var shape = tensor.shape
            shape.remove(at: axis)
            squeezed.append(
                try node.add("Squeeze", [tensor, node.builder.integers([axis])], shape: shape))
        }
        return squeezed
    }

    private static func mismatch(_ a: Tensor, _ b: Tensor) -> SymbolError {
        .malformed(
            "its inputs have the shapes \(a.shapeText) and \(b.shapeText), which do not go "
                + "together")
    }
}
