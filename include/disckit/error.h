/* How a call says why it could not do what it was asked. */
#ifndef DISCKIT_ERROR_H
#define DISCKIT_ERROR_H

#include <disckit/api.h>
#include <stdbool.h>

enum dk_error_kind {
    DK_ERROR_NONE,
    DK_ERROR_SYSTEM,  /* the operating system said no */
    DK_ERROR_MISSING, /* a file that the image names is not there */
    DK_ERROR_FORMAT,  /* the image is not what it claims to be, or of a kind that is not read here */
    DK_ERROR_DAMAGED, /* the right thing, but part of it is missing, wrong or unreadable */
    DK_ERROR_REFUSED, /* it could be done, and would lose something that nobody chose to lose */
    DK_ERROR_STOPPED, /* the caller's watch (disckit/watch.h) asked for it */
};

/* One sentence for a person, without a capital, a full stop or the program's name. */
struct dk_error {
    enum dk_error_kind kind;
    char text[2000];
};

/*
 * Both return false, so that a function ends with `return dk_fail(...)`.
 * dk_fail_errno() adds ": " and the text of the current errno.
 */
DK_API bool dk_fail(struct dk_error *error, enum dk_error_kind kind, const char *format, ...) DK_PRINTF(3, 4);
DK_API bool dk_fail_errno(struct dk_error *error, const char *format, ...) DK_PRINTF(2, 3);

#endif
