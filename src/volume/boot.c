/* El Torito 1.0: the boot catalog. */
#include "util/cursor.h"
#include "volume/found.h"
#include "volume/numbers.h"

#include <inttypes.h>
#include <string.h>

enum {
    RECORD_SIZE = 32,
    CATALOG_RECORDS = DK_SECTOR_USER / RECORD_SIZE, /* one sector, as all catalogs have */
    VALIDATION = 0x01,                              /* figure 2 */
    SECTION = 0x90,                                 /* figure 4 */
    LAST_SECTION = 0x91,
    EXTENSION = 0x44, /* figure 6 */
    BOOTABLE = 0x88,  /* figure 3 */
    NOT_BOOTABLE = 0x00,
};

static bool is_valid(const uint8_t *validation)
{
    uint16_t sum = 0;

    for (int i = 0; i < RECORD_SIZE; i += 2)
        sum = (uint16_t)(sum + le16(validation + i));
    return validation[0] == VALIDATION && validation[30] == 0x55 && validation[31] == 0xAA && sum == 0;
}

static void add(struct dk_volumes *volumes, uint8_t platform, const uint8_t *record)
{
    volumes->boot[volumes->boot_count++] = (struct dk_boot_entry){
        .platform = platform,
        .bootable = record[0] == BOOTABLE,
        .media = record[1] & 0x0F,
        .load_segment = le16(record + 2),
        .sectors = le16(record + 6),
        .lba = le32(record + 8),
    };
}

/* The default entry, then sections of entries; a section's count is not to be relied on, so that any record counts. */
static void read_records(struct dk_volumes *volumes, struct cursor cursor)
{
    const uint8_t *record = cursor_bytes(&cursor, RECORD_SIZE);
    uint8_t platform = record[1];
    bool in_section = true;

    while ((record = cursor_bytes(&cursor, RECORD_SIZE))) {
        if (record[0] == SECTION || record[0] == LAST_SECTION) {
            platform = record[1];
            in_section = true;
        } else if (record[0] == BOOTABLE || (record[0] == NOT_BOOTABLE && in_section && le32(record + 8))) {
            add(volumes, platform, record);
        } else if (record[0] != EXTENSION) {
            break;
        }
    }
}

void find_boot(struct found *found, uint32_t catalog)
{
    struct dk_volumes *volumes = found->volumes;
    uint8_t bytes[DK_SECTOR_USER];
    struct dk_error error;

    if (volumes->boot)
        return;
    if (catalog > INT32_MAX || dk_source_read(volumes->source, (int32_t)catalog, 1, DK_FORM_USER, bytes, &error) != 1) {
        dk_note(&volumes->notes, DK_NOTE_DAMAGE, "the boot catalog at LBA %" PRIu32 " can't be read", catalog);
        return;
    }
    if (!is_valid(bytes)) {
        dk_note(&volumes->notes, DK_NOTE_DAMAGE,
                "the boot catalog at LBA %" PRIu32 " is none: its validation entry is wrong", catalog);
        return;
    }
    volumes->boot = arena_zeroed(volumes->arena, CATALOG_RECORDS, sizeof *volumes->boot);
    read_records(volumes, cursor_over(bytes, sizeof bytes));
}
