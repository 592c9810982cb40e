/*
 * Loss: what the disc has and the result would not. A row a kind of thing. Content is refused before the first byte is
 * written unless it was chosen or allowed; attributes are told. From image to image everything is content: who copies
 * an image wants all of it.
 */
#include "jobs/loss.h"

#include "util/arena.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- The tests ---- */

/* "2, 3" or "2 to 99": the numbers for which `wanted` is true; returns how many there are. */
static size_t list_numbers(const bool wanted[DK_TRACKS_MAX + 1], char *list, size_t size)
{
    size_t count = 0;

    *list = '\0';
    for (unsigned from = 1, to; from <= DK_TRACKS_MAX; from = to + 1) {
        for (to = from; to < DK_TRACKS_MAX && wanted[from] && wanted[to + 1];)
            to++;
        if (!wanted[from])
            continue;
        count += to + 1 - from;
        snprintf(list + strlen(list), size - strlen(list), "%s%u", *list ? ", " : "", from);
        if (to > from)
            snprintf(list + strlen(list), size - strlen(list), "%s%u", to > from + 1 ? " to " : ", ", to);
    }
    return count;
}

static bool other_tracks(const struct loss_facts *facts, bool data, char *text)
{
    const struct dk_disc *disc = facts->convert->disc;
    bool wanted[DK_TRACKS_MAX + 1] = { false };
    char list[200];
    uint64_t sectors = 0;
    size_t count;

    if (facts->convert->options->track || facts->convert->options->session) /* it was chosen so */
        return false;
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (facts->convert->chosen[track->number] || dk_mode_is_data(track->mode) != data || track->count == 0)
            continue;
        wanted[track->number] = true;
        sectors += track->count;
    }
    count = list_numbers(wanted, list, sizeof list);
    snprintf(text, LOSS_TEXT, "track%s %s (%s, %" PRIu64 " sectors)", count == 1 ? "" : "s", list,
             data ? "data" : "audio", sectors);
    return count > 0;
}

static bool other_data(const struct loss_facts *facts, char *text)
{
    return other_tracks(facts, true, text);
}

static bool other_audio(const struct loss_facts *facts, char *text)
{
    return other_tracks(facts, false, text);
}

static bool form2(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT,
             "the rest of %" PRIu64 " Form 2 sectors (from LBA %" PRId32 " on) behind their first 2048 bytes",
             facts->scan.form2.count, facts->scan.form2.first);
    return facts->scan.form2.count > 0;
}

static bool outside(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT, "%" PRIu64 " file%s whose data lie outside of it (%s, at LBA %" PRId32 ")",
             facts->outside.files, facts->outside.files == 1 ? "" : "s", facts->outside.first, facts->outside.lba);
    return facts->outside.files > 0;
}

static bool subheaders(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT, "the subheaders of %" PRIu64 " Form 1 sectors (from LBA %" PRId32 " on)",
             facts->scan.subheaders.count, facts->scan.subheaders.first);
    return facts->scan.subheaders.count > 0;
}

static bool check_bytes(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT,
             "headers or check bytes of %" PRIu64 " sectors (from LBA %" PRId32
             " on), which are not what would be computed",
             facts->scan.odd_raw.count, facts->scan.odd_raw.first);
    return facts->scan.odd_raw.count > 0;
}

/* Of an image it was compared; of the rest it is enough that it is there. */
static bool subchannel(const struct loss_facts *facts, char *text)
{
    const struct convert *convert = facts->convert;
    bool stored = false;

    for (size_t i = 0; i < convert->disc->extent_count; i++) {
        const struct dk_extent *extent = &convert->disc->extents[i];
        const struct dk_track *track = dk_disc_track_at(convert->disc, extent->lba);

        stored = stored || (extent->store && extent->layout->sub_size && track && convert->chosen[track->number]);
    }
    if (loss_is_image(convert)) {
        snprintf(text, LOSS_TEXT, "the subchannel of %" PRIu64 " sectors (from LBA %" PRId32 " on)",
                 facts->scan.subchannel.count, facts->scan.subchannel.first);
        return facts->scan.subchannel.count > 0;
    }
    snprintf(text, LOSS_TEXT, "the subchannel");
    return stored;
}

static bool pregap(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT, "%" PRIu64 " sectors of a pregap (from LBA %" PRId32 " on), which are not empty",
             facts->scan.pregap.count, facts->scan.pregap.first);
    return facts->scan.pregap.count > 0;
}

