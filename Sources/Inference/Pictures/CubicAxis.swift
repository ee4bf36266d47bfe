// The source pixels of each output pixel on one axis, and their weights, as in the `INTER_CUBIC` of
// OpenCV's wheels for x86, which is Intel's IPP.
//
// The distance from the first source pixel is held in single precision, the others follow from it;
// weights are computed in double precision and narrowed. Learnt from results, bit by bit: IPP's
// source is closed.

/// Four neighbouring source pixels and their weights, for a range of output pixels.
struct CubicAxis {
    /// Of one output pixel.
    struct Taps {
        /// The first of the four source pixels, which may lie outside the picture.
        let first: Int
        /// Whether any of them does.
        let isEdge: Bool
        /// Theirs, in order.
        let weights: SIMD4<Float>
    }

    /// For each output pixel.
    private(set) var taps: [Taps] = []

    /// Computes the positions and weights of the outputs in a range.
    init(input: Int, output: Int, range: Range<Int>) {
        let scale = Double(input) / Double(output)
        taps.reserveCapacity(range.count)
        for index in range {
            let position = (Double(index) + 0.5) * scale - 0.5
            let lower = position.rounded(.down)
            let first = Int(lower) - 1
            let distance = 1 + Float(position - lower)
            let fraction = distance - 1
            taps.append(
                Taps(
                    first: first, isEdge: first < 0 || first + 3 > input - 1,
                    weights: SIMD4(
                        Self.outer(distance), Self.inner(fraction), Self.inner(1 - fraction),
                        Self.outer(2 - fraction))))
        }
    }

    private static func inner(_ distance: Float) -> Float {
        let x = Double(distance)
        return Float((1.25 * x - 2.25) * x * x + 1)
    }

    private static func outer(_ distance: Float) -> Float {
        let x = Double(distance)
        return Float(((-0.75 * x + 3.75) * x - 6) * x + 3)
    }
}
