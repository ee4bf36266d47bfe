// Decoded pixels, on their way from the decoder to the preprocessor.

/// A decoded picture: 8 bits a channel, channels interleaved, rows from the top without padding.
package struct Raster: Sendable, Equatable {
    /// In pixels.
    package let width: Int
    /// In pixels.
    package let height: Int
    /// 1 (gray) or 3 (red, green, blue).
    package let channels: Int
    /// `width · height · channels` values.
    package var pixels: [UInt8]

    /// Creates a picture from existing pixels.
    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * channels)
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }
}
