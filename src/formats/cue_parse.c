/* The lines of a CUE sheet, a function each keyword (CDRWIN's user guide; the words for CD-TEXT are later ones). */
#include "formats/cue.h"
#include "util/arena.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cue_fail(const struct cue *cue, unsigned line, struct dk_error *error, const char *format, ...)
{
    char text[sizeof error->text - 300];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return dk_fail(error, DK_ERROR_FORMAT, "%s line %u: %s", cue->sheet.path, line, text);
}

const struct cue_keyword *cue_find_keyword(const struct cue_keyword *table, char **line)
{
    const size_t length = strcspn(*line, " \t");

    for (; table->word; table++) {
        if (strlen(table->word) == length && strncasecmp(table->word, *line, length) == 0) {
            *line += length;
            return table;
        }
    }
    return NULL;
}

bool cue_number(const char *text, unsigned most, unsigned *number)
{
    const size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits] || digits > 9)
        return false;
    *number = (unsigned)strtoul(text, NULL, 10);
    return *number <= most;
}

bool cue_time(const char *text, int32_t *frames)
{
    enum { MINUTES_MAX = INT32_MAX / 60 / DK_FRAMES_A_SECOND - 1 };
    char copy[3][12] = { 0 };
    unsigned part[3];
    int end = 0;

    if (sscanf(text, "%11[0-9]:%11[0-9]:%11[0-9]%n", copy[0], copy[1], copy[2], &end) != 3 || text[end])
        return false;
    if (!cue_number(copy[0], MINUTES_MAX, &part[0]) || !cue_number(copy[1], 59, &part[1]) ||
        !cue_number(copy[2], DK_FRAMES_A_SECOND - 1, &part[2]))
        return false;
    *frames = (int32_t)((part[0] * 60 + part[1]) * DK_FRAMES_A_SECOND + part[2]);
    return true;
}

static struct cue_track *current_track(struct cue *cue)
{
    return cue->track_count ? &cue->tracks[cue->track_count - 1] : NULL;
}

static bool outside_track(const struct cue *cue, const char *keyword, struct dk_error *error)
{
    return cue_fail(cue, cue->sheet.line, error, "%s stands before any TRACK", keyword);
}

/* A command's only argument that is a time. */
static bool take_time(struct cue *cue, const char *keyword, char *rest, int32_t *time, struct dk_error *error)
{
    const char *word = sheet_word(&rest);

    if (!cue_time(word, time))
        return cue_fail(cue, cue->sheet.line, error,
                        "%s: \"%s\" is no time (minutes:seconds:frames, with seconds to 59 and frames to 74)", keyword,
                        sheet_text(&cue->sheet, word));
    if (*(word = sheet_word(&rest)))
        return cue_fail(cue, cue->sheet.line, error, "%s has \"%s\" behind its time", keyword,
                        sheet_text(&cue->sheet, word));
    return true;
}

/* ---- FILE ---- */

static const struct {
    const char *word;
    enum cue_type type;
} types[] = {
    { "BINARY", CUE_BINARY }, { "MOTOROLA", CUE_MOTOROLA }, { "WAVE", CUE_SOUND }, { "WAV", CUE_SOUND },
    { "AIFF", CUE_SOUND },    { "AIFC", CUE_SOUND },        { "FLAC", CUE_SOUND }, { "MP3", CUE_SOUND },
};

static bool find_type(const char *word, enum cue_type *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcasecmp(word, types[i].word) == 0) {
            *type = types[i].type;
            return true;
        }
    }
    return false;
}

/* The word behind the name; the name ends at its last quote, or, without quotes, before the last word. */
static char *cut_type(char *rest)
{
    char *last = strrchr(rest, '"');

    if (last && last > rest && *rest == '"') {
        *last++ = '\0';
        return last + strspn(last, " \t");
    }
    last = rest + strlen(rest);
    while (last > rest && last[-1] != ' ' && last[-1] != '\t')
        last--;
    if (last == rest) /* the only word is the name */
        return rest + strlen(rest);
    last[-1] = '\0';
    return last;
}

static void cut_trailing_blanks(char *text)
{
    size_t length = strlen(text);

    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        text[--length] = '\0';
}

