/* Comparing a result with its disc: the bytes of a file, or another disc's sectors. */
#include <disckit/cdtext.h>
#include <disckit/format.h>
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

static int32_t end_in(const struct dk_extent *extent, int32_t end)
{
    const int64_t extent_end = extent ? (int64_t)extent->lba + extent->count : INT64_MAX;

    return extent_end < end ? (int32_t)extent_end : end;
}

/* The next LBA, from `lba` on, that an extent of the disc begins with. */
static int32_t next_extent(const struct dk_disc *disc, int32_t lba, int32_t end)
{
    for (size_t i = 0; i < disc->extent_count; i++)
        if (disc->extents[i].lba > lba)
            return disc->extents[i].lba < end ? disc->extents[i].lba : end;
    return end;
}

struct verify {
    const struct dk_disc *disc;
    struct disc_side side;
    unsigned holds;
    struct dk_watch *watch;
};

static bool is_stored(const struct dk_extent *extent)
{
    return extent && extent->store;
}

/* Sectors that both discs have, in one way each. */
static bool compare_stretch(struct verify *verify, const struct dk_extent *one, const struct dk_extent *other,
                            enum dk_mode mode, int32_t lba, uint32_t count, struct dk_error *error)
{
    const enum dk_form richest = stored_form(one, one ? one->mode : mode);
    const enum dk_form others = stored_form(other, other ? other->mode : mode);
    const enum dk_form form = richest < others ? richest : others;
    const struct dk_pipeline settings = {
        .disc = verify->disc,
        .lba = lba,
        .count = count,
        .form = form,
        .go_on = true,
        .take = compare_with_disc,
        .context = &verify->side,
        .watch = verify->watch,
        .doing = "verifying",
        .done_before = lba > 0 ? (uint64_t)lba * dk_form_size(form) : 0,
        .total = (uint64_t)dk_disc_end(verify->disc) * dk_form_size(form),
    };

    verify->side.form = form;
    return dk_pipeline_run(&settings, error);
}

/* What is left out of the result: where it had no place for it, that was told as a loss. */
static bool may_be_left_out(const struct verify *verify, const struct dk_track *track, int32_t lba)
{
    if (lba < 0)
        return !(verify->holds & DK_HOLDS_PAUSE);
    return !(verify->holds & (track == verify->disc->tracks ? DK_HOLDS_HIDDEN : DK_HOLDS_PREGAPS));
}

static bool take_zeros(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    const size_t size = count * dk_form_size(*(const enum dk_form *)context);

    if (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0)
        return true;
    return dk_fail(error, DK_ERROR_DAMAGED, "the result lacks sectors from LBA %" PRId32 " on, which are not empty",
                   lba);
}

/* In front of a track: what the disc stores there, and the result does not, has to be what is read where nothing is. */
static bool compare_gap(struct verify *verify, const struct dk_track *track, const struct dk_extent *one,
                        const struct dk_extent *other, int32_t lba, uint32_t count, struct dk_error *error)
{
    enum dk_form form = one && one->mode == DK_AUDIO ? DK_FORM_RAW : DK_FORM_USER;
    const struct dk_pipeline settings = {
        .disc = verify->disc,
        .lba = lba,
        .count = count,
        .form = form,
        .go_on = true,
        .take = take_zeros,
        .context = &form,
    };

    if (!is_stored(one))
        return true;
    if (is_stored(other))
        return compare_stretch(verify, one, other, track->mode, lba, count, error);
    return may_be_left_out(verify, track, lba) || dk_pipeline_run(&settings, error);
}

/* [lba, end) of the track and of what is before it, a stretch at a time that each disc stores in one way. */
static bool compare_range(struct verify *verify, const struct dk_track *track, int32_t lba, int32_t end,
                          struct dk_error *error)
{
    const struct dk_disc *disc = verify->disc, *result = verify->side.disc;

    while (lba < end) {
        const struct dk_extent *one = dk_disc_extent_at(disc, lba), *other = dk_disc_extent_at(result, lba);
        const bool gap = lba < track->lba, nowhere = !one && !other && disc->extent_count;
        int32_t stop = end_in(one, end_in(other, gap ? track->lba : end));

        if (!one && disc->extent_count)
            stop = next_extent(disc, lba, stop);
        if (!other)
            stop = next_extent(result, lba, stop);
        if (lba < 0 && stop > 0)
            stop = 0;
        if (!nowhere && !(gap ? compare_gap(verify, track, one, other, lba, (uint32_t)(stop - lba), error)
                              : compare_stretch(verify, one, other, track->mode, lba, (uint32_t)(stop - lba), error)))
            return false;
        lba = stop;
    }
    return true;
}

