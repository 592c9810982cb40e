/* The numbers that sheets give of discs and tracks. */
#include "formats/sheet.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Letters and digits of `word`, without the hyphens and blanks that people put in; the length, or SIZE_MAX. */
static size_t take_code(const char *word, const char *allowed, char *to, size_t size)
{
    size_t length = 0;

    for (; *word; word++) {
        if (*word == '-' || *word == ' ')
            continue;
        if (!strchr(allowed, *word) || length + 1 >= size)
            return SIZE_MAX;
        to[length++] = (char)toupper((unsigned char)*word);
    }
    to[length] = '\0';
    return length;
}

bool sheet_isrc(const char *word, char isrc[DK_ISRC_LENGTH + 1])
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    char code[DK_ISRC_LENGTH + 1];

    if (take_code(word, letters, code, sizeof code) != DK_ISRC_LENGTH)
        return false;
    memcpy(isrc, code, sizeof code);
    return true;
}

bool sheet_mcn(const char *word, char mcn[DK_MCN_LENGTH + 1])
{
    char digits[DK_MCN_LENGTH + 1];
    const size_t length = take_code(word, "0123456789", digits, sizeof digits);

    if (length == DK_MCN_LENGTH)
        memcpy(mcn, digits, sizeof digits);
    else if (length == DK_MCN_LENGTH - 1) /* an UPC is an EAN with a zero in front */
        snprintf(mcn, DK_MCN_LENGTH + 1, "0%.*s", DK_MCN_LENGTH - 1, digits);
    else
        return false;
    return true;
}
