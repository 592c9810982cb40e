/* The sync and the header of raw data sectors (ECMA-130 14.1, 14.2). */
#include "formats/sync.h"

#include <string.h>

bool sync_parse(const uint8_t bytes[SYNC_AND_HEADER], struct sync_header *header)
{
    static const uint8_t pattern[12] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };
    static const enum dk_mode modes[] = { DK_MODE0, DK_MODE1, DK_MODE2 };
    const unsigned mode = bytes[15] & 3; /* the other bits tell run-in and run-out blocks apart (MMC) */
    const struct dk_msf msf = {
        .minute = (uint8_t)dk_of_bcd(bytes[12]),
        .second = (uint8_t)dk_of_bcd(bytes[13]),
        .frame = (uint8_t)dk_of_bcd(bytes[14]),
    };

    if (memcmp(bytes, pattern, sizeof pattern) != 0 || mode > 2)
        return false;
    *header = (struct sync_header){
        .mode = modes[mode],
        .has_lba = (bytes[12] & 15) <= 9 && (bytes[13] & 15) <= 9 && (bytes[14] & 15) <= 9 && msf.second < 60 &&
                   msf.frame < DK_FRAMES_A_SECOND,
        .lba = dk_lba_of_msf(msf),
    };
    return true;
}

bool sync_read(struct dk_store *store, uint64_t offset, struct sync_header *header)
{
    uint8_t bytes[SYNC_AND_HEADER];
    struct dk_error error;

    return dk_store_read(store, bytes, sizeof bytes, offset, &error) && sync_parse(bytes, header);
}
