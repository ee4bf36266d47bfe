// The source pixels of each output pixel on one axis, and their weights, as in OpenCV's own
// `cv::resize` with `INTER_LANCZOS4` and `INTER_CUBIC` for 8-bit pictures: eight or four taps in
// 11-bit fixed point.
//
// Single and double precision alternate exactly as in OpenCV; the fixed weights are not normalised
// again.

import Glibc

/// Neighbouring source pixels and their weights, for a range of output pixels.
struct FixedPointTaps {
    /// The filters of this form; the value is the number of source pixels for each output pixel.
    enum Kind: Int { case cubic = 4, lanczos = 8 }

    /// Fractional bits of a weight.
    static let precision: Int32 = 11

    /// For each output pixel, the first of its source pixels, which may lie outside the picture.
    private(set) var first: [Int] = []
    /// The weights of each output pixel, one after the other.
    private(set) var weights: [Int32] = []

    /// Computes the positions and weights of the outputs in a range.
    init(_ kind: Kind, input: Int, output: Int, range: Range<Int>) {
        let scale = 1.0 / (Double(output) / Double(input))
        first.reserveCapacity(range.count)
        weights.reserveCapacity(range.count * kind.rawValue)
        for index in range {
            let position = Float((Double(index) + 0.5) * scale - 0.5)
            let lower = position.rounded(.down)
            first.append(Int(lower) - kind.rawValue / 2 + 1)
            let fraction = position - lower
            let values = kind == .cubic ? Self.cubic(fraction) : Self.lanczos(fraction)
            for value in values {
                let fixed = (value * Float(1 << Self.precision)).rounded(.toNearestOrEven)
                weights.append(Int32(fixed))
            }
        }
    }

    private static func cubic(_ x: Float) -> [Float] {
        let a: Float = -0.75
        let rest = 1 - x
        let outer = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a
        let lower = ((a + 2) * x - (a + 3)) * x * x + 1
        let upper = ((a + 2) * rest - (a + 3)) * rest * rest + 1
        return [outer, lower, upper, 1 - outer - lower - upper]
    }

    /// Sine and cosine of multiples of 45 degrees, as OpenCV has them.
    private static let turns: [(sine: Double, cosine: Double)] = {
        let half = 0.70710678118654752440084436210485
        return [
            (1, 0), (-half, -half), (0, 1), (half, -half), (-1, 0), (half, half), (0, -1),
            (-half, half),
        ]
    }()

    private static func lanczos(_ x: Float) -> [Float] {
        let start = Double(-(x + 3)) * Double.pi * 0.25
        let (sine, cosine) = (sin(start), cos(start))
        var sum: Float = 0
        let values = turns.indices.map { tap in
            let distance = x + 3 - Float(tap)
            let angle = Double(-distance) * Double.pi * 0.25
            let turned = turns[tap].sine * sine + turns[tap].cosine * cosine
            // So close, only this tap is left after the division.
            let value = abs(distance) >= 1e-6 ? Float(turned / (angle * angle)) : 1e30
            sum += value
            return value
        }
        let inverse = 1 / sum
        return values.map { $0 * inverse }
    }
}
