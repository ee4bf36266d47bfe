// See CTIFF.h: which kinds of TIFF Pillow knows, and their strips and tiles.

#include "CTIFF.h"
#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct picture *self, const char *reason) {
    snprintf(self->message, AMPHORA_PICTURE_MESSAGE_SIZE, "%s", reason);
    return false;
}

// Those of Pillow's that libtiff has without a further library of unbounded memory.
static bool check_compression(struct picture *self) {
    switch (self->compression) {
    case 1: case 2: case 3: case 4: case 5: case 7: case 8: case 32773: case 32946: return true;
    case 6: return fail(self, "it is compressed as old-style JPEG, which is not supported");
    case 34925: return fail(self, "it is compressed with LZMA, which is not supported");
    case 50000: return fail(self, "it is compressed with Zstandard, which is not supported");
    case 50001: return fail(self, "it is compressed with WebP, which is not supported");
    default: return fail(self, "it is compressed in an unknown way");
    }
}

static bool choose_gray(struct picture *self, uint16_t extras, const uint16_t *extra) {
    bool with_alpha = self->samples == 2 && extras == 1 && self->bits == 8
        && self->photometric == 1 && (extra[0] == 0 || extra[0] == 2);
    if (self->samples != 1 && !with_alpha) return fail(self, "its samples are unusual");
    self->inverted = self->photometric == 0 && self->bits <= 8;
    bool whole = self->format == 1 || (self->format == 2 && self->bits == 8);
    if (self->bits <= 8 && whole) {
        self->kind = GRAY;
        return true;
    }
    self->kind = self->bits == 16 && self->format == 1 ? WIDE_GRAY : CLIPPED_GRAY;
    if (self->bits == 16 && (self->format == 1 || self->format == 2)) return true;
    if (self->bits == 32 && self->format <= 3) return true;
    return fail(self, "its samples are unusual");
}

static bool choose_colours(struct picture *self, uint16_t extras, const uint16_t *extra) {
    self->kind = self->photometric == 5 ? INKS : COLOURS;
    unsigned own = self->kind == INKS ? 4 : 3;
    bool bits = self->bits == 8 || self->bits == 16;
    bool count = self->samples == own + extras && extras <= 3;
    if (self->kind == COLOURS && self->samples == 4 && extras == 0) count = true;
    for (unsigned i = 1; i < extras && i < 3; i++)
        if (extra[i] != 0) count = false;
    if (!bits || !count || self->format != 1) return fail(self, "its samples are unusual");
    self->premultiplied = self->kind == COLOURS && extras > 0 && extra[0] == 1;
    return true;
}

static bool choose_kind(struct picture *self) {
    uint16_t extras = 0, *extra = NULL, across = 0, down = 0;
    if (!self->library->GetField(self->tiff, EXTRA_SAMPLES, &extras, &extra)) extras = 0;
    switch (self->photometric) {
    case 0: case 1: return choose_gray(self, extras, extra);
    case 2: case 5: return choose_colours(self, extras, extra);
    case 3:
        self->kind = PALETTE;
        if (self->bits > 8 || self->samples != 1 + extras || extras > 1)
            return fail(self, "its samples are unusual");
        if (!self->library->GetField(
                self->tiff, COLOUR_MAP, &self->red, &self->green, &self->blue))
            return fail(self, "it has no palette");
        return true;
    case 6:
        self->kind = CODED_YCBCR;
        if (self->bits != 8 || self->samples != 3) return fail(self, "its samples are unusual");
        if (self->compression == 7 && self->planar == 1) {
            // libjpeg converts.
            self->library->SetField(self->tiff, JPEG_COLOUR_MODE, 1);
            self->kind = COLOURS;
        }
        // What is not compressed Pillow converts by itself.
        self->library->GetFieldDefaulted(self->tiff, SUBSAMPLING, &across, &down);
        if (self->compression == 1 && across == 1 && down == 1)
            self->kind = self->gray ? GRAY : PLAIN_YCBCR;
        return true;
    case 8: return fail(self, "its colours are CIE L*a*b*, which is not supported");
    default: return fail(self, "its colours are of an unknown kind");
    }
}

