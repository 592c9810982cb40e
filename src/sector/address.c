#include <disckit/sector.h>
#include <stdlib.h>

enum {
    FRAMES_A_MINUTE = 60 * DK_FRAMES_A_SECOND,
    FRAMES_OF_100_MINUTES = 100 * FRAMES_A_MINUTE, /* what addresses below LBA -150 are counted from (MMC-6) */
};

struct dk_msf dk_msf_of_lba(int32_t lba)
{
    int64_t frames = (int64_t)lba + DK_LEAD_IN_PREGAP;

    if (frames < 0)
        frames += FRAMES_OF_100_MINUTES;
    return (struct dk_msf){
        .minute = (uint8_t)(frames / FRAMES_A_MINUTE),
        .second = (uint8_t)(frames / DK_FRAMES_A_SECOND % 60),
        .frame = (uint8_t)(frames % DK_FRAMES_A_SECOND),
    };
}

int32_t dk_lba_of_msf(struct dk_msf msf)
{
    return (msf.minute * 60 + msf.second) * DK_FRAMES_A_SECOND + msf.frame - DK_LEAD_IN_PREGAP;
}

int32_t dk_lba_near(struct dk_msf msf, int32_t expected)
{
    const int64_t up = dk_lba_of_msf(msf), down = up - FRAMES_OF_100_MINUTES;

    return (int32_t)(llabs(up - expected) <= llabs(down - expected) ? up : down);
}

uint8_t dk_bcd(unsigned number)
{
    return (uint8_t)(number / 10 << 4 | number % 10);
}

unsigned dk_of_bcd(uint8_t bcd)
{
    return (unsigned)(bcd >> 4) * 10 + (bcd & 15);
}
