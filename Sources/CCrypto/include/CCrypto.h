// OpenSSL's message digests, and its start. libcurl has loaded libcrypto already: naming it costs no start time.

#ifndef AMPHORA_CCRYPTO_H
#define AMPHORA_CCRYPTO_H

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#endif
