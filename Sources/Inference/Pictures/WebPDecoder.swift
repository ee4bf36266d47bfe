// WebP through libwebp: lossy and lossless, alpha dropped, the first frame of an animation.
// The same in both profiles: MXNet has no WebP.

import CPicture
import CWebP

/// Decodes WebP; any thread.
enum WebPDecoder: LibraryCodec {
    static var name: String { "WebP" }
    static var readHeader: amphora_picture_header_function { unsafe amphora_webp_read_header }
    static var decodePixels: amphora_picture_decode_function { unsafe amphora_webp_decode }
}
