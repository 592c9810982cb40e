/* Looking at sectors before anything is written: what of them would the target lose? */
#include "jobs/loss.h"

#include <string.h>

enum {
    HEADER_MODE = 15,
    SUBHEADER = 16,
    MODE2_USER = 24,
    Q_AT = 12, /* of linear subchannel: P is what Q says, so it is not looked at */
    ADR = 15,  /* bits of Q's first byte: 1 is a position, 2 and 3 are MCN and ISRC, which the table has */
};

struct look {
    const struct convert *convert;
    struct loss_scan *scan;
    enum dk_form form;
    struct loss_found
        *left_out;  /* these are left out: what of them is more than zeros; NULL: they go into the result */
    bool user_only; /* the result keeps 2048 bytes of each data sector */
};

static bool all_zeros(const uint8_t *bytes, size_t count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static void found(struct loss_found *what, int32_t lba)
{
    if (what->count++ == 0)
        what->first = lba;
}

static void look_at_mode2(const struct look *look, int32_t lba, const uint8_t *raw)
{
    static const uint8_t plain[4] = { 0, 0, 8, 0 }; /* submode "data": what is computed where none is stored */
    const enum dk_mode form = dk_mode2_form(raw + SUBHEADER);
    const int user = form == DK_MODE2 ? SUBHEADER : MODE2_USER;
    const int end = form == DK_MODE2_FORM2 ? MODE2_USER + DK_SECTOR_FORM2 : DK_SECTOR_RAW;

    if (form == DK_MODE2_FORM1) {
        if (memcmp(raw + SUBHEADER, plain, sizeof plain) != 0)
            found(&look->scan->subheaders, lba);
    } else if (!all_zeros(raw + user + DK_SECTOR_USER, (size_t)(end - user - DK_SECTOR_USER))) {
        found(&look->scan->form2, lba);
    }
}

/* Would the raw sector be the same if only its user data were kept? */
static void look_at_check_bytes(const struct look *look, int32_t lba, const uint8_t *raw)
{
    const int user = dk_sector_user_at(raw);
    const enum dk_mode mode = (raw[HEADER_MODE] & 3) == 2 ? DK_MODE2_FORM1 : DK_MODE1;
    uint8_t computed[DK_SECTOR_RAW];

    if (user < 0) {
        if (!all_zeros(raw, DK_SECTOR_RAW))
            found(&look->scan->odd_raw, lba);
        return;
    }
    dk_sector_expand(dk_layout_find(mode, DK_SECTOR_USER), mode, lba, raw + user, computed);
    if (memcmp(raw, computed, DK_SECTOR_RAW) != 0)
        found(&look->scan->odd_raw, lba);
}

static void look_at_subchannel(const struct look *look, int32_t lba, const uint8_t *linear)
{
    uint8_t computed[DK_SUBCHANNEL];

    if ((linear[Q_AT] & ADR) > 1 && all_zeros(linear + 2 * Q_AT, DK_SUBCHANNEL - 2 * Q_AT))
        return;
    if (all_zeros(linear + Q_AT, DK_SUBCHANNEL - Q_AT))
        return;
    dk_sub_make(look->convert->disc, lba, computed);
    if (memcmp(linear + Q_AT, computed + Q_AT, DK_SUBCHANNEL - Q_AT) != 0)
        found(&look->scan->subchannel, lba);
}

static void look_at_data(const struct look *look, int32_t lba, const uint8_t *raw)
{
    if ((raw[HEADER_MODE] & 3) == 2)
        look_at_mode2(look, lba, raw);
    if (look->user_only)
        look_at_check_bytes(look, lba, raw);
}

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    const struct look *look = context;
    const size_t size = dk_form_size(look->form);
    const struct dk_extent *extent = dk_disc_extent_at(look->convert->disc, lba);
    const bool data = extent && dk_mode_is_data(extent->mode);

    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *raw = bytes + i * size;

        if (look->left_out && !all_zeros(raw + (data ? MODE2_USER : 0), data ? DK_SECTOR_USER - 8 : DK_SECTOR_RAW))
            found(look->left_out, lba + (int32_t)i);
        else if (!look->left_out && data)
            look_at_data(look, lba + (int32_t)i, raw);
        if (look->form == DK_FORM_RAW_SUB)
            look_at_subchannel(look, lba + (int32_t)i, raw + DK_SECTOR_RAW);
    }
    return true;
}

static bool look_at(struct convert *convert, struct look *look, int32_t lba, uint32_t count, struct dk_error *error)
{
    const struct dk_pipeline settings = {
        .disc = convert->disc,
        .source = convert->options->source,
        .lba = lba,
        .count = count,
        .form = look->form,
        .go_on = true,
        .take = take,
        .context = look,
        .watch = convert->options->watch,
        .doing = "looking for what would be lost",
    };

    return dk_pipeline_run(&settings, error);
}

/* ---- Which sectors ---- */

/* The part of [lba, lba + count) that an extent has, as a stretch; false where there is none. */
static bool overlap(const struct dk_extent *extent, int32_t lba, uint32_t count, int32_t *from, uint32_t *length)
{
    const int64_t end = (int64_t)lba + count, extent_end = (int64_t)extent->lba + extent->count;
    const int64_t first = extent->lba > lba ? extent->lba : lba, last = extent_end < end ? extent_end : end;

    *from = (int32_t)first;
    *length = first < last ? (uint32_t)(last - first) : 0;
    return first < last;
}

