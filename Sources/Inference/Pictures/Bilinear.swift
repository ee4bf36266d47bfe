// The loops of OpenCV's bilinear resize over bytes: along a row, between two rows, and the mean of
// four pixels that replaces both if a picture is exactly halved.
//
// Integer arithmetic throughout, in OpenCV's widths and with its intermediate shifts. These are the
// hot loops of preprocessing and work on raw memory: the caller guarantees the extents.

/// Passes of a bilinear resize on 8-bit pixels.
enum Bilinear {
    /// Padding of a row of sums, in values.
    static let padding = 8

    /// A source row after the horizontal pass; most serve two output rows.
    private struct HeldRow {
        /// Its number, or -1.
        var row: Int32
        /// Where its sums begin.
        let offset: Int
    }

    /// Both passes, row by row, over a picture whose rows are `stride` bytes. `sums` has room for two
    /// rows of sums with their padding, `target` for the pixels of all columns and rows.
    static func resize(
        _ source: UnsafeBufferPointer<UInt8>, stride: Int, channels: Int,
        columns: borrowing BilinearAxis, rows: borrowing BilinearAxis,
        sums: UnsafeMutablePointer<Int16>, into target: UnsafeMutablePointer<UInt8>
    ) {
        let count = columns.sources.count * channels
        var upper = HeldRow(row: -1, offset: 0)
        var lower = HeldRow(row: -1, offset: count + padding)
        guard let from = source.baseAddress else { return }
        unsafe rows.weights.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for index in 0..<rows.sources.count {
                let wanted = rows.sources[index]
                if wanted.first == lower.row { swap(&upper, &lower) }
                if wanted.first != upper.row {
                    let skipped = Int(wanted.first) * stride
                    unsafe horizontal(
                        from + skipped, available: source.count - skipped, channels: channels,
                        axis: columns, into: sums + upper.offset)
                    upper.row = wanted.first
                }
                if wanted.second != lower.row {
                    let skipped = Int(wanted.second) * stride
                    unsafe horizontal(
                        from + skipped, available: source.count - skipped, channels: channels,
                        axis: columns, into: sums + lower.offset)
                    lower.row = wanted.second
                }
                unsafe vertical(
                    sums + upper.offset, sums + lower.offset, weights + index, count: count,
                    into: target + index * count)
            }
        }
    }

    /// Mixes neighbours of one row: 28-bit sums without their lowest 4 bits. `available` bytes may
    /// be read from `source` on.
    private static func horizontal(
        _ source: UnsafePointer<UInt8>, available: Int, channels: Int, axis: borrowing BilinearAxis,
        into sums: UnsafeMutablePointer<Int16>
    ) {
        unsafe axis.sources.withUnsafeBufferPointer { sources in
            unsafe axis.weights.withUnsafeBufferPointer { weights in
                var index = 0
                while channels == 3 && index < sources.count {
                    let first = unsafe Int(sources[index].first) * 3
                    let second = unsafe Int(sources[index].second) * 3
                    // Both pixels are read together, with one byte of the next.
                    guard second + 4 <= available else { break }
                    let a = unsafe wide(source + first) &* Int32(weights[index].first)
                    let b = unsafe wide(source + second) &* Int32(weights[index].second)
                    unsafe UnsafeMutableRawPointer(sums + index * 3).storeBytes(
                        of: SIMD4<Int16>(truncatingIfNeeded: (a &+ b) &>> 4), as: SIMD4<Int16>.self)
                    index += 1
                }
                while index < sources.count {
                    let first = unsafe source + Int(sources[index].first) * channels
                    let second = unsafe source + Int(sources[index].second) * channels
                    for channel in 0..<channels {
                        let a = unsafe Int32(first[channel]) &* Int32(weights[index].first)
                        let b = unsafe Int32(second[channel]) &* Int32(weights[index].second)
                        unsafe sums[index * channels + channel] = Int16(
                            truncatingIfNeeded: (a &+ b) &>> 4)
                    }
                    index += 1
                }
            }
        }
    }

    /// Mixes two rows of sums into `count` bytes.
    private static func vertical(
        _ first: UnsafePointer<Int16>, _ second: UnsafePointer<Int16>,
        _ weights: UnsafePointer<(first: Int16, second: Int16)>, count: Int,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        var x = 0
        while x &+ 8 <= count {
            // Weights are read here and not before the loop: the compiler then sees that they have
            // 16 bits, and uses one instruction for the upper half of a product.
            let a = unsafe highHalf(first + x, weights.pointee.first)
            let b = unsafe highHalf(second + x, weights.pointee.second)
            let clipped = ((a &+ b &+ 2) &>> 2).clamped(
                lowerBound: .zero, upperBound: SIMD8(repeating: 255))
            unsafe UnsafeMutableRawPointer(target + x).storeBytes(
                of: SIMD8<UInt8>(truncatingIfNeeded: clipped), as: SIMD8<UInt8>.self)
            x &+= 8
        }
        while x < count {
            let a = unsafe (Int32(first[x]) &* Int32(weights.pointee.first)) &>> 16
            let b = unsafe (Int32(second[x]) &* Int32(weights.pointee.second)) &>> 16
            unsafe target[x] = UInt8(clamping: (a &+ b &+ 2) &>> 2)
            x &+= 1
        }
    }

    /// The rounded means of `count` squares of four pixels, from two rows.
    static func halve(
        _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>, channels: Int, count: Int,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        for index in 0..<count {
            let from = index * 2 * channels
            for channel in 0..<channels {
                let left = from + channel
                let right = left + channels
                let sum =
                    unsafe UInt32(upper[left]) &+ UInt32(upper[right])
                    &+ UInt32(lower[left]) &+ UInt32(lower[right])
                unsafe target[index * channels + channel] = UInt8(
                    truncatingIfNeeded: (sum &+ 2) &>> 2)
            }
        }
    }

    @inline(__always)
    private static func wide(_ pixel: UnsafePointer<UInt8>) -> SIMD4<Int32> {
        unsafe SIMD4<Int32>(
            truncatingIfNeeded: UnsafeRawPointer(pixel).loadUnaligned(as: SIMD4<UInt8>.self))
    }

    @inline(__always)
    private static func highHalf(_ sums: UnsafePointer<Int16>, _ weight: Int16) -> SIMD8<Int16> {
        let sums = unsafe UnsafeRawPointer(sums).loadUnaligned(as: SIMD8<Int16>.self)
        let product =
            SIMD8<Int32>(truncatingIfNeeded: sums)
            &* SIMD8<Int32>(truncatingIfNeeded: SIMD8<Int16>(repeating: weight))
        return SIMD8<Int16>(truncatingIfNeeded: product &>> 16)
    }
}