static bool parse_file(struct cue *cue, char *rest, struct dk_error *error)
{
    struct cue_file file = { .line = cue->sheet.line, .type = CUE_ANY };
    char *word;

    if (cue->file_count == CUE_FILES_MAX)
        return cue_fail(cue, file.line, error, "there are more than %d FILE lines", CUE_FILES_MAX);
    rest += strspn(rest, " \t");
    file.name = *rest == '"' ? rest + 1 : rest;
    word = cut_type(rest);
    if (*rest != '"')
        cut_trailing_blanks(rest);
    if (*file.name == '\0')
        return cue_fail(cue, file.line, error, "FILE has no name");
    if (*word == '\0')
        dk_note(&cue->disc->notes, DK_NOTE_GUESS, "%s line %u: FILE has no type; what is in the file decides",
                cue->sheet.path, file.line);
    else if (!find_type(word, &file.type))
        return cue_fail(cue, file.line, error,
                        "FILE: \"%s\" is no type that is known (BINARY, MOTOROLA, WAVE, AIFF, FLAC)",
                        sheet_text(&cue->sheet, word));
    cue->files[cue->file_count++] = file;
    return true;
}

/* ---- TRACK and what stands in it ---- */

static const struct {
    const char *word;
    enum dk_mode mode;
    uint16_t stored;
} modes[] = {
    { "AUDIO", DK_AUDIO, 2352 },
    { "CDG", DK_AUDIO, 2448 },
    { "MODE1/2048", DK_MODE1, 2048 },
    { "MODE1/2352", DK_MODE1, 2352 },
    { "MODE1/2448", DK_MODE1, 2448 },
    { "MODE1_RAW", DK_MODE1, 2352 },
    { "MODE2/2048", DK_MODE2_FORM1, 2048 },
    { "MODE2/2324", DK_MODE2_FORM2, 2324 },
    { "MODE2/2342", DK_MODE2_FORM2, 2324 }, /* a misprint that went from one manual into programs */
    { "MODE2/2332", DK_MODE2, 2332 },
    { "MODE2/2336", DK_MODE2, 2336 },
    { "MODE2/2352", DK_MODE2, 2352 },
    { "MODE2/2448", DK_MODE2, 2448 },
    { "MODE2_RAW", DK_MODE2, 2352 },
    { "CDI/2336", DK_MODE2, 2336 },
    { "CDI/2352", DK_MODE2, 2352 },
    { "MODEx/2xxx", DK_MODE1, 0 }, /* EAC, of a track that it did not read */
};

static bool find_mode(const char *word, struct cue_track *track)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcasecmp(word, modes[i].word) == 0) {
            track->mode = modes[i].mode;
            track->stored = modes[i].stored;
            return true;
        }
    }
    return false;
}

static bool check_number(struct cue *cue, unsigned number, struct dk_error *error)
{
    const struct cue_track *before = current_track(cue);

    if (before && number <= before->number)
        return cue_fail(cue, cue->sheet.line, error, "TRACK %u comes after track %u", number, before->number);
    if (before && number > before->number + 1U)
        dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: track %u follows track %u", cue->sheet.path,
                cue->sheet.line, number, before->number);
    return true;
}

static bool parse_track(struct cue *cue, char *rest, struct dk_error *error)
{
    struct cue_track track = { .line = cue->sheet.line, .session = cue->session, .high_density = cue->high_density };
    const char *word = sheet_word(&rest);
    unsigned number = 0;

    if (!cue_number(word, DK_TRACKS_MAX, &number) || number == 0)
        return cue_fail(cue, track.line, error, "TRACK: \"%s\" is no number from 1 to 99",
                        sheet_text(&cue->sheet, word));
    if (!check_number(cue, number, error))
        return false;
    if (cue->file_count == 0)
        return cue_fail(cue, track.line, error, "TRACK %u stands before any FILE", number);
    word = sheet_word(&rest);
    if (!find_mode(word, &track))
        return cue_fail(cue, track.line, error, "TRACK %u: \"%s\" is no mode that is known", number,
                        sheet_text(&cue->sheet, word));
    track.number = (uint8_t)number;
    track.placeholder = track.stored == 0;
    if (track.high_density && track.session < 2)
        track.session = 2;
    cue->tracks[cue->track_count++] = track;
    return true;
}

