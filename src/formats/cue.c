/* CUE: the sheet of CDRWIN that most images of CDs come with, and the dialects that grew out of it. */
#include "formats/cue.h"

#include "formats/rows.h"
#include "util/arena.h"

#include <string.h>
#include <strings.h>

enum { CD_TEXT_FILE_MAX = 8 * 256 * DK_CD_TEXT_PACK + 5 /* all packs, the header of READ TOC and a NUL */ };

/* ---- Is it one? ---- */

static bool begins_with(char **line, const char *word)
{
    const size_t length = strlen(word);

    if (strncasecmp(*line, word, length) != 0 || ((*line)[length] != ' ' && (*line)[length] != '\t'))
        return false;
    *line += length;
    return true;
}

/* cdrdao's sheets have FILE and TRACK in them too, and begin with the kind of disc. */
static bool is_other_sheet(const char *line)
{
    return strncmp(line, "CD_", 3) == 0;
}

static int bid(struct sheet *sheet)
{
    int files = 0, tracks = 0;
    unsigned number;
    char *line;

    while (tracks == 0 && (line = sheet_next_line(sheet))) {
        if (files == 0 && is_other_sheet(line))
            return 0;
        if (begins_with(&line, "FILE"))
            files++;
        else if (begins_with(&line, "TRACK") && cue_number(sheet_word(&line), UINT32_MAX, &number))
            tracks++;
    }
    return files && tracks ? 90 : tracks ? 40 : files ? 20 : 0;
}

static int cue_probe(const struct dk_candidate *candidate)
{
    return sheet_bid(candidate, bid);
}

/* ---- Reading ---- */

static void close_files(struct cue *cue)
{
    for (size_t i = 0; i < cue->file_count; i++)
        dk_store_close(cue->files[i].store);
}

static void close_store(struct dk_store **store)
{
    dk_store_close(*store);
}

/* The packs of a CDTEXTFILE come before the words, which fill only what these lack. */
static void read_cd_text_file(struct cue *cue)
{
    struct dk_notes *notes = &cue->disc->notes;
    const char *name = sheet_text(&cue->sheet, cue->cd_text_file);
    struct dk_error error = { 0 };
    DK_CLEANUP(close_store) struct dk_store *store = cue_open_beside(cue, cue->cd_text_file, false, &error);
    uint8_t *bytes;

    if (!store) {
        dk_note(notes, DK_NOTE_DAMAGE, "the CD-TEXT of the file that the sheet names is lost: %s", error.text);
        return;
    }
    if (store->size > CD_TEXT_FILE_MAX) {
        dk_note(notes, DK_NOTE_DAMAGE, "%s has %ju bytes, more than CD-TEXT can have: it is left out", name,
                (uintmax_t)store->size);
        return;
    }
    bytes = arena_zeroed(cue->disc->arena, (size_t)store->size + 1, 1);
    if (!dk_store_read(store, bytes, (size_t)store->size, 0, &error)) {
        dk_note(notes, DK_NOTE_DAMAGE, "%s", error.text);
        return;
    }
    cue->disc->cd_text = dk_cd_text_decode(bytes, (size_t)store->size, cue->disc->arena, notes);
    if (!cue->disc->cd_text)
        dk_note(notes, DK_NOTE_DAMAGE, "%s has no CD-TEXT packs in it", name);
}

static void add_texts(struct cue *cue)
{
    for (unsigned track = 0; track <= DK_TRACKS_MAX; track++)
        for (unsigned type = 0; type < CUE_TEXT_TYPES; type++)
            if (cue->texts[track][type])
                dk_cd_text_add(&cue->disc->cd_text, cue->disc->arena, track, DK_TEXT_TITLE + type,
                               sheet_text(&cue->sheet, cue->texts[track][type]));
}

static bool cue_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct cue *cue = arena_zeroed(disc->arena, 1, sizeof *cue);
    bool right;

    cue->candidate = candidate;
    cue->disc = disc;
    right = sheet_read(&cue->sheet, candidate, disc->arena, error) && cue_parse(cue, error) &&
            cue_open_files(cue, error) && cue_lay_out(cue, error);
    if (right && cue->cd_text_file)
        read_cd_text_file(cue);
    if (right)
        add_texts(cue);
    close_files(cue);
    return right;
}

const struct dk_format format_cue = {
    .id = "cue",
    .name = "CUE sheet",
    .suffixes = "cue",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES |
             DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 |
             DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = cue_probe,
    .read = cue_read,
    .write = cue_write,
};
