// PNG through libpng: palettes resolved, 1, 2 and 4 bits widened, alpha and transparency dropped,
// gamma and colour profiles not applied, as in Pillow's `convert("RGB")` and OpenCV's colour mode.

import CPNG
import CPicture

/// Decodes PNG; any thread.
enum PNGDecoder: PictureCodec {
    static var name: String { "PNG" }
    static var readHeader: amphora_picture_header_function { unsafe amphora_png_read_header }
    static var decodePixels: amphora_picture_decode_function { unsafe amphora_png_decode }

    /// From the IHDR chunk, the first of every PNG: width at byte 16, height at byte 20 (PNG §11.2.1).
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size? {
        guard bytes.count >= 24 else { return nil }
        var numbers = (width: 0, height: 0)
        for offset in 0..<4 {
            numbers.width = numbers.width << 8 | Int(bytes[16 + offset])
            numbers.height = numbers.height << 8 | Int(bytes[20 + offset])
        }
        return Preprocessing.Size(height: numbers.height, width: numbers.width)
    }
}
