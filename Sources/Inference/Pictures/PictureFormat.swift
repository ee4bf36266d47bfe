// Detects the file format from the first bytes, as Pillow does.
//
// The client's media type is not used: it is wrong too often.

/// A picture file format that is recognised; three of them can be decoded.
package enum PictureFormat: Sendable, Equatable {
    case jpeg, png, webp, bmp, gif, tiff, unknown

    /// Recognises a format from its first bytes; any thread.
    package static func sniff(_ bytes: borrowing Span<UInt8>) -> PictureFormat {
        if bytes.has([0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if bytes.has(Array("RIFF".utf8)), bytes.has(Array("WEBP".utf8), at: 8) { return .webp }
        if bytes.has(Array("GIF87a".utf8)) || bytes.has(Array("GIF89a".utf8)) { return .gif }
        if bytes.has([0x49, 0x49, 0x2A, 0]) || bytes.has([0x4D, 0x4D, 0, 0x2A]) { return .tiff }
        if bytes.has([0x49, 0x49, 0x2B, 0]) || bytes.has([0x4D, 0x4D, 0, 0x2B]) { return .tiff }
        if bytes.has(Array("BM".utf8)) { return .bmp }
        return .unknown
    }

    /// Its usual name.
    package var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .bmp: "BMP"
        case .gif: "GIF"
        case .tiff: "TIFF"
        case .unknown: "unknown"
        }
    }

    /// The formats that can be decoded, for error sentences.
    package static let supported = "JPEG, PNG and WebP"
}
