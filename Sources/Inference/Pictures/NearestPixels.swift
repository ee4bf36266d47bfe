// Resizing without arithmetic on pixels: each output pixel is a copy of one source pixel. Which one
// is a matter of rounding, and every library rounds in its own way.

/// The source of each output pixel on one axis, and the copying.
enum NearestPixels {
    /// Copies the pixels in which the given rows and columns cross.
    static func copy<Value>(
        _ raster: borrowing Raster, rows: [Int], columns: [Int], into output: inout [Value],
        _ value: (UInt8) -> Value
    ) {
        var to = 0
        for row in rows {
            for column in columns {
                let from = (row * raster.width + column) * raster.channels
                for channel in 0..<raster.channels {
                    output[to] = value(raster.pixels[from + channel])
                    to += 1
                }
            }
        }
    }

    /// Pillow's, and OpenCV's `INTER_NEAREST_EXACT` since version 5. The step is added from output
    /// to output; its rounding errors are part of the result.
    static func accumulated(_ input: Int, _ output: Int, _ range: Range<Int>) -> [Int] {
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

    /// OpenCV's `INTER_NEAREST`: the upper left corner of each output pixel decides.
    static func corners(_ input: Int, _ output: Int, _ range: Range<Int>) -> [Int] {
        let step = 1 / (Double(output) / Double(input))
        return range.map { min(input - 1, Int(Double($0) * step)) }
    }

    /// PyTorch's `nearest`: the same in single precision.
    static func narrowCorners(_ input: Int, _ output: Int, _ range: Range<Int>) -> [Int] {
        let step = Float(input) / Float(output)
        return range.map { min(input - 1, Int(Float($0) * step)) }
    }

    /// TensorFlow's `nearest` and PyTorch's `nearest-exact`: the centre of each output pixel
    /// decides, in single precision.
    static func centers(_ input: Int, _ output: Int, _ range: Range<Int>) -> [Int] {
        let step = Float(input) / Float(output)
        return range.map { min(input - 1, Int((Float($0) + 0.5) * step)) }
    }
}
