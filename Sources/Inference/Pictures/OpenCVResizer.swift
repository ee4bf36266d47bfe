// OpenCV's `cv::resize` on bytes: one entry for all of its filters.
//
// Bilinear, nearest, area and Lanczos4 have been the same from OpenCV 3.4.2, which MXNet has, to
// 5.0; nearest-exact is that of version 5, bicubic that of the wheels for x86. It refuses only sizes
// that would take too much memory.

/// OpenCV's resize with one filter; one worker at a time.
struct OpenCVResizer {
    private let filter: Preprocessing.Filter
    private let maxPixels: Int
    private var bilinear: BilinearResizer
    private var area = AreaResizer()
    private var lanczos = FixedPointResizer(.lanczos)
    private var cubic = CubicResizer()

    /// Creates a resizer. Longer sides and larger windows than `maxPixels` are refused.
    init(filter: Preprocessing.Filter, maxPixels: Int) {
        self.filter = filter
        self.maxPixels = maxPixels
        bilinear = BilinearResizer(maxPixels: maxPixels)
    }

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`, which
    /// grows if needed.
    mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [UInt8]
    ) throws(PictureError) {
        try Resampler.requireModest(size, window, maxPixels: maxPixels, for: raster)
        Resampler.grow(&output, to: window.x.count * window.y.count * raster.channels)
        if raster.width == size.width && raster.height == size.height {
            return Resampler.copy(raster, window, into: &output)
        }
        switch filter {
        case .nearest:
            NearestPixels.copy(
                raster, rows: NearestPixels.corners(raster.height, size.height, window.y),
                columns: NearestPixels.corners(raster.width, size.width, window.x), into: &output
            ) { $0 }
        case .nearestExact:
            NearestPixels.copy(
                raster, rows: NearestPixels.accumulated(raster.height, size.height, window.y),
                columns: NearestPixels.accumulated(raster.width, size.width, window.x),
                into: &output
            ) { $0 }
        case .area where AreaResizer.shrinks(raster, size):
            area.resize(raster, to: size, window: window, into: &output)
        case .area:
            try bilinear.resize(raster, to: size, window: window, by: .areas, into: &output)
        case .lanczos4: lanczos.resize(raster, to: size, window: window, into: &output)
        case .bicubic: cubic.resize(raster, to: size, window: window, into: &output)
        default: try bilinear.resize(raster, to: size, window: window, into: &output)
        }
    }

    /// The same with the bilinear filter, as MXNet enlarges a window that was smaller than its crop.
    mutating func enlarge(
        _ raster: borrowing Raster, to size: Preprocessing.Size, into output: inout [UInt8]
    ) throws(PictureError) {
        let whole = PixelWindow(x: 0..<size.width, y: 0..<size.height)
        try bilinear.resize(raster, to: size, window: whole, into: &output)
    }
}
