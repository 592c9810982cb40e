/* DMG: Apple Data Compression, and LZMA, which is a whole xz stream for each block. */
#include "formats/dmg.h"

#include <lzma.h>
#include <string.h>

enum { XZ_MEMORY = 192 << 20 /* bytes that a decoder may take: a dictionary of 64 MiB and more is of no use here */ };

/* ---- ADC ---- */

/* A step of the stream: bytes as they are, or bytes that came before. */
struct step {
    size_t header, length, distance; /* distance 0: as they are, behind the header */
};

static struct step adc_step(const uint8_t *at, size_t left)
{
    if (at[0] & 0x80)
        return (struct step){ .header = 1, .length = (at[0] & 0x7F) + 1U };
    if (at[0] & 0x40 && left >= 3)
        return (struct step){ .header = 3, .length = (at[0] & 0x3F) + 4U, .distance = (at[1] << 8 | at[2]) + 1U };
    if (!(at[0] & 0x40) && left >= 2)
        return (
            struct step){ .header = 2, .length = (at[0] >> 2 & 15) + 3U, .distance = ((at[0] & 3) << 8 | at[1]) + 1U };
    return (struct step){ 0 };
}

/* Bytes that refer to what came before may refer to themselves. */
static void copy_before(uint8_t *to, size_t distance, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = to[(ptrdiff_t)i - (ptrdiff_t)distance];
}

bool dmg_decode_adc(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error)
{
    size_t at = 0, made = 0;

    (void)context;
    while (made < size && at < from_size) {
        const struct step step = adc_step(from + at, from_size - at);
        const size_t bytes = step.distance ? 0 : step.length;

        if (step.header == 0 || bytes > from_size - at - step.header || step.distance > made ||
            step.length > size - made)
            return dk_fail(error, DK_ERROR_DAMAGED, "its ADC stream is wrong at byte %zu", at);
        if (step.distance)
            copy_before(to + made, step.distance, step.length);
        else
            memcpy(to + made, from + at + step.header, bytes);
        at += step.header + bytes;
        made += step.length;
    }
    return made == size || dk_fail(error, DK_ERROR_DAMAGED, "its ADC stream gives %zu bytes, not %zu", made, size);
}

/* ---- LZMA ---- */

bool dmg_decode_xz(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error)
{
    uint64_t memory = XZ_MEMORY;
    size_t at = 0, made = 0;
    lzma_ret result;

    (void)context;
    result = lzma_stream_buffer_decode(&memory, 0, NULL, from, &at, from_size, to, &made, size);
    if (result == LZMA_MEMLIMIT_ERROR)
        return dk_fail(error, DK_ERROR_DAMAGED, "its xz stream would take %ju MiB to decode",
                       (uintmax_t)(memory >> 20));
    if (result != LZMA_OK || made != size)
        return dk_fail(error, DK_ERROR_DAMAGED, "its xz stream is wrong, or does not give %zu bytes", size);
    return true;
}
