// AVIF through libavif: the first picture, of 8, 10 or 12 bits, as stored; alpha dropped.

import CAVIF
import CPicture

/// Decodes AVIF; any thread.
enum AVIFDecoder: LibraryCodec {
    static var name: String { "AVIF" }
    static var readHeader: amphora_picture_header_function { unsafe amphora_avif_read_header }
    static var decodePixels: amphora_picture_decode_function { unsafe amphora_avif_decode }

    /// How the stored picture is turned and mirrored by its properties; EXIF in it does not count.
    static func orientation(of bytes: borrowing Span<UInt8>) -> ExifOrientation {
        let number = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe amphora_avif_orientation(bytes.baseAddress, bytes.count)
        }
        return ExifOrientation(rawValue: Int(number)) ?? .upright
    }
}
