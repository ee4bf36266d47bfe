// Limits on the cost of a single picture. All are checked against the header or counted while
// decoding, never after the memory or the time has been spent.

/// Limits on decoding one picture.
package struct PictureLimits: Sendable, Equatable {
    /// Width times height, from the header.
    package var pixels: Int
    /// Scans of a progressive JPEG: each one passes over the whole picture.
    package var jpegScans: Int
    /// Scans times pixels of a progressive JPEG: the bound on its decoding time.
    package var jpegScanPixels: Int

    /// Creates limits; the defaults allow 8000×8000 pixels.
    package init(
        pixels: Int = 64_000_000, jpegScans: Int = 1000, jpegScanPixels: Int = 2_000_000_000
    ) {
        self.pixels = pixels
        self.jpegScans = jpegScans
        self.jpegScanPixels = jpegScanPixels
    }
}
