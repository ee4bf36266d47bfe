// The weights of recent scales, since computing them costs about as much as using them.
//
// Bounded in number and in memory. A scale with very many weights (a picture of 64,000,000 columns
// and one row) is split into parts that are not kept.

/// Recently used weights; one worker at a time.
struct KernelCache {
    private struct Key: Hashable {
        let scale: ResamplingScale
        let range: Range<Int>
    }

    /// At most this many kernels are kept.
    private static let capacity = 32
    /// Kernels with more weights than this are split, and not kept.
    private static let largest = 1 << 18

    private var kept: [Key: ResamplingKernel] = [:]
    /// The last axis whose precision was computed: the parts of a split one share it.
    private var last: (scale: ResamplingScale, precision: Int32)?

    /// Splits a range of outputs so that the weights of each part stay within bounds.
    static func parts(of range: Range<Int>, _ scale: ResamplingScale) -> [Range<Int>] {
        let length = max(1, largest / scale.taps)
        return stride(from: range.lowerBound, to: range.upperBound, by: length).map {
            $0..<min($0 + length, range.upperBound)
        }
    }

    /// The weights of the outputs in `range`, cached or computed.
    mutating func kernel(_ scale: ResamplingScale, range: Range<Int>) -> ResamplingKernel {
        let key = Key(scale: scale, range: range)
        if let known = kept[key] { return known }
        let kernel = ResamplingKernel(scale, range: range, precision: precision(of: scale))
        if kept.count >= Self.capacity { kept.removeAll(keepingCapacity: true) }
        if kernel.weights.count <= Self.largest { kept[key] = kernel }
        return kernel
    }

    private mutating func precision(of scale: ResamplingScale) -> Int32 {
        if let last, last.scale == scale { return last.precision }
        let precision = ResamplingKernel.precision(of: scale)
        last = (scale, precision)
        return precision
    }
}
