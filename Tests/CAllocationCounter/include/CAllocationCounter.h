// Counts what the calling thread allocates, by standing in for malloc(3) in the test executable.
//
// For tests that say "this allocates nothing": thread by thread, because tests run beside each
// other. Not available under a sanitizer, which stands in for malloc(3) itself.
#ifndef AMPHORA_CALLOCATIONCOUNTER_H
#define AMPHORA_CALLOCATIONCOUNTER_H

#include <stdbool.h>

/// Whether anything is counted.
bool allocation_counter_is_available(void);
/// Allocations so far by the calling thread: malloc, calloc, realloc, and the aligned ones.
long allocation_count(void);
/// Bytes that the calling thread has allocated and not freed, malloc_usable_size(3).
long allocation_bytes(void);

#endif
