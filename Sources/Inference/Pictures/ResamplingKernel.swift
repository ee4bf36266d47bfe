// The source pixels of each output pixel on one axis, and their weights in fixed point, as the
// library precomputes them.
//
// The rounding matters: weights are rounded half away from zero. Pillow's have 22 fractional bits.
// PyTorch's have as many as leave the largest weight of the whole axis in 16 bits, whichever part
// of it is computed. A kernel covers only the requested outputs, so a crop costs only what it keeps.

/// The weights of a range of output pixels on one axis.
struct ResamplingKernel {
    /// Fractional bits of a weight.
    let precision: Int32
    /// For each output pixel, the first source pixel.
    private(set) var first: [Int] = []
    /// For each output pixel, where its weights begin; one more than there are pixels.
    private(set) var offset: [Int] = [0]
    /// All weights, one output pixel after the other.
    private(set) var weights: [Int32] = []

    /// Computes the weights of the outputs in `range`, of which the axis has `precision` bits.
    init(_ scale: ResamplingScale, range: Range<Int>, precision: Int32) {
        self.precision = precision
        first.reserveCapacity(range.count)
        offset.reserveCapacity(range.count + 1)
        var values: [Double] = []
        for index in range {
            first.append(scale.bounds(of: index).lowerBound)
            values.removeAll(keepingCapacity: true)
            scale.appendWeights(of: index, to: &values)
            for value in values {
                let scaled = value * Double(1 << precision)
                weights.append(Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5))
            }
            offset.append(weights.count)
        }
    }

    /// 32 bits, minus 8 for the pixel and 2 for sums beyond one.
    private static let mostPrecise: Int32 = 22

    /// The fractional bits of an axis' weights. For PyTorch's it computes all of them.
    static func precision(of scale: ResamplingScale) -> Int32 {
        guard case .torchvision = scale.rule else { return mostPrecise }
        var largest = 0.0
        var values: [Double] = []
        for index in 0..<scale.output {
            values.removeAll(keepingCapacity: true)
            scale.appendWeights(of: index, to: &values)
            for value in values { largest = max(largest, value) }
        }
        var precision: Int32 = 0
        while precision < mostPrecise,
            Int(0.5 + largest * Double(1 << (precision + 1))) < 1 << 15
        {
            precision += 1
        }
        return precision
    }
}
