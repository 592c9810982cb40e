/* Walking a tree: a stack of directories, sorted one by one or read as they lie. */
#include "util/memory.h"
#include "util/text.h"
#include "volume/entry.h"
#include "volume/names.h"
#include "volume/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEPTH_MAX = 1024,         /* directories within one another: ECMA-119 has 8, Linux paths have room for 2048 */
    SORTED_MAX = 64 << 20,    /* bytes of records that are held for sorting; larger directories come as they lie */
    NAME_MAX_VERSIONED = 256, /* of ISO 9660 names, which are under 222 bytes */
    RESUME_SECTORS = 4,       /* read at first when a directory goes on behind one of its own */
};

struct frame {
    struct directory directory;
    bool sorted;
    size_t path_length; /* of the directory's own path */
    struct pool pool;   /* of a sorted one's children */
    struct child **children;
    size_t count, next;
    size_t held;      /* of SORTED_MAX */
    unsigned version; /* of the name before, in a directory that is read as it lies */
    char name[NAME_MAX_VERSIONED];
};

struct walk {
    struct dk_tree *tree;
    unsigned flags;
    dk_visit *visit;
    void *context;
    struct places visited; /* directories, by their first byte on the disc */
    uint64_t sectors_left; /* that directories may have, all together */
    struct frame *frames;
    size_t depth, room;
    size_t held;
    struct pool pool; /* of the child that is visited, in directories that are read as they lie */
    char *path;
    size_t path_room;
};

/* ---- Paths ---- */

/* Puts a name behind the first `length` bytes of the path, and a slash between them; returns the whole length. */
static size_t path_append(struct walk *walk, size_t length, const char *name, size_t name_length)
{
    const size_t start = length + (length > 0);

    if (start + name_length + 1 > walk->path_room) {
        walk->path_room = 2 * (start + name_length + 1);
        walk->path = memory_resized(walk->path, walk->path_room, 1);
    }
    if (length)
        walk->path[length] = '/';
    memcpy(walk->path + start, name, name_length);
    walk->path[start + name_length] = '\0';
    return start + name_length;
}

/* ---- Versions: of several the highest has the bare name ---- */

static void name_with_version(struct pool *pool, struct child *child)
{
    struct dk_entry *entry = &child->entry;
    const size_t room = entry->path_length + sizeof ";4294967295";
    char *name = pool_take(pool, room);

    entry->path_length = (size_t)snprintf(name, room, "%s;%u", entry->name, entry->version);
    entry->name = name;
}

static bool same_file(const struct dk_entry *a, const struct dk_entry *b)
{
    return a->version && b->version && a->version != b->version && a->associated == b->associated &&
           strcmp(a->name, b->name) == 0;
}

/* Versions lie in order on the disc (ECMA-119 9.3), the highest first: the one before is enough to know. */
static void settle_version_streaming(struct walk *walk, struct frame *frame, struct child *child)
{
    struct dk_entry *entry = &child->entry;
    const struct dk_entry before = { .name = frame->name, .version = frame->version, .associated = entry->associated };
    const bool lower = same_file(&before, entry);

    frame->version = entry->path_length < NAME_MAX_VERSIONED ? entry->version : 0;
    if (frame->version)
        memcpy(frame->name, entry->name, entry->path_length + 1);
    if (lower)
        name_with_version(&walk->pool, child);
}

static int by_name(const void *a, const void *b)
{
    const struct child *left = *(struct child *const *)a, *right = *(struct child *const *)b;
    const int order = strcmp(left->entry.name, right->entry.name);

    if (order)
        return order;
    if (left->entry.version != right->entry.version)
        return left->entry.version < right->entry.version ? 1 : -1;
    return (left->order > right->order) - (left->order < right->order);
}

/* Most writers sort: then there is nothing to do but to see it. */
static void sort(struct frame *frame)
{
    for (size_t i = 1; i < frame->count; i++)
        if (by_name(&frame->children[i - 1], &frame->children[i]) > 0) {
            qsort(frame->children, frame->count, sizeof *frame->children, by_name);
            return;
        }
}

static void settle_versions(struct frame *frame)
{
    size_t highest = 0;
    bool renamed = false;

    for (size_t i = 1; i < frame->count; i++)
        if (same_file(&frame->children[highest]->entry, &frame->children[i]->entry)) {
            name_with_version(&frame->pool, frame->children[i]);
            renamed = true;
        } else {
            highest = i;
        }
    if (renamed)
        sort(frame);
}

