// The common interface of the JPEG, PNG and WebP decoders: how they are called, and how a call
// ends.
//
// Each has two functions: one reads the header, one decodes into the caller's memory. They free
// everything they allocate, print nothing, and do not copy the encoded bytes. No longjmp crosses a
// Swift frame.

#ifndef AMPHORA_CPICTURE_H
#define AMPHORA_CPICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The size of a message buffer in bytes.
#define AMPHORA_PICTURE_MESSAGE_SIZE 200

/// How a call ended.
enum amphora_picture_outcome {
    AMPHORA_PICTURE_DECODED,
    /// The bytes end before the picture does.
    AMPHORA_PICTURE_TRUNCATED,
    /// A progressive JPEG has more scans than allowed.
    AMPHORA_PICTURE_TOO_MANY_SCANS,
    /// Anything else; the message says what is wrong.
    AMPHORA_PICTURE_DAMAGED
};

/// How to decode.
struct amphora_picture_options {
    /// Decode as OpenCV 3.4.2 does, otherwise as Pillow does. For WebP there is no difference.
    bool opencv;
    /// One gray channel by the library's own conversion; with `opencv`, and not for CMYK or WebP; else
    /// only for TIFF.
    bool gray;
    /// A progressive JPEG with more scans is refused.
    uint32_t max_scans;
};

/// The contents of a header.
struct amphora_picture_header {
    uint32_t width;
    uint32_t height;
    /// Bytes per decoded pixel: 1 (gray), 2 (gray of 16 bits, high byte first), 3 (red, green,
    /// blue) or 4 (C, M, Y, K as stored).
    uint32_t channels;
};

/// Reads a header; allocates nothing that depends on the picture's size.
typedef enum amphora_picture_outcome (*amphora_picture_header_function)(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes into `pixels`, which holds exactly width * height * channels bytes.
typedef enum amphora_picture_outcome (*amphora_picture_decode_function)(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
