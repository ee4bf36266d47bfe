// TIFF through libtiff: the first picture, of the kinds that Pillow knows, alpha dropped. Wide samples
// become bytes as in Pillow's `convert`: red, green and blue keep their high byte, gray is clipped.
//
// Pillow turns every TIFF by its orientation when it loads it, whatever the caller does. So do we:
// `PictureDecoder` asks for `orientation`.

import CPicture
import CTIFF

/// Decodes TIFF; any thread.
enum TIFFDecoder: LibraryCodec {
    static var name: String { "TIFF" }
    static var readHeader: amphora_picture_header_function { unsafe amphora_tiff_read_header }
    static var decodePixels: amphora_picture_decode_function { unsafe amphora_tiff_decode }

    /// How the stored picture is turned.
    static func orientation(of bytes: borrowing Span<UInt8>) -> ExifOrientation {
        let number = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe amphora_tiff_orientation(bytes.baseAddress, bytes.count)
        }
        return ExifOrientation(rawValue: Int(number)) ?? .upright
    }
}