/* The 150 sectors before LBA 0. */
static bool pause_before_0(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT,
             "%" PRIu64 " sectors of the pause before LBA 0 (from LBA %" PRId32 " on), which are not empty",
             facts->scan.pause.count, facts->scan.pause.first);
    return facts->scan.pause.count > 0;
}

static bool hidden(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT,
             "%" PRIu64 " sectors before the first track (from LBA %" PRId32 " on), which are not empty",
             facts->scan.hidden.count, facts->scan.hidden.first);
    return facts->scan.hidden.count > 0;
}

/* "NAME of track 2, 3": tracks in the result for which `has` is true. */
static bool of_tracks(const struct loss_facts *facts, const char *name, bool (*has)(const struct dk_track *),
                      char *text)
{
    const struct dk_disc *disc = facts->convert->disc;
    bool wanted[DK_TRACKS_MAX + 1] = { false };
    char list[200];
    size_t count;

    for (size_t i = 0; i < disc->track_count; i++)
        wanted[disc->tracks[i].number] = facts->convert->chosen[disc->tracks[i].number] && has(&disc->tracks[i]);
    count = list_numbers(wanted, list, sizeof list);
    snprintf(text, LOSS_TEXT, "%s of track %s", name, list);
    return count > 0;
}

static bool has_isrc(const struct dk_track *track)
{
    return *track->isrc != '\0';
}

static bool has_indexes(const struct dk_track *track)
{
    return track->index_count > 0;
}

static bool has_other_flags(const struct dk_track *track)
{
    return (track->control & (DK_CONTROL_COPY_PERMITTED | DK_CONTROL_FOUR_CHANNELS)) != 0;
}

static bool has_pre_emphasis(const struct dk_track *track)
{
    return (track->control & DK_CONTROL_PRE_EMPHASIS) && track->mode == DK_AUDIO;
}

static bool isrc(const struct loss_facts *facts, char *text)
{
    return of_tracks(facts, "the ISRC", has_isrc, text);
}

static bool indexes(const struct loss_facts *facts, char *text)
{
    return of_tracks(facts, "the indexes above 1", has_indexes, text);
}

static bool pre_emphasis(const struct loss_facts *facts, char *text)
{
    return of_tracks(facts, "the mark of pre-emphasis", has_pre_emphasis, text);
}

/* The pause that a session begins with has the same length everywhere. */
static bool pregap_lengths(const struct loss_facts *facts, char *text)
{
    const struct dk_disc *disc = facts->convert->disc;
    bool wanted[DK_TRACKS_MAX + 1] = { false };
    char list[200];
    size_t count;

    for (size_t i = 1; i < disc->track_count; i++)
        wanted[disc->tracks[i].number] =
            disc->tracks[i].pregap && disc->tracks[i].session == disc->tracks[i - 1].session;
    count = list_numbers(wanted, list, sizeof list);
    snprintf(text, LOSS_TEXT, "where the pregap of track %s begins", list);
    return loss_is_image(facts->convert) && count > 0;
}

static bool other_flags(const struct loss_facts *facts, char *text)
{
    return loss_is_image(facts->convert) &&
           of_tracks(facts, "the marks of copying allowed or of four channels", has_other_flags, text);
}

static bool mcn(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT, "the media catalog number %s", facts->convert->disc->mcn);
    return *facts->convert->disc->mcn != '\0';
}

static bool cd_text(const struct loss_facts *facts, char *text)
{
    snprintf(text, LOSS_TEXT, "the CD-TEXT");
    return facts->convert->disc->cd_text && facts->convert->disc->cd_text->count > 0;
}

static bool sessions(const struct loss_facts *facts, char *text)
{
    const struct dk_disc *disc = facts->convert->disc;

    snprintf(text, LOSS_TEXT, "the borders of its %zu sessions (the first ends at LBA %" PRId32 ")",
             disc->session_count, disc->sessions[0].lead_out);
    return loss_is_image(facts->convert) && disc->session_count > 1;
}

/* ---- The table ---- */

