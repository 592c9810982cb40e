/* MDS: the footers, which name the files with a track's sectors. A large image is in several, one behind the other. */
#include "formats/descriptor.h"
#include "formats/mds.h"
#include "util/arena.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum {
    FOOTER = 16,
    NAME_LENGTH_MAX = 4096, /* bytes, as Linux has it for paths */
};

/* ---- Names ---- */

/* Bytes up to the NUL of `width` bytes, or to the end. */
static size_t length_of_name(const struct cursor *cursor, size_t width)
{
    const size_t left = cursor_left(cursor);
    size_t length = 0;

    while (left - length >= width && (cursor->at[length] || (width == 2 && cursor->at[length + 1])))
        length += width;
    return length;
}

/* "*.mdf" is the descriptor's own name with that suffix. */
static const char *with_own_stem(const struct mds *mds, const char *suffix)
{
    return descriptor_sibling(mds->candidate, mds->disc, suffix);
}

/* What the file is called that a descriptor has no name for: an XMD has an XMF. */
static const char *usual_suffix(const struct mds *mds)
{
    const size_t length = strlen(mds->path);

    return length > 4 && strcasecmp(mds->path + length - 4, ".xmd") == 0 ? ".xmf" : ".mdf";
}

static bool read_name(const struct mds *mds, uint32_t at, bool wide, const char **name, struct dk_error *error)
{
    struct cursor cursor;
    size_t length;
    char *text;

    if (!mds_record(mds, "a file's name", at, 1, &cursor, error))
        return false;
    cursor = cursor_over(mds->bytes + at, mds->size - at);
    length = length_of_name(&cursor, wide ? 2 : 1);
    if (length > NAME_LENGTH_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the file's name at byte %" PRIu32 " has %zu bytes, and %d can be",
                       mds->path, at, length, NAME_LENGTH_MAX);
    if (length == cursor_left(&cursor))
        dk_note(&mds->disc->notes, DK_NOTE_ODD, "the file's name at byte %" PRIu32 " has no end", at);
    text = wide ? descriptor_wide_text(mds->disc, cursor.at, length)
                : arena_copy(mds->disc->arena, (const char *)cursor.at, length);
    *name = *text == '*' ? with_own_stem(mds, text + 1) : *text ? text : with_own_stem(mds, usual_suffix(mds));
    return true;
}

static bool read_names(const struct mds *mds, const struct mds_track *track, struct mds_files *files,
                       struct dk_error *error)
{
    struct cursor cursor;

    if (track->footer == 0 || track->footer_count == 0) {
        files->names[files->count++] = with_own_stem(mds, usual_suffix(mds));
        return true;
    }
    if (track->footer_count > MDS_FILES_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to be in %" PRIu32 " files, and %d can be",
                       mds->path, track->placed.number, track->footer_count, MDS_FILES_MAX);
    if (!mds_record(mds, "a footer", track->footer, (uint64_t)track->footer_count * FOOTER, &cursor, error))
        return false;
    for (uint32_t i = 0; i < track->footer_count; i++) {
        const uint32_t at = cursor_le32(&cursor);
        const bool wide = cursor_le32(&cursor) != 0;

        cursor_skip(&cursor, 8);
        if (!read_name(mds, at, wide, &files->names[files->count++], error))
            return false;
    }
    return true;
}

static bool same_names(const struct mds_files *one, const struct mds_files *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (strcmp(one->names[i], other->names[i]) != 0)
            return false;
    return true;
}

/* Most descriptors have a footer for each track, and all of them name the same file. */
static bool name_files(struct mds *mds, struct mds_track *track, struct dk_error *error)
{
    struct mds_files *files = &mds->files[mds->files_count];

    *files = (struct mds_files){ 0 };
    if (!read_names(mds, track, files, error))
        return false;
    track->files = mds->files;
    while (!same_names(track->files, files))
        track->files++;
    if (track->files == files)
        mds->files_count++;
    return true;
}

/* ---- Files ---- */

static bool open_parts(struct mds *mds, const struct mds_files *files, struct dk_store **parts, size_t *opened,
                       struct dk_error *error)
{
    const bool only = mds->files_count == 1 && files->count == 1;

    for (size_t i = 0; i < files->count; i++) {
        struct dk_store *store = dk_open_beside(mds->candidate, files->names[i], only, &mds->disc->notes, error);

        if (store)
            parts[(*opened)++] = store;
        else if (error->kind == DK_ERROR_MISSING)
            dk_disc_add_missing(mds->disc, text_escaped(mds->disc->arena, files->names[i], strlen(files->names[i])));
        else
            return false;
    }
    return true;
}

/* Where a part is not there, nothing can be said of what lies behind it: all is taken as missing. */
static bool open_files(struct mds *mds, struct mds_files *files, struct dk_error *error)
{
    struct dk_store *parts[MDS_FILES_MAX];
    size_t opened = 0;
    bool right = open_parts(mds, files, parts, &opened, error);

    if (right && opened == files->count) {
        files->store = opened == 1 ? dk_store_use(parts[0]) : dk_store_chain(parts, opened, parts[0]->name, error);
        right = files->store != NULL;
    }
    if (files->store)
        mds->disc->container_size += files->store->size;
    for (size_t i = 0; i < opened; i++)
        dk_store_close(parts[i]);
    return right;
}

bool mds_open_files(struct mds *mds, struct dk_error *error)
{
    for (size_t i = 0; i < mds->track_count; i++)
        if (!name_files(mds, &mds->tracks[i], error))
            return false;
    for (size_t i = 0; i < mds->files_count; i++)
        if (!open_files(mds, &mds->files[i], error))
            return false;
    return true;
}
