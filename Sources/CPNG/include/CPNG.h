// PNG over libpng, as CPicture.h describes it.
//
// libpng reports errors by longjmp. Both calls catch the jump themselves. Chunks that do not change
// a pixel in Pillow or OpenCV (colour profiles, text, transparency, animation) are skipped unread.

#ifndef AMPHORA_CPNG_H
#define AMPHORA_CPNG_H

#include "CPicture.h"

/// Reads up to the first pixel data. The channels are 1, 2 or 3: palettes are resolved, alpha is
/// dropped. With `opencv`, 16-bit samples keep only their high byte, in gray pictures, too.
enum amphora_picture_outcome amphora_png_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes. With `opencv` a wrong chunk checksum or a missing end is an error, but a wrong checksum
/// of the pixels is not.
enum amphora_picture_outcome amphora_png_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
