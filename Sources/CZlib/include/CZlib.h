// zlib's own header; the picture decoders have already loaded the library.

#ifndef AMPHORA_CZLIB_H
#define AMPHORA_CZLIB_H

#include <zlib.h>

#endif
