#include "tools/ls_buffer.h"

#include "util/stop.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

void ls_flush(struct ls_buffer *buffer)
{
    if (!buffer->failed && (fwrite(buffer->bytes, 1, buffer->used, stdout) != buffer->used || stop_requested()))
        buffer->failed = true;
    buffer->used = 0;
}

/* Room for `count` bytes, at most the whole buffer. */
static char *room(struct ls_buffer *buffer, size_t count)
{
    if (LS_BUFFER_SIZE - buffer->used < count)
        ls_flush(buffer);
    return buffer->bytes + buffer->used;
}

void ls_put(struct ls_buffer *buffer, const char *bytes, size_t count)
{
    while (count) {
        const size_t piece = count < LS_BUFFER_SIZE ? count : LS_BUFFER_SIZE;

        memcpy(room(buffer, piece), bytes, piece);
        buffer->used += piece;
        bytes += piece;
        count -= piece;
    }
}

void ls_put_text(struct ls_buffer *buffer, const char *text)
{
    ls_put(buffer, text, strlen(text));
}

void ls_put_number(struct ls_buffer *buffer, uint64_t number, unsigned width)
{
    char digits[32];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    while (sizeof digits - at < width && at > 0)
        digits[--at] = ' ';
    ls_put(buffer, digits + at, sizeof digits - at);
}

void ls_put_signed(struct ls_buffer *buffer, int64_t number, unsigned width)
{
    char text[32];

    if (number >= 0)
        ls_put_number(buffer, (uint64_t)number, width);
    else
        ls_put(buffer, text, (size_t)snprintf(text, sizeof text, "%*lld", (int)width, (long long)number));
}

/* Characters that stand for themselves, in JSON as on a terminal. */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

static size_t plain_run(const char *text, size_t length)
{
    size_t run = 0;

    while (run < length && is_plain((unsigned char)text[run]))
        run++;
    return run;
}

/* All but plain characters go one by one through the functions that everything else uses. */
static void put_odd(struct ls_buffer *buffer, const char *text, size_t step, bool json)
{
    char escaped[32];
    size_t count;

    if (json) {
        count = text_json(text, step, escaped, sizeof escaped);
        ls_put(buffer, escaped + 1, count - 2); /* without its quotes */
    } else {
        count = text_escape(text, step, false, escaped, sizeof escaped);
        ls_put(buffer, escaped, count);
    }
}

static void put_turned(struct ls_buffer *buffer, const char *text, size_t length, bool json)
{
    while (length) {
        size_t run = plain_run(text, length);

        ls_put(buffer, text, run);
        text += run;
        length -= run;
        if (length) {
            run = text_utf8_length(text, length);
            run = run ? run : 1;
            put_odd(buffer, text, run, json);
            text += run;
            length -= run;
        }
    }
}

void ls_put_escaped(struct ls_buffer *buffer, const char *text, size_t length)
{
    put_turned(buffer, text, length, false);
}

void ls_put_json(struct ls_buffer *buffer, const char *text, size_t length)
{
    ls_put(buffer, "\"", 1);
    put_turned(buffer, text, length, true);
    ls_put(buffer, "\"", 1);
}

void ls_put_hex(struct ls_buffer *buffer, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ls_put(buffer, (char[]){ hex_digits[bytes[i] >> 4], hex_digits[bytes[i] & 15] }, 2);
}
