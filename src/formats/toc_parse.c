/* The words of a TOC, a function each (cdrdao(1), "toc-files"). */
#include "formats/toc.h"
#include "util/arena.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SAMPLE = 4 /* bytes of one sample of both channels */ };

bool toc_fail(const struct toc *toc, unsigned line, struct dk_error *error, const char *format, ...)
{
    char text[sizeof error->text - 300];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return dk_fail(error, DK_ERROR_FORMAT, "%s line %u: %s", toc->sheet.path, line, text);
}

/* ---- Tokens ---- */

bool toc_step(struct toc *toc, struct dk_error *error)
{
    toc->next = toc_next_token(&toc->sheet);
    return toc->next.kind != TOC_WRONG || toc_fail(toc, toc->next.line, error, "there is %s", toc->next.text);
}

static bool unexpected(const struct toc *toc, const char *what, struct dk_error *error)
{
    if (toc->next.kind == TOC_END)
        return toc_fail(toc, toc->next.line, error, "the file ends where %s should be", what);
    return toc_fail(toc, toc->next.line, error, "\"%.60s\" stands where %s should be",
                    sheet_text(&toc->sheet, toc->next.text), what);
}

bool toc_is_mark(const struct toc *toc, char mark)
{
    return toc->next.kind == TOC_MARK && *toc->next.text == mark;
}

bool toc_is_word(const struct toc *toc, const char *word)
{
    return toc->next.kind == TOC_WORD && strcasecmp(toc->next.text, word) == 0;
}

bool toc_take_mark(struct toc *toc, char mark, struct dk_error *error)
{
    return toc_is_mark(toc, mark) ? toc_step(toc, error) : unexpected(toc, (char[]){ mark, '\0' }, error);
}

bool toc_take_string(struct toc *toc, const char *what, struct toc_token *string, struct dk_error *error)
{
    if (toc->next.kind != TOC_STRING)
        return unexpected(toc, what, error);
    *string = toc->next;
    return toc_step(toc, error);
}

bool toc_take_number(struct toc *toc, uint64_t most, const char *what, uint64_t *number, struct dk_error *error)
{
    enum { DIGITS_MAX = 18 /* fit in 64 bits */ };

    if (toc->next.kind != TOC_NUMBER)
        return unexpected(toc, what, error);
    *number = strlen(toc->next.text) > DIGITS_MAX ? UINT64_MAX : strtoull(toc->next.text, NULL, 10);
    if (*number > most)
        return toc_fail(toc, toc->next.line, error, "%s is %.60s, and at most %ju can be", what, toc->next.text,
                        (uintmax_t)most);
    return toc_step(toc, error);
}

/* ---- Times and lengths ---- */

/* What is behind the first number of a time. */
static bool take_rest_of_time(struct toc *toc, uint64_t minutes, uint64_t *blocks, struct dk_error *error)
{
    enum { MINUTES_MAX = INT32_MAX / 60 / DK_FRAMES_A_SECOND };
    uint64_t seconds, frames;

    if (minutes > MINUTES_MAX)
        return toc_fail(toc, toc->next.line, error, "a time of %ju minutes is longer than any disc",
                        (uintmax_t)minutes);
    if (!toc_take_mark(toc, ':', error) || !toc_take_number(toc, 59, "the seconds of a time", &seconds, error) ||
        !toc_take_mark(toc, ':', error) ||
        !toc_take_number(toc, DK_FRAMES_A_SECOND - 1, "the frames of a time", &frames, error))
        return false;
    *blocks = (minutes * 60 + seconds) * DK_FRAMES_A_SECOND + frames;
    return true;
}

static bool take_time(struct toc *toc, uint64_t *blocks, struct dk_error *error)
{
    uint64_t minutes;

    return toc_take_number(toc, UINT64_MAX, "a time (minutes:seconds:frames)", &minutes, error) &&
           take_rest_of_time(toc, minutes, blocks, error);
}

