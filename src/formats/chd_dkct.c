/*
 * CHD: the private metadata "DKCT", with what the standard ones have no place for. Lines as in a CUE sheet, in UTF-8:
 * CATALOG, REM CDTEXT with packs in hexadecimal, REM SESSION, REM LEAD-OUT, TRACK, FLAGS, ISRC, PREGAP, INDEX. The
 * times of REM LEAD-OUT and INDEX are those of the disc, where LBA 0 is 00:00:00; that of PREGAP is a length. Readers
 * that do not know the entry skip it.
 */
#include "formats/chd_plan.h"

#include "util/arena.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum dk_control bit;
    const char *word;
} flags[] = {
    { DK_CONTROL_COPY_PERMITTED, "DCP" },
    { DK_CONTROL_FOUR_CHANNELS, "4CH" },
    { DK_CONTROL_PRE_EMPHASIS, "PRE" },
};

/* ---- Writing ---- */

struct lines {
    FILE *to;
    bool needed; /* something is said that the standard metadata do not */
};

static void put_flags(struct lines *lines, const struct dk_track *track)
{
    bool any = false;

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!(track->control & flags[i].bit))
            continue;
        fprintf(lines->to, "%s %s", any ? "" : "    FLAGS", flags[i].word);
        any = true;
    }
    if (any)
        fprintf(lines->to, "\n");
    lines->needed |= any;
}

/* The gaps of a GD-ROM are padding, and where they belong follows from that. */
static void put_track(struct lines *lines, const struct chd_planned *planned, bool gd)
{
    const struct dk_track *track = planned->track;
    char time[WRITER_TIME];

    fprintf(lines->to, "  TRACK %02d %s\n", track->number, planned->kind->name);
    put_flags(lines, track);
    if (*track->isrc)
        fprintf(lines->to, "    ISRC %s\n", track->isrc);
    if (track->pregap)
        fprintf(lines->to, "    PREGAP %s\n", writer_time(track->pregap, time));
    if (track->lba >= 0)
        fprintf(lines->to, "    INDEX 01 %s\n", writer_time((uint32_t)track->lba, time));
    for (size_t i = 0; i < track->index_count; i++)
        if (track->indexes[i].lba >= 0)
            fprintf(lines->to, "    INDEX %02d %s\n", track->indexes[i].number,
                    writer_time((uint32_t)track->indexes[i].lba, time));
    lines->needed |= *track->isrc || track->index_count || (track->pregap != planned->pregap && !gd) ||
                     track->lba != planned->plain_lba;
}

static void put_cd_text(struct lines *lines, const struct writer *writer)
{
    size_t count;
    const uint8_t *packs = writer_packs(writer, &count);

    if (!packs || count == 0)
        return;
    fprintf(lines->to, "REM CDTEXT ");
    for (size_t i = 0; i < count * DK_CD_TEXT_PACK; i++)
        fprintf(lines->to, "%02x", packs[i]);
    fprintf(lines->to, "\n");
    lines->needed = true;
}

static void put_all(struct lines *lines, const struct writer *writer, const struct chd_plan *plan)
{
    const struct dk_disc *disc = plan->disc;
    char time[WRITER_TIME];

    if (*disc->mcn)
        fprintf(lines->to, "CATALOG %s\n", disc->mcn);
    lines->needed |= *disc->mcn != '\0';
    put_cd_text(lines, writer);
    for (size_t i = 0; i < plan->count; i++) {
        const struct dk_track *track = plan->tracks[i].track;
        const bool opens = i == 0 || track->session != track[-1].session;
        const bool ends = i + 1 == plan->count || track->session != track[1].session;
        const int64_t end = (int64_t)track->lba + track->count + track->postgap;
        const int32_t lead_out = dk_disc_lead_out(disc, track->session);

        if (opens)
            fprintf(lines->to, "REM SESSION %02d\n", track->session);
        put_track(lines, &plan->tracks[i], plan->gd);
        if (ends && lead_out >= 0)
            fprintf(lines->to, "REM LEAD-OUT %s\n", writer_time((uint32_t)lead_out, time));
        lines->needed |= !plan->gd && ((ends && lead_out != end) || track->session > 1);
    }
}

char *chd_dkct_write(const struct writer *writer, const struct chd_plan *plan)
{
    struct lines lines = { 0 };
    char *text = NULL, *kept = NULL;
    size_t size = 0;

    lines.to = open_memstream(&text, &size);
    if (!lines.to)
        return NULL;
    put_all(&lines, writer, plan);
    if (fclose(lines.to) == 0 && lines.needed)
        kept = arena_copy(plan->disc->arena, text, size);
    free(text);
    return kept;
}
