/* What the reports for programs have in common. */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include <disckit/note.h>
#include <jansson.h>
#include <stdio.h>

/* Bytes that are no UTF-8 as \xNN: a JSON string holds nothing else. NULL and an empty text are null. */
json_t *report_text(const char *text);
/* Adds an object with kind and text for each note to an array. */
void report_add_notes(json_t *array, const struct dk_notes *notes);
/* Prints the object, with a line end, and frees it. */
void report_print(json_t *report, FILE *to);

#endif
