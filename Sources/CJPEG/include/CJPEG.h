// JPEG over libjpeg-turbo, as CPicture.h describes it.
//
// libjpeg reports errors by longjmp. Both calls catch the jump themselves.

#ifndef AMPHORA_CJPEG_H
#define AMPHORA_CJPEG_H

#include "CPicture.h"

/// Reads up to the first scan. The channels are 1, 3 or 4. With `opencv` and `gray` a picture of
/// three components has one channel, its luma as stored.
enum amphora_picture_outcome amphora_jpeg_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message);

/// Decodes with the accurate integer DCT and smooth chroma upsampling. The mark of the end may be
/// missing. With `opencv`, if a file with one scan ends too early, the last decoded row is repeated to
/// the bottom.
enum amphora_picture_outcome amphora_jpeg_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message);

#endif
