// See CTIFF.h: which kinds of TIFF Pillow knows, and their pixels.

#include "CTIFF.h"
#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static bool fail(struct picture *self, const char *reason) {
    snprintf(self->message, AMPHORA_PICTURE_MESSAGE_SIZE, "%s", reason);
    return false;
}

static uint32_t channels(const struct picture *self) {
    switch (self->kind) {
    case GRAY: case CLIPPED_GRAY: return 1;
    case WIDE_GRAY: return 2;
    case INKS: return 4;
    default: return 3;
    }
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

// Pixels

static uint8_t clipped(const struct picture *self, const uint8_t *sample) {
    if (self->bits == 16) {
        int16_t value;
        memcpy(&value, sample, 2);
        return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
    }
    if (self->format == 3) {
        float value;
        memcpy(&value, sample, 4);
        return value >= 255 ? 255 : value > 0 ? (uint8_t)value : 0;
    }
    int32_t value;
    memcpy(&value, sample, 4);
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

// A sample's high byte, in the machine's order.
static uint8_t high(const struct picture *self, const uint8_t *sample) {
    if (self->bits == 8) return sample[0];
    uint16_t value;
    memcpy(&value, sample, 2);
    return (uint8_t)(value >> 8);
}

static unsigned packed(const struct picture *self, const uint8_t *row, size_t place) {
    size_t bit = place * self->bits;
    return row[bit / 8] >> (8 - self->bits - bit % 8) & ((1u << self->bits) - 1);
}

static uint8_t unmultiplied(unsigned value, unsigned alpha) {
    if (alpha == 0 || alpha == 255) return alpha ? (uint8_t)value : 0;
    unsigned result = value * 255 / alpha;
    return result > 255 ? 255 : (uint8_t)result;
}

// A part of a colour in Pillow's fixed point: 6 bits, rounded as C rounds.
static int part(double factor, uint8_t value) { return (int)(factor * (value - 128) * 64 + 0.5); }

static uint8_t clip(int value) { return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value; }

static void put_ycbcr(uint8_t *out, const uint8_t *pixel) {
    int luma = pixel[0];
    out[0] = clip(luma + (part(1.402, pixel[2]) >> 6));
    out[1] = clip(luma + ((part(-0.34414, pixel[1]) + part(-0.71414, pixel[2])) >> 6));
    out[2] = clip(luma + (part(1.772, pixel[1]) >> 6));
}

// Converts a part of a row; its samples lie side by side.
static void put_whole(const struct picture *self, uint8_t *out, const uint8_t *row, size_t count) {
    size_t wide = self->bits / 8, step = wide * self->samples;
    unsigned top = (1u << (self->bits > 8 ? 8 : self->bits)) - 1;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pixel = row + i * step;
        switch (self->kind) {
        case GRAY: {
            unsigned value = wide ? pixel[0] : packed(self, row, i) * (255 / top);
            *out++ = (uint8_t)(self->inverted ? 255 - value : value);
            break;
        }
        case WIDE_GRAY: {
            uint16_t value;
            memcpy(&value, pixel, 2);
            *out++ = (uint8_t)(value >> 8);
            *out++ = (uint8_t)value;
            break;
        }
        case CLIPPED_GRAY: *out++ = clipped(self, pixel); break;
        case PALETTE: {
            unsigned index = wide ? pixel[0] : packed(self, row, i);
            *out++ = (uint8_t)(self->red[index] >> 8);
            *out++ = (uint8_t)(self->green[index] >> 8);
            *out++ = (uint8_t)(self->blue[index] >> 8);
            break;
        }
        case PLAIN_YCBCR:
            put_ycbcr(out, pixel);
            out += 3;
            break;
        case INKS:
            for (size_t k = 0; k < 4; k++) *out++ = (uint8_t)~high(self, pixel + k * wide);
            break;
        default: {
            unsigned alpha = self->premultiplied ? high(self, pixel + 3 * wide) : 255;
            for (size_t k = 0; k < 3; k++)
                *out++ = unmultiplied(high(self, pixel + k * wide), alpha);
        }
        }
    }
}

// One plane of a picture whose planes are apart.
static void put_plane(
    const struct picture *self, uint8_t *out, const uint8_t *row, size_t count, uint16_t plane) {
    size_t step = channels(self), wide = self->bits / 8;
    for (size_t i = 0; i < count; i++) {
        uint8_t value = high(self, row + i * wide);
        out[i * step + plane] = self->kind == INKS ? (uint8_t)~value : value;
    }
}

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
    size_t size = channels(self), stride = self->width * size;
    for (uint32_t row = 0; row < rows; row++) {
        uint8_t *out = pixels + (size_t)(y + row) * stride + x * size;
        const uint8_t *from = block->samples + row * block->row_bytes;
        if (self->planar == 1 || self->samples == 1) put_whole(self, out, from, columns);
        else put_plane(self, out, from, columns, plane);
    }
    return true;
}

static bool read_blocks(struct picture *self, uint8_t *pixels) {
    uint16_t planes = self->planar == 1 || self->samples == 1 ? 1 : (uint16_t)channels(self);
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
        .width = self.width, .height = self.height, .channels = channels(&self)};
    close_picture(&self);
    return good ? AMPHORA_PICTURE_DECODED : AMPHORA_PICTURE_DAMAGED;
}

enum amphora_picture_outcome amphora_tiff_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message) {
    struct picture self;
    bool good = open_picture(&self, bytes, count, options.gray, message);
    if (good && (size_t)self.width * self.height * channels(&self) != capacity)
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
