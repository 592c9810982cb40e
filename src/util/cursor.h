/*
 * A cursor reads numbers out of bytes that nobody has checked. Reading past the end gives zero and is remembered, so a
 * parser reads a whole record and asks once, at its end, whether it was all there.
 */
#ifndef UTIL_CURSOR_H
#define UTIL_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at, *end;
    bool overrun;
};

/* `bytes` may be NULL where there are none. */
static inline struct cursor cursor_over(const void *bytes, size_t size)
{
    return (struct cursor){ .at = bytes, .end = size ? (const uint8_t *)bytes + size : bytes };
}

static inline size_t cursor_left(const struct cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* The next `count` bytes, or NULL where there are fewer; the cursor then stands at the end. */
static inline const uint8_t *cursor_bytes(struct cursor *cursor, size_t count)
{
    const uint8_t *bytes = cursor->at;

    if (count > cursor_left(cursor)) {
        cursor->at = cursor->end;
        cursor->overrun = true;
        return NULL;
    }
    cursor->at += count;
    return bytes;
}

static inline uint64_t cursor_big_endian(struct cursor *cursor, size_t count)
{
    const uint8_t *bytes = cursor_bytes(cursor, count);
    uint64_t value = 0;

    for (size_t i = 0; bytes && i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static inline uint64_t cursor_little_endian(struct cursor *cursor, size_t count)
{
    const uint8_t *bytes = cursor_bytes(cursor, count);
    uint64_t value = 0;

    for (size_t i = count; bytes && i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

static inline uint8_t cursor_u8(struct cursor *cursor)
{
    return (uint8_t)cursor_big_endian(cursor, 1);
}

static inline uint16_t cursor_be16(struct cursor *cursor)
{
    return (uint16_t)cursor_big_endian(cursor, 2);
}

static inline uint32_t cursor_be32(struct cursor *cursor)
{
    return (uint32_t)cursor_big_endian(cursor, 4);
}

static inline uint64_t cursor_be64(struct cursor *cursor)
{
    return cursor_big_endian(cursor, 8);
}

static inline uint16_t cursor_le16(struct cursor *cursor)
{
    return (uint16_t)cursor_little_endian(cursor, 2);
}

static inline uint32_t cursor_le32(struct cursor *cursor)
{
    return (uint32_t)cursor_little_endian(cursor, 4);
}

static inline uint64_t cursor_le64(struct cursor *cursor)
{
    return cursor_little_endian(cursor, 8);
}

static inline void cursor_skip(struct cursor *cursor, size_t count)
{
    (void)cursor_bytes(cursor, count);
}

#endif
