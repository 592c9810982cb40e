/*
 * There and back is the identity: each disc, in each format that is read and written, is converted to every other one
 * and back, and nothing of it is another then. The formats are those of the rows, so that a new writer is in here by
 * itself; what a format can't hold of a disc by its row has to be refused. A matrix of what was tried is printed.
 */
#include "support/iso_builder.h"
#include "support/made_disc.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/cdtext.h>
#include <disckit/convert.h>
#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT = 32, TARGETS_MAX = 40, TRACKS_MAX = 8 };

/* Everything takes some five times as long then: each pair gets every third disc. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* ---- Discs ---- */

static void mix_forms(uint8_t *image)
{
    uint8_t payload[DK_SECTOR_FORM2];
    static const uint8_t real_time[4] = { 1, 2, 0x64, 3 };

    memset(payload, 0x5A, sizeof payload);
    for (int32_t lba = 7; lba < 12; lba++)
        raw_sector(image + (size_t)lba * 2352, DK_MODE2_FORM2, lba, payload, real_time);
}

static void damage(uint8_t *image)
{
    image[10 * 2352 + 2064] ^= 1; /* EDC */
    image[11 * 2352 + 100] ^= 1;  /* user data */
    image[12 * 2352 + 2300] ^= 1; /* parity */
    image[13 * 2352 + 14] ^= 1;   /* address */
}

static void sing_along(uint8_t *image)
{
    for (int i = 0; i < COUNT; i++)
        image[i * 2448 + 2352 + i] ^= 0x3F; /* R to W */
}

#define DATA(bytes)                                                                                                    \
    {                                                                                                                  \
        .mode = DK_MODE1, .stored = bytes, .count = COUNT                                                              \
    }
#define AUDIO(gap)                                                                                                     \
    {                                                                                                                  \
        .mode = DK_AUDIO, .stored = 2352, .count = COUNT + gap, .pregap = gap                                          \
    }

static const struct made_track data[] = { DATA(2048) };
static const struct made_track damaged[] = { { DK_MODE1, 2352, COUNT, .spoil = damage } };
static const struct made_track forms[] = { { DK_MODE2, 2352, COUNT, .spoil = mix_forms } };
static const struct made_track music[] = { AUDIO(0), AUDIO(10), AUDIO(0) };
static const struct made_track mixed[] = { DATA(2352), AUDIO(20), AUDIO(0) };
static const struct made_track extra[] = { AUDIO(0),
                                           AUDIO(5),
                                           { DK_MODE2_FORM1, 2352, COUNT, .session = 2, .lba = 2 * COUNT + 5 + 11400 },
                                           { DK_MODE1, 2352, COUNT, .session = 3, .lba = 3 * COUNT + 5 + 18300 } };
static const struct made_track karaoke[] = { { DK_AUDIO, 2448, COUNT, .spoil = sing_along },
                                             { DK_AUDIO, 2448, COUNT, .spoil = sing_along } };
static const struct made_track hidden[] = { AUDIO(12), AUDIO(0) };
static const struct made_track before_0[] = { { DK_AUDIO, 2352, 150 + COUNT, .pregap = 150, .lba = -150 } };

static void make_dvd(struct dk_disc *disc)
{
    disc->medium = DK_MEDIUM_DVD;
}

static void label(struct dk_disc *disc)
{
    static const struct dk_index indexes[] = { { 2, 11 }, { 3, 20 } };
    static const struct {
        unsigned track;
        enum dk_cd_text_type type;
        const char *text;
    } texts[] = {
        { 0, DK_TEXT_TITLE, "An album" },     { 0, DK_TEXT_PERFORMER, "Somebody" }, { 1, DK_TEXT_TITLE, "First" },
        { 1, DK_TEXT_PERFORMER, "Somebody" }, { 2, DK_TEXT_TITLE, "Zw\xC3\xB6lf" }, { 2, DK_TEXT_PERFORMER, "Other" },
        { 3, DK_TEXT_TITLE, "Third" },        { 3, DK_TEXT_PERFORMER, "Somebody" },
    };

    strcpy(disc->mcn, "1234567890128");
    strcpy(disc->tracks[1].isrc, "USRC17607839");
    disc->tracks[0].indexes = indexes;
    disc->tracks[0].index_count = 2;
    disc->tracks[0].control |= DK_CONTROL_PRE_EMPHASIS;
    disc->tracks[2].control |= DK_CONTROL_COPY_PERMITTED;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        dk_cd_text_add(&disc->cd_text, disc->arena, texts[i].track, texts[i].type, texts[i].text);
}

