#include "volume/names.h"

#include "util/text.h"

#include <stdio.h>
#include <string.h>

enum {
    VERSION_DIGITS = 5, /* ECMA-119 7.5.1: 1 to 32767 */
    SPELLED = 4,        /* characters of \xNN */
};

static bool is_odd(const char *text, size_t length)
{
    return length == 0 || (text[0] == '.' && (length == 1 || (length == 2 && text[1] == '.')));
}

static size_t spell(char *to, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    memcpy(to, (char[]){ '\\', 'x', digits[byte >> 4], digits[byte & 15] }, SPELLED);
    return SPELLED;
}

static void keep_raw(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name)
{
    uint8_t *copy = pool_take(pool, length);

    memcpy(copy, bytes, length);
    name->raw = copy;
    name->raw_length = length;
}

static void spell_bytes(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name)
{
    size_t used = 0;

    name->text = pool_take(pool, length * SPELLED + 1);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '/' || bytes[i] == '\0')
            used += spell(name->text + used, bytes[i]);
        else
            name->text[used++] = (char)bytes[i];
    }
    name->text[used] = '\0';
    name->length = used;
    name->odd = true;
    keep_raw(pool, bytes, length, name);
}

void name_of_bytes(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name)
{
    *name = (struct name){ 0 };
    if (memchr(bytes, '/', length) || memchr(bytes, '\0', length)) {
        spell_bytes(pool, bytes, length, name);
        return;
    }
    name->text = pool_take(pool, length + 1);
    memcpy(name->text, bytes, length);
    name->text[length] = '\0';
    name->length = length;
    name->odd = is_odd(name->text, length);
}

unsigned name_version(const char *text, size_t *length)
{
    unsigned version = 0, unit = 1;
    size_t at = *length;

    while (at > 0 && *length - at < VERSION_DIGITS && text[at - 1] >= '0' && text[at - 1] <= '9') {
        version += unit * (unsigned)(text[--at] - '0');
        unit *= 10;
    }
    if (at == *length || at == 0 || text[at - 1] != ';')
        return 0;
    *length = at - 1;
    return version;
}

static void strip(struct name *name)
{
    name->version = name_version(name->text, &name->length);
    if (!is_odd(name->text, name->length) && name->text[name->length - 1] == '.')
        name->length--;
    name->text[name->length] = '\0';
    name->odd = name->odd || is_odd(name->text, name->length);
}

void name_of_iso(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name)
{
    name_of_bytes(pool, bytes, length, name);
    name->odd = name->raw != NULL;
    strip(name);
}

static uint32_t unit_at(const uint8_t *bytes, size_t at)
{
    return (uint32_t)bytes[at] << 8 | bytes[at + 1];
}

/* The character at `*at`, which is moved behind it; a surrogate that stands alone is given as it is. */
static uint32_t next_character(const uint8_t *bytes, size_t length, size_t *at)
{
    const uint32_t high = unit_at(bytes, *at);
    const uint32_t low = *at + 3 < length ? unit_at(bytes, *at + 2) : 0;

    *at += 2;
    if ((high & 0xFC00) != 0xD800 || (low & 0xFC00) != 0xDC00)
        return high;
    *at += 2;
    return 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF);
}

void name_of_joliet(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name)
{
    size_t used = 0, at = 0;
    bool spelled = false;

    *name = (struct name){ .text = pool_take(pool, length * SPELLED + 1) };
    while (at + 1 < length) {
        const size_t from = at;
        const uint32_t character = next_character(bytes, length, &at);
        const size_t count = character && character != '/' ? text_put_utf8(character, name->text + used) : 0;

        if (count) {
            used += count;
        } else if (character == '/' || character == 0) {
            used += spell(name->text + used, (uint8_t)character);
            name->odd = spelled = true;
        } else {
            used += spell(name->text + used, bytes[from]);
            used += spell(name->text + used, bytes[from + 1]);
            spelled = true;
        }
    }
    if (at < length) { /* half a unit */
        used += spell(name->text + used, bytes[at]);
        spelled = true;
    }
    name->text[used] = '\0';
    name->length = used;
    if (spelled)
        keep_raw(pool, bytes, length, name);
    strip(name);
}
