// Whether the first directory of a TIFF is whole. libtiff passes over a value that lies outside the
// file, and may then take a palette's numbers for grays without a word.

#include "library.h"

static uint64_t number(const struct tiff_file *file, bool little, uint64_t place, unsigned size) {
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | file->bytes[place + (little ? size - 1 - i : i)];
    return value;
}

bool amphora_tiff_is_whole(const struct tiff_file *file) {
    static const uint8_t sizes[19] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    if (file->count < 16) return false;
    bool little = file->bytes[0] == 'I', big = number(file, little, 2, 2) == 43;
    unsigned word = big ? 8 : 4, entry = big ? 20 : 12, head = big ? 8 : 2;
    uint64_t place = number(file, little, big ? 8 : 4, word), count = file->count;
    if (place > count - head) return false;
    uint64_t entries = number(file, little, place, head);
    place += head;
    if (entries > (count - place) / entry) return false;
    for (uint64_t i = 0; i < entries; i++, place += entry) {
        uint64_t type = number(file, little, place + 2, 2);
        uint64_t values = number(file, little, place + 4, word);
        unsigned size = type < sizeof sizes ? sizes[type] : 0;
        if (size == 0 || values <= word / size) continue;
        uint64_t start = number(file, little, place + 4 + word, word);
        if (start > count || values > (count - start) / size) return false;
    }
    return true;
}
