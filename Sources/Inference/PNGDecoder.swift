// PNG through libpng: palettes resolved, 1, 2 and 4 bits widened, alpha and transparency dropped,
// gamma and colour profiles not applied, as Pillow's `convert("RGB")` does.

import CPNG

/// Decodes PNG; any thread.
enum PNGDecoder: ImageCodec {
    static func header(of bytes: borrowing Span<UInt8>) throws(ImageError) -> ImageHeader {
        var header = amphora_png_header()
        let (outcome, message) = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withMessage(size: AMPHORA_PNG_MESSAGE_SIZE) { message in
                unsafe amphora_png_read_header(bytes.baseAddress, bytes.count, &header, message)
            }
        }
        try check(outcome, message)
        guard let form = PixelForm(rawValue: Int(header.channels)) else {
            throw .undecodable("the PNG image has an unknown colour type")
        }
        return ImageHeader(width: Int(header.width), height: Int(header.height), form: form)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: ImageHeader, limits: ImageLimits,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(ImageError) {
        let (outcome, message) = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withMessage(size: AMPHORA_PNG_MESSAGE_SIZE) { message in
                unsafe amphora_png_decode(
                    bytes.baseAddress, bytes.count, pixels.baseAddress, pixels.count, message)
            }
        }
        try check(outcome, message)
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
