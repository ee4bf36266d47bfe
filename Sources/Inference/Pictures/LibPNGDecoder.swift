// PNG through libpng, as OpenCV decodes it: palettes resolved, 1, 2 and 4 bits widened, alpha and
// transparency dropped, gamma and colour profiles not applied. Pillow reads PNG by itself, and so do
// we for its profile (`PNGDecoder`).

import CPNG
import CPicture

/// Decodes PNG for OpenCV's profile; any thread.
enum LibPNGDecoder: LibraryCodec {
    static var name: String { PNGDecoder.name }
    static var readHeader: amphora_picture_header_function { unsafe amphora_png_read_header }
    static var decodePixels: amphora_picture_decode_function { unsafe amphora_png_decode }

    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size? {
        PNGDecoder.announcedSize(in: bytes)
    }
}
