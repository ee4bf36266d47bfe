// How a decoder whose library leaves by longjmp ends a call. For C only: Swift imports no setjmp.
//
// A call's state holds a `struct amphora_picture_call`. The setjmp sits one function deeper than that
// state, so that no variable of the function that holds the setjmp changes before the jump.

#ifndef AMPHORA_CPICTURECALL_H
#define AMPHORA_CPICTURECALL_H

#include "CPicture.h"

#include <setjmp.h>

/// One call of a decoder.
struct amphora_picture_call {
    jmp_buf exit;
    enum amphora_picture_outcome outcome;
    struct amphora_picture_options options;
    /// The caller's, of AMPHORA_PICTURE_MESSAGE_SIZE bytes.
    char *message;
};

/// A call that has gone well so far; `exit` is still to be set.
void amphora_picture_begin(
    struct amphora_picture_call *call, struct amphora_picture_options options, char *message);

/// Ends a call where its setjmp stands. `message` is copied, and cut where there is no room.
_Noreturn void amphora_picture_leave(
    struct amphora_picture_call *call, enum amphora_picture_outcome outcome, const char *message);

/// The bytes of a row of the picture, whose pixels fill `capacity` bytes; else leaves.
size_t amphora_picture_stride(
    struct amphora_picture_call *call, struct amphora_picture_header header, size_t capacity);

#endif
