#include "formats/sheet.h"

#include "util/arena.h"
#include "util/text.h"

#include <string.h>

enum { LOOKED_AT = 512 /* bytes in which a binary file shows what it is */ };

/* In what the bytes of a sheet are, told by its first ones: a mark, or the NULs that ASCII has in UTF-16. */
enum encoding { BYTES, UTF8_MARKED, UTF16_LITTLE, UTF16_BIG };

static bool is_character(uint8_t high, uint8_t low)
{
    return high == 0 && low != 0;
}

static enum encoding encoding_of(const uint8_t *bytes, size_t size, size_t *mark)
{
    *mark = 0;
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        *mark = 3;
        return UTF8_MARKED;
    }
    if (size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
        *mark = 2;
        return bytes[0] == 0xFF ? UTF16_LITTLE : UTF16_BIG;
    }
    if (size >= 4 && is_character(bytes[1], bytes[0]) && is_character(bytes[3], bytes[2]))
        return UTF16_LITTLE;
    if (size >= 4 && is_character(bytes[0], bytes[1]) && is_character(bytes[2], bytes[3]))
        return UTF16_BIG;
    return BYTES;
}

/* Tab, line ends and form feeds, and 1Ah, with which DOS ended texts. */
static bool is_text_byte(uint8_t byte)
{
    return byte >= 0x20 || (byte >= 0x09 && byte <= 0x0D) || byte == 0x1A;
}

bool sheet_is_text(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    size_t mark;

    if (encoding_of(bytes, size, &mark) >= UTF16_LITTLE)
        return true;
    for (size_t i = mark; i < size && i < LOOKED_AT; i++)
        if (!is_text_byte(at[i]))
            return false;
    return size > mark;
}

/* NULL where a NUL character stands in it, which would end the text early and unseen. */
static char *from_utf16(struct dk_arena *arena, const uint8_t *bytes, size_t size, bool little)
{
    uint8_t *big = arena_zeroed(arena, size + 1, 1);

    size &= ~(size_t)1;
    for (size_t i = 0; i < size; i += 2) {
        big[i] = bytes[i + little];
        big[i + 1] = bytes[i + !little];
        if (big[i] == 0 && big[i + 1] == 0)
            return NULL;
    }
    return text_from_utf16be(arena, big, size);
}

bool sheet_open(struct sheet *sheet, const char *path, const void *bytes, size_t size, struct dk_arena *arena,
                struct dk_error *error)
{
    size_t mark;
    const enum encoding encoding = encoding_of(bytes, size, &mark);
    const uint8_t *text = (const uint8_t *)bytes + mark;

    *sheet = (struct sheet){ .arena = arena, .path = path };
    size -= mark;
    if (encoding >= UTF16_LITTLE) {
        sheet->at = from_utf16(arena, text, size, encoding == UTF16_LITTLE);
    } else if (!memchr(text, '\0', size)) {
        sheet->at = arena_copy(arena, (const char *)text, size);
        sheet->charset = text_is_utf8(sheet->at, size) ? NULL : "CP1252";
    }
    if (!sheet->at)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is no sheet: it has NUL characters in it", path);
    sheet->end = sheet->at + strlen(sheet->at);
    return true;
}

static void free_arena(struct dk_arena **arena)
{
    arena_free(*arena);
}

int sheet_bid(const struct dk_candidate *candidate, int (*bid)(struct sheet *sheet))
{
    DK_CLEANUP(free_arena) struct dk_arena *arena = NULL;
    struct dk_error error;
    struct sheet sheet;

    if (!sheet_is_text(candidate->head, candidate->head_size))
        return 0;
    arena = arena_new();
    return sheet_open(&sheet, candidate->path, candidate->head, candidate->head_size, arena, &error) ? bid(&sheet) : 0;
}

bool sheet_read(struct sheet *sheet, const struct dk_candidate *candidate, struct dk_arena *arena,
                struct dk_error *error)
{
    const uint64_t size = candidate->store->size;
    char *bytes;

    if (size > SHEET_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has %ju bytes, more than any sheet", candidate->path,
                       (uintmax_t)size);
    bytes = arena_zeroed(arena, (size_t)size + 1, 1);
    return dk_store_read(candidate->store, bytes, (size_t)size, 0, error) &&
           sheet_open(sheet, candidate->path, bytes, (size_t)size, arena, error);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\v' || byte == '\f' || byte == 0x1A;
}

static char *skip_blanks(char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

static void cut_blanks(char *text)
{
    size_t length = strlen(text);

    while (length && is_blank(text[length - 1]))
        text[--length] = '\0';
}

char *sheet_next_line(struct sheet *sheet)
{
    char *line = sheet->at;
    const size_t length = strcspn(line, "\r\n");

    if (line == sheet->end)
        return NULL;
    sheet->line++;
    sheet->at += length;
    if (*sheet->at)
        sheet->at += memcmp(sheet->at, "\r\n", 2) == 0 ? 2 : 1;
    line[length] = '\0';
    cut_blanks(line);
    return skip_blanks(line);
}

char *sheet_word(char **rest)
{
    char *word = skip_blanks(*rest), *end = word;

    if (*word == '"')
        end = strchrnul(++word, '"');
    else
        while (*end && !is_blank(*end))
            end++;
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

char *sheet_quoted(char *rest)
{
    char *text = skip_blanks(rest), *last;

    if (*text != '"')
        return text;
    last = strrchr(++text, '"');
    if (last)
        *last = '\0';
    return text;
}

const char *sheet_text(const struct sheet *sheet, const char *text)
{
    const size_t length = strlen(text);
    const char *turned = text;

    if (sheet->charset)
        turned = text_from_charset(sheet->arena, sheet->charset, text, length);
    else if (!text_is_utf8(text, length)) /* escapes in it gave other bytes than the sheet's */
        turned = NULL;
    return turned ? turned : text_escaped(sheet->arena, text, length);
}
