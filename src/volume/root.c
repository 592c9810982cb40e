/* The root directory of a volume: from where its blocks count, whether it is sound, whether it has Rock Ridge. */
#include "util/memory.h"
#include "volume/directory.h"
#include "volume/found.h"
#include "volume/names.h"
#include "volume/rock_ridge.h"
#include "volume/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCANNED_FOR_ROOT = 4096, /* sectors behind the descriptors: path tables and directories come first */
    ROOT_EXTENT = 2,         /* in its record, in both byte orders: ECMA-119 9.1.3 */
};

/* Does the sector at `lba` begin with the record of a directory that says that it lies in block `extent`? */
static bool begins_directory(const struct found *found, int64_t lba, uint32_t extent)
{
    uint8_t bytes[DK_SECTOR_USER];
    struct record record;
    struct dk_error ignored;

    return lba >= INT32_MIN && lba <= INT32_MAX &&
           dk_source_read(found->volumes->source, (int32_t)lba, 1, DK_FORM_USER, bytes, &ignored) == 1 &&
           record_parse(bytes, sizeof bytes, &record) && record_is_self(&record) && record.extent == extent;
}

/* Of a track that was taken from its disc: looks for the root, and counts back from it. */
static bool scan_for_base(const struct found *found, uint32_t extent, int32_t *base)
{
    for (uint32_t at = 16; at < 16 + SCANNED_FOR_ROOT && at < found->count; at++)
        if (begins_directory(found, (int64_t)found->lba + at, extent)) {
            const int64_t counted = (int64_t)found->lba + at - extent;

            *base = (int32_t)counted;
            return counted >= INT32_MIN;
        }
    return false;
}

/* Later sessions of CDs count their blocks from LBA 0 of the disc, others from their own start. */
static void settle_base(struct found *found, struct dk_volume *volume, uint32_t extent)
{
    const bool from_disc = begins_directory(found, extent, extent);
    const bool from_track = found->lba && begins_directory(found, (int64_t)found->lba + extent, extent);

    if (from_disc && (!from_track || extent >= (uint32_t)found->lba))
        volume->base = 0;
    else if (from_track || !scan_for_base(found, extent, &volume->base))
        volume->base = found->lba;
    else
        dk_note(&found->volumes->notes, DK_NOTE_ODD,
                "the volume at LBA %" PRId32 " counts its blocks from LBA %" PRId32
                " on, before this image begins: it is a later session of a disc whose earlier ones are not here",
                volume->lba, volume->base);
}

static bool is_root_somewhere(const struct found *found, uint32_t extent)
{
    return begins_directory(found, extent, extent) || begins_directory(found, (int64_t)found->lba + extent, extent);
}

/* Where only the big-endian half leads to a directory, it counts, as in every other record; the tree reads it, too. */
static void settle_halves(struct found *found, struct dk_volume *volume, struct record *record)
{
    if (record->extent == record->big_extent || is_root_somewhere(found, record->extent) ||
        !is_root_somewhere(found, record->big_extent))
        return;
    dk_note(&found->volumes->notes, DK_NOTE_ODD,
            "the extent of the root directory in the descriptor at LBA %" PRId32 " is %" PRIu32 " in one byte order "
            "and %" PRIu32 " in the other; the big-endian one counts",
            volume->lba, record->extent, record->big_extent);
    record->extent = record->big_extent;
    for (int i = 0; i < 4; i++)
        volume->root[ROOT_EXTENT + i] = volume->root[ROOT_EXTENT + 7 - i];
}

static const char *name_of(struct pool *pool, const struct dk_volume *volume, const struct record *record)
{
    struct name name;

    if (volume->kind == DK_VOLUME_JOLIET)
        name_of_joliet(pool, record->name, record->name_length, &name);
    else
        name_of_iso(pool, record->name, record->name_length, &name);
    return name.text;
}

/*
 * Looks through the records of the root, so that a wreck is told also where another of the trees is the one that is
 * shown; of a very large root only through its first part. False: there is nothing in it.
 */
static bool check_root(struct found *found, const struct dk_volume *volume, struct directory *root)
{
    const struct blocks *blocks = root->blocks;
    struct dk_notes *notes = &found->volumes->notes;
    struct pool pool = { 0 };
    struct record record;
    bool some = false;

    while (root->at < WINDOW_SECTORS * DK_SECTOR_USER && directory_next(root, &record)) {
        struct place place;

        if (record_is_special(&record))
            continue;
        some = true;
        if (!(record.flags & RECORD_DIRECTORY) || !record_place(&record, blocks, &place))
            continue;
        if (place.lba == root->place.lba && place.skip == root->place.skip)
            directory_note_loop(notes, name_of(&pool, volume, &record), place);
        else if (blocks_is_there(blocks, place.lba) &&
                 !blocks_is_there(blocks, place.lba + (int64_t)blocks_sectors(place, record.size) - 1))
            directory_note_size(notes, name_of(&pool, volume, &record), place, record.size);
    }
    pool_free(&pool);
    return some;
}

static void look_inside(struct found *found, struct dk_volume *volume, struct window *window, struct place place,
                        uint32_t size)
{
    const struct blocks blocks = blocks_of(found->volumes, volume);
    struct susp *susp = memory_zeroed(sizeof *susp);
    struct directory directory;
    bool marked = false;

    susp->blocks = &blocks;
    if (volume->kind == DK_VOLUME_ISO9660 && directory_open(&directory, &blocks, window, NULL, "", place, size))
        volume->rock_ridge = rock_ridge_detect(susp, &directory, &marked);
    volume->susp_skip = susp->skip;
    if (volume->rock_ridge && !marked)
        dk_note(&found->volumes->notes, DK_NOTE_GUESS,
                "the volume at LBA %" PRId32 " has Rock Ridge entries, and no SP entry that says so", volume->lba);
    free(susp);
    if (directory_open(&directory, &blocks, window, &found->volumes->notes, "", place, size))
        volume->empty = !check_root(found, volume, &directory);
}

static void note_wrecked(struct found *found, struct dk_volume *volume, int64_t lba, const char *how)
{
    volume->wrecked = true;
    dk_note(&found->volumes->notes, DK_NOTE_DAMAGE,
            "the root directory of the %s volume \"%s\", at LBA %" PRId64 ", %s", dk_volume_kind_name(volume->kind),
            volume->label, lba, how);
}

void find_root(struct found *found, struct dk_volume *volume)
{
    struct record record, self;
    struct place place;
    struct blocks blocks;
    struct dk_error error;
    struct window *window;
    uint8_t bytes[DK_SECTOR_USER];

    volume->base = found->lba;
    if (!record_parse(volume->root, sizeof volume->root, &record)) {
        note_wrecked(found, volume, volume->lba, "is given by a record that is none");
        return;
    }
    settle_halves(found, volume, &record);
    if (volume->block_size == DK_SECTOR_USER)
        settle_base(found, volume, record.extent);
    blocks = blocks_of(found->volumes, volume);
    if (!record_place(&record, &blocks, &place)) {
        note_wrecked(found, volume, record.extent, "lies where no disc has a sector");
        return;
    }
    if (!blocks_read(&blocks, place, 0, bytes, DK_SECTOR_USER - place.skip, &error)) {
        note_wrecked(found, volume, place.lba, error.text);
        return;
    }
    if (!record_parse(bytes, DK_SECTOR_USER - place.skip, &self) || !record_is_special(&self))
        note_wrecked(found, volume, place.lba, "does not begin with its own record");
    window = memory_zeroed(sizeof *window);
    look_inside(found, volume, window, place, record.size);
    free(window);
}
