// JPEG through libjpeg-turbo, in its default quality: accurate integer DCT, smooth chroma
// upsampling, no scaled decoding. That is what Pillow and OpenCV use, so the pixels are theirs.
//
// Damaged entropy-coded data is decoded as well as can be, as in those two. Missing data is an error
// to Pillow; OpenCV repeats the last row that it got.

import CJPEG

/// Decodes JPEG; any thread.
enum JPEGDecoder: ImageCodec {
    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(ImageError) -> ImageHeader {
        var header = amphora_jpeg_header()
        let (outcome, message) = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withMessage(size: AMPHORA_JPEG_MESSAGE_SIZE) { message in
                unsafe amphora_jpeg_read_header(
                    bytes.baseAddress, bytes.count, options(mode, scans: 1), &header, message)
            }
        }
        try check(outcome, message)
        guard let form = PixelForm(rawValue: Int(header.channels)) else {
            throw .undecodable("the JPEG image has \(header.channels) colour components")
        }
        return ImageHeader(width: Int(header.width), height: Int(header.height), form: form)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: ImageHeader, _ mode: DecodeMode,
        limits: ImageLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(ImageError) {
        let affordable = limits.jpegScanPixels / max(1, header.width * header.height)
        let scans = UInt32(clamping: max(1, min(limits.jpegScans, affordable)))
        let (outcome, message) = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withMessage(size: AMPHORA_JPEG_MESSAGE_SIZE) { message in
                unsafe amphora_jpeg_decode(
                    bytes.baseAddress, bytes.count, options(mode, scans: scans), pixels.baseAddress,
                    pixels.count, message)
            }
        }
        try check(outcome, message, scans: scans)
    }

    private static func options(_ mode: DecodeMode, scans: UInt32) -> amphora_jpeg_options {
        amphora_jpeg_options(
            max_scans: scans, opencv: mode.profile == .opencv, gray: mode.channels == 1)
    }

    private static func check(
        _ outcome: amphora_jpeg_outcome, _ message: String, scans: UInt32 = 1
    ) throws(ImageError) {
        switch outcome {
        case AMPHORA_JPEG_DECODED: return
        case AMPHORA_JPEG_TRUNCATED:
            throw .undecodable("the JPEG image is truncated: it ends before its last row")
        case AMPHORA_JPEG_TOO_MANY_SCANS:
            throw .undecodable("the JPEG image has more than \(scans) scans")
        default:
            throw .undecodable("the JPEG image cannot be decoded: \(message)")
        }
    }
}
