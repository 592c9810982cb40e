/*
 * CHD: the file that another one is the child of. It is known by a hash alone, so that every CHD of the same folder is
 * looked at.
 */
#include "formats/beside.h"
#include "formats/chd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    LOOKED_AT_MAX = 10000, /* files */
    DEPTH_MAX = 8,         /* parents of parents */
};

static bool is_named(const struct chd_header *header, const struct chd_name *name)
{
    const struct chd_name *const names[] = { &header->total, &header->raw, &header->md5 };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i]->size == name->size && memcmp(names[i]->bytes, name->bytes, name->size) == 0)
            return true;
    return false;
}

struct search {
    const char *folder;
    const struct chd_name *wanted;
    struct dk_store *found;
    char *path;
    unsigned looked_at;
};

static bool is_parent(const char *name, void *context)
{
    struct search *search = context;
    const size_t length = strlen(name);
    struct chd_header header;
    struct dk_error error;
    uint8_t magic[CHD_MAGIC_SIZE];

    if (length < 4 || strcasecmp(name + length - 4, ".chd") != 0 || search->looked_at++ == LOOKED_AT_MAX)
        return false;
    if (asprintf(&search->path, "%s/%s", search->folder, name) < 0)
        search->path = NULL;
    search->found = search->path ? dk_store_open_file(search->path, &error) : NULL;
    if (search->found && search->found->size >= sizeof magic &&
        dk_store_read(search->found, magic, sizeof magic, 0, &error) && chd_is_one(magic, sizeof magic) &&
        chd_read_header(search->found, &header, &error) && is_named(&header, search->wanted))
        return true;
    dk_store_close(search->found);
    free(search->path);
    search->found = NULL;
    search->path = NULL;
    return false;
}

static const char *hash_text(const struct chd_name *name, char text[2 * CHD_SHA1 + 1])
{
    for (size_t i = 0; i < name->size; i++)
        sprintf(text + 2 * i, "%02x", name->bytes[i]);
    return text;
}

static bool open_found(struct chd *chd, const struct search *search, struct dk_notes *notes, struct dk_error *error)
{
    struct chd *parent = chd_open(search->found, search->path, chd->children + 1, notes, error);

    if (!parent)
        return false;
    if (parent->header.unit_size != chd->header.unit_size) {
        dk_fail(error, DK_ERROR_FORMAT, "%s has units of %" PRIu32 " bytes, and its parent %s of %" PRIu32,
                chd->file->name, chd->header.unit_size, search->path, parent->header.unit_size);
        chd_close(parent);
        return false;
    }
    chd->parent_unit = parent->header.unit_size;
    chd->parent = chd_store(parent, error);
    return chd->parent;
}

static void free_text(char **text)
{
    free(*text);
}

bool chd_open_parent(struct chd *chd, const char *path, struct dk_notes *notes, struct dk_error *error)
{
    DK_CLEANUP(free_text) char *folder = beside_folder(path);
    struct search search = { .folder = folder, .wanted = &chd->header.parent };
    char hash[2 * CHD_SHA1 + 1] = "";
    bool right;

    if (chd->header.parent.size == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s says that it has a parent, and not which", chd->file->name);
    if (chd->children == DEPTH_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has a parent, as %d others before it: that is too many",
                       chd->file->name, DEPTH_MAX);
    if (!folder)
        return dk_fail_errno(error, "cannot look for the parent of %s", chd->file->name);
    if (!beside_each(folder, is_parent, &search))
        return dk_fail(error, DK_ERROR_MISSING,
                       "%s holds only what differs from its parent, a CHD whose %s is %s; there is none beside it",
                       chd->file->name, chd->header.parent.size == CHD_MD5 ? "MD5" : "SHA-1",
                       hash_text(&chd->header.parent, hash));
    right = open_found(chd, &search, notes, error);
    if (right)
        dk_note(notes, DK_NOTE_GUESS, "%s is the parent of %s, by its hash", search.path, chd->file->name);
    dk_store_close(search.found);
    free(search.path);
    return right;
}
