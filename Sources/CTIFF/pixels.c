// See picture.h: samples to pixels, as Pillow's unpackers and conversions make them.

#include "picture.h"

#include <string.h>

uint32_t amphora_tiff_channels(const struct picture *self) {
    switch (self->kind) {
    case GRAY: case CLIPPED_GRAY: return 1;
    case WIDE_GRAY: return 2;
    case INKS: return 4;
    default: return 3;
    }
}

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

void amphora_tiff_put_whole(
    const struct picture *self, uint8_t *out, const uint8_t *row, size_t count) {
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

void amphora_tiff_put_plane(
    const struct picture *self, uint8_t *out, const uint8_t *row, size_t count, uint16_t plane) {
    size_t step = amphora_tiff_channels(self), wide = self->bits / 8;
    for (size_t i = 0; i < count; i++) {
        uint8_t value = high(self, row + i * wide);
        out[i * step + plane] = self->kind == INKS ? (uint8_t)~value : value;
    }
}
