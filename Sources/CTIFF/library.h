// The functions of libtiff that are used, and what they are called with. For CTIFF alone.

#ifndef AMPHORA_CTIFF_LIBRARY_H
#define AMPHORA_CTIFF_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tiff TIFF;

/// The bytes of a file, as libtiff's handle.
struct tiff_file {
    const uint8_t *bytes;
    size_t count, place;
};

struct tiff_library {
    TIFF *(*ClientOpen)(
        const char *, const char *, void *, ptrdiff_t (*)(void *, void *, ptrdiff_t),
        ptrdiff_t (*)(void *, void *, ptrdiff_t), uint64_t (*)(void *, uint64_t, int),
        int (*)(void *), uint64_t (*)(void *), int (*)(void *, void **, uint64_t *),
        void (*)(void *, void *, uint64_t));
    void (*Close)(TIFF *);
    int (*GetField)(TIFF *, uint32_t, ...);
    int (*GetFieldDefaulted)(TIFF *, uint32_t, ...);
    int (*SetField)(TIFF *, uint32_t, ...);
    int (*IsTiled)(TIFF *);
    ptrdiff_t (*StripSize)(TIFF *);
    ptrdiff_t (*TileSize)(TIFF *);
    uint32_t (*ComputeStrip)(TIFF *, uint32_t, uint16_t);
    ptrdiff_t (*ReadEncodedStrip)(TIFF *, uint32_t, void *, ptrdiff_t);
    ptrdiff_t (*ReadTile)(TIFF *, void *, uint32_t, uint32_t, uint32_t, uint16_t);
    int (*ReadRGBAImageOriented)(TIFF *, uint32_t, uint32_t, uint32_t *, int, int);
};

/// Tags and values (TIFF 6.0, and libtiff's own for JPEG).
enum {
    WIDTH = 256, HEIGHT = 257, BITS = 258, COMPRESSION = 259, PHOTOMETRIC = 262, ORIENTATION = 274,
    SAMPLES = 277, ROWS_PER_STRIP = 278, PLANAR = 284, COLOUR_MAP = 320, TILE_WIDTH = 322,
    TILE_HEIGHT = 323, EXTRA_SAMPLES = 338, SAMPLE_FORMAT = 339, SUBSAMPLING = 530,
    JPEG_COLOUR_MODE = 65538
};

/// The library, loaded at the first call; NULL if it is not installed.
const struct tiff_library *amphora_tiff_library(void);

/// Opens bytes in memory; NULL if they are no TIFF. `file` must live until the TIFF is closed.
TIFF *amphora_tiff_open(const struct tiff_library *library, struct tiff_file *file);

/// Whether all values of the first directory lie within the file.
bool amphora_tiff_is_whole(const struct tiff_file *file);

#endif
