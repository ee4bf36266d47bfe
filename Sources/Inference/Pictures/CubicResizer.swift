// Resizes a picture exactly as `cv::resize(INTER_CUBIC)` of OpenCV's wheels does on x86 with AVX2,
// but computes only the window that is kept.
//
// There it is Intel's IPP, in single precision. Which products are fused with a sum, and in which
// order they are added, differs between one and three channels and at the edges of a picture; all of
// it is part of the result. Pictures of less than four rows or columns take OpenCV's own path.

/// OpenCV's bicubic resize; one worker at a time.
struct CubicResizer {
    private var small = FixedPointResizer(.cubic)
    /// Four source rows after the horizontal pass; row r lies in slot r modulo 4.
    private var sums: [Float] = []
    /// The same for pixels at an edge where the row is the first or the last of the four.
    private var outerSums: [Float] = []

    /// Resizes `raster` to `size` and leaves the pixels of `window` at the start of `output`, which
    /// has room for them.
    mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow,
        into output: inout [UInt8]
    ) {
        if raster.width < 4 || raster.height < 4 {
            return small.resize(raster, to: size, window: window, into: &output)
        }
        let columns = CubicAxis(input: raster.width, output: size.width, range: window.x)
        let rows = CubicAxis(input: raster.height, output: size.height, range: window.y)
        let channels = raster.channels
        let count = window.x.count * channels
        if sums.count < 4 * count {
            sums = [Float](repeating: 0, count: 4 * count)
            outerSums = sums
        }
        precondition(output.count >= window.y.count * count)
        var held = SIMD4<Int>(repeating: -1)
        var wasEdge = false
        for (index, row) in rows.taps.enumerated() {
            if row.isEdge != wasEdge { held = SIMD4(repeating: -1) }
            wasEdge = row.isEdge
            var used = SIMD4<Int>.zero
            for tap in 0..<4 {
                let source = min(max(row.first + tap, 0), raster.height - 1)
                used[tap] = source % 4 * count
                if held[source % 4] == source { continue }
                held[source % 4] = source
                horizontal(raster, source, columns, isEdge: row.isEdge, into: source % 4 * count)
            }
            var to = index * count
            for column in 0..<columns.taps.count {
                let isEdge = row.isEdge || columns.taps[column].isEdge
                for x in column * channels..<(column + 1) * channels {
                    var values = SIMD4(
                        sums[used.x + x], sums[used.y + x], sums[used.z + x], sums[used.w + x])
                    if isEdge {
                        values.x = outerSums[used.x + x]
                        values.w = outerSums[used.w + x]
                    }
                    let level =
                        isEdge
                        ? Self.pairs(values, row.weights) : Self.between(values, row.weights)
                    output[to] = UInt8(min(max(level.rounded(.toNearestOrEven), 0), 255))
                    to += 1
                }
            }
        }
    }

    private mutating func horizontal(
        _ raster: borrowing Raster, _ number: Int, _ columns: borrowing CubicAxis, isEdge: Bool,
        into start: Int
    ) {
        let channels = raster.channels
        let row = number * raster.width
        var to = start
        for index in 0..<columns.taps.count {
            let taps = columns.taps[index]
            for channel in 0..<channels {
                var values = SIMD4<Float>.zero
                for tap in 0..<4 {
                    let column = min(max(taps.first + tap, 0), raster.width - 1)
                    values[tap] = Float(raster.pixels[(row + column) * channels + channel])
                }
                if isEdge || taps.isEdge {
                    sums[to] = Self.chain(values, taps.weights)
                    outerSums[to] = Self.outerChain(values, taps.weights)
                } else {
                    sums[to] =
                        channels == 1
                        ? Self.neighbours(values, taps.weights) : Self.crossed(values, taps.weights)
                }
                to += 1
            }
        }
    }

    // MARK: Sums of four products

    /// Along the first or the last of four rows, at an edge.
    private static func outerChain(_ v: SIMD4<Float>, _ w: SIMD4<Float>) -> Float {
        (v.x * w.x).addingProduct(v.y, w.y).addingProduct(v.z, w.z).addingProduct(v.w, w.w)
    }

    /// Along the two other rows, at an edge.
    private static func chain(_ v: SIMD4<Float>, _ w: SIMD4<Float>) -> Float {
        (v.y * w.y).addingProduct(v.x, w.x).addingProduct(v.z, w.z).addingProduct(v.w, w.w)
    }

    /// Along a row of gray.
    private static func neighbours(_ v: SIMD4<Float>, _ w: SIMD4<Float>) -> Float {
        let products = v * w
        return (products.x + products.y) + (products.z + products.w)
    }

    /// Along a row of colours.
    private static func crossed(_ v: SIMD4<Float>, _ w: SIMD4<Float>) -> Float {
        (v.z * w.z).addingProduct(v.y, w.y) + (v.w * w.w).addingProduct(v.x, w.x)
    }

    /// Between rows.
    private static func between(_ v: SIMD4<Float>, _ w: SIMD4<Float>) -> Float {
        (v.y * w.y).addingProduct(v.x, w.x) + (v.w * w.w).addingProduct(v.z, w.z)
    }

    /// Between rows, at an edge.
    private static func pairs(_ v: SIMD4<Float>, _ w: SIMD4<Float>) -> Float {
        let products = v * w
        return (products.x + products.z) + (products.y + products.w)
    }
}
