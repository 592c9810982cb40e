/* stdin: sectors of 2048 bytes; stdout: the same as raw Mode 1 sectors from LBA 0 on. */
#include <disckit/sector.h>
#include <stdio.h>

enum { USER_AT = 16 };

int main(void)
{
    static uint8_t raw[DK_SECTOR_RAW];

    for (int32_t lba = 0; fread(raw + USER_AT, 1, DK_SECTOR_USER, stdin) == DK_SECTOR_USER; lba++) {
        dk_sector_complete(raw, DK_MODE1, lba);
        if (fwrite(raw, 1, sizeof raw, stdout) != sizeof raw)
            return 1;
    }
    return fflush(stdout) != 0;
}
