// PNG through libpng: palettes resolved, 1, 2 and 4 bits widened, alpha and transparency dropped,
// gamma and colour profiles not applied, as Pillow's `convert("RGB")` does and OpenCV's colour mode.

import CPNG

/// Decodes PNG; any thread.
enum PNGDecoder: ImageCodec {
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

    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(ImageError) -> ImageHeader {
        var header = amphora_png_header()
        let (outcome, message) = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withMessage(size: AMPHORA_PNG_MESSAGE_SIZE) { message in
                unsafe amphora_png_read_header(
                    bytes.baseAddress, bytes.count, options(mode), &header, message)
            }
        }
        try check(outcome, message)
        guard let form = PixelForm(rawValue: Int(header.channels)) else {
            throw .undecodable("the PNG image has an unknown colour type")
        }
        return ImageHeader(width: Int(header.width), height: Int(header.height), form: form)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: ImageHeader, _ mode: DecodeMode,
        limits: ImageLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(ImageError) {
        let (outcome, message) = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withMessage(size: AMPHORA_PNG_MESSAGE_SIZE) { message in
                unsafe amphora_png_decode(
                    bytes.baseAddress, bytes.count, options(mode), pixels.baseAddress, pixels.count,
                    message)
            }
        }
        try check(outcome, message)
    }

    private static func options(_ mode: DecodeMode) -> amphora_png_options {
        amphora_png_options(opencv: mode.profile == .opencv, gray: mode.channels == 1)
    }

    private static func check(
        _ outcome: amphora_png_outcome, _ message: String
    ) throws(ImageError) {
        switch outcome {
        case AMPHORA_PNG_DECODED: return
        case AMPHORA_PNG_TRUNCATED:
            throw .undecodable("the PNG image is truncated: it ends before its last row")
        default:
            throw .undecodable("the PNG image cannot be decoded: \(message)")
        }
    }
}
