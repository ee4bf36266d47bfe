// Undoes the filters of PNG's rows (PNG §9). For CPNG alone.

#ifndef AMPHORA_CPNG_FILTERS_H
#define AMPHORA_CPNG_FILTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Readable bytes behind each row, so that its last pixel can be read as four bytes.
enum { AMPHORA_PNG_MARGIN = 8 };

/// Undoes the filter of a row of `count` bytes and `step` bytes a pixel. Both rows begin with their
/// filter's number. Returns false for a filter that PNG does not have.
bool amphora_png_unfilter(uint8_t *row, const uint8_t *above, size_t count, size_t step);

#endif