enum {
    MUSIC = DK_HOLDS_AUDIO | DK_HOLDS_TRACKS,
    LABELS = DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_INDEXES | DK_HOLDS_FLAGS | DK_HOLDS_CD_TEXT,
};

#define TRACKS(list) list, sizeof(list) / sizeof *(list)

static const struct {
    const char *name;
    const struct made_track *tracks;
    size_t count;
    unsigned needs; /* enum dk_holds: a format with all of them keeps the disc */
    void (*finish)(struct dk_disc *disc);
} discs[] = {
    { "data", TRACKS(data), DK_HOLDS_CD_DATA, NULL },
    { "damaged", TRACKS(damaged), DK_HOLDS_CD_DATA | DK_HOLDS_CHECK_BYTES, NULL },
    { "forms", TRACKS(forms), DK_HOLDS_CD_DATA | DK_HOLDS_CHECK_BYTES | DK_HOLDS_FORM2, NULL },
    { "labels", TRACKS(music), MUSIC | DK_HOLDS_PREGAPS | LABELS, label },
    { "mixed", TRACKS(mixed), MUSIC | DK_HOLDS_CD_DATA | DK_HOLDS_PREGAPS, NULL },
    { "sessions", TRACKS(extra), MUSIC | DK_HOLDS_CD_DATA | DK_HOLDS_SESSIONS | DK_HOLDS_PREGAPS, NULL },
    { "karaoke", TRACKS(karaoke), MUSIC | DK_HOLDS_SUBCHANNEL, NULL },
    { "hidden", TRACKS(hidden), MUSIC | DK_HOLDS_HIDDEN, NULL },
    { "pause", TRACKS(before_0), DK_HOLDS_AUDIO | DK_HOLDS_PAUSE, NULL },
    { "dvd", TRACKS(data), DK_HOLDS_DVD, make_dvd },
};

enum { DISCS = sizeof discs / sizeof *discs };

/* Data tracks of Mode 1 have a volume, by which an ISO is known. */
static struct dk_disc *make(size_t i)
{
    struct made_track tracks[TRACKS_MAX];
    struct iso iso = iso_new(COUNT);
    struct dk_disc *disc;

    for (size_t k = 0; k < discs[i].count; k++) {
        tracks[k] = discs[i].tracks[k];
        if (tracks[k].mode == DK_MODE1)
            tracks[k].user = iso.bytes;
    }
    disc = made_disc(tracks, discs[i].count);
    iso_free(&iso);

    if (discs[i].finish)
        discs[i].finish(disc);
    return disc;
}

/* ---- Formats ---- */

static struct dk_target targets[TARGETS_MAX];
static size_t target_count;

static void find_targets(void)
{
    struct dk_target target;

    target_count = 0;
    for (size_t i = 0; dk_target_at(i, &target); i++)
        if (target.readable && target.writable) {
            ck_assert_uint_lt(target_count, TARGETS_MAX);
            targets[target_count++] = target;
        }
}

static bool can_hold(const struct dk_target *target, unsigned needs)
{
    return (needs & ~target->holds) == 0;
}

/* What a small DVD is in a format that does not say what it is of. */
static unsigned needs_of(const struct dk_disc *disc, size_t i)
{
    return discs[i].needs == DK_HOLDS_DVD && disc->medium != DK_MEDIUM_DVD ? DK_HOLDS_CD_DATA : discs[i].needs;
}

