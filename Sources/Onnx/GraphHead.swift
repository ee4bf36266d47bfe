// What a graph does to its picture before the first layer: scales and shifts by constants, that is,
// whether it normalizes by itself.
//
// It follows the input through operators that only move values, and multiplies out what scales and
// shifts them. Channels that are taken apart and joined again are followed one by one.

internal import Tensors

/// The scaling at the beginning of a graph: each value x becomes factor · x + shift.
package struct GraphHead: Sendable, Equatable {
    /// The range of the values that a network takes by itself.
    package enum Range: Sendable, Equatable {
        /// 0…255: pixels as they are.
        case bytes
        /// 0…1.
        case unit
        /// Pixels that were normalized with ImageNet's mean and deviation before: torchvision's
        /// `transform_input`, which only moves them to another mean and deviation.
        case imageNet
        /// It scales, but for which range is not clear.
        case unclear
    }

    /// One for all channels, or one for each.
    package private(set) var factor: [Double] = [1]
    /// One for all channels, or one for each.
    package private(set) var shift: [Double] = [0]
    /// The range that a quantized network keeps of its input, where it is not scaled before.
    package private(set) var quantized: ClosedRange<Double>?
    /// The operators, as people read them: "Div by 255, Sub [0.485, 0.456, 0.406]".
    package private(set) var text = ""

    /// A graph that begins with its first layer.
    package init() {}

    /// Follows an input of a model.
    package init(_ outline: GraphOutline, input: String) {
        var walk = HeadWalk(outline: outline)
        self = walk.head(of: input)
    }

    /// Whether values change at all.
    package var scales: Bool { factor != [1] || shift != [0] }

    /// For which values the head is made; `nil` where it changes none.
    package var range: Range? {
        guard scales, factor.allSatisfy({ $0 != 0 }) else { return scales ? .unclear : nil }
        if isTransformInput { return .imageNet }
        let means = pairs.map { $0.shift == 0 ? 0 : abs($0.shift / $0.factor) }
        let mean = means.max() ?? 0
        let size = pairs.map { abs($0.factor) }.max() ?? 1
        // A mean is in the units of what comes in, and a deviation is the inverse of the factor.
        if mean > 1.5 { return .bytes }
        if mean > 0 {
            return mean <= 1 && size >= 0.5 ? .unit : size <= 1.0 / 32 ? .bytes : .unclear
        }
        if size <= 1.0 / 32 { return .bytes }
        return size >= 100 ? .unit : .unclear
    }

    /// Factor and shift by channel.
    private var pairs: [(factor: Double, shift: Double)] {
        (0..<max(factor.count, shift.count)).map { index in
            (factor[factor.count == 1 ? 0 : index], shift[shift.count == 1 ? 0 : index])
        }
    }

    /// x · (std / 0.5) + (mean − 0.5) / 0.5, as torchvision's GoogLeNet and Inception v3 do.
    private var isTransformInput: Bool {
        let expected = [(0.458, -0.03), (0.448, -0.088), (0.45, -0.188)]
        return pairs.count == 3
            && zip(pairs, expected).allSatisfy { pair, expected in
                abs(pair.factor - expected.0) < 1e-4 && abs(pair.shift - expected.1) < 1e-4
            }
    }

    // MARK: Steps

    /// x · values.
    fileprivate mutating func multiply(_ values: [Double], _ text: String) {
        factor = Self.each(factor, values, *)
        shift = Self.each(shift, values, *)
        add(text)
    }

    /// x + values.
    fileprivate mutating func add(_ values: [Double], _ text: String) {
        shift = Self.each(shift, values, +)
        add(text)
    }

    /// The network keeps a range of its input in whole numbers.
    fileprivate mutating func quantize(_ range: ClosedRange<Double>) {
        if !scales, quantized == nil { quantized = range }
    }

    /// Several channels, each with a head of its own, become one picture.
    fileprivate mutating func join(_ channels: [GraphHead]) {
        guard channels.contains(where: { $0.text != text }) else { return }
        factor = channels.map { $0.factor[0] }
        shift = channels.map { $0.shift[0] }
        text = channels.first { $0.text != text }.map { "\($0.text), … by channel" } ?? text
    }

    private mutating func add(_ step: String) { text += text.isEmpty ? step : ", \(step)" }

    private static func each(
        _ a: [Double], _ b: [Double], _ combine: (Double, Double) -> Double
    ) -> [Double] {
        (0..<max(a.count, b.count)).map { index in
            combine(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
        }
    }
}

/// One walk from an input to the first layer.
private struct HeadWalk {
    /// Operators that leave every value as it is, or only move values.
    private static let transparent: Set<String> = [
        "Identity", "Cast", "CastLike", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
        "Pad", "Resize", "Upsample", "Clip", "Min", "Max", "ReverseSequence", "DequantizeLinear",
    ]
    /// Operators that take channels, or parts of the picture.
    private static let taking: Set<String> = ["Gather", "Slice", "Split"]
    /// Operators that look at shapes only.
    private static let shapes: Set<String> = ["Shape", "Size", "ConstantOfShape"]
    /// The most operators that are followed, and the most channels taken apart.
    private static let (limit, channelLimit) = (64, 4)

    let outline: GraphOutline
    private var steps = 0

    init(outline: GraphOutline) { self.outline = outline }

    mutating func head(of input: String) -> GraphHead {
        var head = GraphHead()
        _ = follow(input, &head, until: nil)
        return head
    }

    /// Follows a value until the first layer, or until a `Concat`, whose output it returns.
    private mutating func follow(
        _ input: String, _ head: inout GraphHead, until end: String?
    ) -> String? {
        var value = input
        while steps < Self.limit {
            steps += 1
            let users = outline.consumers(of: value).filter { !Self.shapes.contains($0.operation) }
            guard let node = users.first else { return nil }
            if users.count > 1 || node.operation == "Split" {
                guard let joined = join(users, of: value, &head) else { return nil }
                value = joined
                continue
            }
            guard node.isStandard, let output = node.outputs.first else { return nil }
            switch node.operation {
            case "Concat" where end != nil: return output
            case let name where Self.transparent.contains(name) || Self.taking.contains(name): break
            case "QuantizeLinear":
                if let range = range(of: node) { head.quantize(range) }
            case "Mul", "Div", "Sub", "Add":
                guard scale(node, by: value, &head) else { return nil }
            default: return nil
            }
            value = output
        }
        return nil
    }

    /// Channels that are taken apart and joined by one `Concat`.
    private mutating func join(
        _ users: [GraphOutline.Node], of value: String, _ head: inout GraphHead
    ) -> String? {
        let parts = users.flatMap { node in
            Self.taking.contains(node.operation) && node.isStandard ? node.outputs : [""]
        }
        guard parts.count <= Self.channelLimit, !parts.contains("") else { return nil }
        var channels: [GraphHead] = []
        var joined: Set<String> = []
        for part in parts {
            var channel = head
            guard let end = follow(part, &channel, until: "Concat") else { return nil }
            guard channel.factor.count == 1, channel.shift.count == 1 else { return nil }
            channels.append(channel)
            joined.insert(end)
        }
        guard joined.count == 1 else { return nil }
        head.join(channels)
        return joined.first
    }

    /// One operator of arithmetic with a constant; `false` if it is another.
    private func scale(
        _ node: GraphOutline.Node, by value: String, _ head: inout GraphHead
    ) -> Bool {
        guard node.inputs.count == 2, let place = node.inputs.firstIndex(of: value),
            let values = constant(node.inputs[1 - place]), !values.isEmpty, values.count <= 4
        else { return false }
        // One number for all channels is written once.
        let numbers = Set(values).count == 1 ? [values[0]] : values
        let shown = numbers.map { "\(Float($0))" }.joined(separator: ", ")
        let text = "\(node.operation) \(numbers.count == 1 ? shown : "[\(shown)]")"
        switch (node.operation, place) {
        case ("Mul", _): head.multiply(numbers, text)
        case ("Div", 0) where !numbers.contains(0): head.multiply(numbers.map { 1 / $0 }, text)
        case ("Add", _): head.add(numbers, text)
        case ("Sub", 0): head.add(numbers.map { -$0 }, text)
        default: return false
        }
        return true
    }

    /// What `QuantizeLinear` keeps: all values that its bytes stand for.
    private func range(of node: GraphOutline.Node) -> ClosedRange<Double>? {
        guard node.inputs.count >= 2, let scale = constant(node.inputs[1])?.first, scale > 0 else {
            return nil
        }
        let zero = node.inputs.count > 2 ? outline.constant(node.inputs[2]) : nil
        let isSigned = zero?.element == .int8
        let (lowest, highest) = isSigned ? (-128.0, 127.0) : (0.0, 255.0)
        let offset = zero?.values?.first ?? 0
        return (lowest - offset) * scale...(highest - offset) * scale
    }

    /// A constant, perhaps behind operators that move or cast it, or the square root of one.
    private func constant(_ name: String) -> [Double]? {
        var name = name
        for _ in 0..<4 {
            if let constant = outline.constant(name) { return constant.values }
            guard let node = outline.producer(of: name), node.isStandard else { return nil }
            switch node.operation {
            case "Cast", "Identity", "Reshape", "Unsqueeze", "Squeeze", "CastLike":
                name = node.inputs.first ?? ""
            case "Sqrt":
                return node.inputs.first.flatMap { outline.constant($0)?.values }
                    .map { $0.map { $0.squareRoot() } }
            default: return nil
            }
        }
        return nil
    }
}
