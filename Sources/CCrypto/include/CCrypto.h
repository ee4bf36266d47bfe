// OpenSSL's message digests and random generators. libcurl has loaded libcrypto already: naming it
// costs no start time.

#ifndef AMPHORA_CCRYPTO_H
#define AMPHORA_CCRYPTO_H

#include <openssl/evp.h>
#include <openssl/rand.h>

#endif
