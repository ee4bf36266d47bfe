// A TIFF that is being read, and how its samples become pixels. For CTIFF alone.

#ifndef AMPHORA_CTIFF_PICTURE_H
#define AMPHORA_CTIFF_PICTURE_H

#include "library.h"

/// How samples become pixels.
enum kind { GRAY, WIDE_GRAY, CLIPPED_GRAY, PALETTE, COLOURS, INKS, PLAIN_YCBCR, CODED_YCBCR };

struct picture {
    const struct tiff_library *library;
    struct tiff_file file;
    TIFF *tiff;
    char *message;
    enum kind kind;
    uint32_t width, height;
    uint16_t bits, samples, format, photometric, compression, planar;
    // The caller wants gray.
    bool gray;
    bool inverted, premultiplied;
    const uint16_t *red, *green, *blue;
};

/// Bytes of a pixel, as amphora_picture_header has them.
uint32_t amphora_tiff_channels(const struct picture *self);

/// Converts `count` pixels of a row whose samples lie side by side.
void amphora_tiff_put_whole(
    const struct picture *self, uint8_t *out, const uint8_t *row, size_t count);

/// Converts one plane of a part of a row of a picture whose planes are apart.
void amphora_tiff_put_plane(
    const struct picture *self, uint8_t *out, const uint8_t *row, size_t count, uint16_t plane);

#endif
