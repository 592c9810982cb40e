/* The check bytes of every data sector that is stored with them, against what they should be. */
#include "jobs/inspection.h"

#include <inttypes.h>

/* ECMA-130 14.3: check bytes follow the user data, so an image that ends a sector with these has none. */
static bool is_checkable(const struct dk_extent *extent)
{
    return extent->store && dk_mode_is_data(extent->mode) &&
           extent->layout->to - extent->layout->from > DK_SECTOR_FORM2;
}

static uint64_t bytes_of(const struct dk_extent *extent)
{
    return (uint64_t)extent->count * DK_SECTOR_RAW;
}

bool inspection_check_sectors(struct dk_inspection *inspection, const struct dk_disc *disc, struct dk_watch *watch,
                              struct dk_error *error)
{
    struct dk_pipeline run = {
        .disc = disc,
        .form = DK_FORM_RAW,
        .check = true,
        .go_on = true,
        .bad = &inspection->bad,
        .watch = watch,
        .doing = "checking sectors",
    };

    for (size_t i = 0; i < disc->extent_count; i++)
        if (is_checkable(&disc->extents[i]))
            run.total += bytes_of(&disc->extents[i]);
    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        if (!is_checkable(extent))
            continue;
        run.lba = extent->lba;
        run.count = extent->count;
        if (!dk_pipeline_run(&run, error))
            return false;
        run.done_before += bytes_of(extent);
        inspection->checked += extent->count;
    }
    dk_bad_list_note(&inspection->bad, &inspection->notes);
    if (inspection->bad.odd_headers)
        dk_note(&inspection->notes, DK_NOTE_ODD,
                "%" PRIu64 " sectors have another address in their headers than their place",
                inspection->bad.odd_headers);
    return true;
}
