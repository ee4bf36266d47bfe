// See CPNG.h: the pixels of a PNG as Pillow reads them, over zlib alone.
//
// Pillow hands zlib the data of each chunk in blocks, and stops as soon as it has the last row or the
// stream ends. What it has then decides: a block that ends too early, or a checksum that it has not
// come to, must count here as it does there. So the loop over blocks is Pillow's.

#include "CPNG.h"
#include "filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

// Pillow's block: ImageFile.MAXBLOCK.
enum { BLOCK = 65536 };

static const unsigned first_column[] = {0, 4, 0, 2, 0, 1, 0};
static const unsigned first_row[] = {0, 0, 4, 0, 2, 0, 1};
static const unsigned column_step[] = {8, 8, 4, 4, 2, 2, 1};
static const unsigned row_step[] = {8, 8, 8, 4, 4, 2, 2};

struct rows {
    const struct amphora_png_picture *picture;
    uint8_t *pixels;
    z_stream stream;
    // The row being inflated, behind its filter's number, and the row above it.
    uint8_t *row, *above;
    size_t bits, row_bytes, filled;
    unsigned pass;
    size_t y;
    const char *reason;
};

static unsigned samples(uint32_t colour_type) {
    switch (colour_type) {
    case 2: return 3;
    case 4: return 2;
    case 6: return 4;
    default: return 1;
    }
}

// Bytes of a decoded pixel, as amphora_picture_header has them.
static size_t pixel_bytes(const struct amphora_png_picture *picture) {
    if (picture->colour_type == 0 && picture->depth == 16) return 2;
    return picture->colour_type == 0 || picture->colour_type == 4 ? 1 : 3;
}

static size_t bytes_of_row(const struct rows *self) {
    size_t width = self->picture->width;
    if (self->picture->interlaced) {
        unsigned step = column_step[self->pass];
        width = (width + step - 1 - first_column[self->pass]) / step;
    }
    return (width * self->bits + 7) / 8;
}

// Pixels

static inline void put_colour(uint8_t *out, const uint8_t *palette, unsigned index) {
    memcpy(out, palette + (size_t)3 * index, 3);
}

// Writes `count` pixels of a row, `step` bytes apart.
static void put_row(const struct rows *self, uint8_t *out, size_t step, size_t count) {
    const struct amphora_png_picture *picture = self->picture;
    const uint8_t *row = self->row + 1;
    size_t wide = picture->depth / 8, bytes = wide * samples(picture->colour_type);
    if (wide == 0) {
        unsigned depth = picture->depth, top = (1u << depth) - 1;
        for (size_t i = 0; i < count; i++, out += step) {
            size_t bit = i * depth;
            unsigned value = row[bit / 8] >> (8 - depth - bit % 8) & top;
            if (picture->colour_type == 3) put_colour(out, picture->palette, value);
            else *out = (uint8_t)(value * (255 / top));
        }
        return;
    }
    if (picture->colour_type == 3) {
        for (size_t i = 0; i < count; i++, out += step) put_colour(out, picture->palette, row[i]);
        return;
    }
    size_t kept = pixel_bytes(picture);
    if (bytes == kept && step == kept) {
        memcpy(out, row, count * kept);
    } else if (kept == 3) {
        for (size_t i = 0; i < count; i++, out += step, row += bytes) {
            out[0] = row[0];
            out[1] = row[wide];
            out[2] = row[2 * wide];
        }
    } else {
        for (size_t i = 0; i < count; i++, out += step, row += bytes) memcpy(out, row, kept);
    }
}

static void put(const struct rows *self) {
    const struct amphora_png_picture *picture = self->picture;
    size_t size = pixel_bytes(picture), stride = picture->canvas_width * size;
    if (!picture->interlaced) {
        uint8_t *out = self->pixels + (self->y + picture->top) * stride + picture->left * size;
        put_row(self, out, size, picture->width);
        return;
    }
    // Pillow does not move an interlaced frame to its place.
    unsigned step = column_step[self->pass], first = first_column[self->pass];
    uint8_t *out = self->pixels + self->y * stride + first * size;
    put_row(self, out, step * size, (picture->width + step - 1 - first) / step);
}

// What no row fills.
static void clear(const struct rows *self, size_t from, size_t capacity) {
    if (self->picture->colour_type != 3) {
        memset(self->pixels + from, 0, capacity - from);
        return;
    }
    for (size_t i = from; i < capacity; i += 3)
        put_colour(self->pixels + i, self->picture->palette, 0);
}

