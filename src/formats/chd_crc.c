/* The CRC of CHD's hunks and maps, eight bytes a step: a table for each place that a byte has in them. */
#include "formats/chd.h"

#include <pthread.h>

enum { STEP = 8, POLYNOMIAL = 0x1021, START = 0xFFFF };

static uint16_t tables[STEP][256];

static void fill_tables(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned crc = byte << 8;

        for (int bit = 0; bit < 8; bit++)
            crc = crc << 1 ^ (crc & 0x8000 ? POLYNOMIAL : 0);
        tables[0][byte] = (uint16_t)crc;
    }
    for (unsigned place = 1; place < STEP; place++)
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint16_t before = tables[place - 1][byte];

            tables[place][byte] = (uint16_t)(before << 8 ^ tables[0][before >> 8]);
        }
}

uint16_t chd_crc16(const void *bytes, size_t count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const uint8_t *at = bytes;
    unsigned crc = START;

    pthread_once(&once, fill_tables);
    for (; count >= STEP; count -= STEP, at += STEP)
        crc = tables[7][at[0] ^ crc >> 8] ^ tables[6][at[1] ^ (crc & 0xFF)] ^ tables[5][at[2]] ^ tables[4][at[3]] ^
              tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
    for (; count; count--, at++)
        crc = (crc << 8 & 0xFFFF) ^ tables[0][at[0] ^ crc >> 8];
    return (uint16_t)crc;
}
