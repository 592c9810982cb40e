/* Notes: what a person should know about an image and what stops nothing. */
#ifndef DISCKIT_NOTE_H
#define DISCKIT_NOTE_H

#include <disckit/api.h>
#include <stddef.h>

enum dk_note_kind {
    DK_NOTE_GUESS,  /* how something was found out, where the image does not say it: told with --verbose */
    DK_NOTE_ODD,    /* unusual, and no loss: padding, an odd attribute; told always, exit status stays */
    DK_NOTE_DAMAGE, /* a part is missing, wrong or unreadable: told always, exit status 3 */
};

enum { DK_NOTES_MAX = 200 }; /* of one kind; more of that kind are only counted, so that a wreck fills no memory */

struct dk_note {
    enum dk_note_kind kind;
    char *text; /* a sentence with the place in it, as a dk_error's */
};

/* Zero-initialised it is an empty list. Not for several threads at once. */
struct dk_notes {
    struct dk_note *items; /* in the order in which they were told */
    size_t count;
    size_t told[3]; /* by kind, also those beyond DK_NOTES_MAX */
};

/* A sentence that is there already is not added again. NULL for `notes` is fine: nobody wants to know. */
DK_API void dk_note(struct dk_notes *notes, enum dk_note_kind kind, const char *format, ...) DK_PRINTF(3, 4);
DK_API void dk_notes_free(struct dk_notes *notes);

#endif
