// WebP through libwebp: lossy and lossless, alpha dropped, the first frame of an animation.
// The same in both profiles: MXNet has no WebP.

import CWebP

/// Decodes WebP; any thread.
enum WebPDecoder: ImageCodec {
    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(ImageError) -> ImageHeader {
        var header = amphora_webp_header()
        let outcome = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe amphora_webp_read_header(bytes.baseAddress, bytes.count, &header)
        }
        try check(outcome)
        return ImageHeader(width: Int(header.width), height: Int(header.height), form: .rgb)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: ImageHeader, _ mode: DecodeMode,
        limits: ImageLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(ImageError) {
        let outcome = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe amphora_webp_decode(
                bytes.baseAddress, bytes.count, pixels.baseAddress, pixels.count)
        }
        try check(outcome)
    }

    private static func check(_ outcome: amphora_webp_outcome) throws(ImageError) {
        switch outcome {
        case AMPHORA_WEBP_DECODED: return
        case AMPHORA_WEBP_TRUNCATED:
            throw .undecodable("the WebP image is truncated: it ends before its last row")
        default:
            throw .undecodable("the WebP image cannot be decoded: its data is damaged")
        }
    }
}
