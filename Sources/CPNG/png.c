// See CPNG.h. One reader per call, on its stack.

#include "CPNG.h"
#include "CPictureCall.h"

#include <stdio.h>
#include <string.h>

#include <png.h>

struct reader {
    png_structp library;
    png_infop header;
    const uint8_t *next;
    size_t left;
    // The bytes that the rest of the stream may still take; see limit_what_follows.
    size_t allowance;
    struct amphora_picture_call call;
};

static _Noreturn void leave(
    struct reader *self, enum amphora_picture_outcome outcome, const char *message) {
    amphora_picture_leave(&self->call, outcome, message);
}

static void error_exit(png_structp library, png_const_charp text) {
    leave(png_get_error_ptr(library), AMPHORA_PICTURE_DAMAGED, text);
}

// OpenCV does not treat warnings as errors.
static void warn(png_structp library, png_const_charp text) { (void)library, (void)text; }

static void read_bytes(png_structp library, png_bytep out, size_t count) {
    struct reader *self = png_get_io_ptr(library);
    if (count > self->left) leave(self, AMPHORA_PICTURE_TRUNCATED, "");
    if (count > self->allowance)
        leave(self, AMPHORA_PICTURE_DAMAGED, "more pixel data than the picture has pixels");
    memcpy(out, self->next, count);
    self->next += count;
    self->left -= count;
    self->allowance -= count;
}

// libpng inflates the data after the last row and discards it: a megabyte may inflate to a
// gigabyte. So the input for the last row is limited to what a row can need, plus a margin.
static void limit_what_follows(struct reader *self, size_t row_bytes) {
    self->allowance = 2 * row_bytes + 16384;
}

static void start(
    struct reader *self, const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    char *message) {
    memset(self, 0, sizeof *self);
    amphora_picture_begin(&self->call, options, message);
    self->next = bytes;
    self->left = count;
    self->allowance = SIZE_MAX;
}

static void stop(struct reader *self) {
    png_destroy_read_struct(&self->library, &self->header, NULL);
}

// Sets the transformations; returns the number of output channels.
static uint32_t transform(struct reader *self, int colour_type) {
    png_structp library = self->library;
    png_set_strip_16(library);
    png_set_strip_alpha(library);
    if (colour_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(library);
    if (!(colour_type & PNG_COLOR_MASK_COLOR)) {
        png_set_expand_gray_1_2_4_to_8(library);
        return 1;
    }
    if (!self->call.options.gray) return 3;
    png_set_rgb_to_gray(library, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
    return 1;
}

// Reads the header and chooses the output format.
static struct amphora_picture_header open_picture(struct reader *self) {
    self->library = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, error_exit, warn);
    if (!self->library) leave(self, AMPHORA_PICTURE_DAMAGED, "out of memory");
    self->header = png_create_info_struct(self->library);
    if (!self->header) leave(self, AMPHORA_PICTURE_DAMAGED, "out of memory");
    png_structp library = self->library;
    png_infop header = self->header;

    png_set_read_fn(library, self, read_bytes);
    // The caller checks the size. Chunks are skipped, not stored, so they may have any length.
    png_set_user_limits(library, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(library, 0);
    png_set_keep_unknown_chunks(library, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(library, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep)"tRNS", 1);
    // OpenCV computes gray in linear light if the file defines its colour space.
    if (self->call.options.gray)
        png_set_keep_unknown_chunks(
            library, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep)"gAMA\0sRGB\0cHRM", 3);
    png_set_check_for_invalid_index(library, -1);
    png_read_info(library, header);
    return (struct amphora_picture_header){
        .width = png_get_image_width(library, header),
        .height = png_get_image_height(library, header),
        .channels = transform(self, png_get_color_type(library, header)),
    };
}

static void read_rows(struct reader *self, uint8_t *pixels, size_t stride) {
    png_structp library = self->library;
    uint32_t height = png_get_image_height(library, self->header);
    int passes = png_set_interlace_handling(library);
    png_read_update_info(library, self->header);
    if (png_get_rowbytes(library, self->header) != stride)
        leave(
            self, AMPHORA_PICTURE_DAMAGED,
            "a combination of colour type and depth without meaning");
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t row = 0; row < height; row++) {
            if (pass == passes - 1 && row == height - 1)
                limit_what_follows(self, png_get_image_width(library, self->header) * (size_t)8);
            png_read_row(library, pixels + (size_t)row * stride, NULL);
        }
    }
    self->allowance = SIZE_MAX;  // chunks are skipped, not inflated
    png_read_end(library, NULL);
}

static void read_header(struct reader *self, struct amphora_picture_header *header) {
    if (setjmp(self->call.exit)) return;
    *header = open_picture(self);
}

static void decode(struct reader *self, uint8_t *pixels, size_t capacity) {
    if (setjmp(self->call.exit)) return;
    read_rows(self, pixels, amphora_picture_stride(&self->call, open_picture(self), capacity));
}

enum amphora_picture_outcome amphora_png_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message) {
    struct reader self;
    start(&self, bytes, count, options, message);
    read_header(&self, header);
    stop(&self);
    return self.call.outcome;
}

enum amphora_picture_outcome amphora_png_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message) {
    struct reader self;
    start(&self, bytes, count, options, message);
    decode(&self, pixels, capacity);
    stop(&self);
    return self.call.outcome;
}