static void add_point(struct cue *cue, struct cue_track *track, struct cue_point point)
{
    /* rising numbers bound them: room for all that can come costs 3 KiB a track */
    if (!track->points)
        track->points = arena_zeroed(cue->disc->arena, DK_INDEX_MAX + 1, sizeof point);
    if (cue->next_has_lba) {
        point.has_lba = true;
        point.lba = cue->next_lba;
        cue->next_has_lba = false;
    }
    track->points[track->point_count++] = point;
}

static bool parse_index(struct cue *cue, char *rest, struct dk_error *error)
{
    struct cue_track *track = current_track(cue);
    struct cue_point point = { .line = cue->sheet.line };
    const char *word = sheet_word(&rest);
    unsigned number;

    if (!track)
        return outside_track(cue, "INDEX", error);
    if (!cue_number(word, DK_INDEX_MAX, &number))
        return cue_fail(cue, point.line, error, "INDEX: \"%s\" is no number from 0 to 99",
                        sheet_text(&cue->sheet, word));
    if (!take_time(cue, "INDEX", rest, &point.time, error))
        return false;
    if (track->point_count && number <= track->points[track->point_count - 1].index)
        return cue_fail(cue, point.line, error, "INDEX %02u comes after INDEX %02u", number,
                        track->points[track->point_count - 1].index);
    if (number > 1 && (track->point_count == 0 || track->points[track->point_count - 1].index == 0))
        return cue_fail(cue, point.line, error, "INDEX %02u: track %u has no INDEX 01 before it", number,
                        track->number);
    point.index = (uint8_t)number;
    point.file = (uint8_t)(cue->file_count - 1);
    cue->files[point.file].used = true;
    add_point(cue, track, point);
    return true;
}

static bool parse_gap(struct cue *cue, char *rest, const char *keyword, int32_t *sectors, struct dk_error *error)
{
    int32_t time;

    if (!take_time(cue, keyword, rest, &time, error))
        return false;
    if (*sectors)
        return cue_fail(cue, cue->sheet.line, error, "%s stands twice in one track", keyword);
    *sectors = time;
    return true;
}

static bool parse_pregap(struct cue *cue, char *rest, struct dk_error *error)
{
    struct cue_track *track = current_track(cue);

    if (!track)
        return outside_track(cue, "PREGAP", error);
    if (track->point_count)
        return cue_fail(cue, cue->sheet.line, error, "PREGAP stands behind an INDEX of track %u", track->number);
    return parse_gap(cue, rest, "PREGAP", &track->pregap, error);
}

static bool parse_postgap(struct cue *cue, char *rest, struct dk_error *error)
{
    struct cue_track *track = current_track(cue);

    return track ? parse_gap(cue, rest, "POSTGAP", &track->postgap, error) : outside_track(cue, "POSTGAP", error);
}

static bool parse_flags(struct cue *cue, char *rest, struct dk_error *error)
{
    static const struct {
        const char *word;
        uint8_t bit;
    } flags[] = {
        { "DCP", DK_CONTROL_COPY_PERMITTED },
        { "PRE", DK_CONTROL_PRE_EMPHASIS },
        { "4CH", DK_CONTROL_FOUR_CHANNELS },
        { "DATA", 0 }, /* follows from the mode */
        { "SCMS", 0 }, /* a copy bit that changes with time: no bit of the table of contents says it */
    };
    struct cue_track *track = current_track(cue);
    const char *word;

    if (!track)
        return outside_track(cue, "FLAGS", error);
    while (*(word = sheet_word(&rest))) {
        size_t i = 0;

        while (i < sizeof flags / sizeof *flags && strcasecmp(word, flags[i].word) != 0)
            i++;
        if (i < sizeof flags / sizeof *flags)
            track->control |= flags[i].bit;
        else
            dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: \"%s\" is no flag and is left out", cue->sheet.path,
                    cue->sheet.line, sheet_text(&cue->sheet, word));
    }
    return true;
}

/* ---- Numbers and texts ---- */

static bool parse_isrc(struct cue *cue, char *rest, struct dk_error *error)
{
    struct cue_track *track = current_track(cue);
    const char *word = sheet_quoted(rest);

    if (!track)
        return outside_track(cue, "ISRC", error);
    if (!sheet_isrc(word, track->isrc))
        dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: \"%s\" is no ISRC (12 letters and digits) and is left out",
                cue->sheet.path, cue->sheet.line, sheet_text(&cue->sheet, word));
    return true;
}

