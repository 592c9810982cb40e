/* User data of sectors, many at once, with what their check bytes say. */
#include "jobs/extraction.h"

#include <stdlib.h>
#include <string.h>

enum { MODE1_EDC = 2064, FORM1_EDC = 2072, MODE_BYTE = 15, SUBHEADER = 16 }; /* ECMA-130 14.2 to 14.4 */

bool reader_open(struct reader *reader, const struct dk_disc *disc, struct dk_error *error)
{
    *reader = (struct reader){ .disc = disc };
    reader->user = malloc(READER_SECTORS * DK_SECTOR_USER);
    return reader->user || dk_fail_errno(error, "cannot read %s", disc->path);
}

void reader_close(struct reader *reader)
{
    free(reader->user);
    free(reader->raw);
}

static bool is_zero(const uint8_t *from, const uint8_t *end)
{
    while (from < end && *from == 0)
        from++;
    return from == end;
}

/* What is known of a raw sector goes to reader->bad and its kin at `at`. */
static void judge(struct reader *reader, const uint8_t *raw, int32_t lba, uint32_t at)
{
    const bool mode1 = (raw[MODE_BYTE] & 3) == 1;
    const unsigned faults = dk_sector_check(raw, lba, false);

    reader->form2[at] =
        !(faults & DK_FAULT_SYNC) && (raw[MODE_BYTE] & 3) == 2 && dk_mode2_form(raw + SUBHEADER) == DK_MODE2_FORM2;
    reader->bad[at] = (faults & (DK_FAULT_SYNC | DK_FAULT_EDC)) != 0;
    if (faults & DK_FAULT_EDC && !reader->form2[at] &&
        is_zero(raw + (mode1 ? MODE1_EDC : FORM1_EDC), raw + DK_SECTOR_RAW)) {
        reader->bad[at] = false;
        reader->unchecked++;
    }
}

static uint32_t fill_raw(struct reader *reader, int32_t lba, uint32_t count, struct dk_error *error)
{
    uint32_t got;

    if (!reader->raw)
        reader->raw = malloc(READER_SECTORS * DK_SECTOR_RAW);
    if (!reader->raw) {
        dk_fail_errno(error, "cannot read %s", reader->disc->path);
        return 0;
    }
    got = dk_source_read(reader->disc->source, lba, count, DK_FORM_RAW, reader->raw, error);
    for (uint32_t i = 0; i < got; i++) {
        const uint8_t *raw = reader->raw + (size_t)i * DK_SECTOR_RAW;
        const int user = dk_sector_user_at(raw);

        judge(reader, raw, lba + (int32_t)i, i);
        memcpy(reader->user + (size_t)i * DK_SECTOR_USER, raw + (user < 0 ? SUBHEADER : user), DK_SECTOR_USER);
    }
    return got;
}

static uint32_t fill(struct reader *reader, int32_t lba, uint32_t count, struct dk_error *error)
{
    const struct dk_extent *extent = dk_disc_extent_at(reader->disc, lba);
    uint32_t left;

    /* the check bytes are there where a sector is stored to its end */
    if (extent && extent->store && extent->mode != DK_AUDIO && extent->layout->to == DK_SECTOR_RAW) {
        left = extent->count - (uint32_t)(lba - extent->lba);
        return fill_raw(reader, lba, count < left ? count : left, error);
    }
    memset(reader->bad, 0, sizeof reader->bad);
    memset(reader->form2, 0, sizeof reader->form2);
    return dk_source_read(reader->disc->source, lba, count, DK_FORM_USER, reader->user, error);
}

bool reader_holds(const struct reader *reader, int32_t lba)
{
    return lba >= reader->lba && lba - (int64_t)reader->lba < reader->held;
}

const uint8_t *reader_get(struct reader *reader, int32_t lba, uint32_t *count, uint32_t ahead, struct dk_error *error)
{
    uint32_t at, want = ahead > *count ? ahead : *count;

    if (!reader_holds(reader, lba)) {
        reader->lba = lba;
        reader->held = fill(reader, lba, want < READER_SECTORS ? want : READER_SECTORS, error);
        if (!reader->held && want > 1) /* something behind it may have been the trouble */
            reader->held = fill(reader, lba, 1, error);
        if (!reader->held)
            return NULL;
    }
    at = (uint32_t)(lba - reader->lba);
    if (*count > reader->held - at)
        *count = reader->held - at;
    return reader->user + (size_t)at * DK_SECTOR_USER;
}
