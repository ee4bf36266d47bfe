// See CPictureCall.h.

#include "CPictureCall.h"

#include <stdio.h>

void amphora_picture_begin(
    struct amphora_picture_call *call, struct amphora_picture_options options, char *message) {
    call->outcome = AMPHORA_PICTURE_DECODED;
    call->options = options;
    call->message = message;
    message[0] = 0;
}

_Noreturn void amphora_picture_leave(
    struct amphora_picture_call *call, enum amphora_picture_outcome outcome, const char *message) {
    call->outcome = outcome;
    snprintf(call->message, AMPHORA_PICTURE_MESSAGE_SIZE, "%s", message);
    longjmp(call->exit, 1);
}

size_t amphora_picture_stride(
    struct amphora_picture_call *call, struct amphora_picture_header header, size_t capacity) {
    size_t stride = (size_t)header.width * header.channels;
    if (stride * header.height != capacity)
        amphora_picture_leave(
            call, AMPHORA_PICTURE_DAMAGED, "the header changed between readings");
    return stride;
}
