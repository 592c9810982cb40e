/* Extracting a tree into a folder: what is met on the walk is made at once, in order of LBA, or last. */
#include "jobs/extraction.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum {
    FILE_MODE = 0666,
    DIRECTORY_MODE = 0777,
    PERMISSIONS = 01777,
    CLOSED_MAX = 1000, /* each entry is held against each of them: more would make a wreck's walk endless */
};

/* ---- What can't be made ---- */

void extraction_refuse(struct extraction *x, const struct dk_entry *entry, const char *why)
{
    pthread_mutex_lock(&x->lock);
    x->done->refused++;
    dk_note(x->options->notes, DK_NOTE_DAMAGE, "'%s' was not extracted: %s", entry->path, why);
    pthread_mutex_unlock(&x->lock);
}

void extraction_fail(struct extraction *x, const struct dk_error *error)
{
    pthread_mutex_lock(&x->lock);
    if (!x->failed)
        *x->error = *error;
    x->failed = true;
    pthread_mutex_unlock(&x->lock);
}

/* A disk that is full, or that can't be written at all, is the end; anything else is about this one entry. */
void extraction_refuse_errno(struct extraction *x, const struct dk_entry *entry)
{
    struct dk_error error;

    switch (errno) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EIO:
        dk_fail_errno(&error, "cannot write '%s'", entry->path);
        extraction_fail(x, &error);
        break;
    case EEXIST:
        extraction_refuse(x, entry,
                          x->options->replace ? "a directory, or another entry of the image, has that name already"
                                              : "something of that name is there already; --force replaces files");
        break;
    case ELOOP:
    case ENOTDIR:
        extraction_refuse(x, entry, "a link or a file is in the place of a directory");
        break;
    default:
        extraction_refuse(x, entry, strerror(errno));
    }
}

/* A refused directory is remembered, so that what is in it is not told entry by entry. */
static void close_directory(struct extraction *x, const struct dk_entry *entry)
{
    char **more = x->closed_count < CLOSED_MAX ? realloc(x->closed, (x->closed_count + 1) * sizeof *more) : NULL;
    char *path = more ? strdup(entry->path) : NULL;
    struct dk_error error;

    if (more)
        x->closed = more;
    if (path) {
        x->closed[x->closed_count++] = path;
        return;
    }
    dk_fail(&error, DK_ERROR_SYSTEM, "more than %zu directories can't be made", x->closed_count);
    extraction_fail(x, &error);
}

static bool is_in_closed(const struct extraction *x, const struct dk_entry *entry)
{
    for (size_t i = x->closed_count; i-- > 0;) {
        const size_t length = strlen(x->closed[i]);

        if (entry->path_length > length && entry->path[length] == '/' && memcmp(entry->path, x->closed[i], length) == 0)
            return true;
    }
    return false;
}

uint32_t extraction_mode(struct extraction *x, const struct dk_entry *entry, uint32_t otherwise)
{
    if (!entry->has_mode)
        return otherwise & ~(uint32_t)x->place.mask;
    x->set_bits_left_out += (entry->mode & ~(uint32_t)PERMISSIONS & 07777) != 0;
    return entry->mode & PERMISSIONS;
}

/* ---- The walk ---- */

/* An associated file (ECMA-119 9.1.6: a resource fork) has the name of the file that it belongs to, and a mark here. */
static void add_associated(struct extraction *x, const struct dk_entry *entry)
{
    struct dk_entry marked = *entry;
    char *path;
    const int length = asprintf(&path, "%s;associated", entry->path);

    if (length < 0) {
        extraction_refuse_errno(x, entry);
        return;
    }
    marked.path = path;
    marked.name = path + (entry->name - entry->path);
    marked.path_length = (size_t)length;
    window_add(&x->window, &marked);
    free(path);
}

static void meet_file(struct extraction *x, const struct dk_entry *entry)
{
    if (entry->associated)
        add_associated(x, entry);
    else
        window_add(&x->window, entry);
    if (window_is_full(&x->window))
        files_extract(x);
}

static void meet_directory(struct extraction *x, const struct dk_entry *entry)
{
    /* open for us until all is in it, and for nobody else until it has its own mode */
    if (!place_make_directory(&x->place, entry->path, entry->has_mode ? 0700 : DIRECTORY_MODE)) {
        close_directory(x, entry);
        extraction_refuse_errno(x, entry);
    } else if (!later_add(&x->folders, entry)) {
        extraction_refuse_errno(x, entry);
    } else {
        x->done->directories++;
    }
}

static void meet_link(struct extraction *x, const struct dk_entry *entry)
{
    if (!later_add(&x->links, entry))
        extraction_refuse_errno(x, entry);
}

static void meet_special(struct extraction *x, const struct dk_entry *entry)
{
    if (x->options->devices)
        meet_link(x, entry);
    else
        x->specials_left_out++;
}

static bool meet(const struct dk_entry *entry, void *context)
{
    static void (*const by_type[])(struct extraction *, const struct dk_entry *) = {
        [DK_ENTRY_FILE] = meet_file,
        [DK_ENTRY_DIRECTORY] = meet_directory,
        [DK_ENTRY_SYMLINK] = meet_link,
        [DK_ENTRY_CHARACTER_DEVICE] = meet_special,
        [DK_ENTRY_BLOCK_DEVICE] = meet_special,
        [DK_ENTRY_FIFO] = meet_special,
        [DK_ENTRY_SOCKET] = meet_special,
    };
    struct extraction *x = context;

    if (!entry->path_length)
        return true; /* the folder itself is the user's */
    if (x->closed_count && is_in_closed(x, entry)) {
        x->done->refused++;
    } else if (entry->odd_name) {
        extraction_refuse(x, entry, "a file may not have such a name");
        if (entry->type == DK_ENTRY_DIRECTORY)
            close_directory(x, entry);
    } else {
        by_type[entry->type](x, entry);
    }
    return !x->failed;
}

