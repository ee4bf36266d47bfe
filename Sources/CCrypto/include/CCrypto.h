// OpenSSL's start, message digests and random generators. libcurl has already loaded libcrypto, so
// linking it costs no start time.

#ifndef AMPHORA_CCRYPTO_H
#define AMPHORA_CCRYPTO_H

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#endif
