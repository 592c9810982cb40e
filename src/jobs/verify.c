/* Comparing a result with its disc: the bytes of a file, or another disc's sectors. */
#include <disckit/pipeline.h>
#include <disckit/verify.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 512 << 10 /* bytes: no less than a block of the pipeline in any form */ };

/* Says which sector is the first that differs, and where in it. */
static bool fail_at(int32_t lba, size_t size, const uint8_t *one, const uint8_t *other, struct dk_error *error)
{
    size_t at = 0;

    while (one[at] == other[at])
        at++;
    return dk_fail(error, DK_ERROR_DAMAGED, "the result differs at LBA %" PRId32 ", byte %zu of %zu",
                   lba + (int32_t)(at / size), at % size, size);
}

/* ---- Against the bytes of a file ---- */

struct store_side {
    struct dk_store *store;
    uint64_t offset;
    size_t size; /* bytes a sector */
    uint8_t *bytes;
};

static bool compare_with_store(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    struct store_side *side = context;

    while (count) {
        const uint32_t piece = count < PIECE / side->size ? count : (uint32_t)(PIECE / side->size);
        const size_t size = piece * side->size;

        if (!dk_store_read(side->store, side->bytes, size, side->offset, error))
            return false;
        if (memcmp(side->bytes, bytes, size) != 0)
            return fail_at(lba, side->size, bytes, side->bytes, error);
        side->offset += size;
        bytes += size;
        lba += (int32_t)piece;
        count -= piece;
    }
    return true;
}

bool dk_verify_store(const struct dk_disc *disc, struct dk_source *source, const struct dk_verify_range *range,
                     struct dk_store *store, struct dk_watch *watch, struct dk_error *error)
{
    struct store_side side = { store, range->offset, dk_form_size(range->form), malloc(PIECE) };
    const struct dk_pipeline settings = {
        .disc = disc,
        .source = source,
        .lba = range->lba,
        .count = range->count,
        .form = range->form,
        .go_on = true,
        .take = compare_with_store,
        .context = &side,
        .watch = watch,
        .doing = "verifying",
        .done_before = range->done_before,
        .total = range->total,
    };
    const bool right = side.bytes ? dk_pipeline_run(&settings, error) : dk_fail_errno(error, "cannot verify");

    free(side.bytes);
    return right;
}

bool dk_verify_zeros(struct dk_store *store, uint64_t offset, uint64_t count, struct dk_error *error)
{
    uint8_t bytes[16 << 10];

    while (count) {
        const size_t piece = count < sizeof bytes ? (size_t)count : sizeof bytes;

        if (!dk_store_read(store, bytes, piece, offset, error))
            return false;
        if (bytes[0] != 0 || memcmp(bytes, bytes + 1, piece - 1) != 0)
            return dk_fail(error, DK_ERROR_DAMAGED, "the result has bytes in the hole at byte %" PRIu64, offset);
        offset += piece;
        count -= piece;
    }
    return true;
}

/* ---- Against another disc ---- */

struct disc_side {
    const struct dk_disc *disc;
    enum dk_form form;
    uint8_t *bytes;
};

static bool compare_with_disc(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    const struct disc_side *side = context;
    const size_t size = dk_form_size(side->form);

    while (count) {
        const uint32_t piece = count < PIECE / size ? count : (uint32_t)(PIECE / size);

        if (dk_source_read(side->disc->source, lba, piece, side->form, side->bytes, error) != piece)
            return false;
        if (memcmp(side->bytes, bytes, piece * size) != 0)
            return fail_at(lba, size, bytes, side->bytes, error);
        bytes += piece * size;
        lba += (int32_t)piece;
        count -= piece;
    }
    return true;
}

/* The richest form that the disc stores its sector in. */
static enum dk_form stored_form(const struct dk_extent *extent, enum dk_mode mode)
{
    if (extent && extent->store && extent->layout->sub_size == DK_SUBCHANNEL)
        return DK_FORM_RAW_SUB;
    if (mode == DK_AUDIO || (extent && extent->store && extent->layout->from == 0))
        return DK_FORM_RAW;
    return DK_FORM_USER;
}

