// Resizes a picture exactly as Pillow's `Image.resize` or torchvision's `resize` of a tensor does,
// but computes only the window of it that is kept.
//
// One per worker: it keeps the weights of recent scales, since pictures from one source usually
// have one size, and the memory between the two passes. It refuses work that needs more memory than
// the largest picture allowed.

/// A window of a resized picture, in its pixels.
struct PixelWindow: Equatable {
    /// Columns.
    let x: Range<Int>
    /// Rows.
    let y: Range<Int>
}

/// Pillow's or torchvision's resize; one worker at a time.
struct Resampler {
    private let filter: Preprocessing.Filter
    private let rule: ResamplingRule
    /// The longest side, and the most memory between the two passes; more is refused.
    private let maxPixels: Int
    private var kernels = KernelCache()
    /// Rows after the horizontal pass.
    private var between: [UInt8] = []

    /// Creates a resampler with one filter.
    init(filter: Preprocessing.Filter, rule: ResamplingRule = .pillow, maxPixels: Int) {
        self.filter = filter
        self.rule = rule
        self.maxPixels = maxPixels
    }

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`, which
    /// grows if needed.
    mutating func resample(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [UInt8]
    ) throws(PictureError) {
        guard max(size.width, size.height) <= maxPixels else {
            throw Self.tooExtreme(raster, size)
        }
        let rowBytes = window.x.count * raster.channels
        Self.grow(&output, to: window.y.count * rowBytes)
        if raster.width == size.width && raster.height == size.height {
            Self.copy(raster, window, into: &output)
        } else if filter == .nearest || filter == .nearestExact {
            nearest(raster, size, window, into: &output)
        } else {
            try convolve(raster, size, window, into: &output)
        }
    }

    private mutating func convolve(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [UInt8]
    ) throws(PictureError) {
        let x = ResamplingScale(
            input: raster.width, output: size.width, filter: filter, rule: rule)
        let y = ResamplingScale(
            input: raster.height, output: size.height, filter: filter, rule: rule)
        let source = PixelRows(
            stride: raster.width * raster.channels, channels: raster.channels,
            x: 0..<raster.width, y: 0..<raster.height)
        if raster.height == size.height {
            horizontal(raster.pixels, source, x, window, into: &output)
        } else if raster.width == size.width {
            vertical(raster.pixels, source, y, window, into: &output)
        } else {
            let verticalFirst = verticalFirst(raster, size)
            let half =
                verticalFirst
                ? PixelWindow(x: x.bounds(of: window.x), y: window.y)
                : PixelWindow(x: window.x, y: y.bounds(of: window.y))
            guard half.y.count <= maxPixels / half.x.count else {
                throw Self.tooExtreme(raster, size)
            }
            let rows = PixelRows(
                stride: half.x.count * raster.channels, channels: raster.channels, x: half.x,
                y: half.y)
            var between: [UInt8] = []
            swap(&between, &self.between)
            Self.grow(&between, to: half.y.count * rows.stride)
            if verticalFirst {
                vertical(raster.pixels, source, y, half, into: &between)
                horizontal(between, rows, x, window, into: &output)
            } else {
                horizontal(raster.pixels, source, x, half, into: &between)
                vertical(between, rows, y, window, into: &output)
            }
            if between.count <= Self.keptBytes { swap(&between, &self.between) }
        }
    }

    /// The order of the passes changes the rounding. Until Pillow 12 and in PyTorch the horizontal
    /// one is always first; since Pillow 13 it is the vertical one if that shrinks the picture much
    /// more.
    private func verticalFirst(
        _ raster: borrowing Raster, _ size: Preprocessing.Size
    ) -> Bool {
        rule == .pillow && raster.height > size.height
            && raster.height - size.height > 2 * (raster.width - size.width)
    }

    /// The error for a picture whose proportions lead to more pixels than the largest one allowed.
    private static func tooExtreme(
        _ raster: borrowing Raster, _ size: Preprocessing.Size
    ) -> PictureError {
        .undecodable(
            "the picture's proportions, \(raster.width)×\(raster.height), are too extreme to"
                + " bring it to \(size.width)×\(size.height)")
    }

    /// Throws for sides and windows that are larger than `maxPixels`.
    static func requireModest(
        _ size: Preprocessing.Size, _ window: PixelWindow, maxPixels: Int,
        for raster: borrowing Raster
    ) throws(PictureError) {
        guard max(size.width, size.height) <= maxPixels,
            window.y.count <= maxPixels / window.x.count
        else { throw tooExtreme(raster, size) }
    }

    /// Larger buffers than this many bytes are not kept between pictures.
    private static let keptBytes = 32 << 20

    /// Makes room in memory that is reused.
    static func grow(_ array: inout [UInt8], to count: Int) {
        if array.count < count { array = [UInt8](repeating: 0, count: count) }
    }

    /// The part of a picture that an array holds, and its layout.
    private struct PixelRows {
        /// Bytes from row to row.
        let stride: Int
        let channels: Int
        /// The columns of the picture that it holds.
        let x: Range<Int>
        /// The rows of the picture that it holds.
        let y: Range<Int>
    }

    /// Resamples the rows `window.y` of the source to the columns `window.x` of the target.
    private mutating func horizontal(
        _ pixels: borrowing [UInt8], _ rows: PixelRows, _ scale: ResamplingScale,
        _ window: PixelWindow, into output: inout [UInt8]
    ) {
        let targetStride = window.x.count * rows.channels
        let first = (window.y.lowerBound - rows.y.lowerBound) * rows.stride
        let drawn = scale.bounds(of: window.x)
        precondition(drawn.clamped(to: rows.x) == drawn && window.y.clamped(to: rows.y) == window.y)
        precondition(rows.y.count * rows.stride <= pixels.count)
        precondition(window.y.count * targetStride <= output.count)
        for part in KernelCache.parts(of: window.x, scale) {
            let kernel = kernels.kernel(scale, range: part)
            let skipped = (part.lowerBound - window.x.lowerBound) * rows.channels
            unsafe pixels.withUnsafeBufferPointer { source in
                unsafe output.withUnsafeMutableBufferPointer { target in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    unsafe Convolution.horizontal(
                        from + first, stride: rows.stride, rows: window.y.count,
                        origin: rows.x.lowerBound, channels: rows.channels, kernel: kernel,
                        into: to + skipped, targetStride: targetStride)
                }
            }
        }
    }

    /// Resamples the columns `window.x` of the source to the rows `window.y` of the target.
    private mutating func vertical(
        _ pixels: borrowing [UInt8], _ rows: PixelRows, _ scale: ResamplingScale,
        _ window: PixelWindow, into output: inout [UInt8]
    ) {
        let count = window.x.count * rows.channels
        let first = (window.x.lowerBound - rows.x.lowerBound) * rows.channels
        let drawn = scale.bounds(of: window.y)
        precondition(drawn.clamped(to: rows.y) == drawn && window.x.clamped(to: rows.x) == window.x)
        precondition(rows.y.count * rows.stride <= pixels.count)
        precondition(window.y.count * count <= output.count)
        for part in KernelCache.parts(of: window.y, scale) {
            let kernel = kernels.kernel(scale, range: part)
            let skipped = (part.lowerBound - window.y.lowerBound) * count
            unsafe pixels.withUnsafeBufferPointer { pixels in
                unsafe output.withUnsafeMutableBufferPointer { target in
                    guard let from = pixels.baseAddress, let to = target.baseAddress else { return }
                    unsafe Convolution.vertical(
                        from + first, stride: rows.stride, origin: rows.y.lowerBound,
                        count: count, kernel: kernel, into: to + skipped)
                }
            }
        }
    }

    /// Cuts the window out of a picture that already has the right size.
    static func copy(
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
        NearestPixels.copy(
            raster, rows: nearestSources(raster.height, size.height, window.y),
            columns: nearestSources(raster.width, size.width, window.x), into: &output
        ) { $0 }
    }

    private func nearestSources(_ input: Int, _ output: Int, _ range: Range<Int>) -> [Int] {
        switch (rule, filter) {
        case (.pillow, _): NearestPixels.accumulated(input, output, range)
        case (.torchvision, .nearestExact): NearestPixels.centers(input, output, range)
        case (.torchvision, _): NearestPixels.narrowCorners(input, output, range)
        }
    }
}

extension Resampler {
    /// The resampler of a step; without one, pictures keep their size.
    init(_ step: Preprocessing.Resize?, maxPixels: Int) {
        let rule: ResamplingRule =
            step?.library == .torchvision
            ? .torchvision(antialias: step?.antialias ?? true) : .pillow
        self.init(filter: step?.filter ?? .bilinear, rule: rule, maxPixels: maxPixels)
    }
}
