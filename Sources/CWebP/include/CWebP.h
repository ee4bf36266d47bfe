// WebP over libwebp, as CPicture.h describes it.
//
// Of an animation it decodes the first frame, on a black canvas if the frame does not cover all of
// it.

#ifndef AMPHORA_CWEBP_H
#define AMPHORA_CWEBP_H

#include "CPicture.h"

/// Reads the size; allocates nothing. There are always 3 channels.
enum amphora_picture_outcome amphora_webp_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes.
enum amphora_picture_outcome amphora_webp_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
