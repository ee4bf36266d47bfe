// Turns and mirrors pictures by whole pixels.

extension Raster {
    /// The picture in its upright orientation.
    func turned(_ orientation: ExifOrientation) -> Raster {
        let swaps = orientation.swapsSides
        let (newWidth, newHeight) = swaps ? (height, width) : (width, height)
        // The source position of the first pixel, and the steps right and down.
        let (column, row) = (channels, width * channels)
        let (right, bottom) = ((width - 1) * column, (height - 1) * row)
        let (start, across, down) =
            switch orientation {
            case .upright: (0, column, row)
            case .mirrored: (right, -column, row)
            case .upsideDown: (right + bottom, -column, -row)
            case .flipped: (bottom, column, -row)
            case .transposed: (0, row, column)
            case .turnedRight: (bottom, -row, column)
            case .transversed: (right + bottom, -row, -column)
            case .turnedLeft: (right, row, -column)
            }
        var memory = [UInt8](repeating: 0, count: pixels.count)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe memory.withUnsafeMutableBufferPointer { target in
                // Squares small enough that source and target stay in the cache.
                for top in stride(from: 0, to: newHeight, by: 64) {
                    for left in stride(from: 0, to: newWidth, by: 64) {
                        for y in top..<min(top + 64, newHeight) {
                            var from = start + left * across + y * down
                            var to = (y * newWidth + left) * channels
                            for _ in left..<min(left + 64, newWidth) {
                                for channel in 0..<channels {
                                    unsafe target[to + channel] = source[from + channel]
                                }
                                from += across
                                to += channels
                            }
                        }
                    }
                }
            }
        }
        return Raster(width: newWidth, height: newHeight, channels: channels, pixels: memory)
    }
}
