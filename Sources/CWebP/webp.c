// See CWebP.h. The demuxer checks the container as Pillow's animation decoder does; then the first
// frame is decoded straight onto the canvas.

#include "CWebP.h"

#include <stdio.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

// libwebp has no error texts.
static enum amphora_picture_outcome outcome_of(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OK: return AMPHORA_PICTURE_DECODED;
    case VP8_STATUS_NOT_ENOUGH_DATA: return AMPHORA_PICTURE_TRUNCATED;
    default: return AMPHORA_PICTURE_DAMAGED;
    }
}

static void describe(enum amphora_picture_outcome outcome, char *message) {
    snprintf(
        message, AMPHORA_PICTURE_MESSAGE_SIZE, "%s",
        outcome == AMPHORA_PICTURE_DAMAGED ? "its data is damaged" : "");
}

// The demuxer of a whole file; NULL, with the reason, if it is not whole.
static WebPDemuxer *open_file(
    const uint8_t *bytes, size_t count, enum amphora_picture_outcome *outcome) {
    WebPData file = {bytes, count};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&file, &state);
    *outcome = AMPHORA_PICTURE_DECODED;
    if (demuxer && state == WEBP_DEMUX_DONE) return demuxer;
    *outcome = demuxer && state != WEBP_DEMUX_PARSE_ERROR
        ? AMPHORA_PICTURE_TRUNCATED : AMPHORA_PICTURE_DAMAGED;
    WebPDemuxDelete(demuxer);
    return NULL;
}

static enum amphora_picture_outcome read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_header *header) {
    enum amphora_picture_outcome outcome;
    WebPDemuxer *demuxer = open_file(bytes, count, &outcome);
    if (!demuxer) return outcome;
    header->width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    header->height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    header->channels = 3;
    WebPDemuxDelete(demuxer);
    return outcome;
}

static enum amphora_picture_outcome decode_frame(
    const WebPIterator *frame, size_t width, size_t height, uint8_t *pixels, size_t capacity) {
    size_t stride = width * 3;
    size_t x = (size_t)frame->x_offset, y = (size_t)frame->y_offset;
    size_t frame_width = (size_t)frame->width, frame_height = (size_t)frame->height;
    if (x + frame_width > width || y + frame_height > height) return AMPHORA_PICTURE_DAMAGED;
    if (frame_width != width || frame_height != height) memset(pixels, 0, capacity);

    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return AMPHORA_PICTURE_DAMAGED;
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels + y * stride + x * 3;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = capacity - (y * stride + x * 3);
    VP8StatusCode status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
    WebPFreeDecBuffer(&config.output);
    return outcome_of(status);
}

static enum amphora_picture_outcome decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity) {
    enum amphora_picture_outcome outcome;
    WebPDemuxer *demuxer = open_file(bytes, count, &outcome);
    if (!demuxer) return outcome;
    size_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    size_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPIterator frame;
    outcome = AMPHORA_PICTURE_DAMAGED;
    if (width * height * 3 == capacity && WebPDemuxGetFrame(demuxer, 1, &frame)) {
        outcome = decode_frame(&frame, width, height, pixels, capacity);
        WebPDemuxReleaseIterator(&frame);
    }
    WebPDemuxDelete(demuxer);
    return outcome;
}

enum amphora_picture_outcome amphora_webp_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message) {
    (void)options;
    enum amphora_picture_outcome outcome = read_header(bytes, count, header);
    describe(outcome, message);
    return outcome;
}

enum amphora_picture_outcome amphora_webp_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message) {
    (void)options;
    enum amphora_picture_outcome outcome = decode(bytes, count, pixels, capacity);
    describe(outcome, message);
    return outcome;
}
