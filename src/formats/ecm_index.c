/* ECM: the records, walked through once, since the format has no table of them. */
#include "formats/ecm.h"
#include "util/checked.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 64 << 10, EDC_SIZE = 4 };

static const uint64_t END_MARK = 0x100000000; /* units: the number is one less than it says */

/* The part of the file that is looked at. */
struct walk {
    struct ecm_index *index;
    struct dk_notes *notes;
    uint64_t at; /* byte of the file that comes next */
    uint64_t window_at;
    size_t window_size;
    uint8_t window[WINDOW];
};

/* The bytes at a place, as many as there are up to `most`; NULL: they can't be read. */
static const uint8_t *look(struct walk *walk, uint64_t at, size_t most, size_t *size, struct dk_error *error)
{
    const uint64_t left = at < walk->index->file->size ? walk->index->file->size - at : 0;

    *size = left < most ? (size_t)left : most;
    if (at < walk->window_at || at + *size > walk->window_at + walk->window_size) {
        walk->window_at = at;
        walk->window_size = left < WINDOW ? (size_t)left : WINDOW;
        if (!dk_store_read(walk->index->file, walk->window, walk->window_size, at, error))
            return NULL;
    }
    return walk->window + (at - walk->window_at);
}

size_t ecm_number(const uint8_t *bytes, size_t size, enum ecm_type *type, uint64_t *count)
{
    uint64_t number;
    size_t used = 1;

    if (size == 0)
        return 0;
    *type = (enum ecm_type)(bytes[0] & 3);
    number = bytes[0] >> 2 & 31;
    for (unsigned shift = 5; bytes[used - 1] & 0x80; shift += 7, used++) {
        if (used == size || used == ECM_NUMBER_MAX)
            return 0;
        number |= (uint64_t)(bytes[used] & 0x7F) << shift;
    }
    *count = number + 1;
    return used;
}

/* ---- The index ---- */

static bool add_block(struct ecm_index *index, struct ecm_block block, struct dk_error *error)
{
    if (index->count == index->room) {
        const size_t room = index->room ? index->room * 2 : 256;
        struct ecm_block *blocks = reallocarray(index->blocks, room, sizeof *blocks);

        if (!blocks)
            return dk_fail_errno(error, "cannot open %s", index->file->name);
        index->blocks = blocks;
        index->room = room;
    }
    if (index->count && block.offset - index->blocks[index->count - 1].offset > index->longest)
        index->longest = block.offset - index->blocks[index->count - 1].offset;
    index->blocks[index->count++] = block;
    return true;
}

/* Adds units that lie in the file from `offset` on. */
static bool add_units(struct ecm_index *index, enum ecm_type type, uint64_t count, uint64_t offset,
                      struct dk_error *error)
{
    const struct ecm_unit *unit = &ecm_units[type];

    while (count) {
        uint64_t used = index->count ? index->size - index->blocks[index->count - 1].start : ECM_BLOCK_MAX, piece;

        if (used + unit->size > ECM_BLOCK_MAX) {
            if (!add_block(index, (struct ecm_block){ index->size, offset, (uint32_t)count, (uint8_t)type }, error))
                return false;
            used = 0;
        }
        piece = (ECM_BLOCK_MAX - used) / unit->size;
        piece = piece < count ? piece : count;
        index->size += piece * unit->size;
        offset += piece * unit->packed;
        count -= piece;
    }
    index->end = offset;
    return true;
}

/* ---- The records ---- */

static void tell_cut(const struct walk *walk)
{
    dk_note(walk->notes, DK_NOTE_DAMAGE,
            "%s ends amid its records, at byte %" PRIu64 ": what it holds ends there, behind %" PRIu64 " bytes",
            walk->index->file->name, walk->index->file->size, walk->index->size);
}

/* What stands behind the end mark. */
static bool take_end(struct walk *walk, struct dk_error *error)
{
    struct ecm_index *index = walk->index;
    size_t size;
    const uint8_t *bytes = look(walk, walk->at, EDC_SIZE + 1, &size, error);

    if (!bytes)
        return false;
    index->has_edc = size >= EDC_SIZE;
    if (!index->has_edc)
        dk_note(walk->notes, DK_NOTE_DAMAGE, "%s ends without its check sum, at byte %" PRIu64, index->file->name,
                index->file->size);
    else
        index->edc = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    if (size > EDC_SIZE)
        dk_note(walk->notes, DK_NOTE_ODD, "%s has %" PRIu64 " bytes behind its end, which are not used",
                index->file->name, index->file->size - walk->at - EDC_SIZE);
    return true;
}

/* A record whose number says `count`; less of it where the file ends before. */
static bool take_units(struct walk *walk, enum ecm_type type, uint64_t count, bool *goes_on, struct dk_error *error)
{
    struct ecm_index *index = walk->index;
    const uint64_t there = (index->file->size - walk->at) / ecm_units[type].packed;

    *goes_on = count <= there;
    if (!add_units(index, type, *goes_on ? count : there, walk->at, error))
        return false;
    walk->at += count * ecm_units[type].packed;
    if (!*goes_on)
        tell_cut(walk);
    return true;
}

static bool take_record(struct walk *walk, bool *goes_on, struct dk_error *error)
{
    enum ecm_type type;
    uint64_t count;
    size_t size, used;
    const uint8_t *bytes = look(walk, walk->at, ECM_NUMBER_MAX, &size, error);

    *goes_on = false;
    if (!bytes)
        return false;
    used = ecm_number(bytes, size, &type, &count);
    if (used == 0 && size < ECM_NUMBER_MAX) {
        tell_cut(walk);
        return true;
    }
    if (used && count == END_MARK) {
        walk->at += used;
        return take_end(walk, error);
    }
    if (used == 0 || count > ECM_COUNT_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the record at byte %" PRIu64 " counts more than %d units",
                       walk->index->file->name, walk->at, ECM_COUNT_MAX);
    walk->at += used;
    return take_units(walk, type, count, goes_on, error);
}

bool ecm_index_read(struct ecm_index *index, struct dk_notes *notes, struct dk_error *error)
{
    struct walk *walk = calloc(1, sizeof *walk);
    bool goes_on = true, right = walk || dk_fail_errno(error, "cannot open %s", index->file->name);

    if (walk)
        *walk = (struct walk){ .index = index, .notes = notes, .at = ECM_MAGIC };
    while (right && goes_on)
        right = take_record(walk, &goes_on, error);
    if (right && index->size == 0)
        right = dk_fail(error, DK_ERROR_FORMAT, "%s holds nothing", index->file->name);
    if (right && index->end - index->blocks[index->count - 1].offset > index->longest)
        index->longest = index->end - index->blocks[index->count - 1].offset;
    free(walk);
    return right;
}