static bool open_picture(
    struct picture *self, const uint8_t *bytes, size_t count, bool gray, char *message) {
    memset(self, 0, sizeof *self);
    self->message = message;
    self->gray = gray;
    self->library = amphora_tiff_library();
    if (!self->library)
        return fail(self, "it needs libtiff.so.6, which is not installed (Debian's package libtiff6)");
    self->file = (struct tiff_file){.bytes = bytes, .count = count};
    if (amphora_tiff_is_whole(&self->file))
        self->tiff = amphora_tiff_open(self->library, &self->file);
    if (!self->tiff) return fail(self, "its first directory cannot be read");
    const struct tiff_library *library = self->library;
    if (!library->GetField(self->tiff, WIDTH, &self->width)
        || !library->GetField(self->tiff, HEIGHT, &self->height) || !self->width || !self->height)
        return fail(self, "it has no size");
    library->GetFieldDefaulted(self->tiff, BITS, &self->bits);
    library->GetFieldDefaulted(self->tiff, SAMPLES, &self->samples);
    library->GetFieldDefaulted(self->tiff, SAMPLE_FORMAT, &self->format);
    library->GetFieldDefaulted(self->tiff, COMPRESSION, &self->compression);
    library->GetFieldDefaulted(self->tiff, PLANAR, &self->planar);
    library->GetField(self->tiff, PHOTOMETRIC, &self->photometric);
    bool known = self->bits == 1 || self->bits == 2 || self->bits == 4 || self->bits == 8
        || self->bits == 16 || self->bits == 32;
    if (!known) return fail(self, "its samples are unusual");
    return check_compression(self) && choose_kind(self);
}

static void close_picture(struct picture *self) {
    if (self->tiff) self->library->Close(self->tiff);
}

// Blocks

struct block {
    uint32_t width, height;
    bool tiled;
    size_t row_bytes;
    uint8_t *samples;
};

// Checks the size of strips or tiles before there is memory for one: one may not be much larger than
// the picture, nor all of them together.
static bool measure(struct picture *self, struct block *block) {
    const struct tiff_library *library = self->library;
    block->tiled = library->IsTiled(self->tiff);
    block->width = self->width;
    block->height = self->height;
    if (block->tiled) {
        if (!library->GetField(self->tiff, TILE_WIDTH, &block->width)
            || !library->GetField(self->tiff, TILE_HEIGHT, &block->height))
            return fail(self, "its tiles have no size");
    } else {
        uint32_t rows = 0;
        if (library->GetField(self->tiff, ROWS_PER_STRIP, &rows) && rows < block->height)
            block->height = rows;
    }
    if (!block->width || !block->height) return fail(self, "its tiles have no size");
    uint64_t samples = self->planar == 1 ? self->samples : 1;
    block->row_bytes = (size_t)((block->width * samples * self->bits + 7) / 8);
    uint64_t bytes = (uint64_t)block->row_bytes * block->height;
    uint64_t across = ((uint64_t)self->width + block->width - 1) / block->width;
    uint64_t down = ((uint64_t)self->height + block->height - 1) / block->height;
    uint64_t picture = (uint64_t)self->width * self->height * self->samples * self->bits / 8;
    uint64_t limit = 4 * picture + (16 << 20);
    if (block->row_bytes > limit || bytes > limit || across * down > limit / bytes)
        return fail(self, "its tiles are too large");
    ptrdiff_t size = block->tiled
        ? library->TileSize(self->tiff) : library->StripSize(self->tiff);
    if (size <= 0 || (uint64_t)size > bytes) return fail(self, "its tiles are not of its size");
    block->samples = calloc(1, (size_t)bytes);
    return block->samples || fail(self, "out of memory");
}

