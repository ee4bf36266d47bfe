// Random pictures and hashes as `tools/seeded_pictures.py` makes them: recordings of large libraries
// hold a seed and a hash, not pixels.

@testable import Inference

/// A random picture, by its seed.
enum SeededPicture {
    /// `hard`: only black and white.
    static func raster(
        height: Int, width: Int, channels: Int, seed: UInt64, hard: Bool
    ) -> Raster {
        var state = seed
        var pixels = [UInt8](repeating: 0, count: height * width * channels)
        for place in pixels.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = UInt8(truncatingIfNeeded: state >> 33)
            pixels[place] = hard ? (value > 127 ? 255 : 0) : value
        }
        return Raster(width: width, height: height, channels: channels, pixels: pixels)
    }

    /// FNV-1a of 64 bits, in hexadecimal.
    static func hash(_ bytes: some Sequence<UInt8>) -> String {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