/* ---- What comes last ---- */

static uint32_t type_bits(enum dk_entry_type type)
{
    static const uint32_t bits[] = {
        [DK_ENTRY_CHARACTER_DEVICE] = S_IFCHR,
        [DK_ENTRY_BLOCK_DEVICE] = S_IFBLK,
        [DK_ENTRY_FIFO] = S_IFIFO,
        [DK_ENTRY_SOCKET] = S_IFSOCK,
    };

    return bits[type];
}

/* False: nothing more can be made. */
static bool make_link_or_special(struct extraction *x, const struct later *later)
{
    const struct dk_entry entry = { .path = later->path, .mode = later->mode, .has_mode = later->has_mode };

    if (later->type == DK_ENTRY_SYMLINK
            ? place_make_link(&x->place, later->path, later->target, &later->mtime)
            : place_make_special(&x->place, later->path, type_bits(later->type) | extraction_mode(x, &entry, FILE_MODE),
                                 makedev(later->device_major, later->device_minor), &later->mtime))
        (*(later->type == DK_ENTRY_SYMLINK ? &x->done->symlinks : &x->done->specials))++;
    else
        extraction_refuse_errno(x, &entry);
    return !x->failed;
}

/* Goes on whatever happens: what was made so far should not stay closed where it was stopped. */
static bool settle_directory(struct extraction *x, const struct later *later)
{
    const struct dk_entry entry = { .path = later->path, .mode = later->mode, .has_mode = later->has_mode };

    if (!place_settle_directory(&x->place, later->path, later->has_mode, extraction_mode(x, &entry, DIRECTORY_MODE),
                                &later->mtime))
        extraction_refuse_errno(x, &entry);
    return true;
}

static void run_list(struct extraction *x, struct later_list *list, bool forwards,
                     bool (*make)(struct extraction *, const struct later *))
{
    struct later later;
    int got = later_rewind(list, forwards) ? 1 : -1;

    while (got > 0 && (got = later_next(list, forwards, &later)) > 0 && make(x, &later))
        ;
    if (got < 0 && !x->failed) {
        struct dk_error error;

        dk_fail_errno(&error, "cannot read the list of directories and links back");
        extraction_fail(x, &error);
    }
}

static void make_last(struct extraction *x)
{
    if (!x->failed)
        run_list(x, &x->links, true, make_link_or_special);
    /* backwards: a directory that its owner can't enter any more has to come after those that are in it */
    run_list(x, &x->folders, false, settle_directory);
}

static void tell_left_out(struct extraction *x)
{
    struct dk_notes *notes = x->options->notes;

    if (x->specials_left_out)
        dk_note(notes, DK_NOTE_ODD, "%" PRIu64 " devices, fifos and sockets were left out; --devices makes them",
                (uint64_t)x->specials_left_out);
    if (x->set_bits_left_out)
        dk_note(notes, DK_NOTE_ODD, "%" PRIu64 " entries have a set-user-ID or set-group-ID bit, which was left out",
                x->set_bits_left_out);
    if (x->unchecked)
        dk_note(notes, DK_NOTE_ODD,
                "%" PRIu64 " raw sectors have no check bytes, only zeros: whether they are right can't be told",
                (uint64_t)x->unchecked);
}

/* ---- The whole ---- */

static bool extraction_open(struct extraction *x)
{
    if (!place_open(&x->place, x->options->folder, x->options->replace, x->error))
        return false;
    if (!window_open(&x->window, x->error)) {
        place_close(&x->place);
        return false;
    }
    pthread_mutex_init(&x->lock, NULL);
    pthread_mutex_init(&x->tree_lock, NULL);
    return true;
}

static void extraction_close(struct extraction *x)
{
    for (size_t i = 0; i < x->closed_count; i++)
        free(x->closed[i]);
    free(x->closed);
    later_close(&x->links);
    later_close(&x->folders);
    window_close(&x->window);
    place_close(&x->place);
    pthread_mutex_destroy(&x->lock);
    pthread_mutex_destroy(&x->tree_lock);
}

bool dk_extract(const struct dk_disc *disc, struct dk_tree *tree, const struct dk_extract_options *options,
                struct dk_extracted *done, struct dk_error *error)
{
    struct extraction x = { .disc = disc, .tree = tree, .options = options, .done = done, .error = error };
    bool walked;

    *done = (struct dk_extracted){ 0 };
    if (!paths_are_there(tree, options, error) || !extraction_open(&x))
        return false;
    walked = paths_walk(tree, options, DK_WALK_UNSORTED, meet, &x, error);
    if (!walked && !x.failed && error->kind == DK_ERROR_DAMAGED) { /* a wreck: what was met is made all the same */
        dk_note(options->notes, DK_NOTE_DAMAGE, "%s", error->text);
        walked = true;
    }
    if (!x.failed)
        files_extract(&x);
    make_last(&x);
    tell_left_out(&x);
    extraction_close(&x);
    return walked && !x.failed;
}
