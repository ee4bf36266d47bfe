// Resizes a picture exactly as OpenCV's own `cv::resize` does with `INTER_LANCZOS4` and
// `INTER_CUBIC`, but computes only the window of it that is kept.
//
// Rows first, in 32 bits; then columns, whose sums may overflow as OpenCV's do. Without
// antialiasing: each output pixel uses its 64 or 16 neighbours, however much the picture shrinks.

/// OpenCV's resize with fixed weights; one worker at a time.
struct FixedPointResizer {
    private let kind: FixedPointTaps.Kind
    /// Source rows after the horizontal pass: as many as one output row uses. Row r lies in slot r
    /// modulo their number.
    private var sums: [Int32] = []

    /// Creates a resizer with one filter.
    init(_ kind: FixedPointTaps.Kind) { self.kind = kind }

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`, which
    /// has room for them.
    mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [UInt8]
    ) {
        let columns = FixedPointTaps(
            kind, input: raster.width, output: size.width, range: window.x)
        let rows = FixedPointTaps(
            kind, input: raster.height, output: size.height, range: window.y)
        let taps = kind.rawValue
        let channels = raster.channels
        let count = window.x.count * channels
        if sums.count < taps * count { sums = [Int32](repeating: 0, count: taps * count) }
        precondition(output.count >= window.y.count * count)
        // The row's values that OpenCV mixes as vectors, counted from the window.
        let vectors = size.width * channels / 8 * 8 - window.x.lowerBound * channels
        var held = [Int](repeating: -1, count: taps)
        var used = [Int](repeating: 0, count: taps)
        for index in 0..<window.y.count {
            for tap in 0..<taps {
                let row = min(max(rows.first[index] + tap, 0), raster.height - 1)
                let slot = row % taps
                used[tap] = slot * count
                if held[slot] == row { continue }
                held[slot] = row
                horizontal(raster, row, columns, into: slot * count)
            }
            let weights = rows.weights[index * taps..<(index + 1) * taps]
            let mixed = kind == .cubic ? min(max(vectors, 0), count) : 0
            for x in 0..<mixed { output[index * count + x] = mix(used, weights, at: x) }
            sum(used, weights, from: mixed, count, into: &output, at: index * count)
        }
    }

    private mutating func horizontal(
        _ raster: borrowing Raster, _ row: Int, _ columns: borrowing FixedPointTaps,
        into start: Int
    ) {
        let (taps, channels) = (kind.rawValue, raster.channels)
        unsafe raster.pixels.withUnsafeBufferPointer { pixels in
            unsafe columns.weights.withUnsafeBufferPointer { weights in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    for index in 0..<columns.first.count {
                        for channel in 0..<channels {
                            var sum: Int32 = 0
                            for tap in 0..<taps {
                                let column = min(
                                    max(columns.first[index] + tap, 0), raster.width - 1)
                                let from = (row * raster.width + column) * channels + channel
                                unsafe sum &+= Int32(pixels[from]) &* weights[index * taps + tap]
                            }
                            unsafe sums[start + index * channels + channel] = sum
                        }
                    }
                }
            }
        }
    }

    /// The rounded sums of the rows from `start` on, in integers.
    private func sum(
        _ rows: [Int], _ weights: ArraySlice<Int32>, from start: Int, _ count: Int,
        into output: inout [UInt8], at offset: Int
    ) {
        let shift = 2 * FixedPointTaps.precision
        var x = start
        unsafe sums.withUnsafeBufferPointer { sums in
            while x + 8 <= count {
                var sum = SIMD8<Int32>(repeating: 1 << (shift - 1))
                for (row, weight) in zip(rows, weights) {
                    let values = unsafe UnsafeRawBufferPointer(
                        rebasing: UnsafeRawBufferPointer(sums)[(row + x) * 4..<(row + x + 8) * 4])
                    sum &+= unsafe values.loadUnaligned(as: SIMD8<Int32>.self) &* weight
                }
                let clipped = (sum &>> shift).clamped(
                    lowerBound: .zero, upperBound: SIMD8(repeating: 255))
                for lane in 0..<8 { output[offset + x + lane] = UInt8(clipped[lane]) }
                x += 8
            }
            while x < count {
                var sum: Int32 = 1 << (shift - 1)
                for (row, weight) in zip(rows, weights) {
                    unsafe sum &+= sums[row + x] &* weight
                }
                output[offset + x] = UInt8(clamping: sum &>> shift)
                x += 1
            }
        }
    }

    /// The rounded sum of the rows in single precision, from the last row to the first.
    private func mix(_ rows: [Int], _ weights: ArraySlice<Int32>, at x: Int) -> UInt8 {
        let scale = 1 / Float(1 << (2 * FixedPointTaps.precision))
        var sum: Float = 0
        for (row, weight) in zip(rows, weights).reversed() {
            sum += Float(sums[row + x]) * (Float(weight) * scale)
        }
        return UInt8(min(max(sum.rounded(.toNearestOrEven), 0), 255))
    }
}
