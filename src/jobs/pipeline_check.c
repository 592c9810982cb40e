/* The checker's part of the pipeline. */
#include "jobs/pipeline.h"

#include <string.h>

enum { CHECK_BYTES_END = 2076 /* of a Mode 2 Form 1 sector, and beyond that of Mode 1: ECMA-130 14.3, CD-ROM XA */ };

bool pipeline_can_check(const struct dk_extent *extent)
{
    return extent->store && dk_mode_is_data(extent->mode) && extent->layout->to >= CHECK_BYTES_END;
}

static bool all_zeros(const uint8_t *bytes, size_t count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

/* P and Q cost ten times the EDC, so they are asked only where that is wrong: whether they agree tells how bad it is.
 */
static unsigned with_parity(const uint8_t *raw, unsigned faults)
{
    const bool mode2 = (raw[15] & 3) == 2;

    return (faults & DK_FAULT_EDC) && !dk_ecc_right(raw, mode2) ? faults | DK_FAULT_ECC : faults;
}

static unsigned faults_of(const struct dk_pipeline *settings, const struct pipeline_block *block, uint32_t i)
{
    const int32_t lba = block->lba + (int32_t)i;
    uint8_t raw[DK_SECTOR_RAW];
    const uint8_t *bytes;
    unsigned faults;

    if (!block->extent) {
        bytes = block->bytes + i * dk_form_size(settings->form);
        faults = dk_sector_check(bytes, lba, false);
        return faults && !all_zeros(bytes, DK_SECTOR_RAW) ? with_parity(bytes, faults) : 0;
    }
    bytes = block->bytes + (size_t)i * block->extent->layout->stored;
    faults = dk_sector_check_stored(block->extent->layout, block->extent->mode, bytes, lba, false);
    if (!faults || all_zeros(bytes, (size_t)(block->extent->layout->to - block->extent->layout->from)))
        return 0;
    if (!(faults & DK_FAULT_EDC))
        return faults;
    dk_sector_expand(block->extent->layout, block->extent->mode, lba, bytes, raw);
    return with_parity(raw, faults);
}

/* Are these data sectors, with check bytes that were read and not computed? */
static bool is_checked(const struct dk_pipeline *settings, const struct pipeline_block *block)
{
    const struct dk_track *track;

    if (block->unreadable)
        return false;
    if (block->extent)
        return pipeline_can_check(block->extent);
    track = settings->disc ? dk_disc_track_at(settings->disc, block->lba) : NULL;
    return settings->form != DK_FORM_USER && track && dk_mode_is_data(track->mode);
}

void pipeline_check(const struct dk_pipeline *settings, const struct pipeline_block *block, struct dk_bad_list *faulty)
{
    if (!is_checked(settings, block))
        return;
    for (uint32_t i = 0; i < block->count; i++) {
        const unsigned faults = faults_of(settings, block, i);

        faulty->odd_headers += (faults & DK_FAULT_HEADER) != 0;
        if (faults & ~(unsigned)DK_FAULT_HEADER)
            dk_bad_list_add(faulty, block->lba + (int32_t)i, 1, faults & ~(unsigned)DK_FAULT_HEADER);
    }
}

void pipeline_merge_bad(struct dk_bad_list *to, const struct dk_bad_list *one, const struct dk_bad_list *other)
{
    const uint64_t listed = to->sectors + one->sectors + other->sectors;
    size_t i = 0, k = 0;

    while (i < one->count || k < other->count) {
        const bool first = k == other->count || (i < one->count && one->runs[i].lba < other->runs[k].lba);
        const struct dk_bad_run *run = first ? &one->runs[i++] : &other->runs[k++];

        dk_bad_list_add(to, run->lba, run->count, run->faults);
    }
    to->sectors = listed;
    to->odd_headers += one->odd_headers + other->odd_headers;
}
