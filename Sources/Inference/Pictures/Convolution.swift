// The two passes of a resampling over bytes, Pillow's or PyTorch's: along rows and along columns.
//
// Sums are exact in 32 bits, so vectors may add in any order and still give the library's bytes. These
// are the hot loops of preprocessing and work on raw memory: the caller guarantees the extents.

/// One pass of a separable convolution on 8-bit pixels.
enum Convolution {
    /// Resamples each of `rows` rows of `source` along itself; rows lie `stride` bytes apart, and
    /// their first pixel is source column `origin`.
    static func horizontal(
        _ source: UnsafePointer<UInt8>, stride: Int, rows: Int, origin: Int, channels: Int,
        kernel: borrowing ResamplingKernel,
        into target: UnsafeMutablePointer<UInt8>, targetStride: Int
    ) {
        for row in 0..<rows {
            let from = unsafe source + row * stride - origin * channels
            let to = unsafe target + row * targetStride
            if channels == 3 && row < rows - 1 {
                unsafe pixelsOfThree(from, kernel, into: to)
            } else {
                unsafe pixels(from, channels, kernel, into: to)
            }
        }
    }

    /// Resamples columns: output row `index` uses the rows that `kernel` names, counted from
    /// `source`, whose row 0 is source row `origin`.
    static func vertical(
        _ source: UnsafePointer<UInt8>, stride: Int, origin: Int, count: Int,
        kernel: borrowing ResamplingKernel,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        unsafe kernel.weights.withUnsafeBufferPointer { weights in
            for index in 0..<kernel.first.count {
                let from = unsafe source + (kernel.first[index] - origin) * stride
                let range = kernel.offset[index]..<kernel.offset[index + 1]
                let taps = unsafe UnsafeBufferPointer(rebasing: weights[range])
                unsafe column(
                    from, stride, count, taps, kernel.precision, into: target + index * count)
            }
        }
    }

    private static func column(
        _ source: UnsafePointer<UInt8>, _ stride: Int, _ count: Int,
        _ weights: UnsafeBufferPointer<Int32>, _ precision: Int32,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let half: Int32 = 1 &<< (precision &- 1)
        var x = 0
        while x + 8 <= count {
            var sum = SIMD8<Int32>(repeating: half)
            var from = unsafe UnsafeRawPointer(source + x)
            for tap in 0..<weights.count {
                let pixels = unsafe from.loadUnaligned(as: SIMD8<UInt8>.self)
                unsafe sum &+= SIMD8<Int32>(truncatingIfNeeded: pixels) &* weights[tap]
                unsafe from += stride
            }
            let clipped = (sum &>> precision)
                .clamped(lowerBound: .zero, upperBound: SIMD8(repeating: 255))
            unsafe UnsafeMutableRawPointer(target + x).storeBytes(
                of: SIMD8<UInt8>(truncatingIfNeeded: clipped), as: SIMD8<UInt8>.self)
            x += 8
        }
        while x < count {
            var sum = half
            for tap in 0..<weights.count {
                unsafe sum &+= Int32(source[x + tap * stride]) &* weights[tap]
            }
            unsafe target[x] = clip(sum, precision)
            x += 1
        }
    }

    /// Reads four bytes a pixel: not for the last row of a picture, which has no spare byte after
    /// it.
    private static func pixelsOfThree(
        _ source: UnsafePointer<UInt8>, _ kernel: borrowing ResamplingKernel,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let precision = kernel.precision
        let half: Int32 = 1 &<< (precision &- 1)
        unsafe kernel.weights.withUnsafeBufferPointer { weights in
            for index in 0..<kernel.first.count {
                var sum = SIMD4<Int32>(repeating: half)
                var from = unsafe UnsafeRawPointer(source + kernel.first[index] * 3)
                for tap in kernel.offset[index]..<kernel.offset[index + 1] {
                    let pixel = unsafe from.loadUnaligned(as: SIMD4<UInt8>.self)
                    unsafe sum &+= SIMD4<Int32>(truncatingIfNeeded: pixel) &* weights[tap]
                    unsafe from += 3
                }
                unsafe target[index * 3] = clip(sum.x, precision)
                unsafe target[index * 3 + 1] = clip(sum.y, precision)
                unsafe target[index * 3 + 2] = clip(sum.z, precision)
            }
        }
    }

    private static func pixels(
        _ source: UnsafePointer<UInt8>, _ channels: Int, _ kernel: borrowing ResamplingKernel,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let precision = kernel.precision
        let half: Int32 = 1 &<< (precision &- 1)
        unsafe kernel.weights.withUnsafeBufferPointer { weights in
            for index in 0..<kernel.first.count {
                for channel in 0..<channels {
                    var sum = half
                    var from = kernel.first[index] * channels + channel
                    for tap in kernel.offset[index]..<kernel.offset[index + 1] {
                        unsafe sum &+= Int32(source[from]) &* weights[tap]
                        from += channels
                    }
                    unsafe target[index * channels + channel] = clip(sum, precision)
                }
            }
        }
    }

    private static func clip(_ sum: Int32, _ precision: Int32) -> UInt8 {
        UInt8(clamping: sum &>> precision)
    }
}
