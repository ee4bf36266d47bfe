// Resizes a picture exactly as OpenCV's `cv::resize(INTER_AREA)` does where neither side grows: each
// output pixel is the mean of the source pixels under it. Computes only the window that is kept.
//
// Whole factors are summed in integers, others in single precision, row by row, in OpenCV's order.

/// The source pixels under one output pixel of an axis, and their shares.
private struct AreaShares {
    /// Those that have a share.
    let sources: Range<Int>
    private let leading: Float
    private let inner: Float
    private let trailing: Float
    /// Those that lie wholly under the output pixel.
    private let whole: Range<Int>

    /// OpenCV leaves out shares below a thousandth of a pixel.
    init(input: Int, output: Int, index: Int) {
        let scale = AreaResizer.scale(input, output)
        let start = Double(index) * scale
        let end = start + scale
        let width = min(scale, Double(input) - start)
        let last = min(Int(end.rounded(.down)), input - 1)
        let first = min(Int(start.rounded(.up)), last)
        let hasLeading = Double(first) - start > 1e-3
        let hasTrailing = end - Double(last) > 1e-3
        sources = (hasLeading ? first - 1 : first)..<(hasTrailing ? last + 1 : last)
        whole = first..<last
        leading = Float((Double(first) - start) / width)
        inner = Float(1 / width)
        trailing = Float(min(min(end - Double(last), 1), width) / width)
    }

    /// The share of one of its source pixels.
    func share(of source: Int) -> Float {
        if source < whole.lowerBound { return leading }
        return source < whole.upperBound ? inner : trailing
    }
}

/// OpenCV's area resize; one worker at a time.
struct AreaResizer {
    /// A source row after the horizontal pass, and the sum of such rows.
    private var row: [Float] = []
    private var sum: [Float] = []

    /// Source pixels per output pixel, with OpenCV's rounding.
    static func scale(_ input: Int, _ output: Int) -> Double {
        1 / (Double(output) / Double(input))
    }

    /// Whether it applies: neither side grows.
    static func shrinks(_ raster: borrowing Raster, _ size: Preprocessing.Size) -> Bool {
        scale(raster.width, size.width) >= 1 && scale(raster.height, size.height) >= 1
    }

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`, which
    /// has room for them.
    mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [UInt8]
    ) {
        precondition(output.count >= window.x.count * window.y.count * raster.channels)
        if let width = Self.factor(raster.width, size.width),
            let height = Self.factor(raster.height, size.height)
        {
            Self.mean(raster, ofWidth: width, height: height, window, into: &output)
        } else {
            share(raster, size, window, into: &output)
        }
    }

    /// The factor of an axis if OpenCV takes it for a whole number.
    private static func factor(_ input: Int, _ output: Int) -> Int? {
        let scale = scale(input, output)
        let whole = scale.rounded(.toNearestOrEven)
        return abs(scale - whole) < Double.ulpOfOne ? Int(whole) : nil
    }

    private static func mean(
        _ raster: borrowing Raster, ofWidth width: Int, height: Int, _ window: PixelWindow,
        into output: inout [UInt8]
    ) {
        let channels = raster.channels
        let scale = 1 / Float(width * height)
        let isHalved = width == 2 && height == 2
        var to = 0
        for y in window.y {
            for x in window.x {
                let corner = (y * height * raster.width + x * width) * channels
                for channel in 0..<channels {
                    var sum = 0
                    for row in 0..<height {
                        let start = corner + channel + row * raster.width * channels
                        for column in 0..<width {
                            sum += Int(raster.pixels[start + column * channels])
                        }
                    }
                    output[to] =
                        isHalved
                        ? UInt8(truncatingIfNeeded: (sum + 2) >> 2)
                        : UInt8((Float(sum) * scale).rounded(.toNearestOrEven))
                    to += 1
                }
            }
        }
    }

    private mutating func share(
        _ raster: borrowing Raster, _ size: Preprocessing.Size, _ window: PixelWindow,
        into output: inout [UInt8]
    ) {
        let columns = window.x.map {
            AreaShares(input: raster.width, output: size.width, index: $0)
        }
        let count = window.x.count * raster.channels
        if row.count < count {
            row = [Float](repeating: 0, count: count)
            sum = row
        }
        var held = -1
        for (index, y) in window.y.enumerated() {
            let rows = AreaShares(input: raster.height, output: size.height, index: y)
            for number in rows.sources {
                if number != held {
                    held = number
                    horizontal(raster, number, columns)
                }
                let weight = rows.share(of: number)
                if number == rows.sources.lowerBound {
                    for x in 0..<count { sum[x] = weight * row[x] }
                } else {
                    for x in 0..<count { sum[x] += weight * row[x] }
                }
            }
            for x in 0..<count {
                let level = sum[x].rounded(.toNearestOrEven)
                output[index * count + x] = UInt8(min(max(level, 0), 255))
            }
        }
    }

    private mutating func horizontal(
        _ raster: borrowing Raster, _ number: Int, _ columns: borrowing [AreaShares]
    ) {
        let channels = raster.channels
        let start = number * raster.width * channels
        for index in 0..<columns.count {
            let shares = columns[index]
            for channel in 0..<channels {
                var sum: Float = 0
                for source in shares.sources {
                    let level = raster.pixels[start + source * channels + channel]
                    sum += Float(level) * shares.share(of: source)
                }
                row[index * channels + channel] = sum
            }
        }
    }
}
