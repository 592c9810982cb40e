/* Arithmetic on numbers that a file gave: each returns false where the result would not fit, or not lie inside. */
#ifndef UTIL_CHECKED_H
#define UTIL_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#define checked_add(a, b, sum)          (!__builtin_add_overflow(a, b, sum))
#define checked_multiply(a, b, product) (!__builtin_mul_overflow(a, b, product))

/* Do [offset, offset + count) lie within `size`? */
static inline bool range_inside(uint64_t offset, uint64_t count, uint64_t size)
{
    return offset <= size && count <= size - offset;
}

#endif
