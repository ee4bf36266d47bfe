// The source pixels under each output pixel of an axis, and their shares, as TensorFlow's
// `resize_area` has them in single precision.

/// One output pixel's part of an axis.
struct TensorFlowArea {
    /// The source pixels, of which those beyond the edge count as the last.
    let sources: Range<Int>
    private let start: Float
    private let end: Float
    private let scale: Float

    /// `scale`: source pixels per output pixel.
    init(index: Int, scale: Float) {
        self.scale = scale
        start = Float(index) * scale
        end = Float(index + 1) * scale
        let first = Int(start.rounded(.down))
        sources = first..<max(first, Int(end.rounded(.up)))
    }

    /// How much of a source pixel lies under the output pixel.
    func share(of source: Int) -> Float {
        let reachesEnd = Float(source + 1) > end
        if Float(source) < start { return reachesEnd ? scale : Float(source + 1) - start }
        return reachesEnd ? end - Float(source) : 1
    }
}
