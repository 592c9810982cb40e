/* CHD: the private metadata "DKCT" read back; chd_dkct.c says what is in them. All of it counts, or nothing. */
#include "formats/chd_plan.h"

#include "util/arena.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct extra_track {
    bool said;
    uint8_t session, control;
    char isrc[DK_ISRC_LENGTH + 1];
    int32_t pregap, lba; /* -1: not said */
    struct dk_index indexes[DK_INDEX_MAX];
    size_t index_count;
};

struct extra {
    struct chd_track_list *list;
    char mcn[DK_MCN_LENGTH + 1];
    struct dk_cd_text *cd_text;
    unsigned session;
    int32_t lead_outs[DK_TRACKS_MAX + 1]; /* by session; -1: not said */
    struct extra_track tracks[DK_TRACKS_MAX + 1];
    struct extra_track *track; /* that the lines are about; NULL: none yet */
};

/* ---- Words ---- */

static char *next_word(char **line)
{
    char *word = *line + strspn(*line, " "), *end = word + strcspn(word, " ");

    *line = *end ? end + 1 : end;
    *end = '\0';
    return *word ? word : NULL;
}

static bool parse_number(const char *word, int64_t most, int32_t *number)
{
    int64_t value = 0;

    if (!word || !*word)
        return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9' || value > most)
            return false;
        value = value * 10 + (*word - '0');
    }
    *number = (int32_t)value;
    return value <= most;
}

/* "mm:ss:ff" as sectors. */
static bool parse_time(char *word, int32_t *sectors)
{
    static const int32_t limits[] = { 99999, 59, DK_FRAMES_A_SECOND - 1 };
    int32_t parts[3];
    char *rest = word;

    for (int i = 0; i < 3; i++) {
        char *part = strsep(&rest, ":");

        if (!parse_number(part, limits[i], &parts[i]))
            return false;
    }
    *sectors = (parts[0] * 60 + parts[1]) * DK_FRAMES_A_SECOND + parts[2];
    return !rest;
}

/* ---- Lines ---- */

static bool take_catalog(struct extra *extra, char *rest)
{
    const char *word = next_word(&rest);

    if (!word || strlen(word) != DK_MCN_LENGTH)
        return false;
    strcpy(extra->mcn, word);
    return true;
}

