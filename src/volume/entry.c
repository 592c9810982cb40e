#include "volume/entry.h"

#include "util/checked.h"
#include "volume/names.h"
#include "volume/numbers.h"
#include "volume/time.h"
#include "volume/zisofs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where a note's path begins and what it is about. */
struct about {
    struct dk_tree *tree;
    const struct directory *directory;
    struct record *record;
    const struct dk_entry *entry;
};

static void note(const struct about *about, enum dk_note_kind kind, const char *what)
{
    const char *folder = about->directory ? about->directory->path : "";
    char where[40];

    dk_note(about->tree->notes, kind, "%s%s%s: %s (directory record at %s)", folder, *folder ? "/" : "",
            about->entry->name, what, record_where(about->record, where));
}

static void take_name(struct dk_tree *tree, struct pool *pool, const struct record *record, struct dk_entry *entry)
{
    const struct rock_ridge *found = &tree->rock_ridge;
    struct name name;

    if (tree->naming == NAMES_ROCK_RIDGE && found->has_name && found->name_length)
        name_of_bytes(pool, found->name, found->name_length, &name);
    else if (tree->naming == NAMES_JOLIET)
        name_of_joliet(pool, record->name, record->name_length, &name);
    else if (tree->naming == NAMES_BYTES)
        name_of_bytes(pool, record->name, record->name_length, &name);
    else
        name_of_iso(pool, record->name, record->name_length, &name);
    entry->name = name.text;
    entry->path_length = name.length;
    entry->odd_name = name.odd;
    entry->version = name.version;
    entry->raw_name = name.raw;
    entry->raw_name_length = name.raw_length;
}

/* The kinds of files by the high bits of a POSIX mode, which RRIP 4.1.1 takes over. */
static enum dk_entry_type type_of(const struct record *record, const struct rock_ridge *found)
{
    static const enum dk_entry_type types[16] = {
        [1] = DK_ENTRY_FIFO,     [2] = DK_ENTRY_CHARACTER_DEVICE, [6] = DK_ENTRY_BLOCK_DEVICE,
        [10] = DK_ENTRY_SYMLINK, [12] = DK_ENTRY_SOCKET,
    };

    if (record->flags & RECORD_DIRECTORY)
        return DK_ENTRY_DIRECTORY;
    if (found->has_mode)
        return types[found->mode >> 12 & 15]; /* a directory that its record does not call one is a file */
    return found->has_target ? DK_ENTRY_SYMLINK : DK_ENTRY_FILE;
}

static void take_attributes(struct pool *pool, const struct record *record, const struct rock_ridge *found,
                            struct dk_entry *entry)
{
    entry->type = type_of(record, found);
    entry->has_mode = found->has_mode;
    if (found->has_mode) {
        entry->mode = found->mode & 07777;
        entry->uid = found->uid;
        entry->gid = found->gid;
        entry->links = found->links;
    }
    if (found->has_device) {
        entry->device_major = found->device_major;
        entry->device_minor = found->device_minor;
    }
    if (found->modified.known)
        entry->mtime = found->modified;
    else
        entry->mtime = found->created.known ? found->created : time_of_record(record->date);
    if (entry->type == DK_ENTRY_SYMLINK) {
        char *target = pool_take(pool, found->target_length + 1);

        memcpy(target, found->target, found->target_length);
        target[found->target_length] = '\0';
        entry->target = target;
    }
    entry->hidden = record->flags & RECORD_HIDDEN;
    entry->associated = record->flags & RECORD_ASSOCIATED;
}

/* ---- Extents ---- */

struct extents {
    struct dk_file_extent *items;
    size_t count, room;
    uint64_t size;
};

static void add_extent(struct pool *pool, struct extents *extents, struct dk_file_extent extent)
{
    if (extents->count == extents->room) {
        struct dk_file_extent *more = pool_take(pool, 4 * extents->room * sizeof *more);

        memcpy(more, extents->items, extents->count * sizeof *more);
        extents->items = more;
        extents->room *= 4;
    }
    extents->items[extents->count++] = extent;
    extents->size += extent.size;
}

/* Are the first and the last sector there? What lies in the track is; the rest of the disc is asked. */
static void check_extent(const struct about *about, struct dk_entry *entry, struct place place, uint64_t size)
{
    const struct blocks *blocks = &about->tree->blocks;
    const uint64_t sectors = blocks_sectors(place, size);
    char what[120];

    if (blocks_in_track(blocks, place.lba, sectors) ||
        (blocks_is_there(blocks, place.lba) && blocks_is_there(blocks, (int64_t)(place.lba + sectors - 1))))
        return;
    entry->damaged = true;
    snprintf(what, sizeof what, "LBA %" PRId32 " to %" PRId64 " of its contents are not all in the image", place.lba,
             (int64_t)(place.lba + sectors - 1));
    note(about, DK_NOTE_DAMAGE, what);
}

