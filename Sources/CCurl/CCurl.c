// See CCurl.h.
#define _GNU_SOURCE
#include "CCurl.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(easy, option, list);
}

CURLcode ccurl_set_body(CURL *easy, const void *bytes, size_t count) {
    const CURLcode result =
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes) : result;
}

CURLcode ccurl_set_error_buffer(CURL *easy, char *buffer) {
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

CURLcode ccurl_set_private(CURL *easy, void *context) {
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, context);
}

#define SET_CALLBACK(function_option, data_option)                                        \
    const CURLcode result = curl_easy_setopt(easy, function_option, function);            \
    return result == CURLE_OK ? curl_easy_setopt(easy, data_option, context) : result

CURLcode ccurl_set_write_function(CURL *easy, ccurl_bytes_function function, void *context) {
    SET_CALLBACK(CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA);
}

CURLcode ccurl_set_header_function(CURL *easy, ccurl_bytes_function function, void *context) {
    SET_CALLBACK(CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA);
}

CURLcode ccurl_set_read_function(CURL *easy, ccurl_bytes_function function, void *context) {
    SET_CALLBACK(CURLOPT_READFUNCTION, CURLOPT_READDATA);
}

CURLcode ccurl_set_seek_function(CURL *easy, ccurl_seek_function function, void *context) {
    SET_CALLBACK(CURLOPT_SEEKFUNCTION, CURLOPT_SEEKDATA);
}

CURLcode ccurl_set_trailer_function(CURL *easy, ccurl_trailer_function function, void *context) {
    SET_CALLBACK(CURLOPT_TRAILERFUNCTION, CURLOPT_TRAILERDATA);
}

CURLcode ccurl_resume(CURL *easy) {
    return curl_easy_pause(easy, CURLPAUSE_CONT);
}

CURLcode ccurl_set_lookup_function(CURL *easy, ccurl_lookup_function function, void *context) {
    SET_CALLBACK(CURLOPT_RESOLVER_START_FUNCTION, CURLOPT_RESOLVER_START_DATA);
}

CURLcode ccurl_set_open_function(CURL *easy, ccurl_open_function function, void *context) {
    SET_CALLBACK(CURLOPT_OPENSOCKETFUNCTION, CURLOPT_OPENSOCKETDATA);
}

CURLcode ccurl_set_close_function(CURL *easy, ccurl_close_function function, void *context) {
    SET_CALLBACK(CURLOPT_CLOSESOCKETFUNCTION, CURLOPT_CLOSESOCKETDATA);
}

CURLcode ccurl_set_connected_function(
    CURL *easy, ccurl_connected_function function, void *context) {
    SET_CALLBACK(CURLOPT_PREREQFUNCTION, CURLOPT_PREREQDATA);
}

int ccurl_address_bytes(const struct curl_sockaddr *address, uint8_t bytes[16]) {
    if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, &address->addr, sizeof v4);
        memcpy(bytes, &v4.sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
        // `addr` is declared as its first member only; libcurl stores the whole address there.
        const unsigned char *start = (const unsigned char *)address;
        struct sockaddr_in6 v6;
        memcpy(&v6, start + offsetof(struct curl_sockaddr, addr), sizeof v6);
        memcpy(bytes, &v6.sin6_addr, 16);
        return 16;
    }
    return 0;
}

curl_socket_t ccurl_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

long ccurl_get_long(CURL *easy, CURLINFO what) {
    long value = 0;
    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : 0;
}

curl_off_t ccurl_get_offset(CURL *easy, CURLINFO what) {
    curl_off_t value = -1;
    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : -1;
}

const char *ccurl_get_string(CURL *easy, CURLINFO what) {
    const char *value = NULL;
    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : NULL;
}

void *ccurl_get_private(CURL *easy) {
    char *context = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context) == CURLE_OK ? context : NULL;
}

CURLMcode ccurl_multi_set_socket_function(
    CURLM *multi, ccurl_socket_function function, void *context) {
    const CURLMcode result = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return result == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context) : result;
}

CURLMcode ccurl_multi_set_timer_function(
    CURLM *multi, ccurl_timer_function function, void *context) {
    const CURLMcode result = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return result == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context) : result;
}

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

bool ccurl_multi_next_done(CURLM *multi, CURL **easy, CURLcode *result) {
    int remaining;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &remaining));) {
        if (message->msg != CURLMSG_DONE) continue;
        *easy = message->easy_handle;
        *result = message->data.result;
        return true;
    }
    return false;
}
