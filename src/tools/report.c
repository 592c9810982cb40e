#include "tools/report.h"

#include "util/text.h"

#include <stdlib.h>
#include <string.h>

json_t *report_text(const char *text)
{
    json_t *string;
    char *escaped;
    size_t size;

    if (!text || !*text)
        return json_null();
    if (text_is_utf8(text, strlen(text)))
        return json_string(text);
    size = text_escape(text, strlen(text), false, NULL, 0) + 1;
    escaped = malloc(size);
    if (!escaped)
        return json_null();
    text_escape(text, strlen(text), false, escaped, size);
    string = json_string(escaped);
    free(escaped);
    return string;
}

void report_add_notes(json_t *array, const struct dk_notes *notes)
{
    static const char *const kinds[] = {
        [DK_NOTE_GUESS] = "guess", [DK_NOTE_ODD] = "odd", [DK_NOTE_DAMAGE] = "damage"
    };

    for (size_t i = 0; i < notes->count; i++)
        json_array_append_new(array, json_pack("{s:s, s:o}", "kind", kinds[notes->items[i].kind], "text",
                                               report_text(notes->items[i].text)));
}

void report_print(json_t *report, FILE *to)
{
    json_dumpf(report, to, JSON_INDENT(2));
    fputc('\n', to);
    json_decref(report);
}
