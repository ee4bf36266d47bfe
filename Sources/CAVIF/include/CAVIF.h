// AVIF over libavif, as CPicture.h describes it. The library is loaded when the first such picture
// comes; it is the version whose headers this was compiled with.

#ifndef AMPHORA_CAVIF_H
#define AMPHORA_CAVIF_H

#include "CPicture.h"

/// Reads the boxes; decodes nothing. There are always 3 channels.
enum amphora_picture_outcome amphora_avif_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes the first picture, on the calling thread alone.
enum amphora_picture_outcome amphora_avif_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

/// The orientation of the first picture, numbered as in EXIF; 1 if the file can't be read.
int amphora_avif_orientation(const uint8_t *bytes, size_t count);

#endif
