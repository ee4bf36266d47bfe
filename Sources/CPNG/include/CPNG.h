// PNG: as OpenCV decodes it, over libpng and as CPicture.h describes it; and the parts of Pillow's own
// reader that need zlib.
//
// libpng reports errors by longjmp. Both of its calls catch the jump themselves. Chunks that do not
// change a pixel in OpenCV (colour profiles, text, transparency, animation) are skipped unread.

#ifndef AMPHORA_CPNG_H
#define AMPHORA_CPNG_H

#include "CPicture.h"

/// Reads up to the first pixel data. The channels are 1 or 3: palettes are resolved, alpha is dropped,
/// samples of 16 bits keep their high byte.
enum amphora_picture_outcome amphora_png_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes. A wrong chunk checksum or a missing end is an error, but a wrong checksum of the pixels is
/// not.
enum amphora_picture_outcome amphora_png_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

/// The pixels of a picture as Pillow reads them: a frame on a canvas.
struct amphora_png_picture {
    uint32_t canvas_width, canvas_height;
    /// Where the frame stands; it lies within the canvas and has at least a pixel.
    uint32_t left, top, width, height;
    /// A combination that PNG has: 1, 2, 4, 8 or 16 bits, and type 0, 2, 3, 4 or 6.
    uint32_t depth, colour_type;
    bool interlaced;
    /// 256 colours of three bytes; only for colour type 3.
    const uint8_t *palette;
};

/// A part of the pixels' stream; it may reach beyond the end of the file.
struct amphora_png_piece {
    size_t start, length;
};

/// Decodes the stream that the pieces make, into gray (of 8 or 16 bits) or RGB. `used` is the place of
/// the piece in which the picture was complete.
enum amphora_picture_outcome amphora_png_read_rows(
    const uint8_t *bytes, size_t count, const struct amphora_png_piece *pieces, size_t piece_count,
    const struct amphora_png_picture *picture, uint8_t *pixels, size_t capacity, size_t *used,
    char *message);

/// The CRC of a chunk's kind and data.
uint32_t amphora_png_checksum(const uint8_t *bytes, size_t count);

/// Whether a compressed text has at most `limit` bytes, and how many it has. A damaged one has none,
/// and fits.
bool amphora_png_text_fits(const uint8_t *bytes, size_t count, size_t limit, size_t *length);

#endif
