/* Images in several files: by the first one's name alone, and never outside of its folder. */
#include "formats/parts.h"
#include "formats/beside.h"
#include "formats/same_name.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 4 };

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Digits at the end of a stem, behind `word`; 0: there are none. */
static size_t digits_of(const char *stem, size_t length, const char *word)
{
    const size_t word_length = word ? strlen(word) : 0;
    size_t digits = 0;

    while (digits < length && is_digit(stem[length - digits - 1]))
        digits++;
    if (!word || digits == 0 || digits > DIGITS_MAX || length < digits + word_length ||
        !same_name_part(stem + length - digits - word_length, word_length, word, word_length))
        return 0;
    return digits;
}

bool parts_name(const char *path, const struct parts_rule *rule, unsigned part, char to[PARTS_NAME_MAX])
{
    const char *stem;
    const size_t length = beside_stem(path, &stem), digits = digits_of(stem, length, rule->word);
    int written;

    if (digits)
        written =
            snprintf(to, PARTS_NAME_MAX, "%.*s%0*u%s", (int)(length - digits), stem, (int)digits, part, stem + length);
    else
        written = snprintf(to, PARTS_NAME_MAX, "%.*s.%s%0*u%s", (int)length, stem, rule->before, rule->digits,
                           rule->second + part - 2, rule->after);
    return written > 0 && written < PARTS_NAME_MAX;
}

struct dk_store *parts_open(const struct dk_candidate *candidate, struct dk_disc *disc, const struct parts_rule *rule,
                            unsigned part, struct dk_error *error)
{
    char name[PARTS_NAME_MAX];
    struct dk_store *store;

    if (!parts_name(candidate->path, rule, part, name)) {
        dk_fail(error, DK_ERROR_FORMAT, "%s: the name of part %u would be too long", candidate->path, part);
        return NULL;
    }
    store = dk_open_beside(candidate, name, false, &disc->notes, error);
    if (!store && error->kind == DK_ERROR_MISSING)
        dk_disc_add_missing(disc, name);
    return store;
}
