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

/* The bytes of sector `i` as they were read. */
static const uint8_t *bytes_of(const struct dk_pipeline *settings, const struct pipeline_block *block, uint32_t i,
                               size_t *size)
{
    *size = block->extent ? (size_t)(block->extent->layout->to - block->extent->layout->from) : DK_SECTOR_RAW;
    return block->bytes + i * (block->extent ? block->extent->layout->stored : dk_form_size(settings->form));
}

/* Of a sector that is not all zeros. */
static unsigned faults_of(const struct pipeline_block *block, const uint8_t *bytes, int32_t lba)
{
    uint8_t raw[DK_SECTOR_RAW];
    unsigned faults;

    if (!block->extent)
        return with_parity(bytes, dk_sector_check(bytes, lba, false));
    faults = dk_sector_check_stored(block->extent->layout, block->extent->mode, bytes, lba, false);
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

static void add_zero(struct pipeline_zeros *zeros, int32_t lba)
{
    if (zeros->lba + (int64_t)zeros->count != lba)
        zeros->count = 0;
    if (zeros->count++ == 0)
        zeros->lba = lba;
}

/* Zeros at the end of a track are its run-out, or padding; within it they stand for what was never read. */
static void settle_zeros(const struct dk_pipeline *settings, struct pipeline_zeros *zeros, int32_t lba,
                         struct dk_bad_list *faulty)
{
    const struct dk_track *track = settings->disc ? dk_disc_track_at(settings->disc, lba) : NULL;

    if (track && zeros->lba > settings->lba && dk_disc_track_at(settings->disc, zeros->lba - 1) == track)
        dk_bad_list_add(faulty, zeros->lba, zeros->count, DK_FAULT_SYNC);
    zeros->count = 0;
}

void pipeline_check(const struct dk_pipeline *settings, const struct pipeline_block *block,
                    struct pipeline_zeros *zeros, struct dk_bad_list *faulty)
{
    if (!is_checked(settings, block))
        return;
    for (uint32_t i = 0; i < block->count; i++) {
        const int32_t lba = block->lba + (int32_t)i;
        size_t size;
        const uint8_t *bytes = bytes_of(settings, block, i, &size);
        unsigned faults;

        if (all_zeros(bytes, size)) {
            if (size == DK_SECTOR_RAW) /* others may have nothing else to keep */
                add_zero(zeros, lba);
            continue;
        }
        if (zeros->count)
            settle_zeros(settings, zeros, lba, faulty);
        faults = faults_of(block, bytes, lba);
        faulty->odd_headers += (faults & DK_FAULT_HEADER) != 0;
        if (faults & ~(unsigned)DK_FAULT_HEADER)
            dk_bad_list_add(faulty, lba, 1, faults & ~(unsigned)DK_FAULT_HEADER);
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
    for (i = 0; i < one->reasons.count; i++)
        dk_note(&to->reasons, DK_NOTE_DAMAGE, "%s", one->reasons.items[i].text);
    to->sectors = listed;
    to->odd_headers += one->odd_headers + other->odd_headers;
}
