// See CJPEG.h. One decompressor per call, on its stack.

#include "CJPEG.h"
#include "CPictureCall.h"

#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

// Pillow hands a file to libjpeg in blocks of this size. It matters once: what follows the last row is
// looked at up to the end of the block that is being read, and no further.
enum { BLOCK = 65536 };

struct decompressor {
    struct jpeg_decompress_struct library;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    struct jpeg_source_mgr source;
    // The end of all bytes; libjpeg sees them up to the end of a block.
    const uint8_t *end;
    // Bytes that libjpeg wants to skip beyond those it sees.
    size_t skip;
    struct amphora_picture_call call;
};

static _Noreturn void leave(
    struct decompressor *self, enum amphora_picture_outcome outcome, const char *message) {
    amphora_picture_leave(&self->call, outcome, message);
}

static _Noreturn void leave_truncated(struct decompressor *self) {
    leave(self, AMPHORA_PICTURE_TRUNCATED, "");
}

static void error_exit(j_common_ptr library) {
    struct decompressor *self = library->client_data;
    char text[JMSG_LENGTH_MAX];
    self->errors.format_message(library, text);
    leave(self, AMPHORA_PICTURE_DAMAGED, text);
}

// Neither library treats warnings as errors: a damaged block is decoded as well as possible.
static void output_message(j_common_ptr library) { (void)library; }

static void emit_message(j_common_ptr library, int level) {
    if (level < 0) library->err->num_warnings++;
}

// libjpeg reads all scans of a progressive file before it returns the first row: count them here.
static void progress_monitor(j_common_ptr library) {
    struct decompressor *self = library->client_data;
    if (self->library.input_scan_number > (int64_t)self->call.options.max_scans)
        leave(self, AMPHORA_PICTURE_TOO_MANY_SCANS, "");
}

static void init_source(j_decompress_ptr library) { (void)library; }
static void term_source(j_decompress_ptr library) { (void)library; }

// Both libraries suspend libjpeg where the bytes end, as if more could come: Pillow feeds it the next
// block; OpenCV, which has the whole file in memory, keeps the rows decoded so far.
static boolean fill_input_buffer(j_decompress_ptr library) {
    (void)library;
    return FALSE;
}

static void skip_input_data(j_decompress_ptr library, long count) {
    struct decompressor *self = library->client_data;
    struct jpeg_source_mgr *source = library->src;
    if (count <= 0) return;
    size_t taken = (size_t)count < source->bytes_in_buffer ? (size_t)count : source->bytes_in_buffer;
    source->next_input_byte += taken;
    source->bytes_in_buffer -= taken;
    self->skip = (size_t)count - taken;
    if (self->skip > 0 && self->call.options.opencv) leave_truncated(self);
}

// Shows libjpeg the next block; ends the call if there is none.
static void feed(struct decompressor *self) {
    do {
        size_t seen = self->source.bytes_in_buffer;
        size_t left = (size_t)(self->end - self->source.next_input_byte) - seen;
        if (left == 0) leave_truncated(self);
        self->source.bytes_in_buffer = seen + (left < BLOCK ? left : BLOCK);
        skip_input_data(&self->library, (long)self->skip);
    } while (self->skip > 0);
}

static void start(
    struct decompressor *self, const uint8_t *bytes, size_t count,
    struct amphora_picture_options options, char *message) {
    memset(self, 0, sizeof *self);
    amphora_picture_begin(&self->call, options, message);
    self->library.err = jpeg_std_error(&self->errors);
    self->library.client_data = self;
    self->errors.error_exit = error_exit;
    self->errors.output_message = output_message;
    self->errors.emit_message = emit_message;
    self->progress.progress_monitor = progress_monitor;
    self->source.next_input_byte = bytes;
    self->source.bytes_in_buffer = options.opencv || count < BLOCK ? count : BLOCK;
    self->end = bytes + count;
    self->source.init_source = init_source;
    self->source.fill_input_buffer = fill_input_buffer;
    self->source.skip_input_data = skip_input_data;
    self->source.resync_to_restart = jpeg_resync_to_restart;
    self->source.term_source = term_source;
}

