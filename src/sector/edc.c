/* The EDC of CD sectors: a CRC without initial value or final inversion, so zeros in front do not change it. */
#include "sector/edc.h"

#include <disckit/sector.h>

enum { SLICES = 8 };

static const uint32_t REFLECTED_POLYNOMIAL = 0xD8018001; /* 0x18001801B, the lowest bit first */

static uint32_t tables[SLICES][256];
static bool use_clmul;

__attribute__((constructor)) static void prepare(void)
{
    for (unsigned i = 0; i < 256; i++) {
        uint32_t value = i;

        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? REFLECTED_POLYNOMIAL : 0);
        tables[0][i] = value;
    }
    for (unsigned i = 0; i < 256; i++)
        for (int slice = 1; slice < SLICES; slice++)
            tables[slice][i] = tables[slice - 1][i] >> 8 ^ tables[0][tables[slice - 1][i] & 255];
    use_clmul = edc_has_clmul();
}

uint32_t edc_plain(uint32_t edc, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;

    for (; count >= SLICES; count -= SLICES, at += SLICES)
        edc = tables[7][at[0] ^ (edc & 255)] ^ tables[6][at[1] ^ (edc >> 8 & 255)] ^
              tables[5][at[2] ^ (edc >> 16 & 255)] ^ tables[4][at[3] ^ edc >> 24] ^ tables[3][at[4]] ^
              tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
    for (; count; count--, at++)
        edc = edc >> 8 ^ tables[0][(edc ^ *at) & 255];
    return edc;
}

uint32_t dk_edc(uint32_t edc, const void *bytes, size_t count)
{
    return use_clmul && count >= EDC_CLMUL_LEAST ? edc_clmul(edc, bytes, count) : edc_plain(edc, bytes, count);
}
