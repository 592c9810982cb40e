/* How fast sectors are checked, completed and turned: GB/s of each form on this machine, no claim that a test holds. */
#include "sector/edc.h"

#include <disckit/sector.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SECTORS = 4096 };

static const double SECONDS = 0.4; /* each, so that the whole takes a few */

static uint8_t sectors[SECTORS][DK_SECTOR_RAW];
static volatile unsigned sink;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void measure(const char *what, unsigned bytes, void (*run)(uint8_t *raw))
{
    const double begin = now();
    double seconds;
    uint64_t done = 0;

    do {
        for (int i = 0; i < SECTORS; i++)
            run(sectors[i]);
        done += (uint64_t)SECTORS * bytes;
        seconds = now() - begin;
    } while (seconds < SECONDS);
    printf("%-28s %7.2f GB/s\n", what, (double)done / seconds / 1e9);
}

static void edc_by_table(uint8_t *raw)
{
    sink = edc_plain(0, raw, 2064);
}

static void edc_by_multiplication(uint8_t *raw)
{
    sink = edc_clmul(0, raw, 2064);
}

static void write_ecc(uint8_t *raw)
{
    dk_ecc_write(raw, false);
}

static void check_ecc(uint8_t *raw)
{
    sink = dk_ecc_right(raw, false);
}

static void complete(uint8_t *raw)
{
    dk_sector_complete(raw, DK_MODE1, 0);
}

static void check(uint8_t *raw)
{
    sink = dk_sector_check(raw, 0, false);
}

static void check_all(uint8_t *raw)
{
    sink = dk_sector_check(raw, 0, true);
}

static void to_linear(uint8_t *raw)
{
    uint8_t linear[DK_SUBCHANNEL];

    dk_sub_to_linear(raw, linear);
    sink = linear[12];
}

static void to_interleaved(uint8_t *raw)
{
    uint8_t interleaved[DK_SUBCHANNEL];

    dk_sub_to_interleaved(raw, interleaved);
    sink = interleaved[12];
}

static void q_crc(uint8_t *raw)
{
    sink = dk_q_crc(raw, 10);
}

int main(void)
{
    uint32_t state = 1;

    for (int i = 0; i < SECTORS; i++)
        for (int at = 0; at < DK_SECTOR_RAW; at++)
            sectors[i][at] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
    measure("EDC, by tables", 2064, edc_by_table);
    if (edc_has_clmul())
        measure("EDC, by PCLMULQDQ", 2064, edc_by_multiplication);
    measure("P and Q, written", DK_SECTOR_RAW, write_ecc);
    measure("P and Q, checked", DK_SECTOR_RAW, check_ecc);
    measure("sector completed", DK_SECTOR_RAW, complete);
    measure("sector checked, EDC", DK_SECTOR_RAW, check);
    measure("sector checked, EDC, P, Q", DK_SECTOR_RAW, check_all);
    measure("subchannel to linear", DK_SUBCHANNEL, to_linear);
    measure("subchannel to interleaved", DK_SUBCHANNEL, to_interleaved);
    measure("CRC of Q", 10, q_crc);
    return 0;
}
