#include "util/text.h"

#include "util/arena.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool follows(const unsigned char *at, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        if ((at[i] & 0xC0) != 0x80)
            return false;
    return true;
}

size_t text_utf8_length(const char *text, size_t left)
{
    const unsigned char *at = (const unsigned char *)text;

    if (left == 0)
        return 0;
    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xC2 && at[0] <= 0xDF)
        return left >= 2 && follows(at, 1) ? 2 : 0;
    if ((at[0] & 0xF0) == 0xE0)
        return left >= 3 && follows(at, 2) && !(at[0] == 0xE0 && at[1] < 0xA0) && !(at[0] == 0xED && at[1] >= 0xA0) ? 3
                                                                                                                    : 0;
    if (at[0] >= 0xF0 && at[0] <= 0xF4)
        return left >= 4 && follows(at, 3) && !(at[0] == 0xF0 && at[1] < 0x90) && !(at[0] == 0xF4 && at[1] >= 0x90) ? 4
                                                                                                                    : 0;
    return 0;
}

bool text_is_utf8(const char *text, size_t length)
{
    for (size_t at = 0, step; at < length; at += step) {
        step = text_utf8_length(text + at, length - at);
        if (step == 0)
            return false;
    }
    return true;
}

size_t text_put_utf8(uint32_t character, char to[4])
{
    if (character < 0x80) {
        to[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        to[0] = (char)(0xC0 | character >> 6);
        to[1] = (char)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character >= 0xD800 && character < 0xE000)
        return 0;
    if (character < 0x10000) {
        to[0] = (char)(0xE0 | character >> 12);
        to[1] = (char)(0x80 | (character >> 6 & 0x3F));
        to[2] = (char)(0x80 | (character & 0x3F));
        return 3;
    }
    if (character > 0x10FFFF)
        return 0;
    to[0] = (char)(0xF0 | character >> 18);
    to[1] = (char)(0x80 | (character >> 12 & 0x3F));
    to[2] = (char)(0x80 | (character >> 6 & 0x3F));
    to[3] = (char)(0x80 | (character & 0x3F));
    return 4;
}

/* A buffer that takes whole pieces as far as they fit, and counts on. */
struct filling {
    char *to;
    size_t size, used, kept; /* bytes: `used` is what all would take */
};

static void put(struct filling *into, const char *bytes, size_t count)
{
    if (into->kept == into->used && into->used + count < into->size) {
        memcpy(into->to + into->used, bytes, count);
        into->kept += count;
    }
    into->used += count;
}

static size_t end(struct filling *into)
{
    if (into->size)
        into->to[into->kept] = '\0';
    return into->used;
}

static void put_hex(struct filling *into, const char *form, unsigned char byte)
{
    char text[8];

    put(into, text, (size_t)snprintf(text, sizeof text, form, byte));
}

/* C0, DEL, and C1, which a terminal may obey too. */
static bool is_control(const char *at, size_t length)
{
    const unsigned char first = (unsigned char)at[0];

    return first < 0x20 || first == 0x7F || (length == 2 && first == 0xC2 && (unsigned char)at[1] < 0xA0);
}

size_t text_escape(const char *text, size_t length, bool backslash, char *to, size_t size)
{
    struct filling into = { .to = to, .size = size };

    for (size_t at = 0; at < length;) {
        const size_t step = text_utf8_length(text + at, length - at);

        if (step == 0 || is_control(text + at, step)) {
            for (size_t i = 0; i < (step ? step : 1); i++)
                put_hex(&into, "\\x%02x", (unsigned char)text[at + i]);
        } else {
            if (backslash && text[at] == '\\')
                put(&into, "\\", 1);
            put(&into, text + at, step);
        }
        at += step ? step : 1;
    }
    return end(&into);
}

char *text_escaped(struct dk_arena *arena, const char *text, size_t length)
{
    const size_t needed = text_escape(text, length, false, NULL, 0);
    char *escaped = arena_zeroed(arena, needed + 1, 1);

    text_escape(text, length, false, escaped, needed + 1);
    return escaped;
}

/* Turns all of `bytes`, or gives NULL; no character of any set takes more than four bytes in another. */
static char *converted(struct dk_arena *arena, const char *to, const char *from, const void *bytes, size_t *length)
{
    const iconv_t turn = iconv_open(to, from);
    const size_t size = *length * 4;
    char *text, *in = (char *)bytes, *out;
    size_t left = *length, room = size;

    if (turn == (iconv_t)-1)
        return NULL;
    out = text = arena_zeroed(arena, size + 1, 1);
    /* the second call gives what the set holds back until it knows what follows */
    if (iconv(turn, &in, &left, &out, &room) == (size_t)-1 || iconv(turn, NULL, NULL, &out, &room) == (size_t)-1)
        text = NULL;
    iconv_close(turn);
    *length = size - room;
    return text;
}

char *text_from_charset(struct dk_arena *arena, const char *charset, const void *bytes, size_t length)
{
    return converted(arena, "UTF-8", charset, bytes, &length);
}

char *text_to_charset(struct dk_arena *arena, const char *charset, const char *utf8, size_t *length)
{
    *length = strlen(utf8);
    return converted(arena, charset, "UTF-8", utf8, length);
}

char *text_from_utf16be(struct dk_arena *arena, const uint8_t *bytes, size_t length)
{
    char *text = arena_zeroed(arena, length * 4 + 1, 1);
    struct filling into = { .to = text, .size = length * 4 + 1 };

    for (size_t at = 0; at + 1 < length; at += 2) {
        uint32_t unit = (uint32_t)bytes[at] << 8 | bytes[at + 1];
        char utf8[4];
        size_t count;

        if ((unit & 0xFC00) == 0xD800 && at + 3 < length && (bytes[at + 2] & 0xFC) == 0xDC) {
            unit = 0x10000 + ((unit & 0x3FF) << 10) + ((uint32_t)(bytes[at + 2] & 3) << 8 | bytes[at + 3]);
            at += 2;
        }
        count = text_put_utf8(unit, utf8);
        if (count) {
            put(&into, utf8, count);
        } else {
            put_hex(&into, "\\x%02x", bytes[at]);
            put_hex(&into, "\\x%02x", bytes[at + 1]);
        }
    }
    if (length % 2)
        put_hex(&into, "\\x%02x", bytes[length - 1]);
    end(&into);
    return text;
}

size_t text_json(const char *text, size_t length, char *to, size_t size)
{
    struct filling into = { .to = to, .size = size };

    put(&into, "\"", 1);
    for (size_t at = 0; at < length;) {
        const size_t step = text_utf8_length(text + at, length - at);
        const unsigned char first = (unsigned char)text[at];

        if (step == 0)
            put_hex(&into, "\\\\x%02x", first);
        else if (first < 0x20 || first == 0x7F)
            put_hex(&into, "\\u%04x", first);
        else if (first == '"' || first == '\\')
            put(&into, (char[]){ '\\', (char)first }, 2);
        else
            put(&into, text + at, step);
        at += step ? step : 1;
    }
    put(&into, "\"", 1);
    return end(&into);
}

bool text_list_has(const char *list, const char *word, size_t length)
{
    for (const char *at = list; *at;) {
        const size_t this_one = strcspn(at, ",");

        if (this_one == length && strncasecmp(at, word, length) == 0)
            return true;
        at += this_one + (at[this_one] != '\0');
    }
    return false;
}

const char *text_next_part(const char **path, size_t *length)
{
    const char *part;

    do {
        part = *path + strspn(*path, "/");
        *length = strcspn(part, "/");
        *path = part + *length;
    } while (*length == 1 && *part == '.');
    return *length ? part : NULL;
}

void text_size(uint64_t bytes, char to[16])
{
    static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    snprintf(to, 16, unit && value < 10 ? "%.2f %s" : unit && value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}
