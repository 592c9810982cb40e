/* ISO: the user data of one track, 2048 bytes a sector, with no table. */
#include "formats/rows.h"

#include <string.h>

enum { DESCRIPTORS_AT = 16 * DK_SECTOR_USER }; /* ECMA-119 6.2.1: the system area has 16 sectors */

static int iso_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size > DESCRIPTORS_AT + 6 && memcmp(candidate->head + DESCRIPTORS_AT + 1, "CD001", 5) == 0
               ? 60
               : 0;
}

static bool iso_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    const uint64_t sectors = candidate->store->size / DK_SECTOR_USER;

    if (sectors > INT32_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has more sectors than any disc", candidate->path);
    disc->container_size = candidate->store->size;
    disc->odd_tail = (uint32_t)(candidate->store->size % DK_SECTOR_USER);
    dk_disc_add_extent(disc, (struct dk_extent){
                                 .count = (uint32_t)sectors,
                                 .mode = DK_MODE1,
                                 .store = candidate->store,
                                 .layout = dk_layout_find(DK_MODE1, DK_SECTOR_USER),
                             });
    dk_disc_add_track(disc, (struct dk_track){
                                .number = 1,
                                .session = 1,
                                .mode = DK_MODE1,
                                .count = (uint32_t)sectors,
                                .stored = DK_SECTOR_USER,
                            });
    return true;
}

const struct dk_format format_iso = {
    .id = "iso",
    .name = "ISO image, or its sectors as they are on a disc",
    .suffixes = "iso",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = iso_probe,
    .read = iso_read,
};