static bool read_block(
    struct picture *self, const struct block *block, uint8_t *pixels, uint32_t x, uint32_t y,
    uint16_t plane) {
    const struct tiff_library *library = self->library;
    ptrdiff_t got = block->tiled
        ? library->ReadTile(self->tiff, block->samples, x, y, 0, plane)
        : library->ReadEncodedStrip(
              self->tiff, library->ComputeStrip(self->tiff, y, plane), block->samples, -1);
    if (got < 0) return fail(self, "its data is damaged or ends too early");
    uint32_t columns = self->width - x < block->width ? self->width - x : block->width;
    uint32_t rows = self->height - y < block->height ? self->height - y : block->height;
    size_t size = amphora_tiff_channels(self), stride = self->width * size;
    for (uint32_t row = 0; row < rows; row++) {
        uint8_t *out = pixels + (size_t)(y + row) * stride + x * size;
        const uint8_t *from = block->samples + row * block->row_bytes;
        if (self->planar == 1 || self->samples == 1) amphora_tiff_put_whole(self, out, from, columns);
        else amphora_tiff_put_plane(self, out, from, columns, plane);
    }
    return true;
}

static bool read_blocks(struct picture *self, uint8_t *pixels) {
    uint16_t planes = self->planar == 1 || self->samples == 1 ? 1 : (uint16_t)amphora_tiff_channels(self);
    if (planes > 1 && (self->bits < 8 || self->bits > 16 || self->premultiplied
                       || (self->kind != COLOURS && self->kind != INKS)))
        return fail(self, "its planes are apart, which is not supported for its samples");
    struct block block = {0};
    bool good = measure(self, &block);
    for (uint32_t y = 0; good && y < self->height; y += block.height) {
        for (uint32_t x = 0; good && x < self->width; x += block.width) {
            for (uint16_t plane = 0; good && plane < planes; plane++)
                good = read_block(self, &block, pixels, x, y, plane);
            if (self->width - x <= block.width) break;
        }
        if (self->height - y <= block.height) break;
    }
    free(block.samples);
    return good;
}

// libtiff undoes the subsampling of YCbCr. Each pixel is a number whose lowest byte is red.
static bool read_ycbcr(struct picture *self, uint8_t *pixels) {
    size_t count = (size_t)self->width * self->height;
    uint32_t *raster = malloc(count * sizeof *raster);
    if (!raster) return fail(self, "out of memory");
    bool good = self->library->ReadRGBAImageOriented(
        self->tiff, self->width, self->height, raster, 1, 1);
    for (size_t i = 0; good && i < count; i++) {
        *pixels++ = (uint8_t)raster[i];
        *pixels++ = (uint8_t)(raster[i] >> 8);
        *pixels++ = (uint8_t)(raster[i] >> 16);
    }
    free(raster);
    return good || fail(self, "its data is damaged or ends too early");
}

enum amphora_picture_outcome amphora_tiff_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message) {
    struct picture self;
    bool good = open_picture(&self, bytes, count, options.gray, message);
    *header = (struct amphora_picture_header){
        .width = self.width, .height = self.height, .channels = amphora_tiff_channels(&self)};
    close_picture(&self);
    return good ? AMPHORA_PICTURE_DECODED : AMPHORA_PICTURE_DAMAGED;
}

enum amphora_picture_outcome amphora_tiff_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message) {
    struct picture self;
    bool good = open_picture(&self, bytes, count, options.gray, message);
    if (good && (size_t)self.width * self.height * amphora_tiff_channels(&self) != capacity)
        good = fail(&self, "the header changed between readings");
    if (good)
        good = self.kind == CODED_YCBCR ? read_ycbcr(&self, pixels) : read_blocks(&self, pixels);
    close_picture(&self);
    return good ? AMPHORA_PICTURE_DECODED : AMPHORA_PICTURE_DAMAGED;
}

int amphora_tiff_orientation(const uint8_t *bytes, size_t count) {
    const struct tiff_library *library = amphora_tiff_library();
    struct tiff_file file = {.bytes = bytes, .count = count};
    TIFF *tiff = library ? amphora_tiff_open(library, &file) : NULL;
    uint16_t orientation = 1;
    if (!tiff) return 1;
    if (!library->GetField(tiff, ORIENTATION, &orientation)) orientation = 1;
    library->Close(tiff);
    return orientation;
}
