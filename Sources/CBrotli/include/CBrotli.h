// The decoder of brotli (RFC 7932), loaded when it is first needed: libcurl loads the library anyway
// where it was built with it, and a system without it can serve everything else.
//
// Declares only what is used of brotli/decode.h, whose binary interface is the same in all 1.x.
#ifndef AMPHORA_CBROTLI_H
#define AMPHORA_CBROTLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The results of a step, as in BrotliDecoderResult.
enum { BROTLI_FAILED = 0, BROTLI_ENDED = 1, BROTLI_NEEDS_INPUT = 2, BROTLI_NEEDS_OUTPUT = 3 };

/// Loads the library, once; false if it is not there. Any thread.
bool cbrotli_load(void);
/// BrotliDecoderCreateInstance with the default allocator; null if memory is short. The library must
/// be loaded, here and below.
void *_Nullable cbrotli_create(void);
/// BrotliDecoderDestroyInstance.
void cbrotli_destroy(void *decoder);
/// BrotliDecoderDecompressStream.
int cbrotli_step(
    void *decoder, size_t *available_in, const uint8_t *_Nullable *_Nonnull next_in,
    size_t *available_out, uint8_t *_Nullable *_Nonnull next_out);

#pragma clang assume_nonnull end

#endif