static bool take_length(struct toc *toc, struct toc_length *length, struct dk_error *error)
{
    if (!toc_take_number(toc, UINT64_MAX - 1, "a length", &length->value, error))
        return false;
    length->unit = TOC_COUNT;
    if (!toc_is_mark(toc, ':'))
        return true;
    length->unit = TOC_TIME;
    return take_rest_of_time(toc, length->value, &length->value, error);
}

static bool take_optional_length(struct toc *toc, struct toc_length *length, struct dk_error *error)
{
    return toc->next.kind != TOC_NUMBER || take_length(toc, length, error);
}

/* ---- Modes ---- */

static const struct toc_mode modes[] = {
    { "AUDIO", DK_AUDIO, 2352 },
    { "MODE1", DK_MODE1, 2048 },
    { "MODE1_RAW", DK_MODE1, 2352 },
    { "MODE2_FORM1", DK_MODE2_FORM1, 2048 },
    { "MODE2_FORM2", DK_MODE2_FORM2, 2324 },
    { "MODE2_FORM_MIX", DK_MODE2, 2336 },
    { "MODE2", DK_MODE2, 2336 },
    { "MODE2_RAW", DK_MODE2, 2352 },
    { "MODE0", DK_MODE0, 2336 },
};

const struct toc_mode *toc_find_mode(const char *word)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcasecmp(modes[i].word, word) == 0)
            return &modes[i];
    return NULL;
}

static enum toc_subchannel find_subchannel(const struct toc *toc)
{
    return toc_is_word(toc, "RW") ? TOC_PACKED : toc_is_word(toc, "RW_RAW") ? TOC_RAW : TOC_NO_SUBCHANNEL;
}

/* ---- Statements ---- */

struct statement {
    const char *word;
    bool (*run)(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error);
    unsigned argument;
};

/* Runs the statement whose word comes next, if the table, which ends with a row of zeros, has it. */
static bool run_statement(struct toc *toc, const struct statement *table, struct toc_track *track, bool *found,
                          struct dk_error *error)
{
    *found = true;
    for (; table->word; table++)
        if (toc_is_word(toc, table->word))
            return toc_step(toc, error) && table->run(toc, track, table->argument, error);
    *found = false;
    return true;
}

/* ---- Of a track ---- */

static bool set_flag(struct toc *toc, struct toc_track *track, unsigned flag, struct dk_error *error)
{
    (void)toc, (void)error;
    track->control |= (uint8_t)flag;
    return true;
}

static bool clear_flag(struct toc *toc, struct toc_track *track, unsigned flag, struct dk_error *error)
{
    (void)toc, (void)error;
    track->control &= (uint8_t)~flag;
    return true;
}

static bool parse_no(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    static const struct statement negated[] = {
        { "COPY", clear_flag, DK_CONTROL_COPY_PERMITTED },
        { "PRE_EMPHASIS", clear_flag, DK_CONTROL_PRE_EMPHASIS },
        { 0 },
    };
    bool found, right;

    (void)argument;
    right = run_statement(toc, negated, track, &found, error);
    return found ? right : unexpected(toc, "COPY or PRE_EMPHASIS", error);
}

static bool parse_isrc(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_token code = { 0 };

    (void)argument;
    if (!toc_take_string(toc, "an ISRC", &code, error))
        return false;
    if (*code.text && !sheet_isrc(code.text, track->isrc))
        dk_note(&toc->disc->notes, DK_NOTE_ODD, "%s line %u: \"%s\" is no ISRC (12 letters and digits) and is left out",
                toc->sheet.path, code.line, sheet_text(&toc->sheet, code.text));
    return true;
}

static bool parse_track_texts(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    (void)argument;
    return toc_parse_texts(toc, track->number, error);
}

