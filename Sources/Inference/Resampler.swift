// Brings a picture to a size exactly as Pillow's `Image.resize` does, but computes only the window
// that is kept of it.
//
// One per worker: it keeps the weights of recent scales, since pictures of one source mostly have
// one size, and the memory between the two passes. Refuses work whose memory would exceed that of
// the largest picture allowed.

/// A window of a resized picture, in its pixels.
struct PixelWindow: Equatable {
    /// Columns.
    let x: Range<Int>
    /// Rows.
    let y: Range<Int>
}

/// Pillow's resize; one worker at a time.
struct Resampler {
    private let filter: Preprocessing.Filter
    private let limits: ImageLimits
    private var kernels = KernelCache()
    /// Rows after the horizontal pass.
    private var between: [UInt8] = []

    /// Creates a resampler with one filter.
    init(filter: Preprocessing.Filter, limits: ImageLimits = ImageLimits()) {
        self.filter = filter
        self.limits = limits
    }

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`,
    /// which grows if it must.
    mutating func resample(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [UInt8]
    ) throws(ImageError) {
        guard max(size.width, size.height) <= limits.pixels else {
            throw tooExtreme(raster, size)
        }
        let rowBytes = window.x.count * raster.channels
        Self.grow(&output, to: window.y.count * rowBytes)
        if raster.width == size.width && raster.height == size.height {
            copy(raster, window, into: &output)
        } else if filter == .nearest {
            nearest(raster, size, window, into: &output)
        } else if raster.height == size.height {
            horizontal(raster, size.width, columns: window.x, rows: window.y, into: &output)
        } else if raster.width == size.width {
            let start = window.x.lowerBound * raster.channels
            let picture = RowSource(
                offset: start, stride: raster.width * raster.channels, origin: 0, count: rowBytes)
            vertical(raster.pixels, picture, raster.height, size.height, window.y, into: &output)
        } else {
            try both(raster, size, window, into: &output)
        }
    }

    private mutating func both(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [UInt8]
    ) throws(ImageError) {
        let scale = ResamplingScale(input: raster.height, output: size.height, filter: filter)
        let rows =
            scale.bounds(of: window.y.lowerBound)
            .lowerBound..<scale.bounds(of: window.y.upperBound - 1).upperBound
        let rowBytes = window.x.count * raster.channels
        guard rows.count <= limits.pixels / window.x.count else {
            throw tooExtreme(raster, size)
        }
        var between: [UInt8] = []
        swap(&between, &self.between)
        Self.grow(&between, to: rows.count * rowBytes)
        horizontal(raster, size.width, columns: window.x, rows: rows, into: &between)
        let source = RowSource(
            offset: 0, stride: rowBytes, origin: rows.lowerBound, count: rowBytes)
        vertical(between, source, raster.height, size.height, window.y, into: &output)
        if between.count <= Self.keptBytes { swap(&between, &self.between) }
    }

    private func tooExtreme(
        _ raster: borrowing Raster, _ size: Preprocessing.Size
    ) -> ImageError {
        .undecodable(
            "the image's proportions, \(raster.width)×\(raster.height), are too extreme to"
                + " bring it to \(size.width)×\(size.height)")
    }

    /// Larger memory than this is not kept between pictures.
    private static let keptBytes = 32 << 20

    private static func grow(_ array: inout [UInt8], to count: Int) {
        if array.count < count { array = [UInt8](repeating: 0, count: count) }
    }

    /// Where rows lie in an array.
    private struct RowSource {
        /// Of the first byte used.
        let offset: Int
        /// From row to row.
        let stride: Int
        /// Which row of the picture the array's first one is.
        let origin: Int
        /// Bytes used of each row.
        let count: Int
    }

    private mutating func horizontal(
        _ raster: borrowing Raster, _ width: Int, columns: Range<Int>, rows: Range<Int>,
        into output: inout [UInt8]
    ) {
        let scale = ResamplingScale(input: raster.width, output: width, filter: filter)
        let stride = raster.width * raster.channels
        let targetStride = columns.count * raster.channels
        precondition(rows.upperBound * stride <= raster.pixels.count)
        precondition(rows.count * targetStride <= output.count)
        for part in KernelCache.parts(of: columns, scale) {
            let kernel = kernels.kernel(scale, range: part)
            let skipped = (part.lowerBound - columns.lowerBound) * raster.channels
            unsafe raster.pixels.withUnsafeBufferPointer { source in
                unsafe output.withUnsafeMutableBufferPointer { target in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    unsafe Convolution.horizontal(
                        from + rows.lowerBound * stride, stride: stride, rows: rows.count,
                        channels: raster.channels, kernel: kernel, into: to + skipped,
                        targetStride: targetStride)
                }
            }
        }
    }

    private mutating func vertical(
        _ pixels: borrowing [UInt8], _ source: RowSource, _ height: Int, _ newHeight: Int,
        _ rows: Range<Int>, into output: inout [UInt8]
    ) {
        let scale = ResamplingScale(input: height, output: newHeight, filter: filter)
        let last = scale.bounds(of: rows.upperBound - 1).upperBound - 1 - source.origin
        precondition(source.offset + last * source.stride + source.count <= pixels.count)
        precondition(rows.count * source.count <= output.count)
        for part in KernelCache.parts(of: rows, scale) {
            let kernel = kernels.kernel(scale, range: part)
            let skipped = (part.lowerBound - rows.lowerBound) * source.count
            unsafe pixels.withUnsafeBufferPointer { pixels in
                unsafe output.withUnsafeMutableBufferPointer { target in
                    guard let from = pixels.baseAddress, let to = target.baseAddress else { return }
                    unsafe Convolution.vertical(
                        from + source.offset, stride: source.stride, origin: source.origin,
                        count: source.count, kernel: kernel, into: to + skipped)
                }
            }
        }
    }

    private func copy(
        _ raster: borrowing Raster, _ window: PixelWindow, into output: inout [UInt8]
    ) {
        let count = window.x.count * raster.channels
        for (row, y) in window.y.enumerated() {
            let from = (y * raster.width + window.x.lowerBound) * raster.channels
            let to = row * count
            output.replaceSubrange(to..<to + count, with: raster.pixels[from..<from + count])
        }
    }

    private func nearest(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [UInt8]
    ) {
        let columns = Self.nearestSources(raster.width, size.width, window.x)
        let rows = Self.nearestSources(raster.height, size.height, window.y)
        var to = 0
        for row in rows {
            for column in columns {
                for channel in 0..<raster.channels {
                    let from = (row * raster.width + column) * raster.channels + channel
                    output[to] = raster.pixels[from]
                    to += 1
                }
            }
        }
    }

    /// Pillow adds the step up from output to output; its rounding errors are part of the result.
    private static func nearestSources(
        _ input: Int, _ output: Int, _ range: Range<Int>
    ) -> [Int] {
        let step = Double(input) / Double(output)
        var position = step * 0.5
        var sources: [Int] = []
        sources.reserveCapacity(range.count)
        for index in 0..<range.upperBound {
            if index >= range.lowerBound { sources.append(min(input - 1, Int(position))) }
            position += step
        }
        return sources
    }
}
