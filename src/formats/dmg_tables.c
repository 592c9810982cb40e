/*
 * DMG: the tables of blocks. Each is a resource of type `blkx`, in a property list as base64 or in the resource fork of
 * a Mac file (Inside Macintosh: More Macintosh Toolbox, 1-121), and begins with `mish`.
 */
#include "formats/dmg.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIST_MAX = 64 << 20, /* bytes of a property list or a resource fork */
    TABLE_HEADER = 204,
    RUN = 40,
};

static const uint32_t run_comment = 0x7FFFFFFE, run_end = 0xFFFFFFFF;

struct bytes {
    uint8_t *at;
    size_t size;
};

static void free_bytes(struct bytes *bytes)
{
    free(bytes->at);
}

/* ---- One table ---- */

static bool add_run(struct dmg *dmg, struct dmg_run run, struct dk_error *error)
{
    if (dmg->run_count == dmg->run_room) {
        const size_t room = dmg->run_room ? dmg->run_room * 2 : 64;
        struct dmg_run *runs = realloc(dmg->runs, room * sizeof *runs);

        if (!runs)
            return dk_fail_errno(error, "cannot open %s", dmg->candidate->path);
        dmg->runs = runs;
        dmg->run_room = room;
    }
    dmg->runs[dmg->run_count++] = run;
    return true;
}

/* Where a sum does not fit, the place is none that a file has. */
static uint64_t sum_or_most(uint64_t a, uint64_t b)
{
    uint64_t sum;

    return checked_add(a, b, &sum) ? sum : UINT64_MAX;
}

bool dmg_parse_table(struct dmg *dmg, const uint8_t *bytes, size_t size, struct dk_error *error)
{
    struct cursor cursor = cursor_over(bytes, size);
    uint64_t first, offset;
    uint32_t count;

    if (size < TABLE_HEADER || memcmp(cursor_bytes(&cursor, 4), "mish", 4) != 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "a table of blocks of %s has %zu bytes and does not begin with 'mish'",
                       dmg->candidate->path, size);
    cursor_skip(&cursor, 4);
    first = cursor_be64(&cursor);
    cursor_skip(&cursor, 8);
    offset = cursor_be64(&cursor);
    cursor_skip(&cursor, 200 - 32);
    count = cursor_be32(&cursor);
    if (count > cursor_left(&cursor) / RUN)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "a table of blocks of %s, for sector %" PRIu64 ", has %" PRIu32 " of them in %zu bytes",
                       dmg->candidate->path, first, count, size);
    for (uint32_t i = 0; i < count; i++) {
        struct dmg_run run;

        run.type = cursor_be32(&cursor);
        cursor_skip(&cursor, 4);
        run.sector = sum_or_most(first, cursor_be64(&cursor));
        run.sectors = cursor_be64(&cursor);
        run.offset = sum_or_most(offset, cursor_be64(&cursor));
        run.length = cursor_be64(&cursor);
        if (run.type == run_end)
            break;
        if (run.type != run_comment && run.sectors && !add_run(dmg, run, error))
            return false;
    }
    return true;
}

/* ---- In a property list ---- */

static int base64_value(uint8_t letter)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = letter ? strchr(letters, letter) : NULL;

    return at ? (int)(at - letters) : -1;
}

/* Decodes in place and returns the bytes that came out. What is no letter of base64 is left out, as white space is. */
static size_t decode_base64(uint8_t *bytes, size_t size)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t made = 0;

    for (size_t i = 0; i < size && bytes[i] != '='; i++) {
        const int value = base64_value(bytes[i]);

        if (value < 0)
            continue;
        bits = bits << 6 | (unsigned)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[made++] = (uint8_t)(bits >> held);
        }
    }
    return made;
}

/* Behind the next `tag` before `end`; NULL: there is none. */
static uint8_t *behind(uint8_t *from, const uint8_t *end, const char *tag)
{
    uint8_t *at = memmem(from, (size_t)(end - from), tag, strlen(tag));

    return at ? at + strlen(tag) : NULL;
}

static bool parse_list(struct dmg *dmg, struct bytes *list, struct dk_error *error)
{
    uint8_t *end = list->at + list->size, *at = behind(list->at, end, "<key>blkx</key>");
    uint8_t *array_end = at ? behind(at, end, "</array>") : NULL;

    if (!array_end)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the property list of %s, at byte %" PRIu64 ", has no whole list 'blkx'", dmg->candidate->path,
                       dmg->koly.list_at);
    while ((at = behind(at, array_end, "<data>"))) {
        uint8_t *data_end = behind(at, array_end, "</data>");

        if (!data_end)
            return dk_fail(error, DK_ERROR_DAMAGED, "the property list of %s ends within a table of blocks",
                           dmg->candidate->path);
        if (!dmg_parse_table(dmg, at, decode_base64(at, (size_t)(data_end - at) - strlen("</data>")), error))
            return false;
        at = data_end;
    }
    return true;
}