static struct toc_item *add_item(struct toc *toc, struct toc_track *track, struct dk_error *error)
{
    if (toc->item_count == TOC_ITEMS_MAX) {
        toc_fail(toc, toc->next.line, error, "there are more than %d pieces of tracks", TOC_ITEMS_MAX);
        return NULL;
    }
    toc->item_count++;
    track->items = arena_grown(toc->disc->arena, track->items, track->item_count, sizeof *track->items);
    track->items[track->item_count] = (struct toc_item){ .kind = TOC_NOTHING, .line = toc->next.line, .count_size = 1 };
    return &track->items[track->item_count++];
}

static bool parse_fifo(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    (void)argument;
    return toc_fail(toc, toc->next.line, error, "track %u reads from a pipe (FIFO): an image opens none",
                    track->number);
}

/* The same file is opened once for its sound and once for its bytes. */
static bool find_file(struct toc *toc, const struct toc_token *name, bool is_sound, uint16_t *file,
                      struct dk_error *error)
{
    size_t i = 0;

    if (*name->text == '\0')
        return toc_fail(toc, name->line, error, "a file has no name");
    if (strcmp(name->text, "-") == 0)
        return toc_fail(toc, name->line, error, "a track reads from a pipe (\"-\"): an image opens none");
    while (i < toc->file_count && (toc->files[i].is_sound != is_sound || strcmp(toc->files[i].name, name->text) != 0))
        i++;
    if (i == TOC_FILES_MAX)
        return toc_fail(toc, name->line, error, "there are more than %d files", TOC_FILES_MAX);
    if (i == toc->file_count)
        toc->files[toc->file_count++] =
            (struct toc_file){ .name = name->text, .line = name->line, .is_sound = is_sound };
    *file = (uint16_t)i;
    return true;
}

static bool take_offset(struct toc *toc, struct toc_item *item, struct dk_error *error)
{
    if (!toc_is_mark(toc, '#'))
        return true;
    item->has_offset = true;
    return toc_step(toc, error) && toc_take_number(toc, INT64_MAX, "an offset", &item->offset, error);
}

static bool is_plain_audio(const struct toc_track *track)
{
    return track->mode == DK_AUDIO && track->subchannel == TOC_NO_SUBCHANNEL;
}

/* VCDImager writes FILE in data tracks too; its numbers count bytes there. */
static bool parse_sound_file(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_item *item = add_item(toc, track, error);
    struct toc_token name = { 0 };

    (void)argument;
    if (!item || !toc_take_string(toc, "the name of a file", &name, error))
        return false;
    item->kind = is_plain_audio(track) ? TOC_SOUND_FILE : TOC_DATA_FILE;
    item->count_size = is_plain_audio(track) ? SAMPLE : 1;
    item->line = name.line;
    if (toc_is_word(toc, "SWAP")) {
        item->swapped = true;
        if (!toc_step(toc, error))
            return false;
    }
    return find_file(toc, &name, item->kind == TOC_SOUND_FILE, &item->file, error) && take_offset(toc, item, error) &&
           take_optional_length(toc, &item->start, error) && take_optional_length(toc, &item->length, error);
}

static bool parse_data_file(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_item *item = add_item(toc, track, error);
    struct toc_token name = { 0 };

    (void)argument;
    if (!item || !toc_take_string(toc, "the name of a file", &name, error))
        return false;
    item->kind = TOC_DATA_FILE;
    item->line = name.line;
    return find_file(toc, &name, false, &item->file, error) && take_offset(toc, item, error) &&
           take_optional_length(toc, &item->length, error);
}

static bool parse_silence(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_item *item = add_item(toc, track, error);

    (void)argument;
    if (!item)
        return false;
    item->count_size = SAMPLE;
    return take_length(toc, &item->length, error);
}

/* A mode of its own changes nothing: cdrdao counts the time in blocks of the track. */
static bool parse_zero(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_item *item = add_item(toc, track, error);

    (void)argument;
    if (!item)
        return false;
    if (toc->next.kind == TOC_WORD && toc_find_mode(toc->next.text) && !toc_step(toc, error))
        return false;
    if (find_subchannel(toc) != TOC_NO_SUBCHANNEL && !toc_step(toc, error))
        return false;
    return take_length(toc, &item->length, error);
}