// The next row, in the same pass or a later one that has columns; false after the last.
static bool next_row(struct rows *self) {
    uint8_t *done = self->row;
    size_t height = self->picture->height;
    self->row = self->above;
    self->above = done;
    self->filled = 0;
    if (!self->picture->interlaced) return ++self->y < height;
    self->y += row_step[self->pass];
    while (self->y >= height || self->row_bytes == 0) {
        if (++self->pass == 7) return false;
        self->y = first_row[self->pass];
        self->row_bytes = bytes_of_row(self);
        memset(self->above, 0, self->row_bytes + 1);
    }
    return true;
}

enum progress { MORE, DONE, FAILED };

static enum progress fail(struct rows *self, const char *reason) {
    self->reason = reason;
    return FAILED;
}

static enum progress read_block(struct rows *self, const uint8_t *bytes, size_t count) {
    z_stream *stream = &self->stream;
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)count;
    while (stream->avail_in > 0) {
        stream->next_out = self->row + self->filled;
        stream->avail_out = (uInt)(self->row_bytes + 1 - self->filled);
        int status = inflate(stream, Z_NO_FLUSH);
        if (status < 0) return fail(self, stream->msg ? stream->msg : "its data is damaged");
        self->filled = self->row_bytes + 1 - stream->avail_out;
        if (self->filled < self->row_bytes + 1) return MORE;
        if (!amphora_png_unfilter(self->row, self->above, self->row_bytes, (self->bits + 7) / 8))
            return fail(self, "a row has an unknown filter");
        put(self);
        // The data may end before the last row: the rest then stays empty.
        if (!next_row(self) || status == Z_STREAM_END) return DONE;
    }
    return MORE;
}

static enum progress read_pieces(
    struct rows *self, const uint8_t *bytes, size_t count, const struct amphora_png_piece *pieces,
    size_t piece_count, size_t *used) {
    for (*used = 0; *used < piece_count; ++*used) {
        size_t place = pieces[*used].start;
        size_t end = pieces[*used].length > count - place ? count : place + pieces[*used].length;
        while (place < end) {
            size_t block = end - place < BLOCK ? end - place : BLOCK;
            enum progress progress = read_block(self, bytes + place, block);
            if (progress != MORE) return progress;
            place += block;
        }
    }
    return MORE;
}

enum amphora_picture_outcome amphora_png_read_rows(
    const uint8_t *bytes, size_t count, const struct amphora_png_piece *pieces, size_t piece_count,
    const struct amphora_png_picture *picture, uint8_t *pixels, size_t capacity, size_t *used,
    char *message) {
    struct rows self = {.picture = picture, .pixels = pixels, .reason = "out of memory"};
    size_t stride = picture->canvas_width * pixel_bytes(picture);
    self.bits = (size_t)picture->depth * samples(picture->colour_type);
    self.row_bytes = (picture->width * self.bits + 7) / 8;
    self.row = calloc(1, self.row_bytes + 1 + AMPHORA_PNG_MARGIN);
    self.above = calloc(1, self.row_bytes + 1 + AMPHORA_PNG_MARGIN);
    enum progress progress = FAILED;
    bool fits = stride * picture->canvas_height == capacity;
    if (self.row && self.above && fits && inflateInit(&self.stream) == Z_OK) {
        bool whole = !picture->interlaced && picture->width == picture->canvas_width
            && picture->height == picture->canvas_height;
        if (!whole) clear(&self, 0, capacity);
        self.row_bytes = bytes_of_row(&self);
        progress = read_pieces(&self, bytes, count, pieces, piece_count, used);
        if (progress == DONE && whole) clear(&self, self.y * stride, capacity);
        // zlib's message is a constant.
        inflateEnd(&self.stream);
    }
    free(self.row);
    free(self.above);
    if (progress == DONE) return AMPHORA_PICTURE_DECODED;
    if (progress == MORE) return AMPHORA_PICTURE_TRUNCATED;
    snprintf(message, AMPHORA_PICTURE_MESSAGE_SIZE, "%s", self.reason);
    return AMPHORA_PICTURE_DAMAGED;
}

// Chunks

uint32_t amphora_png_checksum(const uint8_t *bytes, size_t count) {
    return (uint32_t)crc32_z(0, bytes, count);
}

bool amphora_png_text_fits(const uint8_t *bytes, size_t count, size_t limit, size_t *length) {
    uint8_t *text = malloc(limit);
    z_stream stream = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)count};
    *length = 0;
    if (!text || count > UINT32_MAX || inflateInit(&stream) != Z_OK) {
        free(text);
        return false;
    }
    stream.next_out = text;
    stream.avail_out = (uInt)limit;
    int status = inflate(&stream, Z_SYNC_FLUSH);
    // A stream that is damaged is no text at all.
    if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
        *length = limit - stream.avail_out;
    bool fits = status == Z_STREAM_END || stream.avail_out > 0 || stream.avail_in == 0 || status < 0;
    inflateEnd(&stream);
    free(text);
    return fits;
}
