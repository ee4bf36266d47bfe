// Pictures that are made up to see how a network answers: as different as pictures can be.

/// One of them, in pixels.
enum ProbePicture: CaseIterable {
    case noise, black, white, gradient, blocks

    /// The pixels of a picture, rows from the top, channels side by side.
    func pixels(height: Int, width: Int, channels: Int) -> [UInt8] {
        let count = height * width * channels
        switch self {
        case .black: return [UInt8](repeating: 0, count: count)
        case .white: return [UInt8](repeating: 255, count: count)
        case .noise:
            var generator = Noise(state: 2026)
            var bits: UInt64 = 0
            return (0..<count).map { index in
                if index % 8 == 0 { bits = generator.next() }
                defer { bits >>= 8 }
                return UInt8(truncatingIfNeeded: bits)
            }
        case .gradient:
            // From left to right, and each channel from another level.
            return (0..<count).map { index in
                let (x, channel) = (index / channels % width, index % channels)
                return UInt8(truncatingIfNeeded: x * 255 / max(1, width - 1) + channel * 85)
            }
        case .blocks:
            // Sixteen rectangles of different colours.
            var generator = Noise(state: 11)
            let colors = (0..<48).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            return (0..<count).map { index in
                let (pixel, channel) = (index / channels, index % channels)
                let (y, x) = (pixel / width * 4 / height, pixel % width * 4 / width)
                return colors[(y * 4 + x) * 3 + channel]
            }
        }
    }
}

/// SplitMix64, so that every start sees the same noise.
private struct Noise {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
