/* CCD, CloneCD's sheets: the full TOC of a disc as text; its sectors are in a .img and their subchannel in a .sub. */
#include "formats/ccd.h"
#include "formats/rows.h"
#include "util/arena.h"

#include <disckit/cdtext.h>
#include <string.h>
#include <strings.h>

/* Its first section is its name. */
static int bid(struct sheet *sheet)
{
    const char *line;

    do
        line = sheet_next_line(sheet);
    while (line && (*line == '\0' || *line == ';'));
    return line && strcasecmp(line, "[CloneCD]") == 0 ? 95 : 0;
}

static int ccd_probe(const struct dk_candidate *candidate)
{
    return sheet_bid(candidate, bid);
}

/* The sheet leaves out the check sums of the packs. */
static void decode_packs(struct ccd *ccd)
{
    uint8_t(*packs)[DK_CD_TEXT_PACK] = arena_zeroed(ccd->disc->arena, ccd->pack_count + 1, sizeof *packs);

    for (size_t i = 0; i < ccd->pack_count; i++) {
        const uint16_t crc = dk_q_crc(ccd->packs[i], sizeof ccd->packs[i]);

        memcpy(packs[i], ccd->packs[i], sizeof ccd->packs[i]);
        packs[i][16] = (uint8_t)(crc >> 8);
        packs[i][17] = (uint8_t)crc;
    }
    ccd->disc->cd_text = dk_cd_text_decode(packs, ccd->pack_count * sizeof *packs, ccd->disc->arena, &ccd->disc->notes);
}

static bool ccd_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct ccd *ccd = arena_zeroed(disc->arena, 1, sizeof *ccd);

    ccd->candidate = candidate;
    ccd->disc = disc;
    disc->medium = DK_MEDIUM_CD;
    if (!sheet_read(&ccd->sheet, candidate, disc->arena, error) || !ccd_parse(ccd, error) || !ccd_lay_out(ccd, error))
        return false;
    if (ccd->pack_count)
        decode_packs(ccd);
    return true;
}

const struct dk_format format_ccd = {
    .id = "ccd",
    .name = "CloneCD sheet",
    .suffixes = "ccd",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CD_TEXT |
             DK_HOLDS_INDEXES | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_ISRC |
             DK_HOLDS_MCN | DK_HOLDS_FORM2 | DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = ccd_probe,
    .read = ccd_read,
    .write = ccd_write,
};