static uint32_t left_in(const struct dk_extent *extent, int32_t lba, uint32_t most)
{
    const uint32_t left = extent ? extent->count - (uint32_t)(lba - extent->lba) : most;

    return left < most ? left : most;
}

/* The sectors of a track, a stretch at a time that both discs store in one way. */
static bool compare_track(const struct dk_disc *disc, const struct dk_track *track, struct disc_side *side,
                          struct dk_watch *watch, struct dk_error *error)
{
    int32_t lba = track->lba;
    uint32_t left = track->count;

    while (left) {
        const struct dk_extent *one = dk_disc_extent_at(disc, lba), *other = dk_disc_extent_at(side->disc, lba);
        const enum dk_form richest = stored_form(one, track->mode), others = stored_form(other, track->mode);
        struct dk_pipeline settings = {
            .disc = disc,
            .lba = lba,
            .go_on = true,
            .take = compare_with_disc,
            .context = side,
            .watch = watch,
            .doing = "verifying",
        };

        settings.count = left_in(one, lba, left_in(other, lba, left));
        settings.form = side->form = richest < others ? richest : others;
        settings.done_before = (uint64_t)lba * dk_form_size(settings.form);
        settings.total = (uint64_t)dk_disc_end(disc) * dk_form_size(settings.form);
        if (!dk_pipeline_run(&settings, error))
            return false;
        lba += (int32_t)settings.count;
        left -= settings.count;
    }
    return true;
}

static bool same_indexes(const struct dk_track *one, const struct dk_track *other)
{
    for (size_t i = 0; i < one->index_count && i < other->index_count; i++)
        if (one->indexes[i].number != other->indexes[i].number || one->indexes[i].lba != other->indexes[i].lba)
            return false;
    return one->index_count == other->index_count;
}

static bool same_track(const struct dk_track *one, const struct dk_track *other, struct dk_error *error)
{
    const char *what = NULL;

    if (one->number != other->number || one->session != other->session)
        what = "number or session";
    else if (one->lba != other->lba || one->count != other->count)
        what = "place";
    else if (dk_mode_is_data(one->mode) != dk_mode_is_data(other->mode))
        what = "mode";
    else if (strcmp(one->isrc, other->isrc) != 0)
        what = "ISRC";
    else if (!same_indexes(one, other))
        what = "indexes";
    return !what || dk_fail(error, DK_ERROR_DAMAGED,
                            "track %d has another %s in the result (LBA %" PRId32 ", %" PRIu32
                            " sectors; there: LBA %" PRId32 ", %" PRIu32 ")",
                            one->number, what, one->lba, one->count, other->lba, other->count);
}

static bool same_table(const struct dk_disc *disc, const struct dk_disc *result, struct dk_error *error)
{
    if (disc->track_count != result->track_count || disc->session_count != result->session_count)
        return dk_fail(error, DK_ERROR_DAMAGED, "the result has %zu tracks in %zu sessions, not %zu in %zu",
                       result->track_count, result->session_count, disc->track_count, disc->session_count);
    for (size_t i = 0; i < disc->track_count; i++)
        if (!same_track(&disc->tracks[i], &result->tracks[i], error))
            return false;
    if (strcmp(disc->mcn, result->mcn) != 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "the result has the MCN '%s', not '%s'", result->mcn, disc->mcn);
    return true;
}

bool dk_verify_disc(const struct dk_disc *disc, const struct dk_disc *result, struct dk_watch *watch,
                    struct dk_error *error)
{
    struct disc_side side = { result, DK_FORM_USER, NULL };
    bool right = same_table(disc, result, error);

    if (!right)
        return false;
    side.bytes = malloc(PIECE);
    if (!side.bytes)
        return dk_fail_errno(error, "cannot verify");
    for (size_t i = 0; right && i < disc->track_count; i++)
        right = compare_track(disc, &disc->tracks[i], &side, watch, error);
    free(side.bytes);
    return right;
}