/*
 * An ISO is made with attributes lost, and with damaged sectors cut, which are told. So is subchannel, also where it is
 * what would be computed.
 */
static bool is_whole(const struct dk_conversion *conversion, const struct dk_target *target)
{
    for (size_t i = 0; i < conversion->loss_count; i++)
        if (strcmp(conversion->losses[i].id, "subchannel") != 0)
            return false;
    return (target->holds & DK_HOLDS_CHECK_BYTES) || (conversion->bad.sectors == 0 && conversion->bad.odd_headers == 0);
}

/*
 * Converts, compares where that is asked for, and opens the result, by whichever row it is read: an .ecm has its table
 * in a CUE sheet, a .zst is what is packed in it; NULL: refused, or not without a loss.
 */
static struct dk_disc *converted(struct dk_disc *disc, const struct dk_target *target, bool verify, const char *stem)
{
    const struct dk_convert_options options = { .to = target->id, .verify = verify };
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    struct dk_disc *result = NULL;
    char path[1000];
    bool done;

    snprintf(path, sizeof path, "%s/%s", suite_folder(), stem); /* some formats' files have names of their own */
    ck_assert_int_eq(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/%s/disc.%.*s", suite_folder(), stem, (int)strcspn(target->suffixes, ","),
             target->suffixes);
    done = dk_convert(disc, path, &options, &conversion, &error);
    ck_assert_msg(done || error.kind == DK_ERROR_REFUSED, "%s: %s", stem, error.text);
    if (done && is_whole(&conversion, target)) {
        result = dk_image_open(path, &error);
        ck_assert_msg(result != NULL, "%s", error.text);
    }
    dk_conversion_free(&conversion);
    return result;
}

/* ---- Comparing ---- */

static void compare_tracks(const struct dk_track *one, const struct dk_track *other, const char *stem)
{
    ck_assert_msg(one->number == other->number && one->session == other->session && one->mode == other->mode &&
                      one->control == other->control && one->lba == other->lba && one->count == other->count &&
                      (one->number == 1 || one->pregap == other->pregap) && one->postgap == other->postgap,
                  "%s: track %d (session %d, %s, control %d, LBA %d + %u, pregap %u) is track %d (session %d, %s, "
                  "control %d, LBA %d + %u, pregap %u)",
                  stem, one->number, one->session, dk_mode_name(one->mode), one->control, one->lba, one->count,
                  one->pregap, other->number, other->session, dk_mode_name(other->mode), other->control, other->lba,
                  other->count, other->pregap);
    ck_assert_str_eq(one->isrc, other->isrc);
    ck_assert_uint_eq(one->index_count, other->index_count);
    for (size_t i = 0; i < one->index_count; i++) {
        ck_assert_int_eq(one->indexes[i].number, other->indexes[i].number);
        ck_assert_int_eq(one->indexes[i].lba, other->indexes[i].lba);
    }
}

static void compare_texts(const struct dk_cd_text *one, const struct dk_cd_text *other, const char *stem)
{
    const size_t count = one ? one->count : 0;

    ck_assert_msg(count == (other ? other->count : 0), "%s: another number of texts", stem);
    for (size_t i = 0; i < count; i++) {
        const struct dk_cd_text_item *item = &one->items[i];

        ck_assert_pstr_eq(dk_cd_text_get(other, item->block, item->track, item->type), item->text);
    }
}

static void compare_sectors(const struct dk_disc *one, const struct dk_disc *other, const char *stem)
{
    uint8_t sectors[2][DK_SECTOR_RAW_SUB];
    struct dk_error error = { 0 };

    for (size_t i = 0; i < one->extent_count; i++)
        for (uint32_t k = 0; k < one->extents[i].count; k++) {
            const int32_t lba = one->extents[i].lba + (int32_t)k;

            memset(sectors, 0, sizeof sectors);
            for (int side = 0; side < 2; side++)
                ck_assert_msg(
                    dk_source_read((side ? other : one)->source, lba, 1, DK_FORM_RAW_SUB, sectors[side], &error) == 1,
                    "%s: LBA %d: %s", stem, lba, error.text);
            ck_assert_msg(memcmp(sectors[0], sectors[1], sizeof sectors[0]) == 0, "%s: LBA %d differs", stem, lba);
        }
}

