// zlib, as it is: the decoders of images have loaded it already.

#ifndef AMPHORA_CZLIB_H
#define AMPHORA_CZLIB_H

#include <zlib.h>

#endif
