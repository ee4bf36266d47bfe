// Resizes a picture exactly as OpenCV's `cv::resize(INTER_LINEAR)` does, but computes only the
// window of it that is kept.
//
// One per worker: it keeps the weights of recent sizes and the memory between the two passes. No
// antialiasing: each output pixel uses four source pixels, however much the picture shrinks.

/// OpenCV's bilinear resize; one worker at a time.
struct BilinearResizer {
    /// Longer sides and larger windows are refused.
    private let maxPixels: Int
    private var axes: [BilinearAxis.Key: BilinearAxis] = [:]
    /// Two rows after the horizontal pass.
    private var sums: [Int16] = []

    /// Weights of longer axes are not kept; at most this many are.
    private static let (keptLength, keptCount) = (1 << 14, 32)

    /// Creates a resizer.
    init(maxPixels: Int) {
        self.maxPixels = maxPixels
    }

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`, which
    /// grows if needed.
    mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        by rule: BilinearAxis.Rule = .centers, into output: inout [UInt8]
    ) throws(PictureError) {
        try Resampler.requireModest(size, window, maxPixels: maxPixels, for: raster)
        Resampler.grow(&output, to: window.x.count * window.y.count * raster.channels)
        if raster.width == size.width && raster.height == size.height {
            Resampler.copy(raster, window, into: &output)
        } else if raster.width == 2 * size.width && raster.height == 2 * size.height {
            halve(raster, window, into: &output)
        } else {
            interpolate(raster, size, window, rule, into: &output)
        }
    }

    /// OpenCV takes the mean of four pixels if both axes shrink to exactly half.
    private func halve(
        _ raster: borrowing Raster, _ window: PixelWindow, into output: inout [UInt8]
    ) {
        let channels = raster.channels
        let stride = raster.width * channels
        unsafe raster.pixels.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                for (row, y) in window.y.enumerated() {
                    let upper =
                        unsafe from + 2 * y * stride + 2 * window.x.lowerBound * channels
                    unsafe Bilinear.halve(
                        upper, upper + stride, channels: channels, count: window.x.count,
                        into: to + row * window.x.count * channels)
                }
            }
        }
    }

    private mutating func interpolate(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        _ rule: BilinearAxis.Rule, into output: inout [UInt8]
    ) {
        let columns = axis(raster.width, size.width, window.x, .horizontal, rule)
        let rows = axis(raster.height, size.height, window.y, .vertical, rule)
        let room = 2 * (window.x.count * raster.channels + Bilinear.padding)
        if sums.count < room { sums = [Int16](repeating: 0, count: room) }
        unsafe raster.pixels.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    guard let to = target.baseAddress, let sums = sums.baseAddress else { return }
                    unsafe Bilinear.resize(
                        source, stride: raster.width * raster.channels, channels: raster.channels,
                        columns: columns, rows: rows, sums: sums, into: to)
                }
            }
        }
    }

    private mutating func axis(
        _ input: Int, _ output: Int, _ range: Range<Int>, _ direction: BilinearAxis.Direction,
        _ rule: BilinearAxis.Rule
    ) -> BilinearAxis {
        let key = BilinearAxis.Key(
            input: input, output: output, range: range, direction: direction, rule: rule)
        if let known = axes[key] { return known }
        let axis = BilinearAxis(key)
        if axes.count >= Self.keptCount { axes.removeAll(keepingCapacity: true) }
        if range.count <= Self.keptLength { axes[key] = axis }
        return axis
    }
}