static int32_t end_of(const struct dk_track *track)
{
    return (int32_t)(track->lba + track->count + track->postgap);
}

static bool compare_sectors(struct verify *verify, struct dk_error *error)
{
    const struct dk_disc *disc = verify->disc;

    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];
        int32_t begin = track->lba - (int32_t)track->pregap;

        if (i == 0 && disc->extent_count && disc->extents[0].lba < begin)
            begin = disc->extents[0].lba;
        else if (i && track[-1].session == track->session)
            begin = end_of(&track[-1]);
        if (!compare_range(verify, track, begin, end_of(track), error))
            return false;
    }
    return true;
}

/* ---- Tables ---- */

static bool same_indexes(const struct dk_track *one, const struct dk_track *other)
{
    for (size_t i = 0; i < one->index_count && i < other->index_count; i++)
        if (one->indexes[i].number != other->indexes[i].number || one->indexes[i].lba != other->indexes[i].lba)
            return false;
    return one->index_count == other->index_count;
}

/* `before`: the track before it in its session, or NULL. */
static bool same_track(const struct dk_track *one, const struct dk_track *other, const struct dk_track *before,
                       unsigned holds, struct dk_error *error)
{
    const char *what = NULL;

    if (one->number != other->number || ((holds & DK_HOLDS_SESSIONS) && one->session != other->session))
        what = "number or session";
    else if (one->lba != other->lba || end_of(one) != end_of(other))
        what = "place";
    else if (dk_mode_is_data(one->mode) != dk_mode_is_data(other->mode))
        what = "mode";
    else if ((holds & DK_HOLDS_FLAGS) && one->control != other->control)
        what = "set of flags";
    else if ((holds & DK_HOLDS_ISRC) && strcmp(one->isrc, other->isrc) != 0)
        what = "ISRC";
    else if ((holds & DK_HOLDS_INDEXES) && !same_indexes(one, other))
        what = "list of indexes";
    else if ((holds & DK_HOLDS_PREGAPS) && before && one->pregap != other->pregap)
        what = "pregap";
    return !what || dk_fail(error, DK_ERROR_DAMAGED,
                            "track %d has another %s in the result (LBA %" PRId32 ", %" PRIu32
                            " sectors; there: LBA %" PRId32 ", %" PRIu32 ")",
                            one->number, what, one->lba, one->count, other->lba, other->count);
}

static bool same_text(const struct dk_cd_text *one, const struct dk_cd_text *other, struct dk_error *error)
{
    for (size_t i = 0; one && i < one->count; i++) {
        const struct dk_cd_text_item *item = &one->items[i];
        const char *text = other ? dk_cd_text_get(other, item->block, item->track, item->type) : NULL;

        if (*item->text && (!text || strcmp(text, item->text) != 0))
            return dk_fail(error, DK_ERROR_DAMAGED, "the result has another CD-TEXT for track %d: '%s', not '%s'",
                           item->track, text ? text : "", item->text);
    }
    return true;
}

static bool same_table(const struct dk_disc *disc, const struct dk_disc *result, unsigned holds, struct dk_error *error)
{
    const bool sessions = !(holds & DK_HOLDS_SESSIONS) || disc->session_count == result->session_count;

    if (disc->track_count != result->track_count || !sessions)
        return dk_fail(error, DK_ERROR_DAMAGED, "the result has %zu tracks in %zu sessions, not %zu in %zu",
                       result->track_count, result->session_count, disc->track_count, disc->session_count);
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];
        const struct dk_track *before = i && track[-1].session == track->session ? track - 1 : NULL;

        if (!same_track(track, &result->tracks[i], before, holds, error))
            return false;
    }
    if ((holds & DK_HOLDS_MCN) && strcmp(disc->mcn, result->mcn) != 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "the result has the MCN '%s', not '%s'", result->mcn, disc->mcn);
    return !(holds & DK_HOLDS_CD_TEXT) || same_text(disc->cd_text, result->cd_text, error);
}

bool dk_verify_disc(const struct dk_disc *disc, const struct dk_disc *result, unsigned holds, struct dk_watch *watch,
                    struct dk_error *error)
{
    struct verify verify = { .disc = disc, .side = { .disc = result }, .holds = holds, .watch = watch };
    bool right = same_table(disc, result, holds, error);

    if (!right)
        return false;
    verify.side.bytes = malloc(PIECE);
    if (!verify.side.bytes)
        return dk_fail_errno(error, "cannot verify");
    right = compare_sectors(&verify, error);
    free(verify.side.bytes);
    return right;
}
