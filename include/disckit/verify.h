/* Comparing what was written with what it was made of, sector by sector. */
#ifndef DISCKIT_VERIFY_H
#define DISCKIT_VERIFY_H

#include <disckit/sector.h>
#include <disckit/watch.h>

/*
 * Each is true where all is the same; else DK_ERROR_DAMAGED and the first LBA at which it is not. What can't be read of
 * `disc` counts as zeros, as conversions write it.
 */

/* `count` sectors of `disc` from `lba` on, in `form`, against the bytes of `store` from `offset` on. */
struct dk_verify_range {
    int32_t lba;
    uint32_t count;
    enum dk_form form;
    uint64_t offset;
    uint64_t done_before, total; /* bytes, for the watch */
};
DK_API DK_MUST_USE bool dk_verify_store(const struct dk_disc *disc, struct dk_source *source,
                                        const struct dk_verify_range *range, struct dk_store *store,
                                        struct dk_watch *watch, struct dk_error *error);
/* Are there `count` zeros from `offset` on? */
DK_API DK_MUST_USE bool dk_verify_zeros(struct dk_store *store, uint64_t offset, uint64_t count,
                                        struct dk_error *error);
/*
 * Two discs: their tables as far as `result` can hold them (enum dk_holds of disckit/format.h), then each sector from
 * the first to the last in the richest form that both store: raw with subchannel, raw, or user data. What only one of
 * them stores, and the other would compute, is not compared; a sector that only one stores at all is compared with
 * silence, or with zeros.
 */
DK_API DK_MUST_USE bool dk_verify_disc(const struct dk_disc *disc, const struct dk_disc *result, unsigned holds,
                                       struct dk_watch *watch, struct dk_error *error);

#endif
