// See library.h: loads libtiff, and shows it a file in memory.

#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static struct tiff_library tiff;
static bool loaded;

static void *find(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol) loaded = false;
    return symbol;
}

static void load(void) {
    void *library = dlopen("libtiff.so.6", RTLD_NOW | RTLD_LOCAL);
    // Before version 4.5, with the same functions.
    if (!library) library = dlopen("libtiff.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    loaded = true;
    *(void **)&tiff.ClientOpen = find(library, "TIFFClientOpen");
    *(void **)&tiff.Close = find(library, "TIFFClose");
    *(void **)&tiff.GetField = find(library, "TIFFGetField");
    *(void **)&tiff.GetFieldDefaulted = find(library, "TIFFGetFieldDefaulted");
    *(void **)&tiff.SetField = find(library, "TIFFSetField");
    *(void **)&tiff.IsTiled = find(library, "TIFFIsTiled");
    *(void **)&tiff.StripSize = find(library, "TIFFStripSize");
    *(void **)&tiff.TileSize = find(library, "TIFFTileSize");
    *(void **)&tiff.ComputeStrip = find(library, "TIFFComputeStrip");
    *(void **)&tiff.ReadEncodedStrip = find(library, "TIFFReadEncodedStrip");
    *(void **)&tiff.ReadTile = find(library, "TIFFReadTile");
    *(void **)&tiff.ReadRGBAImageOriented = find(library, "TIFFReadRGBAImageOriented");
    // It would print what it finds wrong.
    typedef void *handler_setter(void *);
    handler_setter *set_warning, *set_error;
    *(void **)&set_warning = find(library, "TIFFSetWarningHandler");
    *(void **)&set_error = find(library, "TIFFSetErrorHandler");
    if (set_warning) set_warning(NULL);
    if (set_error) set_error(NULL);
}

const struct tiff_library *amphora_tiff_library(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return loaded ? &tiff : NULL;
}

static ptrdiff_t read_bytes(void *handle, void *out, ptrdiff_t count) {
    struct tiff_file *file = handle;
    size_t left = file->place < file->count ? file->count - file->place : 0;
    size_t taken = count < 0 ? 0 : (size_t)count < left ? (size_t)count : left;
    memcpy(out, file->bytes + file->place, taken);
    file->place += taken;
    return (ptrdiff_t)taken;
}

static ptrdiff_t write_bytes(void *handle, void *bytes, ptrdiff_t count) {
    (void)handle, (void)bytes, (void)count;
    return -1;
}

static uint64_t seek(void *handle, uint64_t offset, int whence) {
    struct tiff_file *file = handle;
    uint64_t from = whence == 0 ? 0 : whence == 1 ? file->place : file->count;
    file->place = (size_t)(from + offset);
    return file->place;
}

static int do_nothing(void *handle) {
    (void)handle;
    return 0;
}

static uint64_t size(void *handle) { return ((struct tiff_file *)handle)->count; }

// libtiff reads what is mapped and does not write to it.
static int map(void *handle, void **base, uint64_t *count) {
    struct tiff_file *file = handle;
    *base = (void *)(uintptr_t)file->bytes;
    *count = file->count;
    return 1;
}

static void unmap(void *handle, void *base, uint64_t count) {
    (void)handle, (void)base, (void)count;
}

TIFF *amphora_tiff_open(const struct tiff_library *library, struct tiff_file *file) {
    return library->ClientOpen(
        "picture", "r", file, read_bytes, write_bytes, seek, do_nothing, size, map, unmap);
}
