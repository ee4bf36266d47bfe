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
    // Rows of all passes that are not inflated yet.
    uint64_t rows_left;
    int data_check_failed;
    struct amphora_picture_call call;
};

static _Noreturn void leave(
    struct reader *self, enum amphora_picture_outcome outcome, const char *message) {
    amphora_picture_leave(&self->call, outcome, message);
}

static void error_exit(png_structp library, png_const_charp text) {
    leave(png_get_error_ptr(library), AMPHORA_PICTURE_DAMAGED, text);
}

// libpng only warns about a wrong Adler-32 at the end of the pixels; Pillow treats it as an error.
static void warn(png_structp library, png_const_charp text) {
    struct reader *self = png_get_error_ptr(library);
    if (strstr(text, "incorrect data check")) self->data_check_failed = 1;
}

// Called for each row after its bytes have been inflated and unfiltered.
static void count_row(png_structp library, png_row_infop info, png_bytep row) {
    struct reader *self = png_get_user_transform_ptr(library);
    (void)info, (void)row;
    self->rows_left--;
}

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

// Sets OpenCV's transformations; returns the number of output channels.
static uint32_t transform_for_opencv(struct reader *self, int colour_type) {
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

// Sets Pillow's transformations; returns the number of output channels, or 2 for 16-bit gray.
static uint32_t transform_for_pillow(struct reader *self, int colour_type) {
    png_structp library = self->library;
    int depth = png_get_bit_depth(library, self->header);
    switch (colour_type) {
    case PNG_COLOR_TYPE_GRAY:
        if (depth < 8) png_set_expand_gray_1_2_4_to_8(library);
        return depth == 16 ? 2 : 1;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        png_set_strip_16(library);
        png_set_strip_alpha(library);
        return 1;
    case PNG_COLOR_TYPE_PALETTE:
        png_set_palette_to_rgb(library);
        return 3;
    default:
        png_set_strip_16(library);
        png_set_strip_alpha(library);
        return 3;
    }
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
    if (self->call.options.opencv && self->call.options.gray)
        png_set_keep_unknown_chunks(
            library, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep)"gAMA\0sRGB\0cHRM", 3);
    png_set_check_for_invalid_index(library, -1);
    png_read_info(library, header);
    int colour_type = png_get_color_type(library, header);
    return (struct amphora_picture_header){
        .width = png_get_image_width(library, header),
        .height = png_get_image_height(library, header),
        .channels = self->call.options.opencv
            ? transform_for_opencv(self, colour_type) : transform_for_pillow(self, colour_type),
    };
}

static uint64_t rows_of_all_passes(struct reader *self) {
    uint32_t width = png_get_image_width(self->library, self->header);
    uint32_t height = png_get_image_height(self->library, self->header);
    if (png_get_interlace_type(self->library, self->header) == PNG_INTERLACE_NONE) return height;
    uint64_t rows = 0;
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++)
        if (PNG_PASS_COLS(width, pass) > 0) rows += PNG_PASS_ROWS(height, pass);
    return rows;
}

static void read_rows(struct reader *self, uint8_t *pixels, size_t stride) {
    png_structp library = self->library;
    uint32_t height = png_get_image_height(library, self->header);
    int passes = png_set_interlace_handling(library);
    self->rows_left = rows_of_all_passes(self);
    png_set_read_user_transform_fn(library, count_row);
    png_set_user_transform_info(library, self, 0, 0);
    // The pixels have a checksum of their own, which Pillow checks instead.
    if (!self->call.options.opencv)
        png_set_crc_action(library, PNG_CRC_QUIET_USE, PNG_CRC_NO_CHANGE);
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
    if (!self->call.options.opencv) return;
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
    self.rows_left = UINT64_MAX;
    decode(&self, pixels, capacity);
    stop(&self);
    // As in Pillow, missing or invalid data after the last row is not an error, except for a
    // checksum that does not match.
    if (self.rows_left == 0 && !options.opencv) {
        self.call.outcome =
            self.data_check_failed ? AMPHORA_PICTURE_DAMAGED : AMPHORA_PICTURE_DECODED;
        if (self.data_check_failed)
            snprintf(message, AMPHORA_PICTURE_MESSAGE_SIZE,
                     "the checksum of the pixels does not fit");
    }
    return self.call.outcome;
}
