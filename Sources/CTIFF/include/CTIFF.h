// TIFF over libtiff, as CPicture.h describes it. The library is loaded when the first such picture
// comes. Its few functions are declared here: they are the same in libtiff 4, and a program needs none
// of its structures.

#ifndef AMPHORA_CTIFF_H
#define AMPHORA_CTIFF_H

#include "CPicture.h"

/// Reads the first directory. The channels are 1, 2, 3 or 4. The size is that of the stored picture.
enum amphora_picture_outcome amphora_tiff_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes the first picture, as stored.
enum amphora_picture_outcome amphora_tiff_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

/// The orientation of the first picture, 1 if there is none or the file can't be read.
int amphora_tiff_orientation(const uint8_t *bytes, size_t count);

#endif
