/* TOC, cdrdao's description of a disc: tracks as they are put together out of pieces of files, silence and zeros. */
#include "formats/toc.h"

#include "formats/rows.h"
#include "formats/sheets.h"
#include "util/arena.h"

#include <string.h>
#include <strings.h>

/* ---- Is it one? ---- */

static bool is_kind_of_disc(const char *word)
{
    static const char *const kinds[] = { "CD_DA", "CD_ROM", "CD_ROM_XA", "CD_I", "FIRST_TRACK_NO", "CD_TEXT" };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcasecmp(kinds[i], word) == 0)
            return true;
    return false;
}

/* A CUE sheet has CATALOG and TRACK too, and a number behind the latter. */
static int bid(struct sheet *sheet)
{
    struct toc_token token = toc_next_token(sheet);
    const bool is_kind = token.kind == TOC_WORD && is_kind_of_disc(token.text);

    if (token.kind != TOC_WORD || (!is_kind && strcasecmp(token.text, "CATALOG") && strcasecmp(token.text, "TRACK")))
        return 0;
    while (token.kind != TOC_END && token.kind != TOC_WRONG) {
        const bool is_track = token.kind == TOC_WORD && strcasecmp(token.text, "TRACK") == 0;

        token = toc_next_token(sheet);
        if (is_track)
            return token.kind == TOC_WORD ? 92 : is_kind ? 60 : 0;
    }
    return is_kind ? 60 : 0;
}

static int toc_probe(const struct dk_candidate *candidate)
{
    return sheet_bid(candidate, bid);
}

/* ---- Reading ---- */

static void close_files(struct toc *toc)
{
    for (size_t i = 0; i < toc->file_count; i++)
        dk_store_close(toc->files[i].store);
}

static bool toc_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct toc *toc = arena_zeroed(disc->arena, 1, sizeof *toc);
    bool right;

    toc->candidate = candidate;
    toc->disc = disc;
    disc->medium = DK_MEDIUM_CD;
    right = sheet_read(&toc->sheet, candidate, disc->arena, error) && toc_parse(toc, error) &&
            toc_open_files(toc, error) && toc_lay_out(toc, error);
    if (right && sheet_is_about(disc, candidate->store))
        right = dk_fail(error, DK_ERROR_FORMAT, "%s names itself as the file with its sectors", candidate->path);
    if (right)
        toc_add_texts(toc);
    close_files(toc);
    return right;
}

const struct dk_format format_toc = {
    .id = "toc",
    .name = "cdrdao TOC",
    .suffixes = "toc",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES |
             DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 |
             DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = toc_probe,
    .read = toc_read,
    .write = toc_write,
};
