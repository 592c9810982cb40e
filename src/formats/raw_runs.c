/*
 * Where the tracks of a bare raw image lie: data has a sync and a header in each sector, audio has none. Sectors are
 * sampled, and only between two samples that differ the border is looked for, so that a large image opens at once.
 */
#include "formats/raw.h"
#include "formats/sync.h"

#include <string.h>

enum {
    STEP = 16,         /* sectors from one sample to the next */
    PERSISTS = STEP,   /* fewer sectors of another kind are damage, and no track */
    ZERO_SAMPLES = 64, /* sectors that must all be zeros where a run is called empty */
    Q_SAMPLES = 64,
};

struct image {
    struct dk_store *store;
    uint16_t stored;
    uint32_t count;
};

/* What the sector at `index` says, as a run of one. */
static struct raw_run look_at(const struct image *image, uint32_t index)
{
    struct raw_run run = { .first = index, .count = 1, .mode = DK_AUDIO };
    struct sync_header header;

    if (sync_read(image->store, (uint64_t)index * image->stored, &header)) {
        run.mode = header.mode;
        run.has_lba = header.has_lba;
        run.lba_ahead = (int64_t)header.lba - index;
    }
    return run;
}

static bool go_together(const struct raw_run *a, const struct raw_run *b)
{
    return a->mode == b->mode && (!a->has_lba || !b->has_lba || a->lba_ahead == b->lba_ahead);
}

/* The first sector in (`low`, `high`] that does not go with `run`; that at `low` does, that at `high` does not. */
static uint32_t border(const struct image *image, const struct raw_run *run, uint32_t low, uint32_t high)
{
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        const struct raw_run found = look_at(image, middle);

        if (go_together(run, &found))
            low = middle;
        else
            high = middle;
    }
    return high;
}

static bool is_empty(const struct image *image, const struct raw_run *run)
{
    const uint32_t samples = run->count < ZERO_SAMPLES ? run->count : ZERO_SAMPLES;
    uint8_t sector[DK_SECTOR_RAW];
    struct dk_error error;

    for (uint32_t i = 0; i < samples; i++) {
        const uint64_t index = run->first + (uint64_t)run->count * i / samples;

        if (!dk_store_read(image->store, sector, sizeof sector, index * image->stored, &error))
            return false;
        for (size_t at = 0; at < sizeof sector; at++)
            if (sector[at])
                return false;
    }
    return true;
}

/* Does this run, which lies between others, say nothing of its own: a few lost sectors, or zeros around data? */
static bool is_none(const struct image *image, const struct raw_run *run, const struct raw_run *before)
{
    if (run->mode == DK_AUDIO)
        return (run->count < PERSISTS && before && before->mode != DK_AUDIO) || is_empty(image, run);
    return run->count < PERSISTS && before && before->mode != DK_AUDIO;
}

/* Adds a run that has its full length, or lengthens the last by it. False: there is no room for one more. */
static bool settle(const struct image *image, const struct raw_run *run, struct raw_run *runs, size_t *count)
{
    struct raw_run *last = *count ? &runs[*count - 1] : NULL;

    if (last && (go_together(last, run) || is_none(image, run, last))) {
        last->count += run->count;
        if (!last->has_lba && run->has_lba && last->mode == run->mode) {
            last->has_lba = true;
            last->lba_ahead = run->lba_ahead;
        }
        return true;
    }
    if (*count == RAW_RUNS_MAX)
        return false;
    runs[(*count)++] = *run;
    return true;
}

/*
 * Zeros, or a few lost sectors, at the beginning belong to the data that follows, and so does what fills its pause
 * before LBA 0. No sector has an LBA below that pause: more zeros are of no track.
 */
static void join_beginning(const struct image *image, struct raw_run *runs, size_t *count)
{
    const bool addressed = *count > 1 && runs[1].has_lba;
    const int64_t begin = addressed ? runs[1].lba_ahead : 0; /* the LBA that sector 0 of the file would have */
    uint32_t joined;

    if (*count < 2 || runs[0].mode != DK_AUDIO || runs[1].mode == DK_AUDIO ||
        (runs[0].count >= PERSISTS && !is_empty(image, &runs[0]) &&
         !(begin < 0 && begin >= -DK_LEAD_IN_PREGAP && begin + runs[0].count == 0)))
        return;
    joined = runs[0].count;
    if (begin < -DK_LEAD_IN_PREGAP)
        joined = begin + joined > -DK_LEAD_IN_PREGAP ? (uint32_t)(begin + joined + DK_LEAD_IN_PREGAP) : 0;
    runs[1].count += joined;
    runs[1].first -= joined;
    memmove(runs, runs + 1, --*count * sizeof *runs);
}

size_t raw_split(struct dk_store *store, uint16_t stored, uint32_t count, struct raw_run runs[RAW_RUNS_MAX])
{
    const struct image image = { store, stored, count };
    struct raw_run run = look_at(&image, 0);
    uint32_t known = 0; /* the last sector that is known to be of `run` */
    size_t found = 0;

    while (known + 1 < count) {
        const uint32_t next = count - 1 - known > STEP ? known + STEP : count - 1;
        const struct raw_run sample = look_at(&image, next);
        const bool together = go_together(&run, &sample);
        const uint32_t end = together ? next : border(&image, &run, known, next);

        if (together && !run.has_lba && sample.has_lba) {
            run.has_lba = true;
            run.lba_ahead = sample.lba_ahead;
        }
        if (!together) {
            run.count = end - run.first;
            if (!settle(&image, &run, runs, &found))
                break;
            run = look_at(&image, end);
        }
        known = end;
    }
    run.count = count - run.first;
    if (!settle(&image, &run, runs, &found)) { /* more pieces than a disc has tracks: they tell nothing */
        runs[0].count = count;
        return 1;
    }
    join_beginning(&image, runs, &found);
    return found;
}

enum dk_sub_order raw_sub_order(struct dk_store *store, uint16_t stored, uint32_t count)
{
    const uint32_t samples = count < Q_SAMPLES ? count : Q_SAMPLES;
    unsigned linear = 0, interleaved = 0;

    for (uint32_t i = 0; i < samples; i++) {
        uint8_t sub[DK_SUBCHANNEL], turned[DK_SUBCHANNEL];
        const uint64_t index = (uint64_t)count * i / samples;
        struct dk_error error;

        if (!dk_store_read(store, sub, sizeof sub, index * stored + DK_SECTOR_RAW, &error))
            break;
        dk_sub_to_linear(sub, turned);
        linear += dk_q_crc(sub + 12, 10) == (sub[22] << 8 | sub[23]);
        interleaved += dk_q_crc(turned + 12, 10) == (turned[22] << 8 | turned[23]);
    }
    return linear > interleaved ? DK_SUB_LINEAR : DK_SUB_INTERLEAVED;
}