/* `way`: the disc between them. An ISO does not say what medium it is of. */
static void compare(const struct dk_disc *one, const struct dk_disc *way, const struct dk_disc *other, const char *stem)
{
    ck_assert(way->medium == DK_MEDIUM_UNKNOWN || one->medium == other->medium);
    ck_assert_str_eq(one->mcn, other->mcn);
    ck_assert_uint_eq(one->track_count, other->track_count);
    ck_assert_uint_eq(one->session_count, other->session_count);
    for (size_t i = 0; i < one->track_count; i++)
        compare_tracks(&one->tracks[i], &other->tracks[i], stem);
    for (size_t i = 0; i < one->session_count; i++)
        ck_assert_int_eq(one->sessions[i].lead_out, other->sessions[i].lead_out);
    compare_texts(one->cd_text, other->cd_text, stem);
    compare_sectors(one, other, stem);
}

/* ---- There and back ---- */

/* True where the pair holds the disc, and it came back as it was. */
static bool there_and_back(struct dk_disc *here, const struct dk_target *home, const struct dk_target *away, size_t i)
{
    struct dk_disc *there, *back;
    char stem[200];

    snprintf(stem, sizeof stem, "%zu-%s-%s", i, home->id, away->id);
    there = converted(here, away, true, stem);
    if (!can_hold(away, needs_of(here, i))) {
        ck_assert_msg(there == NULL, "%s: %s says that it can't hold '%s', and took it", stem, away->id, discs[i].name);
        return false;
    }
    ck_assert_msg(there != NULL, "%s: %s can hold '%s', and refused it", stem, away->id, discs[i].name);
    strcat(stem, "-back");
    back = converted(there, home, false, stem);
    ck_assert_msg(back != NULL, "%s was refused", stem);
    compare(here, there, back, stem);
    dk_disc_close(there);
    dk_disc_close(back);
    return true;
}

static void print_head(const struct dk_target *list, size_t count)
{
    printf("%-8s", "");
    for (size_t i = 0; i < count; i++)
        printf(" %6s", list[i].id);
    putchar('\n');
}

START_TEST(there_and_back_is_the_identity)
{
    unsigned kept[TARGETS_MAX] = { 0 };
    const struct dk_target *home;

    find_targets();
    if ((size_t)_i >= target_count)
        return;
    home = &targets[_i];
    for (size_t i = 0; i < DISCS; i++) {
        struct dk_disc *disc = make(i), *here;
        char stem[100];

        snprintf(stem, sizeof stem, "%zu-%s", i, home->id);
        here = converted(disc, home, true, stem);
        ck_assert_msg((here != NULL) == can_hold(home, discs[i].needs), "%s %s '%s', and its row says otherwise",
                      home->id, here ? "took" : "refused", discs[i].name);
        for (size_t k = 0; here && k < target_count; k++)
            if (!SANITIZED || (i + k + (size_t)_i) % 3 == 0)
                kept[k] += there_and_back(here, home, &targets[k], i);
        dk_disc_close(here);
        dk_disc_close(disc);
    }
    if (_i == 0)
        print_head(targets, target_count);
    printf("%-8s", home->id);
    for (size_t k = 0; k < target_count; k++)
        printf(" %6u", kept[k]);
    putchar('\n');
    fflush(stdout);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_set_timeout(test_case, 120);
    tcase_add_loop_test(test_case, there_and_back_is_the_identity, 0, TARGETS_MAX);
}

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) /* thousands of files are synced, and none of them matters */
        setenv("TMPDIR", "/dev/shm", 0);
    printf("Discs, of %d, that are the same after a way there (down) and back (across):\n", DISCS);
    fflush(stdout);
    return suite_run("identity", (const struct suite_case[]){ { "matrix", add_all }, { NULL, NULL } });
}
