// Loads libbrotlidec and calls its functions.

#include "CBrotli.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

typedef void *(*create_function)(void *, void *, void *);
typedef void (*destroy_function)(void *);
typedef int (*step_function)(
    void *, size_t *, const uint8_t **, size_t *, uint8_t **, size_t *);

static struct {
    create_function create;
    destroy_function destroy;
    step_function step;
} functions;

static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// ISO C forbids the cast of an object's address to a function's; the bytes are the same (dlsym(3)).
static bool find(void *library, const char *name, void *function, size_t size) {
    void *address = dlsym(library, name);
    memcpy(function, &address, size);
    return address != NULL;
}

static void load(void) {
    void *library = dlopen("libbrotlidec.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    is_loaded =
        find(library, "BrotliDecoderCreateInstance", &functions.create, sizeof functions.create)
        && find(
            library, "BrotliDecoderDestroyInstance", &functions.destroy, sizeof functions.destroy)
        && find(library, "BrotliDecoderDecompressStream", &functions.step, sizeof functions.step);
}

bool cbrotli_load(void) { return pthread_once(&once, load) == 0 && is_loaded; }

void *cbrotli_create(void) { return functions.create(NULL, NULL, NULL); }

void cbrotli_destroy(void *decoder) { functions.destroy(decoder); }

int cbrotli_step(
    void *decoder, size_t *available_in, const uint8_t **next_in, size_t *available_out,
    uint8_t **next_out) {
    return functions.step(decoder, available_in, next_in, available_out, next_out, NULL);
}
