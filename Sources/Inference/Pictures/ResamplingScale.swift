// The scale of one axis: which source pixels an output pixel uses, and with which weights.
//
// Weights are real numbers in double precision here; no operation may be reordered.
// `ResamplingKernel` rounds them.

/// Whose weights and roundings are reproduced.
enum ResamplingRule: Hashable {
    /// Pillow's `Image.resize`.
    case pillow
    /// torchvision's `resize` of a tensor of bytes, with or without antialiasing, as PyTorch
    /// computes it on x86 with AVX2.
    case torchvision(antialias: Bool)
}

/// The scale of one axis: from how many pixels to how many, with which filter.
struct ResamplingScale: Hashable {
    /// Pixels of the source.
    let input: Int
    /// Pixels of the target.
    let output: Int
    let filter: Preprocessing.Filter
    var rule = ResamplingRule.pillow

    /// Source pixels per output pixel.
    private var step: Double { Double(input) / Double(output) }

    /// Whether the filter is as narrow as for an enlargement, however much the picture shrinks.
    private var isNarrow: Bool { rule == .torchvision(antialias: false) }

    /// Widening of the filter, which never shrinks below its own size.
    private var widening: Double { max(step, 1) }

    /// The most source pixels that one output pixel can use.
    var taps: Int {
        let support = FilterShape(filter).support
        return isNarrow ? Int(support) * 2 : Int((support * widening).rounded(.up)) * 2 + 1
    }

    /// The source pixels that an output pixel uses.
    func bounds(of index: Int) -> Range<Int> {
        if isNarrow {
            let unbounded = narrowBounds(of: index).range
            return unbounded.clamped(to: 0..<input)
        }
        let center = (Double(index) + 0.5) * step
        let support = FilterShape(filter).support * widening
        let lower = max(0, Int(center - support + 0.5))
        return lower..<max(lower, min(input, Int(center + support + 0.5)))
    }

    /// The source pixels that a range of output pixels, not empty, uses.
    func bounds(of range: Range<Int>) -> Range<Int> {
        let first = bounds(of: range.lowerBound)
        return first
            .lowerBound..<max(
                first.upperBound, bounds(of: range.upperBound - 1).upperBound)
    }

    /// The weights of the source pixels within `bounds(of: index)`, appended to `weights`.
    func appendWeights(of index: Int, to weights: inout [Double]) {
        guard !isNarrow else { return appendNarrowWeights(of: index, to: &weights) }
        let shape = FilterShape(filter, rule)
        let center = (Double(index) + 0.5) * step
        let narrowing = 1.0 / widening
        let start = weights.count
        var sum = 0.0
        for position in bounds(of: index) {
            let value = shape.weight(at: (Double(position) - center + 0.5) * narrowing)
            weights.append(value)
            sum += value
        }
        guard sum != 0 else { return }
        for place in start..<weights.count { weights[place] /= sum }
    }

    // MARK: Without antialiasing

    /// The source pixels around an output pixel, which may lie outside the picture, and how far
    /// its centre is from the first of the middle two.
    private func narrowBounds(of index: Int) -> (range: Range<Int>, fraction: Double) {
        var position = step * (Double(index) + 0.5) - 0.5
        if filter == .bilinear { position = max(position, 0) }
        let middle = min(Int(position.rounded(.down)), input - 1)
        let support = taps / 2
        return (
            middle - support + 1..<middle + support + 1,
            min(max(position - Double(middle), 0), 1)
        )
    }

    /// The weights of pixels outside the picture are added to those of its edges.
    private func appendNarrowWeights(of index: Int, to weights: inout [Double]) {
        let shape = FilterShape(filter, rule)
        let (range, fraction) = narrowBounds(of: index)
        let inside = range.clamped(to: 0..<input)
        let start = weights.count
        weights.append(contentsOf: repeatElement(0, count: inside.count))
        for (place, position) in range.enumerated() {
            let nearest = min(max(position, inside.lowerBound), inside.upperBound - 1)
            let distance = Double(place + 1 - taps / 2) - fraction
            weights[start + nearest - inside.lowerBound] += shape.weight(at: distance)
        }
    }
}
