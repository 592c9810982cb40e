/* Tokens of a TOC: words, numbers, strings, single marks; blanks and comments between them have no meaning. */
#include "formats/toc.h"
#include "util/arena.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
static const char digits[] = "0123456789";
static const char blanks[] = " \t\v\f\r\n\x1A"; /* DOS ended texts with 1Ah */

/* A line ends with LF, CR LF or CR. */
static void skip_blanks(struct sheet *sheet)
{
    for (; *sheet->at && strchr(blanks, *sheet->at); sheet->at++)
        if (*sheet->at == '\n' || (*sheet->at == '\r' && sheet->at[1] != '\n'))
            sheet->line++;
}

static void skip_to_token(struct sheet *sheet)
{
    skip_blanks(sheet);
    while (strncmp(sheet->at, "//", 2) == 0) {
        sheet->at += strcspn(sheet->at, "\r\n");
        skip_blanks(sheet);
    }
}

static struct toc_token run_of(struct sheet *sheet, enum toc_token_kind kind, size_t length)
{
    const struct toc_token token = { kind, sheet->line, arena_copy(sheet->arena, sheet->at, length), false };

    sheet->at += length;
    return token;
}

/* ---- Strings ---- */

static int octal_digit(char character)
{
    return character >= '0' && character <= '7' ? character - '0' : -1;
}

/* The byte behind a backslash, three octal digits or a character itself; NULL, or what is wrong. */
static const char *take_escape(const char **at, char *byte, bool *escaped)
{
    int value = 0;

    if (**at == '"' || **at == '\\') {
        *byte = *(*at)++;
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        const int digit = octal_digit((*at)[i]);

        if (digit < 0)
            return "a backslash with neither a quote, a backslash nor three octal digits behind it";
        value = value * 8 + digit;
    }
    if (value == 0 || value > 255)
        return "an octal escape that is no byte from 1 to 255";
    *at += 3;
    *byte = (char)value;
    *escaped = *escaped || value > 127;
    return NULL;
}

static struct toc_token wrong(const struct sheet *sheet, const char *what)
{
    return (struct toc_token){ TOC_WRONG, sheet->line, arena_copy(sheet->arena, what, strlen(what)), false };
}

static struct toc_token string_of(struct sheet *sheet)
{
    const char *at = sheet->at + 1, *why;
    struct toc_token token = { TOC_STRING, sheet->line, NULL, false };
    char *to;

    token.text = to = arena_zeroed(sheet->arena, strcspn(at, "\r\n") + 1, 1);
    while (*at != '"') {
        if (*at == '\0' || *at == '\n' || *at == '\r')
            return wrong(sheet, "a string that has no end on its line");
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        at++;
        why = take_escape(&at, to++, &token.escaped);
        if (why)
            return wrong(sheet, why);
    }
    sheet->at = (char *)at + 1;
    return token;
}

struct toc_token toc_next_token(struct sheet *sheet)
{
    skip_to_token(sheet);
    if (*sheet->at == '\0')
        return (struct toc_token){ .kind = TOC_END, .line = sheet->line, .text = arena_copy(sheet->arena, "", 0) };
    if (*sheet->at == '"')
        return string_of(sheet);
    if (strchr(letters, *sheet->at)) /* MODE1_RAW: digits too, but not first */
        return run_of(sheet, TOC_WORD,
                      strspn(sheet->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"));
    if (strchr(digits, *sheet->at))
        return run_of(sheet, TOC_NUMBER, strspn(sheet->at, digits));
    return run_of(sheet, TOC_MARK, 1);
}
