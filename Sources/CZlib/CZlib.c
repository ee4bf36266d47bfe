// Nothing to add to zlib's own functions; a C target needs a source file.

#include "CZlib.h"
