// Two calls over libjpeg-turbo: read a header, decode into memory that the caller owns.
//
// libjpeg reports errors by leaving through longjmp. Both calls catch that jump themselves, so it
// never crosses a Swift frame; they free all they allocate, print nothing, and do not copy the
// encoded bytes.

#ifndef AMPHORA_CJPEG_H
#define AMPHORA_CJPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes that `message` must have room for.
#define AMPHORA_JPEG_MESSAGE_SIZE 200

/// How a call ended.
enum amphora_jpeg_outcome {
    AMPHORA_JPEG_DECODED,
    /// The bytes end before the picture does.
    AMPHORA_JPEG_TRUNCATED,
    /// More scans than allowed.
    AMPHORA_JPEG_TOO_MANY_SCANS,
    /// Anything else; the message holds libjpeg's words.
    AMPHORA_JPEG_DAMAGED
};

/// How to decode.
struct amphora_jpeg_options {
    /// A progressive file with more scans is refused.
    uint32_t max_scans;
    /// As OpenCV 3.4.2, otherwise as Pillow: where the bytes of a file with one scan end too early, the
    /// last row that came out is repeated to the bottom.
    bool opencv;
    /// Gray by libjpeg's own conversion (luma as stored) and one channel; only with `opencv`, and
    /// not of CMYK.
    bool gray;
};

/// What the header says.
struct amphora_jpeg_header {
    uint32_t width;
    uint32_t height;
    /// Bytes per decoded pixel: 1 (gray), 3 (red, green, blue) or 4 (C, M, Y, K as stored).
    uint32_t channels;
};

/// Reads as far as the first scan; allocates nothing that depends on the picture's size.
enum amphora_jpeg_outcome amphora_jpeg_read_header(
    const uint8_t *bytes, size_t count, struct amphora_jpeg_options options,
    struct amphora_jpeg_header *header, char *message);

/// Decodes with the accurate integer DCT and smooth chroma upsampling into `pixels`, which holds
/// exactly width * height * channels bytes.
enum amphora_jpeg_outcome amphora_jpeg_decode(
    const uint8_t *bytes, size_t count, struct amphora_jpeg_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