/* ---- The stack ---- */

static void collect(struct walk *walk, struct frame *frame)
{
    size_t room = 0;

    for (;;) {
        struct child *child = pool_take(&frame->pool, sizeof *child);

        frame->directory.path = walk->path;
        if (!child_next(walk->tree, &frame->directory, &frame->pool, child))
            break;
        if (frame->count == room) {
            room = room ? 2 * room : 64;
            frame->children = memory_resized(frame->children, room, sizeof *frame->children);
        }
        child->order = frame->count;
        frame->children[frame->count++] = child;
    }
    sort(frame);
    settle_versions(frame);
}

static struct frame *new_frame(struct walk *walk)
{
    if (walk->depth == walk->room) {
        walk->room = walk->room ? 2 * walk->room : 16;
        walk->frames = memory_resized(walk->frames, walk->room, sizeof *walk->frames);
    }
    walk->frames[walk->depth] = (struct frame){ 0 };
    return &walk->frames[walk->depth];
}

static const char *shown(const struct walk *walk)
{
    return *walk->path ? walk->path : "/";
}

/* May this directory be entered? Not twice, and not too deep. */
static bool may_enter(struct walk *walk, const struct child *child)
{
    struct dk_notes *notes = walk->tree->notes;
    const uint64_t place = (uint64_t)(child->place.lba - (int64_t)INT32_MIN) * DK_SECTOR_USER + child->place.skip;

    if (child->entry.damaged && child->directory_size == 0)
        return false;
    if (walk->depth == DEPTH_MAX) {
        dk_note(notes, DK_NOTE_DAMAGE, "%s: directories are nested more than %d deep", shown(walk), DEPTH_MAX);
        return false;
    }
    if (!places_add(&walk->visited, place)) {
        directory_note_loop(notes, shown(walk), child->place);
        return false;
    }
    return true;
}

/* All directories together can't have more sectors than the disc: else they lie over one another. */
static bool is_within_disc(struct walk *walk, const struct directory *directory)
{
    const uint64_t sectors = (directory->end - directory->at + DK_SECTOR_USER - 1) / DK_SECTOR_USER;

    if (sectors > walk->sectors_left) {
        dk_note(walk->tree->notes, DK_NOTE_DAMAGE, "%s: the directory at LBA %" PRId32 " lies over others", shown(walk),
                directory->place.lba);
        return false;
    }
    walk->sectors_left -= sectors;
    return true;
}

/* Enters the directory that walk->path names. False: it is left out, and a note says why. */
static bool enter(struct walk *walk, const struct child *child, size_t path_length)
{
    struct dk_tree *tree = walk->tree;
    struct frame *frame;

    if (!may_enter(walk, child))
        return false;
    frame = new_frame(walk);
    if (!directory_open(&frame->directory, &tree->blocks, &tree->window, tree->notes, walk->path, child->place,
                        child->directory_size) ||
        !is_within_disc(walk, &frame->directory))
        return false;
    frame->path_length = path_length;
    frame->held = (size_t)(frame->directory.end - frame->directory.at);
    frame->sorted = !(walk->flags & DK_WALK_UNSORTED) && frame->held <= SORTED_MAX - walk->held;
    if (!frame->sorted)
        frame->held = 0;
    walk->held += frame->held;
    walk->depth++;
    if (frame->sorted)
        collect(walk, frame);
    return true;
}

static void leave(struct walk *walk)
{
    struct frame *frame = &walk->frames[--walk->depth];

    walk->held -= frame->held;
    pool_free(&frame->pool);
    free(frame->children);
    if (walk->depth)
        walk->frames[walk->depth - 1].directory.run = RESUME_SECTORS;
}

static struct child *next_child(struct walk *walk, struct frame *frame)
{
    struct child *child;

    if (frame->sorted)
        return frame->next < frame->count ? frame->children[frame->next++] : NULL;
    walk->path[frame->path_length] = '\0';
    frame->directory.path = walk->path;
    pool_reset(&walk->pool);
    child = pool_take(&walk->pool, sizeof *child);
    if (!child_next(walk->tree, &frame->directory, &walk->pool, child))
        return NULL;
    settle_version_streaming(walk, frame, child);
    return child;
}

/* Calls the visitor with walk->path, of which the name is the last part. */
static bool visit(struct walk *walk, struct child *child, size_t path_length)
{
    struct dk_entry entry = child->entry;

    entry.name = walk->path + path_length - entry.path_length;
    entry.path = walk->path;
    entry.path_length = path_length;
    return walk->visit(&entry, walk->context);
}