static bool start_twice(const struct toc *toc, const struct toc_track *track, struct dk_error *error)
{
    return toc_fail(toc, toc->next.line, error, "track %u has its start told twice (START, PREGAP)", track->number);
}

static bool parse_start(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    (void)argument;
    if (track->start.line)
        return start_twice(toc, track, error);
    track->start = (struct toc_place){ .line = toc->next.line, .items = track->item_count };
    track->start.has_time = toc->next.kind == TOC_NUMBER;
    return !track->start.has_time || take_time(toc, &track->start.blocks, error);
}

/* Silence, or zeros, that end at INDEX 01. */
static bool parse_pregap(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_item *item;

    (void)argument;
    if (track->start.line)
        return start_twice(toc, track, error);
    if (track->item_count)
        return toc_fail(toc, toc->next.line, error, "PREGAP stands behind what track %u is made of", track->number);
    item = add_item(toc, track, error);
    if (!item || !take_time(toc, &item->length.value, error))
        return false;
    item->length.unit = TOC_TIME;
    track->start = (struct toc_place){ .line = item->line, .has_time = true, .blocks = item->length.value };
    return true;
}

static bool parse_end(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    (void)argument;
    if (track->end.line)
        return toc_fail(toc, toc->next.line, error, "END stands twice in track %u", track->number);
    track->end = (struct toc_place){ .line = toc->next.line, .items = track->item_count };
    track->end.has_time = toc->next.kind == TOC_NUMBER;
    if (track->end.has_time && !take_time(toc, &track->end.blocks, error))
        return false;
    if (track->end.has_time && track->end.blocks == 0) /* means none, to cdrdao */
        track->end.line = 0;
    return true;
}

static bool parse_index(struct toc *toc, struct toc_track *track, unsigned argument, struct dk_error *error)
{
    struct toc_index index = { .line = toc->next.line };

    (void)argument;
    if (track->index_count == TOC_INDEXES_MAX)
        return toc_fail(toc, index.line, error, "track %u has more than %d INDEX words", track->number,
                        TOC_INDEXES_MAX);
    if (!take_time(toc, &index.blocks, error))
        return false;
    if (index.blocks <= (track->index_count ? track->indexes[track->index_count - 1].blocks : 0))
        return toc_fail(toc, index.line, error, "this INDEX of track %u is not behind the one before it",
                        track->number);
    track->indexes[track->index_count++] = index;
    return true;
}

static const struct statement track_statements[] = {
    { "AUDIOFILE", parse_sound_file, 0 },
    { "CD_TEXT", parse_track_texts, 0 },
    { "COPY", set_flag, DK_CONTROL_COPY_PERMITTED },
    { "DATAFILE", parse_data_file, 0 },
    { "END", parse_end, 0 },
    { "FIFO", parse_fifo, 0 },
    { "FILE", parse_sound_file, 0 },
    { "FOUR_CHANNEL_AUDIO", set_flag, DK_CONTROL_FOUR_CHANNELS },
    { "INDEX", parse_index, 0 },
    { "ISRC", parse_isrc, 0 },
    { "NO", parse_no, 0 },
    { "PREGAP", parse_pregap, 0 },
    { "PRE_EMPHASIS", set_flag, DK_CONTROL_PRE_EMPHASIS },
    { "SILENCE", parse_silence, 0 },
    { "START", parse_start, 0 },
    { "TWO_CHANNEL_AUDIO", clear_flag, DK_CONTROL_FOUR_CHANNELS },
    { "ZERO", parse_zero, 0 },
    { 0 },
};

/* ---- Of the disc ---- */

