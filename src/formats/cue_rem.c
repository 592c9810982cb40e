/* What REM lines tell by convention: sessions, areas, the medium. Whatever else stands there is a comment. */
#include "formats/cue.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void note_left_out(struct cue *cue, const char *keyword)
{
    dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: REM %s does not say what it should and is left out",
            cue->sheet.path, cue->sheet.line, keyword);
}

static bool rem_session(struct cue *cue, char *rest, struct dk_error *error)
{
    unsigned number;

    (void)error;
    if (!cue_number(sheet_word(&rest), DK_TRACKS_MAX, &number) || number < cue->session)
        note_left_out(cue, "SESSION");
    else
        cue->session = (uint8_t)number;
    return true;
}

static bool take_length(struct cue *cue, const char *keyword, char *rest, int32_t *length)
{
    if (!cue_time(sheet_word(&rest), length))
        note_left_out(cue, keyword);
    return true;
}

static bool rem_lead_out(struct cue *cue, char *rest, struct dk_error *error)
{
    (void)error;
    return take_length(cue, "LEAD-OUT", rest, &cue->sessions[cue->session].lead_out);
}

static bool rem_lead_in(struct cue *cue, char *rest, struct dk_error *error)
{
    (void)error;
    return take_length(cue, "LEAD-IN", rest, &cue->sessions[cue->session].lead_in);
}

static bool rem_pregap(struct cue *cue, char *rest, struct dk_error *error)
{
    (void)error;
    return take_length(cue, "PREGAP", rest, &cue->sessions[cue->session].pregap);
}

/* IsoBuster: REM MSF: 00:02:00 = LBA: 0 */
static bool rem_msf(struct cue *cue, char *rest, struct dk_error *error)
{
    const char *colon = strrchr(rest, ':');
    char *end;
    long lba;

    (void)error;
    lba = colon ? strtol(colon + 1, &end, 10) : 0;
    if (!colon || end == colon + 1 || !strcasestr(rest, "LBA") || lba < -DK_LEAD_IN_PREGAP || lba > INT32_MAX) {
        note_left_out(cue, "MSF");
        return true;
    }
    cue->next_has_lba = true;
    cue->next_lba = (int32_t)lba;
    return true;
}

/* IsoBuster: REM ORIGINAL MEDIA-TYPE: DVD+R */
static bool rem_original(struct cue *cue, char *rest, struct dk_error *error)
{
    static const struct {
        const char *word;
        enum dk_medium medium;
    } media[] = { { "CD", DK_MEDIUM_CD }, { "DVD", DK_MEDIUM_DVD }, { "BD", DK_MEDIUM_BD } };
    const char *word = sheet_word(&rest);

    (void)error;
    if (strcasecmp(word, "MEDIA-TYPE:") != 0)
        return true;
    word = sheet_word(&rest);
    for (size_t i = 0; i < sizeof media / sizeof *media; i++)
        if (strncasecmp(word, media[i].word, strlen(media[i].word)) == 0)
            cue->disc->medium = media[i].medium;
    return true;
}

static bool rem_high_density(struct cue *cue, char *rest, struct dk_error *error)
{
    (void)error;
    if (strcasecmp(sheet_word(&rest), "AREA") == 0)
        cue->high_density = true;
    return true;
}

static const struct cue_keyword remarks[] = {
    { "HIGH-DENSITY", rem_high_density, 0 }, { "LEAD-IN", rem_lead_in, 0 },
    { "LEAD-OUT", rem_lead_out, 0 },         { "MSF:", rem_msf, 0 },
    { "ORIGINAL", rem_original, 0 },         { "PREGAP", rem_pregap, 0 },
    { "SESSION", rem_session, 0 },           { 0 },
};

bool cue_rem(struct cue *cue, char *rest, struct dk_error *error)
{
    const struct cue_keyword *keyword;

    rest += strspn(rest, " \t");
    keyword = cue_find_keyword(remarks, &rest);
    return !keyword || keyword->run(cue, rest, error);
}
