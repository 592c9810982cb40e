/*
 * DMG: Apple's disk images (UDIF). Apple has published no layout; it is known from dmg2img, libmirage and 7-Zip. The
 * last 512 bytes of the file lead to a property list, in which tables of blocks are packed. All numbers are big-endian.
 */
#include "formats/dmg.h"
#include "formats/inner.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum run_type {
    RUN_ZEROS = 0,
    RUN_PLAIN = 1,
    RUN_IGNORED = 2, /* nothing that counts: zeros */
};

static const uint32_t run_adc = 0x80000004, run_zlib = 0x80000005, run_bzip2 = 0x80000006, run_lzfse = 0x80000007,
                      run_xz = 0x80000008;

/* ---- The trailer ---- */

bool dmg_parse_koly(const uint8_t block[DMG_TRAILER], struct dmg_koly *koly)
{
    struct cursor cursor = cursor_over(block, DMG_TRAILER);

    if (memcmp(cursor_bytes(&cursor, 4), "koly", 4) != 0)
        return false;
    cursor_skip(&cursor, 12); /* version, size, flags */
    koly->running_offset = cursor_be64(&cursor);
    koly->data_at = cursor_be64(&cursor);
    koly->data_size = cursor_be64(&cursor);
    koly->fork_at = cursor_be64(&cursor);
    koly->fork_size = cursor_be64(&cursor);
    koly->segment = cursor_be32(&cursor);
    koly->segments = cursor_be32(&cursor);
    cursor_skip(&cursor, 216 - 64); /* id, check sum of the data */
    koly->list_at = cursor_be64(&cursor);
    koly->list_size = cursor_be64(&cursor);
    cursor_skip(&cursor, 492 - 232); /* check sum of the image, variant */
    koly->sectors = cursor_be64(&cursor);
    return true;
}

/* It stands in the end; in images of old, at the beginning. */
static bool find_koly(const struct dk_candidate *candidate, struct dmg_koly *koly)
{
    return (candidate->tail_size >= DMG_TRAILER &&
            dmg_parse_koly(candidate->tail + candidate->tail_size - DMG_TRAILER, koly)) ||
           (candidate->head_size >= DMG_TRAILER && dmg_parse_koly(candidate->head, koly));
}

static int dmg_probe(const struct dk_candidate *candidate)
{
    struct dmg_koly koly;

    return find_koly(candidate, &koly) ? 100 : 0;
}

/* ---- Blocks ---- */

static const struct wrapped_codec codecs[] = {
    { .name = "ADC", .decode = dmg_decode_adc },
    { .name = "zlib", .codec = &dk_codec_zlib },
    { .name = "bzip2", .codec = &dk_codec_bzip2 },
    { .name = "xz", .decode = dmg_decode_xz },
    { .name = NULL },
};

static unsigned kind_of(uint32_t type)
{
    const struct {
        uint32_t type;
        unsigned kind;
    } kinds[] = {
        { RUN_ZEROS, WRAPPED_ZEROS },  { RUN_PLAIN, WRAPPED_RAW },      { RUN_IGNORED, WRAPPED_ZEROS },
        { run_adc, WRAPPED_CODED },    { run_zlib, WRAPPED_CODED + 1 }, { run_bzip2, WRAPPED_CODED + 2 },
        { run_xz, WRAPPED_CODED + 3 },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == type)
            return kinds[i].kind;
    return WRAPPED_BAD;
}

/* Sectors that are in no run, up to `sector`, which is at most INT64_MAX / DMG_SECTOR. */
static bool fill_gap(const struct dmg *dmg, struct wrapped *wrapped, uint64_t sector, struct dk_error *error)
{
    const uint64_t from = wrapped_size(wrapped) / DMG_SECTOR;

    if (sector <= from)
        return true;
    dk_note(&dmg->disc->notes, DK_NOTE_DAMAGE,
            "no table has a block for the %" PRIu64 " bytes of the image from byte %" PRIu64
            " on: they are taken as zeros",
            (sector - from) * DMG_SECTOR, from * DMG_SECTOR);
    return wrapped_add(wrapped, (sector - from) * DMG_SECTOR, WRAPPED_ZEROS, 0, 0, error);
}

static bool add_run(const struct dmg *dmg, struct wrapped *wrapped, const struct dmg_run *run, struct dk_error *error)
{
    const uint64_t limit = INT64_MAX / DMG_SECTOR;

    if (run->type == run_lzfse)
        return dk_fail(
            error, DK_ERROR_FORMAT,
            "%s is an Apple disk image with blocks of LZFSE, which are not read: hdiutil of macOS converts it",
            dmg->candidate->path);
    if (run->sector > limit || run->sectors > limit - run->sector)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "a block of %s has %" PRIu64 " sectors from sector %" PRIu64 " on, more than any disc",
                       dmg->candidate->path, run->sectors, run->sector);
    if (run->sector * DMG_SECTOR < wrapped_size(wrapped))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "a block of %s begins at sector %" PRIu64 ", and the one before it ends at sector %" PRIu64,
                       dmg->candidate->path, run->sector, wrapped_size(wrapped) / DMG_SECTOR);
    return fill_gap(dmg, wrapped, run->sector, error) &&
           wrapped_add(wrapped, run->sectors * DMG_SECTOR, kind_of(run->type), run->offset, run->length, error);
}

static bool add_runs(const struct dmg *dmg, struct wrapped *wrapped, struct dk_error *error)
{
    const uint64_t sectors = dmg->koly.sectors;

    for (size_t i = 0; i < dmg->run_count; i++)
        if (!add_run(dmg, wrapped, &dmg->runs[i], error))
            return false;
    if (sectors > INT32_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s says that it has %" PRIu64 " sectors, more than any disc",
                       dmg->candidate->path, sectors);
    if (sectors && sectors * DMG_SECTOR < wrapped_size(wrapped))
        dk_note(&dmg->disc->notes, DK_NOTE_ODD,
                "the image is said to have %" PRIu64 " bytes, and its blocks have %" PRIu64, sectors * DMG_SECTOR,
                wrapped_size(wrapped));
    return fill_gap(dmg, wrapped, sectors, error);
}

static struct dk_store *open_image(const struct dmg *dmg, struct dk_store *data, struct dk_error *error)
{
    const struct wrapped_rules rules = { .codecs = codecs };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = wrapped_new(data, &rules);

    if (!wrapped) {
        dk_fail_errno(error, "cannot open %s", dmg->candidate->path);
        return NULL;
    }
    return add_runs(dmg, wrapped, error) ? wrapped_open(&wrapped, &dmg->disc->notes, error) : NULL;
}

static void free_runs(struct dmg *dmg)
{
    free(dmg->runs);
}

static bool dmg_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    DK_CLEANUP(free_runs) struct dmg dmg = { .candidate = candidate, .disc = disc };
    struct dk_store *data = NULL, *image = NULL;
    bool right;

    find_koly(candidate, &dmg.koly);
    if (dmg.koly.segment > 1)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is segment %" PRIu32 " of %" PRIu32 ": open the first one",
                       candidate->path, dmg.koly.segment, dmg.koly.segments);
    if (dmg_read_tables(&dmg, error))
        data = dmg_open_data(&dmg, error);
    if (data)
        image = open_image(&dmg, data, error);
    right = image && inner_read(disc, image, error);
    dk_store_close(data);
    dk_store_close(image);
    return right;
}

const struct dk_format format_dmg = {
    .id = "dmg",
    .name = "Apple disk image",
    .suffixes = "dmg",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = dmg_probe,
    .read = dmg_read,
};
