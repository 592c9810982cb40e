#include <disckit/note.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_there(const struct dk_notes *notes, const char *text)
{
    for (size_t i = 0; i < notes->count; i++)
        if (strcmp(notes->items[i].text, text) == 0)
            return true;
    return false;
}

void dk_note(struct dk_notes *notes, enum dk_note_kind kind, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    struct dk_note *items;
    int length;

    if (!notes)
        return;
    if (notes->told[kind] >= DK_NOTES_MAX) {
        notes->told[kind]++;
        return;
    }
    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    items = is_there(notes, text) ? NULL : realloc(notes->items, (notes->count + 1) * sizeof *items);
    if (!items) {
        free(text);
        return;
    }
    notes->items = items;
    notes->items[notes->count++] = (struct dk_note){ kind, text };
    notes->told[kind]++;
}

void dk_notes_free(struct dk_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->items[i].text);
    free(notes->items);
    *notes = (struct dk_notes){ 0 };
}