static bool parse_catalog(struct cue *cue, char *rest, struct dk_error *error)
{
    const char *word = sheet_quoted(rest);

    (void)error;
    if (!sheet_mcn(word, cue->disc->mcn))
        dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: \"%s\" is no catalog number (13 digits) and is left out",
                cue->sheet.path, cue->sheet.line, sheet_text(&cue->sheet, word));
    return true;
}

static bool parse_cd_text_file(struct cue *cue, char *rest, struct dk_error *error)
{
    (void)error;
    cue->cd_text_file = sheet_quoted(rest);
    return true;
}

static void add_text(struct cue *cue, char *rest, enum dk_cd_text_type type)
{
    const struct cue_track *track = current_track(cue);

    cue->texts[track ? track->number : 0][type - DK_TEXT_TITLE] = sheet_quoted(rest);
}

static const struct cue_keyword keywords[] = {
    { "ARRANGER", NULL, DK_TEXT_ARRANGER },
    { "CATALOG", parse_catalog, 0 },
    { "CDTEXTFILE", parse_cd_text_file, 0 },
    { "CDTEXTMAIN", parse_cd_text_file, 0 },
    { "COMPOSER", NULL, DK_TEXT_COMPOSER },
    { "DISC_ID", NULL, DK_TEXT_DISC_ID },
    { "FILE", parse_file, 0 },
    { "FLAGS", parse_flags, 0 },
    { "GENRE", NULL, DK_TEXT_GENRE },
    { "INDEX", parse_index, 0 },
    { "ISRC", parse_isrc, 0 },
    { "MESSAGE", NULL, DK_TEXT_MESSAGE },
    { "PERFORMER", NULL, DK_TEXT_PERFORMER },
    { "POSTGAP", parse_postgap, 0 },
    { "PREGAP", parse_pregap, 0 },
    { "REM", cue_rem, 0 },
    { "SONGWRITER", NULL, DK_TEXT_SONGWRITER },
    { "TITLE", NULL, DK_TEXT_TITLE },
    { "TRACK", parse_track, 0 },
    { "UPC_EAN", NULL, DK_TEXT_UPC_ISRC },
    { 0 },
};

static bool is_comment(const char *line)
{
    return *line == '\0' || *line == ';' || strncmp(line, "//", 2) == 0;
}

/* Somebody put the track's file in: what is in that decides. Else its pause alone is there, in an audio file. */
static void settle_placeholder(struct cue_track *track, bool starts)
{
    if (!track->placeholder)
        return;
    track->placeholder = !starts;
    track->mode = starts ? DK_MODE1 : DK_AUDIO;
    track->stored = starts ? DK_SECTOR_USER : DK_SECTOR_RAW;
}

static bool check_whole(struct cue *cue, struct dk_error *error)
{
    if (cue->track_count == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no TRACK line", cue->sheet.path);
    for (size_t i = 0; i < cue->track_count; i++) {
        struct cue_track *track = &cue->tracks[i];
        const bool starts = track->point_count && track->points[track->point_count - 1].index > 0;

        if (!starts && (!track->placeholder || track->point_count == 0))
            return cue_fail(cue, track->line, error, "track %u has no INDEX 01", track->number);
        settle_placeholder(track, starts);
    }
    return true;
}

bool cue_parse(struct cue *cue, struct dk_error *error)
{
    char *line;

    cue->session = 1;
    for (size_t i = 0; i <= DK_TRACKS_MAX; i++)
        cue->sessions[i] = (struct cue_session){ -1, -1, -1 };
    while ((line = sheet_next_line(&cue->sheet))) {
        const struct cue_keyword *keyword;

        if (is_comment(line))
            continue;
        keyword = cue_find_keyword(keywords, &line);
        if (!keyword)
            dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: the command %.60s is not known and is left out",
                    cue->sheet.path, cue->sheet.line, sheet_text(&cue->sheet, sheet_word(&line)));
        else if (keyword->text)
            add_text(cue, line, keyword->text);
        else if (!keyword->run(cue, line, error))
            return false;
    }
    return check_whole(cue, error);
}
