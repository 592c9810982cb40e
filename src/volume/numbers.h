/* Numbers at fixed places of a record whose length was checked: the callers cut it out with a cursor first. */
#ifndef VOLUME_NUMBERS_H
#define VOLUME_NUMBERS_H

#include <stdint.h>

static inline uint16_t le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t le64(const uint8_t *at)
{
    return le32(at) | (uint64_t)le32(at + 4) << 32;
}

static inline uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Numbers that ECMA-119 7.2.3 and 7.3.3 record twice. The first half counts, unless it alone was left empty. */
static inline uint16_t both16(const uint8_t *at)
{
    return le16(at) ? le16(at) : be16(at + 2);
}

static inline uint32_t both32(const uint8_t *at)
{
    return le32(at) ? le32(at) : be32(at + 4);
}

#endif
