// Two calls over libwebp: read a header, decode into memory that the caller owns.
//
// They free all they allocate, print nothing, and do not copy the encoded bytes. Of an animation,
// the first frame is decoded, on a black canvas where it does not cover the whole.

#ifndef AMPHORA_CWEBP_H
#define AMPHORA_CWEBP_H

#include <stddef.h>
#include <stdint.h>

/// How a call ended.
enum amphora_webp_outcome {
    AMPHORA_WEBP_DECODED,
    /// The bytes end before the picture does.
    AMPHORA_WEBP_TRUNCATED,
    /// Anything else.
    AMPHORA_WEBP_DAMAGED
};

/// What the header says; a decoded pixel has 3 bytes: red, green, blue.
struct amphora_webp_header {
    uint32_t width;
    uint32_t height;
};

/// Reads the size; allocates nothing.
enum amphora_webp_outcome amphora_webp_read_header(
    const uint8_t *bytes, size_t count, struct amphora_webp_header *header);

/// Decodes into `pixels`, which holds exactly width * height * 3 bytes.
enum amphora_webp_outcome amphora_webp_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity);

#endif