static bool take_modes(struct toc *toc, struct toc_track *track, struct dk_error *error)
{
    const struct toc_mode *mode = toc->next.kind == TOC_WORD ? toc_find_mode(toc->next.text) : NULL;

    if (!mode || mode->mode == DK_MODE0) /* which a track can't have, and ZERO can */
        return unexpected(toc, "the mode of a track", error);
    track->mode = mode->mode;
    track->block = mode->size;
    if (!toc_step(toc, error))
        return false;
    track->subchannel = find_subchannel(toc);
    if (track->subchannel == TOC_NO_SUBCHANNEL)
        return true;
    track->block += DK_SUBCHANNEL;
    return toc_step(toc, error);
}

static bool parse_track(struct toc *toc, struct toc_track *none, unsigned argument, struct dk_error *error)
{
    struct toc_track *track = arena_zeroed(toc->disc->arena, 1, sizeof *track);
    const unsigned number = toc->first_number + (unsigned)toc->track_count;
    bool found = true;

    (void)none, (void)argument;
    track->line = toc->next.line;
    if (number > DK_TRACKS_MAX)
        return toc_fail(toc, track->line, error, "there is a track %u: only 1 to 99 can be", number);
    track->number = (uint8_t)number;
    toc->tracks[toc->track_count++] = track;
    if (!take_modes(toc, track, error))
        return false;
    while (found)
        if (!run_statement(toc, track_statements, track, &found, error))
            return false;
    if (track->item_count == 0)
        return toc_fail(toc, track->line, error, "track %u is made of nothing", number);
    return true;
}

static bool parse_catalog(struct toc *toc, struct toc_track *none, unsigned argument, struct dk_error *error)
{
    struct toc_token number = { 0 };

    (void)none, (void)argument;
    if (!toc_take_string(toc, "a catalog number in quotes", &number, error))
        return false;
    if (*number.text && !sheet_mcn(number.text, toc->disc->mcn))
        dk_note(&toc->disc->notes, DK_NOTE_ODD, "%s line %u: \"%s\" is no catalog number (13 digits) and is left out",
                toc->sheet.path, number.line, sheet_text(&toc->sheet, number.text));
    return true;
}

/* The kind of disc, which the modes of its tracks tell better. */
static bool parse_kind(struct toc *toc, struct toc_track *none, unsigned argument, struct dk_error *error)
{
    (void)toc, (void)none, (void)argument, (void)error;
    return true;
}

static bool parse_first_number(struct toc *toc, struct toc_track *none, unsigned argument, struct dk_error *error)
{
    uint64_t number = 0;

    (void)none, (void)argument;
    if (toc->track_count)
        return toc_fail(toc, toc->next.line, error, "FIRST_TRACK_NO stands behind a track");
    if (!toc_take_number(toc, DK_TRACKS_MAX, "the number of the first track", &number, error))
        return false;
    toc->first_number = number ? (unsigned)number : 1;
    return true;
}

static bool parse_disc_texts(struct toc *toc, struct toc_track *none, unsigned argument, struct dk_error *error)
{
    (void)none, (void)argument;
    return toc_parse_texts(toc, 0, error);
}

static const struct statement disc_statements[] = {
    { "CATALOG", parse_catalog, 0 },
    { "CD_DA", parse_kind, 0 },
    { "CD_I", parse_kind, 0 },
    { "CD_ROM", parse_kind, 0 },
    { "CD_ROM_XA", parse_kind, 0 },
    { "CD_TEXT", parse_disc_texts, 0 },
    { "FIRST_TRACK_NO", parse_first_number, 0 },
    { "TRACK", parse_track, 0 },
    { 0 },
};

bool toc_parse(struct toc *toc, struct dk_error *error)
{
    bool found = true;

    toc->first_number = 1;
    toc->sheet.line = 1;
    for (int i = 0; i < DK_CD_TEXT_BLOCKS; i++)
        toc->charset[i] = -1;
    if (!toc_step(toc, error))
        return false;
    while (found)
        if (!run_statement(toc, disc_statements, NULL, &found, error))
            return false;
    if (toc->next.kind != TOC_END)
        return unexpected(toc, "a word that is known here", error);
    if (toc->track_count == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no TRACK", toc->sheet.path);
    return true;
}
