/* From a data file to the sheet that tells what is in it. */
#include "formats/sheets.h"
#include "formats/beside.h"
#include "formats/same_name.h"
#include "formats/side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const read_suffixes[] = { "cue", "ccd", "mds", "toc", "xmd", "gdi", "b5t", "b6t", "bwt", NULL };

static void free_text(char **text)
{
    free(*text);
}

static bool has_suffix(const char *suffix, const char *const *suffixes)
{
    for (; *suffixes; suffixes++)
        if (same_name(suffix, *suffixes))
            return true;
    return false;
}

struct search {
    const char *folder, *stem; /* of the data file */
    size_t stem_length;
    const char *const *suffixes;
    char *found[SHEETS_MAX];
    size_t lengths[SHEETS_MAX];
    size_t count;
};

/* Keeps the longest names, in falling order. */
static void keep(struct search *search, const char *name, size_t length)
{
    size_t at = search->count;
    char *path;

    if (asprintf(&path, "%s/%s", search->folder, name) < 0)
        return;
    while (at > 0 && search->lengths[at - 1] < length)
        at--;
    if (at == SHEETS_MAX) {
        free(path);
        return;
    }
    if (search->count == SHEETS_MAX)
        free(search->found[--search->count]);
    memmove(search->found + at + 1, search->found + at, (search->count - at) * sizeof *search->found);
    memmove(search->lengths + at + 1, search->lengths + at, (search->count - at) * sizeof *search->lengths);
    search->found[at] = path;
    search->lengths[at] = length;
    search->count++;
}

/* Does a name that begins with `length` bytes of the data file's end there as a word: "Game" in "Game (Track 1)"? */
static bool ends_a_word(const struct search *search, size_t length)
{
    return length >= search->stem_length || strchr(" ._-([", search->stem[length]);
}

static bool see_name(const char *name, void *context)
{
    struct search *search = context;
    const char *stem;
    const size_t length = beside_stem(name, &stem);
    const size_t compared = ends_a_word(search, length) && length < search->stem_length ? length : search->stem_length;

    if (stem[length] == '.' && has_suffix(stem + length + 1, search->suffixes) &&
        same_name_part(stem, length, search->stem, compared))
        keep(search, name, length);
    return false;
}

static size_t search_beside(const char *path, struct search *search)
{
    DK_CLEANUP(free_text) char *folder = beside_folder(path);

    search->folder = folder;
    search->stem_length = beside_stem(path, &search->stem);
    if (folder)
        beside_each(folder, see_name, search);
    return search->count;
}

size_t sheets_beside(const char *path, char *sheets[SHEETS_MAX])
{
    struct search search = { .suffixes = read_suffixes };

    search_beside(path, &search);
    memcpy(sheets, search.found, sizeof search.found);
    return search.count;
}

/* By the plain file that a store is of; one that is made of several files has the name of the first. */
static bool is_file(struct dk_store *store, const struct stat *wanted)
{
    struct stat status;
    uint64_t start;
    const int fd = dk_store_plain_file(store, &start);

    return (fd >= 0 ? fstat(fd, &status) : stat(store->name, &status)) == 0 && status.st_dev == wanted->st_dev &&
           status.st_ino == wanted->st_ino;
}

bool sheet_is_about(const struct dk_disc *disc, struct dk_store *file)
{
    struct stat wanted;
    uint64_t start;
    const int fd = dk_store_plain_file(file, &start);

    if (side_is_name(file->name)) /* it has the name of its sheet, or it would not have been found */
        return true;
    if (fd < 0 || fstat(fd, &wanted) != 0)
        return false;
    for (size_t i = 0; i < disc->extent_count; i++)
        if (disc->extents[i].store && is_file(disc->extents[i].store, &wanted))
            return true;
    return false;
}
