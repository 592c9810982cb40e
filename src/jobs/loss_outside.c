/* Files whose data lie where the result has nothing: the MPEG tracks of a Video CD, earlier sessions, sound. */
#include "jobs/loss.h"

#include <stdio.h>
#include <string.h>

enum { FILES_MAX = 1 << 20 /* that are looked at: a bound for trees that have no end */ };

struct walk {
    const struct convert *convert;
    struct loss_outside *outside;
    uint64_t files;
};

static bool in_pieces(const struct convert *convert, int64_t lba, int64_t count)
{
    for (size_t i = 0; i < convert->piece_count; i++) {
        const struct convert_piece *piece = &convert->pieces[i];

        if (!piece->hole && lba >= piece->lba && lba + count <= (int64_t)piece->lba + piece->count)
            return true;
    }
    return false;
}

/* Does a track that is not in the result hold the sector? What no track holds is damage of the image, not a loss. */
static bool on_disc(const struct convert *convert, int64_t lba)
{
    return lba <= INT32_MAX && dk_disc_track_at(convert->disc, (int32_t)lba) != NULL;
}

static bool visit(const struct dk_entry *entry, void *context)
{
    struct walk *walk = context;

    for (size_t i = 0; i < entry->extent_count && entry->type == DK_ENTRY_FILE; i++) {
        const int64_t lba = entry->extents[i].lba;
        const int64_t count = (int64_t)((entry->extents[i].size + DK_SECTOR_USER - 1) / DK_SECTOR_USER);

        if (count == 0 || in_pieces(walk->convert, lba, count) || !on_disc(walk->convert, lba) ||
            !on_disc(walk->convert, lba + count - 1))
            continue;
        if (walk->outside->files++ == 0) {
            snprintf(walk->outside->first, sizeof walk->outside->first, "%s", entry->path);
            walk->outside->lba = (int32_t)lba;
        }
        break;
    }
    return ++walk->files < FILES_MAX;
}

void loss_find_outside(struct convert *convert, struct loss_outside *outside)
{
    struct walk walk = { .convert = convert, .outside = outside };
    struct dk_notes notes = { 0 }; /* a wrecked tree is not this job's to tell: its bytes are copied as they are */
    struct dk_error error;
    struct dk_tree *tree = NULL;

    if (convert->volumes && convert->volumes->count)
        tree = dk_tree_open(convert->volumes, DK_TREE_BEST, &notes, &error);
    if (tree && !dk_tree_walk(tree, "", DK_WALK_RECURSIVE | DK_WALK_UNSORTED, visit, &walk, &error))
        dk_note(&convert->result->notes, DK_NOTE_GUESS, "the files could not be looked through: %s", error.text);
    dk_tree_close(tree);
    dk_notes_free(&notes);
}
