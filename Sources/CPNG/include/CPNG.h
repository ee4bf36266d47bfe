// PNG over libpng, as CPicture.h describes it.
//
// libpng reports errors by leaving through longjmp. Both calls catch that jump themselves. Everything
// that does not change a pixel as Pillow and OpenCV show it (colour profiles, text, transparency,
// animation) is skipped unread.

#ifndef AMPHORA_CPNG_H
#define AMPHORA_CPNG_H

#include "CPicture.h"

/// Reads as far as the first pixel data. The channels are 1, 2 or 3: palettes are resolved, alpha is
/// dropped. With `opencv` 16 bits become 8 by their high byte, of gray pictures, too.
enum amphora_picture_outcome amphora_png_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes. With `opencv` a wrong checksum of a chunk or a missing end is an error, but not that of
/// the pixels.
enum amphora_picture_outcome amphora_png_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