/* Mode 2 sectors that an image stores with their subheader: Form 2 may be among them at any place. */
static bool may_be_form2(const struct dk_extent *extent)
{
    const bool mode2 = dk_mode_is_data(extent->mode) && extent->mode != DK_MODE1 && extent->mode != DK_MODE0;

    return extent->store && mode2 && extent->layout->to > MODE2_USER + DK_SECTOR_USER;
}

static bool scan_pieces(struct convert *convert, struct loss_scan *scan, struct dk_error *error)
{
    struct look look = { .convert = convert, .scan = scan, .form = DK_FORM_RAW };
    int32_t from;
    uint32_t length;

    for (size_t i = 0; i < convert->piece_count; i++)
        for (size_t k = 0; !convert->pieces[i].hole && k < convert->disc->extent_count; k++) {
            const struct dk_extent *extent = &convert->disc->extents[k];

            if (may_be_form2(extent) &&
                overlap(extent, convert->pieces[i].lba, convert->pieces[i].count, &from, &length) &&
                !look_at(convert, &look, from, length, error))
                return false;
        }
    return true;
}

static bool is_in_sounds(const struct convert *convert, int32_t lba)
{
    for (size_t i = 0; i < convert->sound_count; i++)
        if (lba >= convert->sounds[i].lba && lba - convert->sounds[i].lba < (int64_t)convert->sounds[i].count)
            return true;
    return false;
}

/* [lba, lba + count) as far as a file has it: what is not empty there is left out. */
static bool scan_left_out(struct convert *convert, struct loss_scan *scan, struct loss_found *left_out, int32_t lba,
                          uint32_t count, struct dk_error *error)
{
    struct look look = { .convert = convert, .scan = scan, .form = DK_FORM_RAW, .left_out = left_out };
    int32_t from;
    uint32_t length;

    for (size_t k = 0; count && k < convert->disc->extent_count; k++)
        if (convert->disc->extents[k].store && overlap(&convert->disc->extents[k], lba, count, &from, &length) &&
            !look_at(convert, &look, from, length, error))
            return false;
    return true;
}

/* Pregaps of the tracks in the result. */
static bool scan_pregaps(struct convert *convert, struct loss_scan *scan, struct dk_error *error)
{
    for (size_t i = 0; i < convert->disc->track_count; i++) {
        const struct dk_track *track = &convert->disc->tracks[i];
        const int32_t begin = track->lba - (int32_t)track->pregap;

        if (convert->chosen[track->number] && !is_in_sounds(convert, begin) &&
            !(loss_is_image(convert) && i == 0) && /* that is the pause, and what is hidden */
            !scan_left_out(convert, scan, &scan->pregap, begin, track->pregap, error))
            return false;
    }
    return true;
}

/* What an image has before its first track, where the target has no place for it. */
static bool scan_beginning(struct convert *convert, unsigned holds, struct loss_scan *scan, struct dk_error *error)
{
    const int32_t start = convert->disc->tracks[0].lba, pause_end = start < 0 ? start : 0;

    if (!(holds & DK_HOLDS_PAUSE) && pause_end > -DK_LEAD_IN_PREGAP &&
        !scan_left_out(convert, scan, &scan->pause, -DK_LEAD_IN_PREGAP, (uint32_t)(DK_LEAD_IN_PREGAP + pause_end),
                       error))
        return false;
    return (holds & DK_HOLDS_HIDDEN) || start <= 0 ||
           scan_left_out(convert, scan, &scan->hidden, 0, (uint32_t)start, error);
}

/* Sectors whose subchannel or check bytes have no place in the target; where all have one, nothing is read. */
static bool scan_extent(struct convert *convert, unsigned holds, const struct dk_extent *extent, struct loss_scan *scan,
                        struct dk_error *error)
{
    const bool data = dk_mode_is_data(extent->mode);
    const bool sub = extent->layout->sub_size && !(holds & DK_HOLDS_SUBCHANNEL);
    struct look look = {
        .convert = convert,
        .scan = scan,
        .form = sub ? DK_FORM_RAW_SUB : DK_FORM_RAW,
        .user_only = !(holds & DK_HOLDS_CHECK_BYTES) && data && extent->layout->from < SUBHEADER,
    };

    if (!sub && !look.user_only && ((holds & DK_HOLDS_FORM2) || !may_be_form2(extent)))
        return true;
    return look_at(convert, &look, extent->lba, extent->count, error);
}

static bool scan_image(struct convert *convert, unsigned holds, struct loss_scan *scan, struct dk_error *error)
{
    for (size_t i = 0; i < convert->disc->extent_count; i++)
        if (convert->disc->extents[i].store && !scan_extent(convert, holds, &convert->disc->extents[i], scan, error))
            return false;
    return ((holds & DK_HOLDS_PREGAPS) || scan_pregaps(convert, scan, error)) &&
           scan_beginning(convert, holds, scan, error);
}

bool loss_scan(struct convert *convert, unsigned holds, struct loss_scan *scan, struct dk_error *error)
{
    if (loss_is_image(convert))
        return scan_image(convert, holds, scan, error);
    return scan_pieces(convert, scan, error) && scan_pregaps(convert, scan, error);
}