// Chooses the output colour space; returns its number of channels.
static uint32_t choose_colours(struct decompressor *self) {
    struct jpeg_decompress_struct *library = &self->library;
    bool gray = self->call.options.opencv && self->call.options.gray;
    switch (library->num_components) {
    case 1: library->out_color_space = JCS_GRAYSCALE; return 1;
    case 3: library->out_color_space = gray ? JCS_GRAYSCALE : JCS_RGB; return gray ? 1 : 3;
    case 4: library->out_color_space = JCS_CMYK; return 4;
    default: break;
    }
    char text[AMPHORA_PICTURE_MESSAGE_SIZE];
    snprintf(text, sizeof text, "%d colour components (1, 3 or 4 are supported)",
             library->num_components);
    leave(self, AMPHORA_PICTURE_DAMAGED, text);
}

static struct amphora_picture_header open_picture(struct decompressor *self) {
    struct jpeg_decompress_struct *library = &self->library;
    jpeg_create_decompress(library);  // clears all but err and client_data
    library->src = &self->source;
    library->progress = &self->progress;
    if (self->call.options.opencv) {
        if (jpeg_read_header(library, TRUE) == JPEG_SUSPENDED) leave_truncated(self);
    } else {
        // A stream of tables without a picture may come before the picture's.
        int status;
        while ((status = jpeg_read_header(library, FALSE)) != JPEG_HEADER_OK)
            if (status == JPEG_SUSPENDED) feed(self);
    }
    return (struct amphora_picture_header){
        .width = library->image_width,
        .height = library->image_height,
        .channels = choose_colours(self),
    };
}

static void read_header(struct decompressor *self, struct amphora_picture_header *header) {
    if (setjmp(self->call.exit)) return;
    *header = open_picture(self);
}

// Fails if no row was decoded: OpenCV then shows uninitialised memory.
static void repeat_last_row(struct decompressor *self, uint8_t *pixels, size_t stride) {
    size_t rows = self->library.output_scanline;
    if (rows == 0) leave_truncated(self);
    for (size_t row = rows; row < self->library.output_height; row++)
        memcpy(pixels + row * stride, pixels + (rows - 1) * stride, stride);
}

static void decode_for_opencv(struct decompressor *self, uint8_t *pixels, size_t stride) {
    struct jpeg_decompress_struct *library = &self->library;
    if (!jpeg_start_decompress(library)) leave_truncated(self);
    while (library->output_scanline < library->output_height) {
        JSAMPROW next = pixels + (size_t)library->output_scanline * stride;
        if (jpeg_read_scanlines(library, &next, 1) == 0) {
            repeat_last_row(self, pixels, stride);
            return;
        }
    }
    jpeg_finish_decompress(library);
}

static bool begins_frame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

static void decode_for_pillow(struct decompressor *self, uint8_t *pixels, size_t stride) {
    struct jpeg_decompress_struct *library = &self->library;
    while (!jpeg_start_decompress(library)) feed(self);
    while (library->output_scanline < library->output_height) {
        JSAMPROW next = pixels + (size_t)library->output_scanline * stride;
        while (jpeg_read_scanlines(library, &next, 1) == 0) feed(self);
    }
    // A missing end is no error. What libjpeg cannot read before the end is one, and so is the begin of
    // another frame header: since version 3 it is refused before it is read.
    if (!jpeg_finish_decompress(library) && begins_frame(library->unread_marker))
        leave(self, AMPHORA_PICTURE_DAMAGED, "it has two frame headers");
}

static void decode(struct decompressor *self, uint8_t *pixels, size_t capacity) {
    if (setjmp(self->call.exit)) return;
    size_t stride = amphora_picture_stride(&self->call, open_picture(self), capacity);
    if (self->call.options.opencv) decode_for_opencv(self, pixels, stride);
    else decode_for_pillow(self, pixels, stride);
}

enum amphora_picture_outcome amphora_jpeg_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message) {
    struct decompressor self;
    start(&self, bytes, count, options, message);
    read_header(&self, header);
    jpeg_destroy_decompress(&self.library);
    return self.call.outcome;
}

enum amphora_picture_outcome amphora_jpeg_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message) {
    struct decompressor self;
    start(&self, bytes, count, options, message);
    decode(&self, pixels, capacity);
    jpeg_destroy_decompress(&self.library);
    return self.call.outcome;
}