/* ECMA-119 6.4.3: a file in pieces of `unit` blocks with `gap` blocks of others between them. */
static void add_interleaved(const struct about *about, struct pool *pool, struct extents *extents, uint64_t block,
                            uint64_t size)
{
    const struct record *record = about->record;
    const struct blocks *blocks = &about->tree->blocks;
    const uint64_t piece = (uint64_t)record->unit * blocks->block_size;
    struct place place;

    for (; size && blocks_place(blocks, block, &place); block += record->unit + record->gap) {
        const uint64_t now = size < piece ? size : piece;

        add_extent(pool, extents, (struct dk_file_extent){ place.lba, now, place.skip });
        size -= now;
    }
}

static void take_extent(const struct about *about, struct pool *pool, struct dk_entry *entry, struct extents *extents)
{
    const struct record *record = about->record;
    const struct blocks *blocks = &about->tree->blocks;
    const uint64_t size = record->size;
    uint64_t reach = size;
    struct place place;

    if (!record_place(record, blocks, &place)) {
        if (size == 0)
            return;
        entry->damaged = true;
        note(about, DK_NOTE_DAMAGE, "its contents lie where no disc has a sector");
        add_extent(pool, extents, (struct dk_file_extent){ INT32_MAX, size, 0 });
        return;
    }
    if (extents->count == 0)
        entry->lba = place.lba;
    if (size == 0)
        return;
    if (record->unit && record->gap)
        reach += (size - 1) / ((uint64_t)record->unit * blocks->block_size) * record->gap * blocks->block_size;
    check_extent(about, entry, place, reach);
    if (record->unit && record->gap && !entry->damaged)
        add_interleaved(about, pool, extents, (uint64_t)record->extent + record->attribute_blocks, size);
    else
        add_extent(pool, extents, (struct dk_file_extent){ place.lba, size, place.skip });
}

/* Takes the next record, too, where it goes on with this file: the same name, as the flag in this one announces. */
static bool next_part(struct directory *directory, struct record *record)
{
    const uint64_t at = directory->at;
    const size_t length = record->name_length;
    uint8_t name[256];

    memcpy(name, record->name, length);
    if (directory_next(directory, record) && record->name_length == length && memcmp(record->name, name, length) == 0)
        return true;
    directory->at = at;
    return false;
}

static void take_extents(struct about *about, struct directory *directory, struct pool *pool, struct child *child)
{
    struct dk_entry *entry = &child->entry;
    struct record *record = about->record;
    struct extents extents = { &child->extent, 0, 1, 0 };

    take_extent(about, pool, entry, &extents);
    while (record->flags & RECORD_MORE_EXTENTS) {
        const int32_t lba = record->lba;
        const unsigned offset = record->offset;

        if (!next_part(directory, record)) {
            record->lba = lba;
            record->offset = offset;
            entry->damaged = true;
            note(about, DK_NOTE_DAMAGE, "more extents are announced, and none follows");
            break;
        }
        take_extent(about, pool, entry, &extents);
    }
    entry->extents = extents.items;
    entry->extent_count = extents.count;
    entry->size = extents.size;
}

/* ---- Directories ---- */

/*
 * The record of a directory within itself, with the fields that only it has where the directory was relocated. Not
 * through the window: the caller's record lies there.
 */
static bool read_self(struct dk_tree *tree, struct place place, uint8_t sector[DK_SECTOR_USER], struct record *self)
{
    struct dk_error error;

    if (!blocks_read(&tree->blocks, place, 0, sector, DK_SECTOR_USER - place.skip, &error) ||
        !record_parse(sector, DK_SECTOR_USER - place.skip, self) || !record_is_self(self))
        return false;
    self->lba = place.lba;
    self->offset = place.skip;
    return true;
}

/* RRIP 4.1.5.1: what stands here as a file is the name of a directory that lies elsewhere, as deep trees need it. */
static void follow_child(struct about *about, struct pool *pool, struct child *child)
{
    struct dk_tree *tree = about->tree;
    uint8_t sector[DK_SECTOR_USER];
    struct place place;
    struct record self;
    struct dk_entry *entry = &child->entry;

    if (!blocks_place(&tree->blocks, tree->rock_ridge.child, &place) || !read_self(tree, place, sector, &self)) {
        entry->damaged = true;
        note(about, DK_NOTE_DAMAGE, "there is no directory where this one was relocated to");
        return;
    }
    rock_ridge_read_record(&tree->susp, &self, &tree->rock_ridge);
    self.flags |= RECORD_DIRECTORY;
    take_attributes(pool, &self, &tree->rock_ridge, entry);
    child->place = place;
    child->directory_size = self.size;
    entry->lba = place.lba;
    entry->size = self.size;
}

static void take_directory(struct about *about, struct child *child)
{
    struct dk_entry *entry = &child->entry;

    child->directory_size = about->record->size;
    entry->size = about->record->size;
    if (record_place(about->record, &about->tree->blocks, &child->place)) {
        entry->lba = child->place.lba;
    } else {
        entry->damaged = true;
        note(about, DK_NOTE_DAMAGE, "the directory lies where no disc has a sector");
    }
}

