#include "formats/subchannel.h"

#include <inttypes.h>
#include <string.h>

enum {
    Q_AT = 12, /* of linear subchannel */
    ADR_MCN = 2,
    ADR_ISRC = 3,
    SAMPLES = 64,       /* sectors that tell the order */
    CODE_WITHIN = 300,  /* sectors: MCN and ISRC stand in one of 100, and some of them are not readable */
    TRACKS_WITHOUT = 4, /* in a row: then the disc has no codes, and what is packed need not be unpacked for them */
};

bool subchannel_q(const uint8_t sub[DK_SUBCHANNEL], enum dk_sub_order order, struct dk_q *q)
{
    uint8_t linear[DK_SUBCHANNEL];

    if (order == DK_SUB_LINEAR)
        return dk_q_decode(sub + Q_AT, q);
    dk_sub_to_linear(sub, linear);
    return dk_q_decode(linear + Q_AT, q);
}

bool subchannel_q_at(struct dk_store *store, uint64_t offset, enum dk_sub_order order, struct dk_q *q)
{
    uint8_t sub[DK_SUBCHANNEL];
    struct dk_error error;

    return dk_store_read(store, sub, sizeof sub, offset, &error) && subchannel_q(sub, order, q);
}

struct subchannel_votes subchannel_vote(struct dk_store *store, uint64_t offset, uint64_t stride, uint32_t count)
{
    struct subchannel_votes votes = { 0 };
    struct dk_error error;
    struct dk_q q;

    for (uint32_t i = 0; i < count; i++) {
        uint8_t sub[DK_SUBCHANNEL];

        if (!dk_store_read(store, sub, sizeof sub, offset + i * stride, &error))
            break;
        votes.linear += subchannel_q(sub, DK_SUB_LINEAR, &q);
        votes.interleaved += subchannel_q(sub, DK_SUB_INTERLEAVED, &q);
    }
    return votes;
}

/* ---- Its order ---- */

/* Bytes of a stored sector before its subchannel. */
static uint64_t sub_at(const struct dk_layout *layout)
{
    return (uint64_t)(layout->to - layout->from) + layout->c2_size;
}

static bool keeps_all(const struct dk_extent *extent)
{
    return extent->store && extent->layout->sub_size == DK_SUBCHANNEL;
}

static void settle_order(struct dk_disc *disc, struct dk_extent *extent)
{
    const struct subchannel_votes votes =
        subchannel_vote(extent->store, extent->offset + sub_at(extent->layout), extent->layout->stored,
                        extent->count < SAMPLES ? extent->count : SAMPLES);
    const bool linear = votes.linear > votes.interleaved;

    if (votes.linear == votes.interleaved || linear == (extent->sub_order == DK_SUB_LINEAR))
        return;
    extent->sub_order = linear ? DK_SUB_LINEAR : DK_SUB_INTERLEAVED;
    dk_note(&disc->notes, DK_NOTE_GUESS,
            "the subchannel from LBA %" PRId32 " on has %s: so its Q is right, and not in the order of the format",
            extent->lba, linear ? "a channel after the other" : "a bit of each channel in every byte");
}

/* ---- Codes ---- */

/* Q of a sector, where the image stores one. */
static bool q_of(const struct dk_disc *disc, int32_t lba, struct dk_q *q)
{
    const struct dk_extent *extent = dk_disc_extent_at(disc, lba);
    uint8_t bytes[Q_AT];
    struct dk_error error;
    uint64_t offset;

    if (!extent || !extent->store || extent->layout->sub_size == 0)
        return false;
    offset = extent->offset + (uint64_t)(lba - extent->lba) * extent->layout->stored + sub_at(extent->layout);
    if (extent->layout->sub_size == DK_SUBCHANNEL)
        return subchannel_q_at(extent->store, offset, extent->sub_order, q);
    return dk_store_read(extent->store, bytes, sizeof bytes, offset, &error) && dk_q_decode(bytes, q);
}

/* Looks through the first sectors of a track for what the table does not have; false: there was no code in them. */
static bool look_through(struct dk_disc *disc, struct dk_track *track)
{
    const uint32_t count = track->count < CODE_WITHIN ? track->count : CODE_WITHIN;
    const bool wants_isrc = track->mode == DK_AUDIO && !*track->isrc;
    bool mcn = *disc->mcn != '\0', isrc = !wants_isrc, any = isrc;
    struct dk_q q;

    for (uint32_t i = 0; i < count && !(mcn && isrc); i++) {
        if (!q_of(disc, track->lba + (int32_t)i, &q) || !*q.code)
            continue;
        any = true;
        if (q.adr == ADR_MCN && !mcn) {
            mcn = true;
            memcpy(disc->mcn, q.code, sizeof disc->mcn);
            dk_note(&disc->notes, DK_NOTE_GUESS, "the media catalog number is that of the subchannel at LBA %" PRId64,
                    (int64_t)track->lba + i);
        } else if (q.adr == ADR_ISRC && !isrc) {
            isrc = true;
            memcpy(track->isrc, q.code, sizeof track->isrc);
            dk_note(&disc->notes, DK_NOTE_GUESS, "the ISRC of track %d is that of the subchannel at LBA %" PRId64,
                    track->number, (int64_t)track->lba + i);
        }
    }
    return any;
}

void subchannel_settle(struct dk_disc *disc)
{
    unsigned without = 0;
    bool kept = false;

    for (size_t i = 0; i < disc->extent_count; i++) {
        kept = kept || (disc->extents[i].store && disc->extents[i].layout->sub_size);
        if (keeps_all(&disc->extents[i]))
            settle_order(disc, &disc->extents[i]);
    }
    for (size_t i = 0; kept && i < disc->track_count && without < TRACKS_WITHOUT; i++)
        without = look_through(disc, &disc->tracks[i]) ? 0 : without + 1;
}
