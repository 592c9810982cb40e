/* The drives of this machine. */
#include "drive/drive.h"

#include <cdio/mmc.h>
#include <stdio.h>

enum { DRIVES_MAX = 32 }; /* /dev/sr0 ... */

static const char *state_of(struct drive *drive)
{
    static const uint8_t test[DRIVE_CDB] = { CDIO_MMC_GPCMD_TEST_UNIT_READY };
    struct drive_sense sense = { 0 };
    enum drive_answer answer = DRIVE_CHECK;

    sense.key = SENSE_ATTENTION;
    for (int i = 0; i < 4 && answer == DRIVE_CHECK && sense.key == SENSE_ATTENTION; i++)
        answer = drive->link->run(drive->link, test, NULL, 0, &sense);
    if (answer == DRIVE_SILENT)
        return "does not answer";
    if (answer == DRIVE_CHECK && sense.key == SENSE_NOT_READY && sense.asc == ASC_NO_MEDIUM)
        return sense.ascq == 2 ? "tray open" : "no disc";
    if (answer == DRIVE_CHECK && sense.key == SENSE_NOT_READY)
        return "not ready";
    return drive_is_blank(drive) ? "blank" : "ready";
}

static void look_at(struct dk_drive_entry *entry)
{
    struct drive drive = { .path = entry->path, .caller.patience = 1 };

    drive.link = drive_link_open(entry->path);
    if (!drive.link) {
        entry->state = "cannot be opened";
        return;
    }
    drive_inquire(&drive);
    drive.facts.profile = drive_current_profile(&drive);
    entry->state = state_of(&drive);
    entry->facts = drive.facts;
    drive.link->close(drive.link);
}

size_t dk_drive_list(struct dk_drive_entry *entries, size_t room)
{
    size_t count = 0;

    for (unsigned i = 0; i < DRIVES_MAX && count < room; i++) {
        struct dk_drive_entry entry = { .state = "ready" };

        snprintf(entry.path, sizeof entry.path, "/dev/sr%u", i);
        if (!dk_drive_is_one(entry.path))
            continue;
        look_at(&entry);
        entries[count++] = entry;
    }
    return count;
}
