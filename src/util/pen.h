/* A pen writes numbers one behind the other, as a cursor reads them. Whoever holds it has made room for all of them. */
#ifndef UTIL_PEN_H
#define UTIL_PEN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pen {
    uint8_t *at;
};

static inline void pen_big_endian(struct pen *pen, size_t count, uint64_t value)
{
    for (size_t i = count; i > 0; i--)
        *pen->at++ = (uint8_t)(value >> 8 * (i - 1));
}

static inline void pen_little_endian(struct pen *pen, size_t count, uint64_t value)
{
    for (size_t i = 0; i < count; i++)
        *pen->at++ = (uint8_t)(value >> 8 * i);
}

static inline void pen_bytes(struct pen *pen, const void *bytes, size_t count)
{
    memcpy(pen->at, bytes, count);
    pen->at += count;
}

static inline void pen_zeros(struct pen *pen, size_t count)
{
    memset(pen->at, 0, count);
    pen->at += count;
}

#endif