static int digit(char c)
{
    const char *const digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

static bool take_cd_text(struct extra *extra, char *rest)
{
    struct dk_disc *disc = extra->list->disc;
    const char *word = next_word(&rest);
    const size_t size = word ? strlen(word) / 2 : 0;
    uint8_t *packs = arena_zeroed(disc->arena, size + 1, 1);

    for (size_t i = 0; i < size; i++) {
        const int high = digit(word[2 * i]), low = digit(word[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        packs[i] = (uint8_t)(high << 4 | low);
    }
    extra->cd_text = dk_cd_text_decode(packs, size, disc->arena, &disc->notes);
    return extra->cd_text;
}

static bool take_session(struct extra *extra, char *rest)
{
    int32_t number;

    if (!parse_number(next_word(&rest), DK_TRACKS_MAX, &number) || number < 1)
        return false;
    extra->session = (unsigned)number;
    return true;
}

static bool take_lead_out(struct extra *extra, char *rest)
{
    char *word = next_word(&rest);

    return word && extra->session && parse_time(word, &extra->lead_outs[extra->session]);
}

static bool take_track(struct extra *extra, char *rest)
{
    int32_t number;

    if (!parse_number(next_word(&rest), DK_TRACKS_MAX, &number) || number < 1 || extra->session == 0)
        return false;
    extra->track = &extra->tracks[number];
    if (extra->track->said)
        return false;
    *extra->track = (struct extra_track){ .said = true, .session = (uint8_t)extra->session, .lba = -1 };
    return true;
}

static bool take_flags(struct extra *extra, char *rest)
{
    static const struct {
        const char *word;
        uint8_t bit;
    } bits[] = {
        { "DCP", DK_CONTROL_COPY_PERMITTED },
        { "4CH", DK_CONTROL_FOUR_CHANNELS },
        { "PRE", DK_CONTROL_PRE_EMPHASIS },
    };
    const char *word;

    while ((word = next_word(&rest)))
        for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
            if (strcmp(word, bits[i].word) == 0)
                extra->track->control |= bits[i].bit;
    return true;
}

static bool take_isrc(struct extra *extra, char *rest)
{
    const char *word = next_word(&rest);

    if (!word || strlen(word) != DK_ISRC_LENGTH)
        return false;
    strcpy(extra->track->isrc, word);
    return true;
}

static bool take_pregap(struct extra *extra, char *rest)
{
    char *word = next_word(&rest);

    return word && parse_time(word, &extra->track->pregap);
}

static bool take_index(struct extra *extra, char *rest)
{
    struct extra_track *track = extra->track;
    const char *number_word = next_word(&rest);
    char *time = next_word(&rest);
    int32_t number, lba;

    if (!parse_number(number_word, DK_INDEX_MAX, &number) || !time || !parse_time(time, &lba))
        return false;
    if (number == 1) {
        track->lba = lba;
        return true;
    }
    if (number != (int32_t)track->index_count + 2 || track->index_count == DK_INDEX_MAX)
        return false;
    track->indexes[track->index_count++] = (struct dk_index){ (uint8_t)number, lba };
    return true;
}

static const struct {
    const char *words;
    bool (*take)(struct extra *extra, char *rest);
    bool of_track;
} kinds[] = {
    { "CATALOG ", take_catalog, false },
    { "REM CDTEXT ", take_cd_text, false },
    { "REM SESSION ", take_session, false },
    { "REM LEAD-OUT ", take_lead_out, false },
    { "TRACK ", take_track, false },
    { "FLAGS ", take_flags, true },
    { "ISRC ", take_isrc, true },
    { "PREGAP ", take_pregap, true },
    { "INDEX ", take_index, true },
};

/* A line of another kind may be one that comes later. */
static bool take_line(struct extra *extra, char *line)
{
    line += strspn(line, " ");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t length = strlen(kinds[i].words);

        if (strncmp(line, kinds[i].words, length) == 0)
            return (!kinds[i].of_track || extra->track) && kinds[i].take(extra, line + length);
    }
    return true;
}

/* ---- The tracks ---- */

/* Do the places follow each other, with the sectors that each track has? */
static bool fits(const struct extra *extra)
{
    const struct chd_track_list *list = extra->list;
    int64_t end = INT32_MIN;
    unsigned session = 1;

    for (size_t i = 0; i < list->count; i++) {
        const struct chd_track *track = &list->tracks[i];
        const struct extra_track *more = &extra->tracks[track->number];
        const int64_t lba = more->lba < 0 ? track->lba : more->lba;
        const uint32_t before = track->pregap_stored ? track->pregap : 0;
        const int64_t count = (int64_t)track->frames - track->pad - before;

        if (!more->said || more->session < session || more->session > session + (i > 0) || lba - before < end ||
            lba + count + track->postgap > INT32_MAX - DK_FIRST_SESSION_GAP)
            return false;
        for (size_t k = 0; k < more->index_count; k++)
            if (more->indexes[k].lba <= (k ? more->indexes[k - 1].lba : lba) || more->indexes[k].lba >= lba + count)
                return false;
        session = more->session;
        end = lba + count + track->postgap;
    }
    return true;
}

/* The pause that a later session begins with is 150 sectors everywhere, said or not (MMC-6). */
static uint32_t pregap_of(const struct chd_track_list *list, const struct extra_track *more,
                          const struct chd_track *track)
{
    const bool opens = track > list->tracks && more->session != track[-1].session;

    return opens && more->pregap == 0 ? DK_LEAD_IN_PREGAP : (uint32_t)more->pregap;
}

static void apply_track(struct chd_track_list *list, const struct extra_track *more, struct chd_track *track)
{
    struct dk_index *indexes = arena_zeroed(list->disc->arena, more->index_count + 1, sizeof *indexes);

    memcpy(indexes, more->indexes, more->index_count * sizeof *indexes);
    track->lba = more->lba < 0 ? track->lba : more->lba;
    track->session = more->session;
    track->control = more->control;
    track->said_pregap = pregap_of(list, more, track);
    memcpy(track->isrc, more->isrc, sizeof track->isrc);
    track->indexes = indexes;
    track->index_count = more->index_count;
}

static void apply(struct extra *extra)
{
    struct chd_track_list *list = extra->list;
    struct dk_disc *disc = list->disc;

    memcpy(disc->mcn, extra->mcn, sizeof disc->mcn);
    disc->cd_text = extra->cd_text;
    for (size_t i = 0; i < list->count; i++)
        apply_track(list, &extra->tracks[list->tracks[i].number], &list->tracks[i]);
    for (unsigned session = 1; session <= DK_TRACKS_MAX; session++)
        if (extra->lead_outs[session] >= 0)
            dk_disc_set_lead_out(disc, session, extra->lead_outs[session]);
    list->said = true;
}

void chd_dkct_read(struct chd_track_list *list)
{
    const struct chd_metadata *entry = chd_find_metadata(list->chd, CHD_TAG('D', 'K', 'C', 'T'));
    struct extra *extra;
    char *text;

    if (!entry || !entry->text)
        return;
    extra = arena_zeroed(list->disc->arena, 1, sizeof *extra);
    extra->list = list;
    memset(extra->lead_outs, 0xFF, sizeof extra->lead_outs);
    text = arena_copy(list->disc->arena, entry->text, strlen(entry->text));
    for (char *line; (line = strsep(&text, "\n"));)
        if (!take_line(extra, line)) {
            dk_note(&list->disc->notes, DK_NOTE_ODD,
                    "the private metadata (DKCT) at byte %" PRIu64 " can't be, and are not used", entry->offset);
            return;
        }
    if (fits(extra))
        apply(extra);
    else
        dk_note(&list->disc->notes, DK_NOTE_ODD,
                "the private metadata (DKCT) at byte %" PRIu64 " are of other tracks, and are not used", entry->offset);
}