/* ---- In a resource fork ---- */

static struct cursor cursor_from(const struct bytes *bytes, size_t at)
{
    struct cursor cursor = cursor_over(bytes->at, bytes->size);

    cursor_skip(&cursor, at);
    return cursor;
}

/* The resources of one type: `refs` has their entries. */
static bool parse_resources(struct dmg *dmg, const struct bytes *fork, uint32_t data_at, struct cursor refs,
                            unsigned count, struct dk_error *error)
{
    for (unsigned i = 0; i < count; i++) {
        struct cursor resource;
        const uint8_t *bytes;
        uint32_t offset, size;

        cursor_skip(&refs, 4);
        offset = cursor_be32(&refs) & 0xFFFFFF;
        cursor_skip(&refs, 4);
        resource = cursor_from(fork, (size_t)data_at + offset);
        size = cursor_be32(&resource);
        bytes = cursor_bytes(&resource, size);
        if (refs.overrun || resource.overrun)
            return dk_fail(error, DK_ERROR_DAMAGED, "resource %u of %u of the type 'blkx' of %s lies behind its fork",
                           i, count, dmg->candidate->path);
        if (!dmg_parse_table(dmg, bytes, size, error))
            return false;
    }
    return true;
}

static bool parse_fork(struct dmg *dmg, struct bytes *fork, struct dk_error *error)
{
    struct cursor header = cursor_from(fork, 0), types;
    const uint32_t data_at = cursor_be32(&header), map_at = cursor_be32(&header);
    uint32_t types_at;
    unsigned count;

    types = cursor_from(fork, (size_t)map_at + 24);
    types_at = map_at + cursor_be16(&types);
    types = cursor_from(fork, types_at);
    count = cursor_be16(&types) + 1U;
    for (unsigned i = 0; i < count && !types.overrun; i++) {
        const uint8_t *type = cursor_bytes(&types, 4);
        const unsigned resources = cursor_be16(&types) + 1U;
        const uint16_t refs_at = cursor_be16(&types);

        if (!types.overrun && memcmp(type, "blkx", 4) == 0)
            return parse_resources(dmg, fork, data_at, cursor_from(fork, (size_t)types_at + refs_at), resources, error);
    }
    return dk_fail(error, DK_ERROR_DAMAGED, "the resource fork of %s, at byte %" PRIu64 ", has no type 'blkx'",
                   dmg->candidate->path, dmg->koly.fork_at);
}

/* ---- All of them ---- */

static int by_sector(const void *a, const void *b)
{
    const struct dmg_run *one = a, *other = b;

    return one->sector < other->sector ? -1 : one->sector > other->sector;
}

static bool read_bytes(const struct dmg *dmg, const char *what, uint64_t at, uint64_t size, struct bytes *bytes,
                       struct dk_error *error)
{
    if (size > LIST_MAX || !range_inside(at, size, dmg->candidate->store->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the %s of %s is said to have %" PRIu64 " bytes from byte %" PRIu64 " on, and the file has %ju",
                       what, dmg->candidate->path, size, at, (uintmax_t)dmg->candidate->store->size);
    bytes->size = (size_t)size;
    bytes->at = malloc(bytes->size);
    if (!bytes->at)
        return dk_fail_errno(error, "cannot open %s", dmg->candidate->path);
    return dk_store_read(dmg->candidate->store, bytes->at, bytes->size, at, error);
}

bool dmg_read_tables(struct dmg *dmg, struct dk_error *error)
{
    const struct dmg_koly *koly = &dmg->koly;
    DK_CLEANUP(free_bytes) struct bytes bytes = { 0 };

    if (koly->list_size) {
        if (!read_bytes(dmg, "property list", koly->list_at, koly->list_size, &bytes, error) ||
            !parse_list(dmg, &bytes, error))
            return false;
    } else if (koly->fork_size) {
        if (!read_bytes(dmg, "resource fork", koly->fork_at, koly->fork_size, &bytes, error) ||
            !parse_fork(dmg, &bytes, error))
            return false;
    } else {
        return dk_fail(error, DK_ERROR_FORMAT, "%s has neither a property list nor a resource fork: no table of blocks",
                       dmg->candidate->path);
    }
    if (dmg->run_count == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "the tables of %s have no block", dmg->candidate->path);
    qsort(dmg->runs, dmg->run_count, sizeof *dmg->runs, by_sector);
    return true;
}
