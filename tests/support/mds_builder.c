#include "support/mds_builder.h"

#include <string.h>

enum { HEADER = 88, SESSION = 24, BLOCK = 80, EXTRA = 8, FOOTER = 16, POINTS = 3, DVD = 0x10 };

static void put(uint8_t *to, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static void put_msf(uint8_t *to, int32_t lba)
{
    const struct dk_msf msf = dk_msf_of_lba(lba);

    to[0] = msf.minute;
    to[1] = msf.second;
    to[2] = msf.frame;
}

static size_t count_names(const struct mds_built *built)
{
    size_t count = 0;

    while (count < MDS_NAMES && built->names[count])
        count++;
    return count;
}

/* Tracks of a session; 0: of all. */
static size_t count_tracks(const struct mds_built *built, unsigned session)
{
    size_t count = 0;

    for (size_t i = 0; i < MDS_TRACKS && built->tracks[i].number; i++)
        count += session == 0 || built->tracks[i].session == session;
    return count;
}

static void put_points(uint8_t *to, int32_t lead_out)
{
    for (unsigned i = 0; i < POINTS; i++) {
        to[i * BLOCK + 2] = 0x10;
        to[i * BLOCK + 4] = (uint8_t)(0xA0 + i);
        to[i * BLOCK + 9] = 1;
    }
    put_msf(to + 2 * BLOCK + 9, lead_out);
}

static void put_track(const struct mds_built *built, const struct mds_built_track *track, uint8_t *to, size_t extra,
                      size_t footer)
{
    to[0] = track->code;
    to[1] = track->stored == DK_SECTOR_RAW_SUB ? 8 : 0;
    to[2] = (track->code & 7) == 1 ? 0x10 : 0x14;
    to[4] = track->number;
    if (built->medium < DVD)
        put_msf(to + 9, track->lba);
    put(to + 12, built->medium >= DVD ? track->count : built->no_extra ? 0 : extra, 4);
    put(to + 16, track->stored, 2);
    put(to + 36, (uint32_t)track->lba, 4);
    put(to + 40, track->offset, 8);
    put(to + 48, built->no_footer ? 0 : count_names(built), 4);
    put(to + 52, built->no_footer ? 0 : footer, 4);
}

static size_t put_names(const struct mds_built *built, uint8_t *to, size_t footer)
{
    size_t at = footer + count_names(built) * FOOTER;

    for (size_t i = 0; i < count_names(built); i++) {
        put(to + footer + i * FOOTER, at, 4);
        put(to + footer + i * FOOTER + 4, built->wide, 4);
        for (size_t j = 0; j <= strlen(built->names[i]); j++) {
            to[at++] = (uint8_t)built->names[i][j];
            at += built->wide;
        }
    }
    return at;
}

size_t mds_build(const struct mds_built *built, uint8_t to[MDS_BUILT_MAX])
{
    const unsigned sessions = built->lead_outs[1] ? 2 : 1;
    const size_t points = built->medium < DVD ? POINTS : 0, tracks = count_tracks(built, 0);
    const size_t extras = HEADER + sessions * SESSION + (sessions * points + tracks) * BLOCK;
    const size_t footer = extras + (built->no_extra ? 0 : tracks * EXTRA);
    size_t block = HEADER + sessions * SESSION, track = 0;

    memset(to, 0, MDS_BUILT_MAX);
    memcpy(to, "MEDIA DESCRIPTOR\1\3", 18);
    put(to + 18, built->medium, 2);
    put(to + 20, sessions, 2);
    put(to + 22, 2, 2);
    put(to + 80, HEADER, 4);
    for (unsigned i = 0; i < sessions; i++) {
        uint8_t *session = to + HEADER + i * SESSION;
        const size_t own = count_tracks(built, i + 1);

        put(session, (uint32_t)(built->tracks[track].lba - 150), 4);
        put(session + 4, (uint32_t)built->lead_outs[i], 4);
        put(session + 8, i + 1, 2);
        session[10] = (uint8_t)(points + own);
        session[11] = (uint8_t)points;
        put(session + 20, block, 4);
        if (points)
            put_points(to + block, built->lead_outs[i]);
        block += points * BLOCK;
        for (size_t j = 0; j < own; j++, track++, block += BLOCK)
            put_track(built, &built->tracks[track], to + block, extras + track * EXTRA, footer);
    }
    for (size_t i = 0; i < tracks && !built->no_extra; i++) {
        put(to + extras + i * EXTRA, built->tracks[i].pregap, 4);
        put(to + extras + i * EXTRA + 4, built->tracks[i].count, 4);
    }
    return built->no_footer ? footer : put_names(built, to, footer);
}
