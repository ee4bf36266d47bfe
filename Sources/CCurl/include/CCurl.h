// libcurl for Swift: its headers, and a typed function for each form of its variadic calls
// (curl_easy_setopt, curl_easy_getinfo, curl_multi_setopt), which Swift cannot import.
//
// Each `ccurl_…` is one libcurl call with one type of argument, and returns what that call returns.
// Nothing here decides anything.
#ifndef AMPHORA_CCURL_H
#define AMPHORA_CCURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// curl_easy_setopt(3) of an option that takes a `long`.
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
/// curl_easy_setopt(3) of an option that takes a `curl_off_t`.
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
/// curl_easy_setopt(3) of an option that takes a string, which libcurl copies.
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *_Nullable value);
/// curl_easy_setopt(3) of an option that takes a list, which the caller must keep during the
/// transfer.
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *_Nullable list);
/// CURLOPT_COPYPOSTFIELDS of `count` bytes.
CURLcode ccurl_set_body(CURL *easy, const void *bytes, size_t count);
/// CURLOPT_ERRORBUFFER; CURL_ERROR_SIZE bytes that must live as long as the easy.
CURLcode ccurl_set_error_buffer(CURL *easy, char *buffer);
/// CURLOPT_PRIVATE.
CURLcode ccurl_set_private(CURL *easy, void *_Nullable context);

/// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
typedef size_t (*ccurl_bytes_function)(
    char *bytes, size_t one, size_t count, void *_Nullable context);
/// CURLOPT_WRITEFUNCTION with CURLOPT_WRITEDATA.
CURLcode ccurl_set_write_function(CURL *easy, ccurl_bytes_function function, void *context);
/// CURLOPT_HEADERFUNCTION with CURLOPT_HEADERDATA.
CURLcode ccurl_set_header_function(CURL *easy, ccurl_bytes_function function, void *context);
/// CURLOPT_READFUNCTION with CURLOPT_READDATA.
CURLcode ccurl_set_read_function(CURL *easy, ccurl_bytes_function function, void *context);
/// CURLOPT_SEEKFUNCTION with its data.
typedef int (*ccurl_seek_function)(void *_Nullable context, curl_off_t offset, int origin);
CURLcode ccurl_set_seek_function(CURL *easy, ccurl_seek_function function, void *context);
/// CURLOPT_TRAILERFUNCTION with its data.
typedef int (*ccurl_trailer_function)(
    struct curl_slist *_Nullable *_Nonnull list, void *_Nullable context);
CURLcode ccurl_set_trailer_function(CURL *easy, ccurl_trailer_function function, void *context);
/// curl_easy_pause(3) with CURLPAUSE_CONT.
CURLcode ccurl_resume(CURL *easy);
/// CURLOPT_RESOLVER_START_FUNCTION with its data.
typedef int (*ccurl_lookup_function)(
    void *_Nullable resolver, void *_Nullable reserved, void *_Nullable context);
CURLcode ccurl_set_lookup_function(CURL *easy, ccurl_lookup_function function, void *context);
/// CURLOPT_OPENSOCKETFUNCTION with its data.
typedef curl_socket_t (*ccurl_open_function)(
    void *_Nullable context, curlsocktype purpose, struct curl_sockaddr *address);
CURLcode ccurl_set_open_function(CURL *easy, ccurl_open_function function, void *context);
/// CURLOPT_CLOSESOCKETFUNCTION with its data, which must outlive the connections.
typedef int (*ccurl_close_function)(void *_Nullable context, curl_socket_t socket);
CURLcode ccurl_set_close_function(CURL *easy, ccurl_close_function function, void *context);
/// CURLOPT_PREREQFUNCTION with its data.
typedef int (*ccurl_connected_function)(
    void *_Nullable context, char *_Nullable remote, char *_Nullable local, int remote_port,
    int local_port);
CURLcode ccurl_set_connected_function(
    CURL *easy, ccurl_connected_function function, void *context);

/// The IP address of a connection that is about to be made: its bytes in network order. Returns
/// their number, 4 or 16; 0 if it is of another family.
int ccurl_address_bytes(const struct curl_sockaddr *address, uint8_t bytes[_Nonnull 16]);
/// socket(2) for that address, close-on-exec.
curl_socket_t ccurl_open_socket(const struct curl_sockaddr *address);

/// curl_easy_getinfo(3) of a `long`; 0 where it is unknown.
long ccurl_get_long(CURL *easy, CURLINFO what);
/// curl_easy_getinfo(3) of a `curl_off_t`; -1 where it is unknown.
curl_off_t ccurl_get_offset(CURL *easy, CURLINFO what);
/// curl_easy_getinfo(3) of a string that lives until the easy's next use.
const char *_Nullable ccurl_get_string(CURL *easy, CURLINFO what);
/// CURLINFO_PRIVATE.
void *_Nullable ccurl_get_private(CURL *easy);

/// CURLMOPT_SOCKETFUNCTION with its data.
typedef int (*ccurl_socket_function)(
    CURL *easy, curl_socket_t socket, int what, void *_Nullable context, void *_Nullable assigned);
CURLMcode ccurl_multi_set_socket_function(
    CURLM *multi, ccurl_socket_function function, void *context);
/// CURLMOPT_TIMERFUNCTION with its data.
typedef int (*ccurl_timer_function)(CURLM *multi, long timeout_ms, void *_Nullable context);
CURLMcode ccurl_multi_set_timer_function(
    CURLM *multi, ccurl_timer_function function, void *context);
/// curl_multi_setopt(3) of an option that takes a `long`.
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
/// curl_multi_info_read(3): the next transfer that is over; false if there is none.
bool ccurl_multi_next_done(
    CURLM *multi, CURL *_Nullable *_Nonnull easy, CURLcode *result);

#pragma clang assume_nonnull end

#endif
