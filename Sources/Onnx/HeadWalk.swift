// Follows a graph's input to its first layer, and multiplies out what scales and shifts it.
//
// It passes operators that only move values. Channels that are taken apart and joined again are
// followed one by one, and a reversal of the channels is noted.

internal import Tensors

/// One walk from an input to the first layer.
struct HeadWalk {
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
    /// Whether the channels stand in reverse order where the walk is.
    private var isReversed = false

    init(outline: GraphOutline) { self.outline = outline }

    mutating func head(of input: String) -> GraphHead {
        var head = GraphHead()
        _ = follow(input, &head, until: nil)
        return head
    }

    /// Where a channel ends.
    private struct Ending {
        /// What the `Concat` makes.
        let value: String
        /// The input of the `Concat` that the channel is.
        let part: String
    }

    /// Follows a value until the first layer, or until a `Concat`, which it returns.
    private mutating func follow(
        _ input: String, _ head: inout GraphHead, until end: String?
    ) -> Ending? {
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
            case "Concat" where end != nil: return Ending(value: output, part: value)
            case "Gather", "Slice": if reverses(node) { isReversed.toggle() }
            case let name where Self.transparent.contains(name) || Self.taking.contains(name): break
            case "QuantizeLinear":
                if let range = range(of: node) { head.quantize(range) }
            case "Mul", "Div", "Sub", "Add":
                guard scale(node, by: value, &head) else { return nil }
            case "BatchNormalization":
                normalize(node, &head)
                return nil
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
        var ends: [Ending] = []
        for part in parts {
            var channel = head
            guard let end = follow(part, &channel, until: "Concat") else { return nil }
            guard channel.factor.count == 1, channel.shift.count == 1 else { return nil }
            channels.append(channel)
            ends.append(end)
        }
        guard let joined = ends.first?.value, ends.allSatisfy({ $0.value == joined }) else {
            return nil
        }
        head.join(isReversed ? channels.reversed() : channels)
        let order = outline.producer(of: joined)?.inputs ?? []
        if order.count > 1, ends.map(\.part) == order.reversed() { isReversed.toggle() }
        return joined
    }

    /// Whether an operator takes the channels in reverse order: `x[[2, 1, 0]]` or `x[::-1]`.
    private func reverses(_ node: GraphOutline.Node) -> Bool {
        guard node.isStandard else { return false }
        if node.operation == "Gather" {
            return node.inputs.count > 1 && outline.constant(node.inputs[1])?.values == [2, 1, 0]
        }
        return node.inputs.count > 4 && outline.constant(node.inputs[4])?.values == [-1]
    }

    /// One operator of arithmetic with a constant; `false` if it is another.
    private func scale(
        _ node: GraphOutline.Node, by value: String, _ head: inout GraphHead
    ) -> Bool {
        guard node.inputs.count == 2, let place = node.inputs.firstIndex(of: value),
            let values = constant(node.inputs[1 - place]), !values.isEmpty, values.count <= 4
        else { return false }
        // One number for all channels is written once.
        var numbers = Set(values).count == 1 ? [values[0]] : values
        let shown = numbers.map { "\(Float($0))" }.joined(separator: ", ")
        let text = "\(node.operation) \(numbers.count == 1 ? shown : "[\(shown)]")"
        if isReversed { numbers.reverse() }
        switch (node.operation, place) {
        case ("Mul", _): head.multiply(numbers, text)
        case ("Div", 0) where !numbers.contains(0): head.multiply(numbers.map { 1 / $0 }, text)
        case ("Add", _): head.add(numbers, text)
        case ("Sub", 0): head.add(numbers.map { -$0 }, text)
        default: return false
        }
        return true
    }

    /// A normalization of the picture itself, where it holds a mean in levels of a byte. One around 0
    /// was learned from pictures that were normalized before.
    private func normalize(_ node: GraphOutline.Node, _ head: inout GraphHead) {
        let numbers = node.inputs.dropFirst().prefix(4).map { outline.constant($0)?.values ?? [] }
        guard numbers.count == 4, [1, 3].contains(numbers[0].count),
            numbers.allSatisfy({ $0.count == numbers[0].count }),
            numbers[2].contains(where: { abs($0) > 1.5 })
        else { return }
        let epsilon = Double(node.float("epsilon") ?? 1e-5)
        var factors = zip(numbers[0], numbers[3]).map { $0 / ($1 + epsilon).squareRoot() }
        var shifts = zip(numbers[1], zip(numbers[2], factors)).map { $0 - $1.0 * $1.1 }
        if isReversed {
            factors.reverse()
            shifts.reverse()
        }
        head.multiply(factors, "BatchNormalization")
        head.add(shifts, "mean \(numbers[2].map { Float($0) })")
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
