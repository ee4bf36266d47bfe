// Nothing to add to OpenSSL's own functions; a C target needs a source file.

#include "CCrypto.h"