/* The directory in which relocated ones are kept is no part of the tree, if that is all that it holds. */
static bool is_store_of_relocated(struct dk_tree *tree, const struct directory *parent, const struct child *child)
{
    const char *name = child->entry.name;
    struct directory directory;
    struct record record;
    bool some = false;

    if (tree->naming != NAMES_ROCK_RIDGE || *parent->path || child->entry.type != DK_ENTRY_DIRECTORY ||
        (strcmp(name, "rr_moved") != 0 && strcmp(name, ".rr_moved") != 0))
        return false;
    if (!directory_open(&directory, &tree->blocks, &tree->window, NULL, name, child->place, child->directory_size))
        return false;
    while (directory_next(&directory, &record)) {
        if (record_is_special(&record))
            continue;
        rock_ridge_read_record(&tree->susp, &record, &tree->rock_ridge);
        if (!tree->rock_ridge.relocated)
            return false;
        some = true;
    }
    return some;
}

/* ---- One entry ---- */

static void take_packed(struct about *about, struct dk_entry *entry)
{
    const struct rock_ridge *found = &about->tree->rock_ridge;
    const char *why_not;

    if (!found->packed || entry->size == 0 || entry->damaged)
        return;
    entry->zisofs_version = found->zisofs_version;
    entry->zisofs_header_size = found->zisofs_header_size;
    entry->zisofs_block_log2 = found->zisofs_block_log2;
    why_not = zisofs_problem(about->tree, entry, found->unpacked_size);
    if (!why_not) {
        entry->size = found->unpacked_size;
    } else {
        entry->zisofs_version = 0;
        entry->damaged = true;
        note(about, DK_NOTE_DAMAGE, why_not);
    }
}

static bool lies_inside(const struct about *about, uint32_t extent, uint32_t size)
{
    const struct blocks *blocks = &about->tree->blocks;
    struct place place;

    return blocks_place(blocks, (uint64_t)extent + about->record->attribute_blocks, &place) &&
           blocks_in_track(blocks, place.lba, blocks_sectors(place, size));
}

/* Linux reads the little-endian halves alone, so they count, unless only the others are in the image. */
static void choose_halves(struct about *about)
{
    struct record *record = about->record;

    if (!lies_inside(about, record->extent, record->size) && lies_inside(about, record->big_extent, record->big_size)) {
        record->extent = record->big_extent;
        record->size = record->big_size;
    }
    note(about, DK_NOTE_ODD,
         record->extent == record->big_extent && record->size == record->big_size
             ? "its extent or size is not the same in both byte orders; the big-endian one counts"
             : "its extent or size is not the same in both byte orders; the little-endian one counts");
}

static void take_record(struct about *about, struct directory *directory, struct pool *pool, struct child *child)
{
    struct dk_tree *tree = about->tree;
    struct dk_entry *entry = &child->entry;
    const struct rock_ridge *found = &tree->rock_ridge;

    if (about->record->halves_differ)
        choose_halves(about);
    if (found->damage) {
        entry->damaged = true;
        note(about, DK_NOTE_DAMAGE, found->damage);
    }
    if (found->sparse) {
        entry->damaged = true;
        note(about, DK_NOTE_DAMAGE, "it is a sparse file (an SF entry), which is not read here");
    }
    take_attributes(pool, about->record, found, entry);
    if (found->has_child) {
        follow_child(about, pool, child);
    } else if (entry->type == DK_ENTRY_DIRECTORY) {
        take_directory(about, child);
    } else {
        take_extents(about, directory, pool, child);
        take_packed(about, entry);
        if (entry->type != DK_ENTRY_FILE)
            entry->size = 0;
    }
}

bool child_next(struct dk_tree *tree, struct directory *directory, struct pool *pool, struct child *child)
{
    struct record record;

    while (directory_next(directory, &record)) {
        struct about about = { tree, directory, &record, &child->entry };

        if (record_is_special(&record))
            continue;
        if (tree->naming == NAMES_ROCK_RIDGE)
            rock_ridge_read_record(&tree->susp, &record, &tree->rock_ridge);
        if (tree->rock_ridge.relocated)
            continue;
        *child = (struct child){ 0 };
        take_name(tree, pool, &record, &child->entry);
        take_record(&about, directory, pool, child);
        if (!is_store_of_relocated(tree, directory, child))
            return true;
    }
    return false;
}

bool child_root(struct dk_tree *tree, struct pool *pool, struct child *child)
{
    uint8_t sector[DK_SECTOR_USER];
    struct record record, self;
    struct about about = { tree, NULL, &record, &child->entry };

    *child = (struct child){ .entry = { .name = "" } };
    if (!record_parse(tree->volume->root, sizeof tree->volume->root, &record))
        return false;
    record.lba = tree->volume->lba;
    record.offset = 156; /* ECMA-119 8.4.18 */
    record.flags |= RECORD_DIRECTORY;
    take_directory(&about, child);
    if (child->entry.damaged)
        return false;
    if (tree->naming == NAMES_ROCK_RIDGE && read_self(tree, child->place, sector, &self)) {
        rock_ridge_read_root(&tree->susp, self.system_use, self.system_use_size, &tree->rock_ridge);
        record.date = self.date;
    }
    take_attributes(pool, &record, &tree->rock_ridge, &child->entry);
    return true;
}
