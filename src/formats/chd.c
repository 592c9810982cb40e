/* CHD: from what the metadata say to a disc. */
#include "formats/chd.h"
#include "formats/chd_plan.h"
#include "formats/chd_tracks.h"
#include "formats/chd_write.h"
#include "formats/inner.h"
#include "formats/rows.h"
#include "util/arena.h"

#include <inttypes.h>

static int chd_probe(const struct dk_candidate *candidate)
{
    return chd_is_one(candidate->head, candidate->head_size) ? 99 : 0;
}

/* What is no disc is said by name. */
static bool refuse_others(const struct chd *chd, struct dk_error *error)
{
    static const struct {
        uint32_t tag;
        const char *what;
    } others[] = {
        { CHD_TAG('G', 'D', 'D', 'D'), "a hard disk, which is not read; chdman extracthd does" },
        { CHD_TAG('A', 'V', 'A', 'V'), "a laserdisc, which is not read; chdman extractld does" },
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (chd_find_metadata(chd, others[i].tag))
            return dk_fail(error, DK_ERROR_FORMAT, "%s is a CHD of %s", chd->file->name, others[i].what);
    if (!chd_is_cd(chd) && chd->header.logical_size % DK_SECTOR_USER != 0 &&
        chd->header.logical_size % DK_SECTOR_RAW != 0)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is a CHD of %" PRIu64 " bytes that no metadata call a disc, and they are no whole number of "
                       "sectors",
                       chd->file->name, chd->header.logical_size);
    return true;
}

static bool read_cd(struct chd_track_list *list, struct dk_store *store, struct dk_error *error)
{
    (void)error;
    list->disc->medium = DK_MEDIUM_CD;
    chd_dkct_read(list);
    chd_add_tracks(list, store);
    return true;
}

/* Bare sectors: all bytes, without what fills the last hunk. */
static bool read_sectors(struct chd_track_list *list, struct dk_store *store, struct dk_error *error)
{
    struct chd *chd = list->chd;
    struct dk_store *bytes;
    bool right;

    chd->spans = arena_zeroed(chd->arena, 1, sizeof *chd->spans);
    if (chd->header.unit_size == DK_SECTOR_USER && chd->header.logical_size / DK_SECTOR_USER <= INT32_MAX)
        chd->spans[chd->span_count++] =
            (struct chd_span){ 0, (uint32_t)(chd->header.logical_size / DK_SECTOR_USER), 0 };
    bytes = dk_store_slice(store, 0, chd->header.logical_size, error);
    right = bytes && inner_read(list->disc, bytes, error);
    dk_store_close(bytes);
    if (right && chd_find_metadata(chd, CHD_TAG('D', 'V', 'D', ' ')))
        list->disc->medium = DK_MEDIUM_DVD;
    return right;
}

static bool chd_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct chd_track_list *list = arena_zeroed(disc->arena, 1, sizeof *list);
    struct dk_store *store;
    bool right;

    list->disc = disc;
    list->chd = chd_open(candidate->store, candidate->path, 0, &disc->notes, error);
    if (!list->chd)
        return false;
    if (!refuse_others(list->chd, error) ||
        (chd_is_cd(list->chd) && (!chd_parse_tracks(list, error) || !chd_place_tracks(list, error)))) {
        chd_close(list->chd);
        return false;
    }
    store = chd_store(list->chd, error);
    if (!store)
        return false;
    right = chd_is_cd(list->chd) ? read_cd(list, store, error) : read_sectors(list, store, error);
    dk_store_close(store);
    disc->container_size = candidate->store->size;
    return right;
}

const struct dk_format format_chd = {
    .id = "chd",
    .name = "MAME compressed image (CHD)",
    .suffixes = "chd",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_DVD | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL |
             DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS |
             DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 | DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = chd_probe,
    .read = chd_read,
    .write = chd_write,
    .codecs = "cdlz cdzl cdfl cdzs lzma zlib huff flac zstd",
};
