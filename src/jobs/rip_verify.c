/* The disc, read again, against the file. */
#include "jobs/rip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 32 };

/* The first bad run that ends behind `lba`; NULL: there is none. */
static const struct dk_rip_run *next_bad(const struct dk_rip_report *report, int64_t lba)
{
    for (size_t i = 0; i < report->bad_count; i++)
        if (report->bad[i].lba + (int64_t)report->bad[i].count > lba)
            return &report->bad[i];
    return NULL;
}

static void compare(struct dk_rip_report *report, int64_t lba, uint32_t count, const uint8_t *disc, const uint8_t *file)
{
    for (uint32_t i = 0; i < count; i++)
        if (memcmp(disc + i * DK_SECTOR_USER, file + i * DK_SECTOR_USER, DK_SECTOR_USER) != 0)
            dk_note(&report->notes, DK_NOTE_DAMAGE, "LBA %" PRId64 " reads differently the second time", lba + i);
}

/* A sector that reads only sometimes is worth knowing, and no reason to stop. */
static bool read_again(struct rip_copy *copy, int64_t lba, uint32_t count, uint8_t *disc, uint32_t *got,
                       struct dk_error *error)
{
    *got = dk_source_read(copy->disc->source, (int32_t)lba, count, DK_FORM_USER, disc, error);
    if (*got == count)
        return true;
    if (error->kind != DK_ERROR_DAMAGED)
        return false;
    dk_note(&copy->report->notes, DK_NOTE_DAMAGE, "the second time, %s", error->text);
    return true;
}

bool rip_verify(struct rip_copy *copy, struct dk_store *file, int64_t lba, int64_t end, struct dk_error *error)
{
    uint8_t disc[CHUNK * DK_SECTOR_USER], written[CHUNK * DK_SECTOR_USER];
    struct dk_rip_report *report = copy->report;

    while (lba < end) {
        const struct dk_rip_run *bad = next_bad(report, lba);
        const uint64_t offset = (uint64_t)(lba - report->lba) * DK_SECTOR_USER;
        const int64_t until = bad && bad->lba < end ? bad->lba : end;
        uint32_t piece, got;

        if (until <= lba) {
            lba = bad->lba + (int64_t)bad->count;
            continue;
        }
        piece = until - lba < CHUNK ? (uint32_t)(until - lba) : CHUNK;
        if (!dk_watch_tick(copy->options->watch, "verifying", offset, (uint64_t)report->sectors * DK_SECTOR_USER))
            return dk_fail(error, DK_ERROR_STOPPED, "stopped");
        if (!read_again(copy, lba, piece, disc, &got, error) ||
            !dk_store_read(file, written, (size_t)piece * DK_SECTOR_USER, offset, error))
            return false;
        compare(report, lba, got, disc, written);
        lba += got < piece ? got + 1 : piece;
    }
    return true;
}