static void run(struct walk *walk)
{
    while (walk->depth) {
        struct frame *frame = &walk->frames[walk->depth - 1];
        struct child *child = next_child(walk, frame);
        size_t length;

        if (!child) {
            leave(walk);
            continue;
        }
        length = path_append(walk, frame->path_length, child->entry.name, child->entry.path_length);
        if (!visit(walk, child, length))
            return;
        if (child->entry.type == DK_ENTRY_DIRECTORY && walk->flags & DK_WALK_RECURSIVE)
            enter(walk, child, length);
    }
}

/* ---- Finding what a path names ---- */

/* "README.TXT" fits any version, "README.TXT;1" only that one. */
static bool fits(const struct dk_entry *entry, const char *part, size_t length)
{
    if (entry->path_length == length && memcmp(entry->name, part, length) == 0)
        return true;
    return entry->version && name_version(part, &length) == entry->version && entry->path_length == length &&
           memcmp(entry->name, part, length) == 0;
}

static bool is_better(const struct child *child, const struct child *than, bool want_directory)
{
    if (than->entry.name == NULL)
        return true;
    if (want_directory && than->entry.type != DK_ENTRY_DIRECTORY)
        return child->entry.type == DK_ENTRY_DIRECTORY;
    return child->entry.version > than->entry.version && !child->entry.associated;
}

static bool find_part(struct walk *walk, const struct child *in, const char *part, size_t length, bool want_directory,
                      struct child *found)
{
    struct dk_tree *tree = walk->tree;
    struct directory directory;
    struct child *child = pool_take(&walk->pool, sizeof *child);

    *found = (struct child){ 0 };
    if (!directory_open(&directory, &tree->blocks, &tree->window, tree->notes, walk->path, in->place,
                        in->directory_size))
        return false;
    while (child_next(tree, &directory, &walk->pool, child))
        if (fits(&child->entry, part, length) && is_better(child, found, want_directory)) {
            *found = *child;
            if (child->entry.extents == &child->extent) /* it moves along */
                child = pool_take(&walk->pool, sizeof *child);
        }
    return found->entry.name != NULL;
}

/* From the root down to what `path` names. */
static bool find(struct walk *walk, const char *path, struct child *found, size_t *path_length, struct dk_error *error)
{
    const char *const whole = path;
    const char *part;
    size_t length;

    *path_length = path_append(walk, 0, "", 0);
    if (!child_root(walk->tree, &walk->pool, found))
        return dk_fail(error, DK_ERROR_DAMAGED, "the root directory's record at LBA %" PRId32 " is none",
                       walk->tree->volume->lba);
    while ((part = text_next_part(&path, &length)) != NULL) {
        const struct child in = *found;

        if (in.entry.type != DK_ENTRY_DIRECTORY || !find_part(walk, &in, part, length, *path != '\0', found))
            return dk_fail(error, DK_ERROR_MISSING, "there is no %s in the image", whole);
        *path_length = path_append(walk, *path_length, part, length);
        found->entry.path_length = length;
    }
    return true;
}

static void walk_free(struct walk *walk)
{
    while (walk->depth)
        leave(walk);
    free(walk->frames);
    free(walk->path);
    pool_free(&walk->pool);
    places_free(&walk->visited);
}

bool dk_tree_walk(struct dk_tree *tree, const char *path, unsigned flags, dk_visit *visit_entry, void *context,
                  struct dk_error *error)
{
    DK_CLEANUP(walk_free)
    struct walk walk = { .tree = tree, .flags = flags, .visit = visit_entry, .context = context };
    const uint64_t reach = (uint64_t)((int64_t)tree->blocks.first + tree->blocks.count - tree->blocks.base);
    struct child child;
    size_t length;

    walk.sectors_left = 2 * reach + DEPTH_MAX;
    if (!find(&walk, path, &child, &length, error))
        return false;
    if ((child.entry.type != DK_ENTRY_DIRECTORY || flags & DK_WALK_SELF) && !visit(&walk, &child, length))
        return true;
    if (child.entry.type != DK_ENTRY_DIRECTORY)
        return true;
    if (!enter(&walk, &child, length))
        return dk_fail(error, DK_ERROR_DAMAGED, "nothing of the directory %s at LBA %" PRId32 " can be read",
                       *walk.path ? walk.path : "/", child.place.lba);
    run(&walk);
    return true;
}
