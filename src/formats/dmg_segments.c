/* DMG: an image in several files, each with a trailer of its own. */
#include "formats/dmg.h"
#include "formats/parts.h"
#include "util/checked.h"

#include <inttypes.h>

enum { SEGMENTS_MAX = 1000 };

/* NAME.dmg goes on in NAME.002.dmgpart, NAME.001.dmg in NAME.002.dmg. */
static const struct parts_rule names = { .before = "", .after = ".dmgpart", .digits = 3, .second = 2, .word = "." };

struct segments {
    struct dmg *dmg;
    struct dk_store *data[SEGMENTS_MAX];
    size_t count;
    uint64_t size;
};

static void close_segments(struct segments *segments)
{
    for (size_t i = 0; i < segments->count; i++)
        dk_store_close(segments->data[i]);
}

static bool add_data(struct segments *segments, struct dk_store *file, const struct dmg_koly *koly,
                     struct dk_error *error)
{
    struct dk_store *data;

    if (!range_inside(koly->data_at, koly->data_size, file->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the data of %s is said to have %" PRIu64 " bytes from byte %" PRIu64
                       " on, and the file has %ju",
                       file->name, koly->data_size, koly->data_at, (uintmax_t)file->size);
    if (koly->running_offset != segments->size)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "the data of %s is said to begin at byte %" PRIu64 " of all data, and %" PRIu64
                       " bytes come before it",
                       file->name, koly->running_offset, segments->size);
    data = dk_store_slice(file, koly->data_at, koly->data_size, error);
    if (!data)
        return false;
    segments->data[segments->count++] = data;
    segments->size += data->size;
    return true;
}

static bool add_file(struct segments *segments, struct dk_store *file, struct dk_error *error)
{
    uint8_t block[DMG_TRAILER];
    struct dmg_koly koly;

    if (file->size < DMG_TRAILER || !dk_store_read(file, block, DMG_TRAILER, file->size - DMG_TRAILER, error) ||
        !dmg_parse_koly(block, &koly) || koly.segment != segments->count + 1)
        return dk_fail(error, DK_ERROR_FORMAT, "%s should be segment %zu of %s, and does not end like one", file->name,
                       segments->count + 1, segments->dmg->candidate->path);
    return add_data(segments, file, &koly, error);
}

/* Adds the next segment; without it `*missing` is set. */
static bool add_segment(struct segments *segments, bool *missing, struct dk_error *error)
{
    struct dmg *dmg = segments->dmg;
    struct dk_store *file = parts_open(dmg->candidate, dmg->disc, &names, (unsigned)segments->count + 1, error);
    bool right;

    *missing = !file;
    if (!file)
        return error->kind == DK_ERROR_MISSING;
    right = add_file(segments, file, error);
    dk_store_close(file);
    return right;
}

struct dk_store *dmg_open_data(struct dmg *dmg, struct dk_error *error)
{
    DK_CLEANUP(close_segments) struct segments segments = { .dmg = dmg };
    struct dk_store *file = dmg->candidate->store;
    bool missing = false;

    if (dmg->koly.segments <= 1 && dmg->koly.data_at <= file->size)
        return dk_store_slice(file, dmg->koly.data_at, file->size - dmg->koly.data_at, error);
    if (dmg->koly.segments > SEGMENTS_MAX) {
        dk_fail(error, DK_ERROR_FORMAT, "%s says that it has %" PRIu32 " segments, and up to %d are read",
                dmg->candidate->path, dmg->koly.segments, SEGMENTS_MAX);
        return NULL;
    }
    if (!add_data(&segments, file, &dmg->koly, error))
        return NULL;
    while (!missing && segments.count < dmg->koly.segments)
        if (!add_segment(&segments, &missing, error))
            return NULL;
    return dk_store_chain(segments.data, segments.count, dmg->candidate->path, error);
}
