#include "formats/nintendo.h"

#include <string.h>

enum { HEADER = 0x20, WII_SECTOR = 0x8000 };

/* Magics of a disc's header, and bytes of the discs that have them; where there are several, the smaller first. */
static const struct {
    unsigned at;
    const char *magic;
    uint64_t size;
} kinds[] = {
    { 0x18, "\x5D\x1C\x9E\xA3", UINT64_C(143432) * WII_SECTOR }, /* a Wii disc with one layer */
    { 0x18, "\x5D\x1C\x9E\xA3", UINT64_C(259740) * WII_SECTOR }, /* with two */
    { 0x1C, "\xC2\x33\x9F\x3D", 1459978240 },                    /* of the GameCube */
};

uint64_t nintendo_size(struct dk_store *store, uint64_t header_at, uint64_t last, uint64_t end)
{
    uint8_t header[HEADER];
    struct dk_error error;

    if (!dk_store_read(store, header, sizeof header, header_at, &error))
        return end;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memcmp(header + kinds[i].at, kinds[i].magic, 4) == 0 && last < kinds[i].size)
            return kinds[i].size;
    return end;
}
