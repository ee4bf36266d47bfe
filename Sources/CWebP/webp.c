// See CWebP.h. The demuxer checks the container as Pillow's animation decoder does, then the first
// frame is decoded straight into its place on the canvas.

#include "CWebP.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

enum amphora_webp_outcome amphora_webp_read_header(
    const uint8_t *bytes, size_t count, struct amphora_webp_header *header) {
    WebPBitstreamFeatures features;
    switch (WebPGetFeatures(bytes, count, &features)) {
    case VP8_STATUS_OK: break;
    case VP8_STATUS_NOT_ENOUGH_DATA: return AMPHORA_WEBP_TRUNCATED;
    default: return AMPHORA_WEBP_DAMAGED;
    }
    if (features.width <= 0 || features.height <= 0) return AMPHORA_WEBP_DAMAGED;
    header->width = (uint32_t)features.width;
    header->height = (uint32_t)features.height;
    return AMPHORA_WEBP_DECODED;
}

static enum amphora_webp_outcome decode_frame(
    const WebPIterator *frame, size_t width, size_t height, uint8_t *pixels, size_t capacity) {
    size_t stride = width * 3;
    size_t x = (size_t)frame->x_offset, y = (size_t)frame->y_offset;
    size_t frame_width = (size_t)frame->width, frame_height = (size_t)frame->height;
    if (x + frame_width > width || y + frame_height > height) return AMPHORA_WEBP_DAMAGED;
    if (frame_width != width || frame_height != height) memset(pixels, 0, capacity);

    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return AMPHORA_WEBP_DAMAGED;
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels + y * stride + x * 3;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = capacity - (y * stride + x * 3);
    VP8StatusCode status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
    WebPFreeDecBuffer(&config.output);
    switch (status) {
    case VP8_STATUS_OK: return AMPHORA_WEBP_DECODED;
    case VP8_STATUS_NOT_ENOUGH_DATA: return AMPHORA_WEBP_TRUNCATED;
    default: return AMPHORA_WEBP_DAMAGED;
    }
}

enum amphora_webp_outcome amphora_webp_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity) {
    WebPData file = {bytes, count};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&file, &state);
    enum amphora_webp_outcome outcome = AMPHORA_WEBP_DAMAGED;
    if (demuxer && state != WEBP_DEMUX_DONE) {
        outcome = state == WEBP_DEMUX_PARSE_ERROR ? AMPHORA_WEBP_DAMAGED : AMPHORA_WEBP_TRUNCATED;
    } else if (demuxer) {
        size_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
        size_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
        WebPIterator frame;
        if (width * height * 3 == capacity && WebPDemuxGetFrame(demuxer, 1, &frame)) {
            outcome = decode_frame(&frame, width, height, pixels, capacity);
            WebPDemuxReleaseIterator(&frame);
        }
    }
    WebPDemuxDelete(demuxer);
    return outcome;
}
