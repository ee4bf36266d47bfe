// The two source pixels of each output pixel on one axis, and their weights, as in OpenCV's
// `cv::resize(INTER_LINEAR)` for 8-bit pictures: weights in 11-bit fixed point.
//
// Every rounding is OpenCV's: the scale is the inverse of a quotient in double precision, positions
// are narrowed to single precision, weights are rounded half to even. No operation here may be
// reordered.

/// Two neighbouring source pixels and their weights, for a range of output pixels.
struct BilinearAxis {
    /// The values that determine the weights of an axis.
    struct Key: Hashable {
        /// Source pixels.
        let input: Int
        /// Output pixels.
        let output: Int
        /// The outputs to compute.
        let range: Range<Int>
        /// OpenCV treats the edges of the two axes differently.
        let direction: Direction
        /// Where the source pixels lie.
        let rule: Rule
    }

    /// How an output pixel finds its source pixels.
    enum Rule {
        /// Around its centre: `INTER_LINEAR`.
        case centers
        /// Under it: `INTER_AREA` where a side grows.
        case areas
    }

    /// Along rows or from row to row.
    enum Direction { case horizontal, vertical }

    /// The sum of both weights.
    static let one: Int16 = 2048

    /// For each output pixel, the two source pixels; horizontally they are always neighbours, unless
    /// the source has only one.
    private(set) var sources: [(first: Int32, second: Int32)] = []
    /// For each output pixel, the weights of the two.
    private(set) var weights: [(first: Int16, second: Int16)] = []

    /// Computes the positions and weights of the outputs in the key's range.
    init(_ key: Key) {
        let inverse = Double(key.output) / Double(key.input)
        let scale = 1.0 / inverse
        let last = key.input - 1
        sources.reserveCapacity(key.range.count)
        weights.reserveCapacity(key.range.count)
        for index in key.range {
            let lower: Int
            let fraction: Float
            switch key.rule {
            case .centers:
                let position = Float((Double(index) + 0.5) * scale - 0.5)
                lower = Int(position.rounded(.down))
                fraction = position - Float(lower)
            case .areas:
                lower = Int((Double(index) * scale).rounded(.down))
                let share = Float(Double(index + 1) - Double(lower + 1) * inverse)
                fraction = share <= 0 ? 0 : share - share.rounded(.down)
            }
            switch key.direction {
            case .vertical:
                sources.append((Self.clamp(lower, last), Self.clamp(lower + 1, last)))
                weights.append((Self.fixed(1 - fraction), Self.fixed(fraction)))
            case .horizontal where lower < 0 || last == 0:
                sources.append((0, Self.clamp(1, last)))
                weights.append((Self.one, 0))
            case .horizontal where lower >= last:
                sources.append((Int32(last - 1), Int32(last)))
                weights.append((0, Self.one))
            case .horizontal:
                sources.append((Int32(lower), Int32(lower + 1)))
                weights.append((Self.fixed(1 - fraction), Self.fixed(fraction)))
            }
        }
    }

    private static func clamp(_ index: Int, _ last: Int) -> Int32 {
        Int32(min(max(index, 0), last))
    }

    private static func fixed(_ weight: Float) -> Int16 {
        Int16((weight * Float(one)).rounded(.toNearestOrEven))
    }
}
