// The source pixels of each output pixel on one axis, and their weights: Pillow's precomputed
// coefficients, in 22-bit fixed point.
//
// The rounding matters: weights are normalised in double precision, then rounded half away from
// zero, and no operation here may be reordered. A kernel covers only the requested outputs, so a
// crop costs only what it keeps.

/// The scale of one axis: from how many pixels to how many, with which filter.
struct ResamplingScale: Hashable {
    /// Fractional bits of a weight: 32 minus 8 for the pixel and 2 for sums beyond one.
    static let precision: Int32 = 22

    let input: Int
    let output: Int
    let filter: Preprocessing.Filter

    /// Source pixels per output pixel.
    private var step: Double { Double(input) / Double(output) }

    /// Widening of the filter, which never shrinks below its own size.
    private var widening: Double { max(step, 1) }

    /// The most source pixels that one output pixel can use.
    var taps: Int {
        Int((FilterShape(filter).support * widening).rounded(.up)) * 2 + 1
    }

    /// The source pixels that an output pixel uses.
    func bounds(of index: Int) -> Range<Int> {
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
    func appendWeights(of index: Int, to weights: inout [Int32]) {
        let shape = FilterShape(filter)
        let center = (Double(index) + 0.5) * step
        let narrowing = 1.0 / widening
        let bounds = bounds(of: index)
        var sum = 0.0
        var values: [Double] = []
        values.reserveCapacity(bounds.count)
        for position in bounds {
            let value = shape.weight(at: (Double(position) - center + 0.5) * narrowing)
            values.append(value)
            sum += value
        }
        for value in values {
            let scaled = (sum == 0 ? value : value / sum) * Double(1 << Self.precision)
            weights.append(Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5))
        }
    }
}

/// The weights of a range of output pixels on one axis.
struct ResamplingKernel {
    /// For each output pixel, the first source pixel.
    private(set) var first: [Int] = []
    /// For each output pixel, where its weights begin; one more than there are pixels.
    private(set) var offset: [Int] = [0]
    /// All weights, one output pixel after the other.
    private(set) var weights: [Int32] = []

    /// Computes the weights of the outputs in `range`.
    init(_ scale: ResamplingScale, range: Range<Int>) {
        first.reserveCapacity(range.count)
        offset.reserveCapacity(range.count + 1)
        for index in range {
            first.append(scale.bounds(of: index).lowerBound)
            scale.appendWeights(of: index, to: &weights)
            offset.append(weights.count)
        }
    }
}
