// Resizes a picture exactly as `tf.image.resize` does, to floats that are not rounded to bytes, but
// computes only the window that is kept.
//
// One output row after the other, so that no more than a row of the picture is held in floats; of a
// very wide picture, not even that. `resize_bilinear` mixes first along rows; the others mix rows
// first. No operation may be fused or reordered: recordings of TensorFlow hold every bit.

/// TensorFlow's resize with one filter; one worker at a time.
struct TensorFlowResizer {
    private let filter: Preprocessing.Filter
    private let antialias: Bool
    private let maxPixels: Int
    /// A row of sums, and the weights that lead to it.
    private var row: [Float] = []
    private var weights: [Float] = []

    /// Wider parts of a picture than this many values are resized in several runs.
    private static let longestRow = 1 << 20

    /// Creates a resizer. Longer sides and larger windows than `maxPixels` are refused.
    init(_ resize: Preprocessing.Resize, maxPixels: Int) {
        filter = resize.filter
        antialias = resize.antialias
        self.maxPixels = maxPixels
    }

    /// Resizes `raster` to `size` and leaves the levels of `window` at the start of `output`, which
    /// grows if needed.
    mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [Float]
    ) throws(PictureError) {
        try Resampler.requireModest(size, window, maxPixels: maxPixels, for: raster)
        let count = window.x.count * window.y.count * raster.channels
        if output.count < count { output = [Float](repeating: 0, count: count) }
        switch filter {
        case .nearest:
            NearestPixels.copy(
                raster, rows: NearestPixels.centers(raster.height, size.height, window.y),
                columns: NearestPixels.centers(raster.width, size.width, window.x), into: &output
            ) { Float($0) }
        case .area: area(raster, size, window, into: &output)
        case .bilinear where !antialias: bilinear(raster, size, window, into: &output)
        default: convolve(raster, size, window, into: &output)
        }
    }

    // MARK: resize_bilinear

    /// Two source pixels and the share of the second.
    private static func neighbours(
        _ input: Int, _ output: Int, _ range: Range<Int>
    ) -> [(lower: Int, upper: Int, share: Float)] {
        let scale = Float(input) / Float(output)
        return range.map { index in
            let position = (Float(index) + 0.5) * scale - 0.5
            let floor = position.rounded(.down)
            return (
                max(Int(floor), 0), min(Int(position.rounded(.up)), input - 1), position - floor
            )
        }
    }

    private func bilinear(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [Float]
    ) {
        let channels = raster.channels
        let stride = raster.width * channels
        let columns = Self.neighbours(raster.width, size.width, window.x)
        var to = 0
        for row in Self.neighbours(raster.height, size.height, window.y) {
            let (upper, lower) = (row.lower * stride, row.upper * stride)
            for column in columns {
                let (left, right) = (column.lower * channels, column.upper * channels)
                for channel in 0..<channels {
                    let topLeft = Float(raster.pixels[upper + left + channel])
                    let topRight = Float(raster.pixels[upper + right + channel])
                    let bottomLeft = Float(raster.pixels[lower + left + channel])
                    let bottomRight = Float(raster.pixels[lower + right + channel])
                    let top = topLeft + (topRight - topLeft) * column.share
                    let bottom = bottomLeft + (bottomRight - bottomLeft) * column.share
                    output[to] = top + (bottom - top) * row.share
                    to += 1
                }
            }
        }
    }

    // MARK: scale_and_translate, resize_bicubic

    /// Consecutive output columns whose source columns fit into a row of sums.
    private struct Columns {
        /// In the window's own numbers.
        var range: Range<Int>
        /// The source columns of all of them.
        var sources: Range<Int>
        /// The source columns of each.
        var spans: [Range<Int>] = []
        /// The weights of each, one after the other.
        var weights: [Float] = []
    }

    private mutating func convolve(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [Float]
    ) {
        let rows = TensorFlowScale(
            input: raster.height, output: size.height, filter: filter, antialias: antialias)
        var next = 0
        while next < window.x.count {
            let columns = columns(from: next, raster, size, window)
            next = columns.range.upperBound
            for index in 0..<window.y.count {
                let span = rows.span(of: window.y.lowerBound + index, weights: &weights)
                mixRows(raster, span, columns.sources)
                let start = index * window.x.count + columns.range.lowerBound
                mixColumns(columns, raster.channels, into: &output, from: start * raster.channels)
            }
        }
    }

    /// The next columns of the window: at least one, and as many as fit.
    private mutating func columns(
        from start: Int, _ raster: borrowing Raster, _ size: Preprocessing.Size,
        _ window: PixelWindow
    ) -> Columns {
        let scale = TensorFlowScale(
            input: raster.width, output: size.width, filter: filter, antialias: antialias)
        var columns = Columns(range: start..<start, sources: 0..<0)
        while columns.range.upperBound < window.x.count {
            let index = columns.range.upperBound
            let span = scale.span(of: window.x.lowerBound + index, weights: &weights)
            let sources =
                columns.spans.isEmpty || columns.sources.isEmpty
                ? span
                : min(
                    columns.sources.lowerBound, span.lowerBound)..<max(
                        columns.sources.upperBound, span.upperBound)
            if !columns.spans.isEmpty, sources.count * raster.channels > Self.longestRow { break }
            columns.sources = sources
            columns.spans.append(span)
            columns.weights += weights
            columns.range = start..<index + 1
        }
        return columns
    }

    /// The weighted sum of rows, in the source columns given.
    private mutating func mixRows(
        _ raster: borrowing Raster, _ span: Range<Int>, _ columns: Range<Int>
    ) {
        let count = columns.count * raster.channels
        if row.count < count { row = [Float](repeating: 0, count: count) }
        precondition(span.upperBound <= raster.height && columns.upperBound <= raster.width)
        unsafe row.withUnsafeMutableBufferPointer { row in
            unsafe raster.pixels.withUnsafeBufferPointer { pixels in
                for x in 0..<count { unsafe row[x] = 0 }
                for (number, weight) in zip(span, weights) {
                    let start = (number * raster.width + columns.lowerBound) * raster.channels
                    for x in 0..<count { unsafe row[x] += Float(pixels[start + x]) * weight }
                }
            }
        }
    }

    private func mixColumns(
        _ columns: borrowing Columns, _ channels: Int, into output: inout [Float], from start: Int
    ) {
        var first = 0
        for index in 0..<columns.spans.count {
            let span = columns.spans[index]
            let from = (span.lowerBound - columns.sources.lowerBound) * channels
            for channel in 0..<channels {
                var sum: Float = 0
                for tap in 0..<span.count {
                    sum += row[from + tap * channels + channel] * columns.weights[first + tap]
                }
                output[start + index * channels + channel] = sum
            }
            first += span.count
        }
    }

    // MARK: resize_area

    private func area(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [Float]
    ) {
        let channels = raster.channels
        let height = Float(raster.height) / Float(size.height)
        let width = Float(raster.width) / Float(size.width)
        let scale = 1 / (height * width)
        let columns = window.x.map { TensorFlowArea(index: $0, scale: width) }
        var to = 0
        for y in window.y {
            let rows = TensorFlowArea(index: y, scale: height)
            for column in columns {
                for channel in 0..<channels {
                    var sum: Float = 0
                    for number in rows.sources {
                        let start = min(number, raster.height - 1) * raster.width
                        var line: Float = 0
                        for source in column.sources {
                            let from = start + min(source, raster.width - 1)
                            line +=
                                Float(raster.pixels[from * channels + channel])
                                * column.share(of: source)
                        }
                        sum += line * rows.share(of: number)
                    }
                    output[to] = sum * scale
                    to += 1
                }
            }
        }
    }
}
