// Ends a call of a decoder whose library reports errors by longjmp. For C only: Swift does not
// import setjmp.
//
// A call's state holds a `struct amphora_picture_call`. The setjmp is one function deeper than that
// state, so that no local variable of its function changes before the jump.

#ifndef AMPHORA_CPICTURECALL_H
#define AMPHORA_CPICTURECALL_H

#include "CPicture.h"

#include <setjmp.h>

/// One call of a decoder.
struct amphora_picture_call {
    jmp_buf exit;
    enum amphora_picture_outcome outcome;
    struct amphora_picture_options options;
    /// The caller's buffer of AMPHORA_PICTURE_MESSAGE_SIZE bytes.
    char *message;
};

/// Begins a call; the caller still has to set `exit`.
void amphora_picture_begin(
    struct amphora_picture_call *call, struct amphora_picture_options options, char *message);

/// Ends a call by a jump to its setjmp. `message` is copied, and cut to fit.
_Noreturn void amphora_picture_leave(
    struct amphora_picture_call *call, enum amphora_picture_outcome outcome, const char *message);

/// The bytes of a row of the picture. Ends the call if its pixels do not fill exactly `capacity`
/// bytes.
size_t amphora_picture_stride(
    struct amphora_picture_call *call, struct amphora_picture_header header, size_t capacity);

#endif
