// JPEG through libjpeg-turbo, in its default quality: accurate integer DCT, smooth chroma
// upsampling, no scaled decoding. Pillow and OpenCV use the same, so the pixels are equal.
//
// Damaged entropy-coded data is decoded as well as possible, as in those two. Missing data is an
// error in Pillow; OpenCV repeats the last row that it got. Pillow reads the segments before the
// picture by itself, and refuses more than libjpeg does.

import CJPEG
import CPicture

/// Decodes JPEG; any thread.
enum JPEGDecoder: LibraryCodec {
    static var name: String { "JPEG" }
    static var readHeader: amphora_picture_header_function { unsafe amphora_jpeg_read_header }
    static var decodePixels: amphora_picture_decode_function { unsafe amphora_jpeg_decode }

    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        if mode.profile == .opencv { return try libraryHeader(of: bytes, mode) }
        return try asPillow { () throws(PillowRefusal) in try JPEGMarkers.header(of: bytes) }
    }
}
