#include "CAllocationCounter.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED

bool allocation_counter_is_available(void) { return false; }
long allocation_count(void) { return 0; }
long allocation_bytes(void) { return 0; }

#else

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

// glibc's own names for what is replaced here.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static __thread long count;
static __thread long bytes;

bool allocation_counter_is_available(void) { return true; }
long allocation_count(void) { return count; }
long allocation_bytes(void) { return bytes; }

static void *counted(void *memory) {
    count++;
    bytes += (long)malloc_usable_size(memory);
    return memory;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return counted(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
    bytes -= (long)malloc_usable_size(memory);
    return counted(__libc_realloc(memory, size));
}

void *memalign(size_t alignment, size_t size) {
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *result = memalign(alignment, size);
    if (!result) return ENOMEM;
    *memory = result;
    return 0;
}

void free(void *memory) {
    bytes -= (long)malloc_usable_size(memory);
    __libc_free(memory);
}

#endif