static const struct row {
    const char *id;
    enum dk_loss_kind kind;  /* where the target is no image */
    enum dk_loss_kind image; /* where it is one */
    unsigned holds;          /* a target with all these bits keeps it */
    bool (*lost)(const struct loss_facts *facts, char *text);
} rows[] = {
    { "data-tracks", DK_LOSS_CONTENT, DK_LOSS_CONTENT, DK_HOLDS_TRACKS | DK_HOLDS_CD_DATA, other_data },
    { "audio-tracks", DK_LOSS_CONTENT, DK_LOSS_CONTENT, DK_HOLDS_TRACKS | DK_HOLDS_AUDIO, other_audio },
    { "form2", DK_LOSS_CONTENT, DK_LOSS_CONTENT, DK_HOLDS_FORM2, form2 },
    { "outside-files", DK_LOSS_CONTENT, DK_LOSS_CONTENT, DK_HOLDS_TRACKS, outside },
    { "subheaders", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_CHECK_BYTES, subheaders },
    { "check-bytes", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_CHECK_BYTES, check_bytes },
    { "subchannel", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_SUBCHANNEL, subchannel },
    { "pregap", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_PREGAPS, pregap },
    /* silence of another name: every sector is where it was */
    { "pregap-lengths", DK_LOSS_ATTRIBUTE, DK_LOSS_ATTRIBUTE, DK_HOLDS_PREGAPS, pregap_lengths },
    { "pause", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_PAUSE, pause_before_0 },
    { "hidden", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_HIDDEN, hidden },
    { "sessions", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_SESSIONS, sessions },
    { "indexes", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_INDEXES, indexes },
    { "pre-emphasis", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_FLAGS, pre_emphasis },
    { "flags", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_FLAGS, other_flags },
    { "isrc", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_ISRC, isrc },
    { "mcn", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_MCN, mcn },
    { "cd-text", DK_LOSS_ATTRIBUTE, DK_LOSS_CONTENT, DK_HOLDS_CD_TEXT, cd_text },
};

static void add_loss(struct dk_conversion *result, const struct row *row, enum dk_loss_kind kind, const char *text)
{
    result->losses[result->loss_count++] = (struct dk_loss){
        .id = row->id,
        .kind = kind,
        .text = arena_copy(result->arena, text, strlen(text)),
    };
}

static void list_losses(const struct loss_facts *facts, struct dk_conversion *result)
{
    const struct convert *convert = facts->convert;
    const bool is_image = loss_is_image(convert);

    result->losses = arena_zeroed(result->arena, sizeof rows / sizeof *rows, sizeof *result->losses);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[LOSS_TEXT];

        if ((facts->holds & rows[i].holds) != rows[i].holds && rows[i].lost(facts, text))
            add_loss(result, &rows[i], is_image ? rows[i].image : rows[i].kind, text);
    }
}

/* What chooses instead of allowing, where only other tracks would be lost, and one is what is wanted. */
static void advise(struct convert *convert, char *advice, size_t size)
{
    const struct dk_conversion *result = convert->result;
    unsigned chosen = 0, count = 0;
    bool only_tracks = true;

    for (size_t i = 0; i < result->loss_count; i++)
        only_tracks =
            only_tracks && (result->losses[i].kind == DK_LOSS_ATTRIBUTE || strstr(result->losses[i].id, "-tracks"));
    for (size_t i = 0; i < convert->disc->track_count; i++)
        if (convert->chosen[convert->disc->tracks[i].number]) {
            chosen = convert->disc->tracks[i].number;
            count++;
        }
    if (only_tracks && count == 1)
        snprintf(advice, size, "--track %u", chosen);
    else
        snprintf(advice, size, "--allow-loss");
}

bool loss_is_image(const struct convert *convert)
{
    return convert->way->write == convert_write_image;
}

bool convert_accept_losses(struct convert *convert, struct dk_error *error)
{
    struct loss_facts facts = { .convert = convert, .holds = convert->target.holds };
    char list[1200] = "", advice[40];

    if (convert->options->sector == DK_SECTOR_USER)
        facts.holds &= ~(unsigned)(DK_HOLDS_CHECK_BYTES | DK_HOLDS_FORM2);
    if (!loss_scan(convert, facts.holds, &facts.scan, error))
        return false;
    loss_find_outside(convert, &facts.outside);
    list_losses(&facts, convert->result);
    for (size_t i = 0; i < convert->result->loss_count; i++)
        if (convert->result->losses[i].kind == DK_LOSS_CONTENT)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? "; " : "",
                     convert->result->losses[i].text);
    if (*list == '\0' || convert->options->allow_loss)
        return true;
    advise(convert, advice, sizeof advice);
    return convert_refuse(convert, advice, NULL, error, "a .%s of %s would lose %s", convert->target.id,
                          convert->disc->path, list);
}
