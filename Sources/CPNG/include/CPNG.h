// Two calls over libpng: read a header, decode into memory that the caller owns.
//
// libpng reports errors by leaving through longjmp. Both calls catch that jump themselves, so it
// never crosses a Swift frame; they free all they allocate, print nothing, and do not copy the
// encoded bytes. Everything that does not change a pixel as Pillow and OpenCV show it (colour
// profiles, text, transparency, animation) is skipped unread.

#ifndef AMPHORA_CPNG_H
#define AMPHORA_CPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes that `message` must have room for.
#define AMPHORA_PNG_MESSAGE_SIZE 200

/// How a call ended.
enum amphora_png_outcome {
    AMPHORA_PNG_DECODED,
    /// The bytes end before the picture does.
    AMPHORA_PNG_TRUNCATED,
    /// Anything else; the message holds libpng's words.
    AMPHORA_PNG_DAMAGED
};

/// How to decode.
struct amphora_png_options {
    /// As OpenCV, otherwise as Pillow: 16 bits become 8 by their high byte (gray too), and a wrong
    /// checksum of a chunk or a missing end is an error, but not that of the pixels.
    bool opencv;
    /// Gray by libpng's own conversion and one channel; only with `opencv`.
    bool gray;
};

/// What the header says.
struct amphora_png_header {
    uint32_t width;
    uint32_t height;
    /// Bytes per decoded pixel: 1 (gray), 2 (gray of 16 bits, high byte first) or
    /// 3 (red, green, blue); palettes are resolved, alpha is dropped.
    uint32_t channels;
};

/// Reads as far as the first pixel data; allocates nothing that depends on the picture's size.
enum amphora_png_outcome amphora_png_read_header(
    const uint8_t *bytes, size_t count, struct amphora_png_options options,
    struct amphora_png_header *header, char *message);

/// Decodes into `pixels`, which holds exactly width * height * channels bytes.
enum amphora_png_outcome amphora_png_decode(
    const uint8_t *bytes, size_t count, struct amphora_png_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
