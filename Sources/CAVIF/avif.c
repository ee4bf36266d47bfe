// See CAVIF.h. One decoder per call.

#include "CAVIF.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <avif/avif.h>

// The name that belongs to the headers.
#if AVIF_VERSION >= 1000000
#define LIBRARY "libavif.so.16"
#define PACKAGE "libavif16"
#elif AVIF_VERSION >= 110000
#define LIBRARY "libavif.so.15"
#define PACKAGE "libavif15"
#else
#define LIBRARY "libavif.so.13"
#define PACKAGE "libavif13"
#endif

static struct {
    __typeof__(avifDecoderCreate) *create;
    __typeof__(avifDecoderDestroy) *destroy;
    __typeof__(avifDecoderSetIOMemory) *set_memory;
    __typeof__(avifDecoderParse) *parse;
    __typeof__(avifDecoderNextImage) *next_image;
    __typeof__(avifRGBImageSetDefaults) *set_defaults;
    __typeof__(avifImageYUVToRGB) *to_rgb;
    __typeof__(avifResultToString) *describe;
    __typeof__(avifVersion) *version;
    bool loaded;
} avif;

static void load(void) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    *(void **)&avif.create = dlsym(library, "avifDecoderCreate");
    *(void **)&avif.destroy = dlsym(library, "avifDecoderDestroy");
    *(void **)&avif.set_memory = dlsym(library, "avifDecoderSetIOMemory");
    *(void **)&avif.parse = dlsym(library, "avifDecoderParse");
    *(void **)&avif.next_image = dlsym(library, "avifDecoderNextImage");
    *(void **)&avif.set_defaults = dlsym(library, "avifRGBImageSetDefaults");
    *(void **)&avif.to_rgb = dlsym(library, "avifImageYUVToRGB");
    *(void **)&avif.describe = dlsym(library, "avifResultToString");
    *(void **)&avif.version = dlsym(library, "avifVersion");
    avif.loaded = avif.create && avif.destroy && avif.set_memory && avif.parse && avif.next_image
        && avif.set_defaults && avif.to_rgb && avif.describe && avif.version;
}

static enum amphora_picture_outcome fail(char *message, const char *reason) {
    snprintf(message, AMPHORA_PICTURE_MESSAGE_SIZE, "%s", reason);
    return AMPHORA_PICTURE_DAMAGED;
}

// A decoder that has read the boxes; NULL, with the reason. The coded pictures have at most `limit`
// pixels, whatever the boxes say; 0 for the library's own limit.
static avifDecoder *open_file(
    const uint8_t *bytes, size_t count, size_t limit, char *message) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!avif.loaded) {
        fail(message, "it needs " LIBRARY ", which is not installed (Debian's package " PACKAGE ")");
        return NULL;
    }
    avifDecoder *decoder = avif.create();
    if (!decoder) {
        fail(message, "out of memory");
        return NULL;
    }
    decoder->maxThreads = 1;
    if (limit > 0 && limit < decoder->imageSizeLimit) decoder->imageSizeLimit = (uint32_t)limit;
    decoder->ignoreExif = AVIF_TRUE;
    decoder->ignoreXMP = AVIF_TRUE;
    // As lenient as Pillow.
    decoder->strictFlags &= ~(avifStrictFlags)(AVIF_STRICT_CLAP_VALID | AVIF_STRICT_PIXI_REQUIRED);
    avifResult result = avif.set_memory(decoder, bytes, count);
    if (result == AVIF_RESULT_OK) result = avif.parse(decoder);
    if (result == AVIF_RESULT_OK) return decoder;
    fail(message, avif.describe(result));
    avif.destroy(decoder);
    return NULL;
}

static enum amphora_picture_outcome convert(
    avifDecoder *decoder, uint8_t *pixels, size_t capacity, char *message) {
    const avifImage *image = decoder->image;
    size_t width = image->width, height = image->height;
    if (width * height * 3 != capacity) return fail(message, "the header changed between readings");
    avifRGBImage rgb;
    avif.set_defaults(&rgb, image);
    rgb.depth = 8;
    // Pillow converts with alpha where there is some, then drops it.
    bool alpha = decoder->alphaPresent;
    rgb.format = alpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.rowBytes = (uint32_t)(width * (alpha ? 4 : 3));
    rgb.pixels = alpha ? malloc(width * height * 4) : pixels;
    if (!rgb.pixels) return fail(message, "out of memory");
    avifResult result = avif.to_rgb(image, &rgb);
    if (alpha) {
        for (size_t i = 0; result == AVIF_RESULT_OK && i < width * height; i++)
            memcpy(pixels + 3 * i, rgb.pixels + 4 * i, 3);
        free(rgb.pixels);
    }
    return result == AVIF_RESULT_OK ? AMPHORA_PICTURE_DECODED : fail(message, avif.describe(result));
}

enum amphora_picture_outcome amphora_avif_read_header(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options,
    struct amphora_picture_header *header, char *message) {
    (void)options;
    avifDecoder *decoder = open_file(bytes, count, 0, message);
    if (!decoder) return AMPHORA_PICTURE_DAMAGED;
    header->width = decoder->image->width;
    header->height = decoder->image->height;
    header->channels = 3;
    avif.destroy(decoder);
    return AMPHORA_PICTURE_DECODED;
}

enum amphora_picture_outcome amphora_avif_decode(
    const uint8_t *bytes, size_t count, struct amphora_picture_options options, uint8_t *pixels,
    size_t capacity, char *message) {
    (void)options;
    // Codes have whole blocks, so a small picture's code may be larger than the picture.
    avifDecoder *decoder = open_file(bytes, count, capacity + (1 << 16), message);
    if (!decoder) return AMPHORA_PICTURE_DAMAGED;
    avifResult result = avif.next_image(decoder);
    enum amphora_picture_outcome outcome = result == AVIF_RESULT_OK
        ? convert(decoder, pixels, capacity, message) : fail(message, avif.describe(result));
    avif.destroy(decoder);
    return outcome;
}

static int orientation(const avifImage *image) {
#if AVIF_VERSION >= 1000000
    int mirror = image->imir.axis;
#else
    int mirror = image->imir.mode;
#endif
    bool mirrored = image->transformFlags & AVIF_TRANSFORM_IMIR;
    int quarters = image->transformFlags & AVIF_TRANSFORM_IROT ? image->irot.angle & 3 : 0;
    // By quarters anticlockwise; not mirrored, top and bottom exchanged, left and right exchanged.
    static const int orientations[4][3] = {{1, 4, 2}, {8, 5, 7}, {3, 2, 4}, {6, 7, 5}};
    return orientations[quarters][mirrored ? 1 + (mirror & 1) : 0];
}

int amphora_avif_orientation(const uint8_t *bytes, size_t count) {
    char message[AMPHORA_PICTURE_MESSAGE_SIZE];
    avifDecoder *decoder = open_file(bytes, count, 0, message);
    if (!decoder) return 1;
    int result = orientation(decoder->image);
    avif.destroy(decoder);
    return result;
}
