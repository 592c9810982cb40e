/*
 * Loss: what the disc has and the result would not. A row a kind of thing. Content is refused before the first byte is
 * written unless it was chosen or allowed; attributes are told. From image to image everything is content: who copies
 * an image wants all of it.
 */
#include "jobs/loss.h"

#include "util/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- The tests ---- */

static bool other_tracks(const struct loss_facts *facts, bool data, char *text)
{
    const struct dk_disc *disc = facts->convert->disc;
    char list[200] = "";
    uint64_t sectors = 0;
    size_t count = 0;

    if (facts->convert->options->track || facts->convert->options->session) /* it was chosen so */
        return false;
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (facts->convert->chosen[track->number] || dk_mode_is_data(track->mode) != data || track->count == 0)
            continue;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%d", *list ? ", " : "", track->number);
        sectors += track->count;
        count++;
    }
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

/* ---- The table ---- */

static const struct row {
    const char *id;
    enum dk_loss_kind kind; /* where the target is no image */
    unsigned holds;         /* a target with these bits keeps it */
    bool (*lost)(const struct loss_facts *facts, char *text);
} rows[] = {
    { "data-tracks", DK_LOSS_CONTENT, DK_HOLDS_TRACKS | DK_HOLDS_CD_DATA, other_data },
    { "audio-tracks", DK_LOSS_CONTENT, DK_HOLDS_TRACKS | DK_HOLDS_AUDIO, other_audio },
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
    const bool is_image = convert->way->write == convert_write_image;

    result->losses = arena_zeroed(result->arena, sizeof rows / sizeof *rows, sizeof *result->losses);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[LOSS_TEXT];

        if ((convert->target.holds & rows[i].holds) != rows[i].holds && rows[i].lost(facts, text))
            add_loss(result, &rows[i], is_image ? DK_LOSS_CONTENT : rows[i].kind, text);
    }
}

/* What chooses instead of allowing, where only other tracks would be lost. */
static void advise(struct convert *convert, char *advice, size_t size)
{
    const struct dk_conversion *result = convert->result;
    bool only_tracks = true;

    for (size_t i = 0; i < result->loss_count; i++)
        only_tracks =
            only_tracks && (result->losses[i].kind == DK_LOSS_ATTRIBUTE || strstr(result->losses[i].id, "-tracks"));
    snprintf(advice, size, "--allow-loss");
    for (size_t i = 0; only_tracks && i < convert->disc->track_count; i++)
        if (convert->chosen[convert->disc->tracks[i].number]) {
            snprintf(advice, size, "--track %d", convert->disc->tracks[i].number);
            return;
        }
}

bool convert_accept_losses(struct convert *convert, struct dk_error *error)
{
    struct loss_facts facts = { .convert = convert };
    char list[1200] = "", advice[40];

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
