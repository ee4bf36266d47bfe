// See filters.h. Rows of three or four bytes a pixel are undone four bytes at a time.

#include "filters.h"

#include <stdlib.h>
#include <string.h>

typedef uint8_t bytes4 __attribute__((vector_size(4)));
typedef int16_t shorts4 __attribute__((vector_size(8)));

static inline shorts4 load4(const uint8_t *from) {
    bytes4 four;
    memcpy(&four, from, 4);
    return __builtin_convertvector(four, shorts4);
}

static inline shorts4 magnitude(shorts4 value) {
    shorts4 sign = value >> 15;
    return (value ^ sign) - sign;
}

static inline shorts4 paeth4(shorts4 left, shorts4 up, shorts4 corner) {
    shorts4 to_left = up - corner, to_up = left - corner;
    shorts4 far_left = magnitude(to_left), far_up = magnitude(to_up);
    shorts4 far_corner = magnitude(to_left + to_up);
    shorts4 take_left = (far_left <= far_up) & (far_left <= far_corner);
    shorts4 take_up = ~take_left & (far_up <= far_corner);
    return (left & take_left) | (up & take_up) | (corner & ~(take_left | take_up));
}

// Three or four bytes a pixel, all at once.
static inline __attribute__((always_inline)) void unfilter_pixels(
    uint8_t filter, uint8_t *row, const uint8_t *above, size_t count, const size_t step) {
    shorts4 left = {0}, corner = {0};
    for (size_t i = 0; i < count; i += step) {
        shorts4 up = load4(above + i), predicted;
        if (filter == 1) predicted = left;
        else if (filter == 3) predicted = (left + up) >> 1;
        else predicted = paeth4(left, up, corner);
        left = (load4(row + i) + predicted) & 0xFF;
        corner = up;
        bytes4 result = __builtin_convertvector(left, bytes4);
        memcpy(row + i, &result, step);
    }
}

static inline int paeth(int left, int up, int corner) {
    int nearest = abs(up - corner), far_up = abs(left - corner);
    int far_corner = abs(left + up - 2 * corner), best = left;
    if (far_up < nearest) nearest = far_up, best = up;
    return far_corner < nearest ? corner : best;
}

// Any other number of bytes a pixel, one after the other; inlined for each. A row has whole pixels.
static inline __attribute__((always_inline)) void unfilter_bytes(
    uint8_t filter, uint8_t *row, const uint8_t *above, size_t count, const size_t step) {
    int left[8] = {0}, corner[8] = {0};
    for (size_t i = 0; i < count; i += step) {
        for (size_t k = 0; k < step; k++) {
            int up = above[i + k], predicted;
            if (filter == 1) predicted = left[k];
            else if (filter == 3) predicted = (left[k] + up) >> 1;
            else predicted = paeth(left[k], up, corner[k]);
            left[k] = (row[i + k] + predicted) & 0xFF;
            corner[k] = up;
            row[i + k] = (uint8_t)left[k];
        }
    }
}

// Inlined for each filter and number of bytes, so that neither is asked for each pixel.
static inline __attribute__((always_inline)) void unfilter_row(
    const uint8_t filter, uint8_t *row, const uint8_t *above, size_t count, size_t step) {
    switch (step) {
    case 1: unfilter_bytes(filter, row, above, count, 1); break;
    case 2: unfilter_bytes(filter, row, above, count, 2); break;
    case 3: unfilter_pixels(filter, row, above, count, 3); break;
    case 4: unfilter_pixels(filter, row, above, count, 4); break;
    case 6: unfilter_bytes(filter, row, above, count, 6); break;
    default: unfilter_bytes(filter, row, above, count, 8); break;
    }
}

bool amphora_png_unfilter(uint8_t *row, const uint8_t *above, size_t count, size_t step) {
    uint8_t filter = *row++;
    above++;
    switch (filter) {
    case 0: return true;
    case 1: unfilter_row(1, row, above, count, step); return true;
    case 2:
        for (size_t i = 0; i < count; i++) row[i] += above[i];
        return true;
    case 3: unfilter_row(3, row, above, count, step); return true;
    case 4: unfilter_row(4, row, above, count, step); return true;
    default: return false;
    }
}
