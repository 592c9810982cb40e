/* What a conversion writes, byte by byte, and what it leaves behind when it does not come to its end. */
#include "support/made_disc.h"
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"
#include "util/hash.h"

#include <dirent.h>
#include <disckit/convert.h>
#include <disckit/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTORS = 300 };

static uint8_t user[SECTORS * DK_SECTOR_USER];

static const char *path_of(const char *name)
{
    static char path[1000];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    return path;
}

/* The bytes of a file of the folder, and their number. The caller frees them. */
static uint8_t *bytes_of(const char *name, size_t *size)
{
    FILE *file = fopen(path_of(name), "rb");
    uint8_t *bytes = malloc(64 << 20);

    ck_assert_msg(file && bytes, "%s is not there", name);
    *size = fread(bytes, 1, 64 << 20, file);
    fclose(file);
    return bytes;
}

static size_t files_in_folder(void)
{
    DIR *folder = opendir(suite_folder());
    size_t count = 0;

    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static struct dk_disc *data_disc(enum dk_mode mode, unsigned stored, void (*spoil)(uint8_t *))
{
    struct random random = random_start(1);
    const struct made_track track = {
        .mode = mode,
        .stored = stored,
        .count = SECTORS,
        .user = user,
        .in_file = true,
        .spoil = spoil,
    };

    random_fill(&random, user, sizeof user);
    return made_disc(&track, 1);
}

/* Converts and expects success. */
static void convert(struct dk_disc *disc, const char *name, const struct dk_convert_options *options,
                    struct dk_conversion *conversion)
{
    struct dk_error error = { 0 };

    ck_assert_msg(dk_convert(disc, path_of(name), options, conversion, &error), "%s", error.text);
}

/* ---- ISO ---- */

static const struct {
    enum dk_mode mode;
    unsigned stored;
} layouts[] = {
    { DK_MODE1, 2048 },       { DK_MODE1, 2352 },       { DK_MODE1, 2368 },
    { DK_MODE1, 2448 },       { DK_MODE2_FORM1, 2048 }, { DK_MODE2_FORM1, 2056 },
    { DK_MODE2_FORM1, 2336 }, { DK_MODE2_FORM1, 2352 }, { DK_MODE2_FORM1, 2448 },
};

START_TEST(cuts_the_user_data)
{
    const struct dk_convert_options options = { .replace = true, .verify = true, .sums = "sha256,crc32" };
    struct dk_disc *disc = data_disc(layouts[_i].mode, layouts[_i].stored, NULL);
    struct dk_error error = { 0 };
    struct hash_set *sums = hash_set_new(1U << HASH_SHA256 | 1U << HASH_CRC32, &error);
    struct dk_conversion conversion;
    uint8_t *bytes;
    size_t size;

    convert(disc, "cut.iso", &options, &conversion);
    bytes = bytes_of("cut.iso", &size);
    ck_assert_uint_eq(size, sizeof user);
    ck_assert_mem_eq(bytes, user, sizeof user);
    free(bytes);
    ck_assert(conversion.verified);
    ck_assert_uint_eq(conversion.sectors, SECTORS);
    ck_assert_uint_eq(conversion.file_count, 1);
    ck_assert_uint_eq(conversion.files[0].size, sizeof user);
    hash_set_update(sums, user, sizeof user);
    hash_set_finish(sums);
    ck_assert_uint_eq(conversion.files[0].sum_count, 2);
    ck_assert_str_eq(conversion.files[0].sums[0].tag, "SHA256");
    ck_assert_str_eq(conversion.files[0].sums[0].hex, hash_set_hex(sums, HASH_SHA256));
    ck_assert_str_eq(conversion.files[0].sums[1].hex, hash_set_hex(sums, HASH_CRC32));
    hash_set_free(sums);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

static void flip_data(uint8_t *image)
{
    image[20 * 2352 + 16 + 100] ^= 4;
}

START_TEST(keeps_a_damaged_result_and_lists_the_place)
{
    const struct dk_convert_options options = { .replace = true };
    struct dk_disc *disc = data_disc(DK_MODE1, 2352, flip_data);
    struct dk_conversion conversion;
    uint8_t *bytes;
    size_t size;

    convert(disc, "damaged.iso", &options, &conversion);
    ck_assert_uint_eq(conversion.bad.count, 1);
    ck_assert_int_eq(conversion.bad.runs[0].lba, 20);
    ck_assert_uint_eq(conversion.notes.told[DK_NOTE_DAMAGE], 1);
    ck_assert_ptr_nonnull(strstr(conversion.notes.items[0].text, "LBA 20: the data are wrong"));
    bytes = bytes_of("damaged.iso", &size);
    user[20 * 2048 + 100] ^= 4;
    ck_assert_uint_eq(size, sizeof user);
    ck_assert_mem_eq(bytes, user, sizeof user);
    free(bytes);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(puts_zeros_for_what_cannot_be_read)
{
    struct dk_disc *disc = data_disc(DK_MODE1, 2048, NULL);
    struct dk_error error = { 0 };
    struct dk_source *faults = dk_source_faults(disc->source, "bad 7\nbad 200-209", &error);
    const struct dk_convert_options options = { .source = faults, .verify = true, .replace = true };
    struct dk_conversion conversion;
    uint8_t *bytes;
    size_t size;

    convert(disc, "zeros.iso", &options, &conversion);
    ck_assert_uint_eq(conversion.bad.sectors, 11);
    ck_assert_uint_eq(conversion.notes.told[DK_NOTE_DAMAGE], 2);
    memset(user + 7 * 2048, 0, 2048);
    memset(user + 200 * 2048, 0, 10 * 2048);
    bytes = bytes_of("zeros.iso", &size);
    ck_assert_uint_eq(size, sizeof user);
    ck_assert_mem_eq(bytes, user, sizeof user);
    free(bytes);
    dk_conversion_free(&conversion);
    dk_source_close(faults);
    dk_disc_close(disc);
}
END_TEST

START_TEST(tells_how_much_of_a_track_is_missing)
{
    const struct dk_convert_options options = { .replace = true };
    struct dk_disc *disc = data_disc(DK_MODE1, 2352, NULL);
    struct dk_conversion conversion;
    uint8_t *bytes;
    size_t size;

    disc->tracks[0].count += 50;
    convert(disc, "short.iso", &options, &conversion);
    ck_assert_uint_eq(conversion.notes.told[DK_NOTE_DAMAGE], 1);
    ck_assert_ptr_nonnull(strstr(conversion.notes.items[0].text, "LBA 300: 50 of its 350 sectors are missing"));
    bytes = bytes_of("short.iso", &size);
    ck_assert_uint_eq(size, sizeof user);
    free(bytes);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* ---- WAV ---- */

static void expect_wav(const char *name, int32_t lba, uint32_t sectors)
{
    static const uint8_t format[] = { 'W', 'A', 'V', 'E', 'f',  'm',  't', ' ', 16, 0, 0,  0, 1,   0,   2,   0,
                                      68,  172, 0,   0,   0x10, 0xB1, 2,   0,   4,  0, 16, 0, 'd', 'a', 't', 'a' };
    size_t size;
    uint8_t *bytes = bytes_of(name, &size), raw[DK_SECTOR_RAW];
    const uint32_t data = sectors * DK_SECTOR_RAW;

    ck_assert_uint_eq(size, 44 + data);
    ck_assert_mem_eq(bytes, "RIFF", 4);
    ck_assert_mem_eq(bytes + 8, format, sizeof format);
    ck_assert_uint_eq((uint32_t)bytes[4] | (uint32_t)bytes[5] << 8 | (uint32_t)bytes[6] << 16, 36 + data);
    ck_assert_uint_eq((uint32_t)bytes[40] | (uint32_t)bytes[41] << 8 | (uint32_t)bytes[42] << 16, data);
    for (uint32_t i = 0; i < sectors; i++) {
        raw_audio_sector(raw, lba + (int32_t)i);
        ck_assert_mem_eq(bytes + 44 + (size_t)i * DK_SECTOR_RAW, raw, DK_SECTOR_RAW);
    }
    free(bytes);
}

START_TEST(writes_a_file_a_track)
{
    /* hidden sound of 30 sectors, a gap of 10 before track 2, one of 15 before the data */
    static const struct made_track tracks[] = {
        { .mode = DK_AUDIO, .stored = 2352, .count = 130, .pregap = 30 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 60, .pregap = 10 },
        { .mode = DK_MODE1, .stored = 2352, .count = 65, .pregap = 15 },
    };
    const struct dk_convert_options options = { .allow_loss = true, .verify = true };
    struct dk_disc *disc = made_disc(tracks, 3);
    struct dk_conversion conversion;

    convert(disc, "sound.wav", &options, &conversion);
    ck_assert_uint_eq(conversion.file_count, 3);
    ck_assert(conversion.verified);
    expect_wav("sound (Track 00).wav", 0, 30);
    expect_wav("sound (Track 01).wav", 30, 110);
    expect_wav("sound (Track 02).wav", 140, 50);
    ck_assert_int_ne(access(path_of("sound.wav"), F_OK), 0);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(writes_one_track_under_the_name_itself)
{
    static const struct made_track tracks[] = {
        { .mode = DK_AUDIO, .stored = 2352, .count = 130, .pregap = 30 },
        { .mode = DK_AUDIO, .stored = 2448, .count = 60 },
    };
    const struct dk_convert_options options = { .track = 2 };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_conversion conversion;

    convert(disc, "one.wav", &options, &conversion);
    expect_wav("one.wav", 130, 60);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* ---- What stays, and what does not ---- */

START_TEST(keeps_what_has_the_name)
{
    const struct dk_convert_options careful = { 0 }, forced = { .replace = true };
    struct dk_disc *disc = data_disc(DK_MODE1, 2352, NULL);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    uint8_t *bytes;
    size_t size;

    suite_file("there.iso", "precious", 8);
    ck_assert(!dk_convert(disc, path_of("there.iso"), &careful, &conversion, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "is there already; --force replaces it"));
    dk_conversion_free(&conversion);
    bytes = bytes_of("there.iso", &size);
    ck_assert_uint_eq(size, 8);
    free(bytes);
    convert(disc, "there.iso", &forced, &conversion);
    bytes = bytes_of("there.iso", &size);
    ck_assert_uint_eq(size, sizeof user);
    free(bytes);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

static bool stop(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    (void)watch, (void)doing, (void)total;
    return done == 0;
}

START_TEST(leaves_nothing_when_it_is_stopped)
{
    static const char *const names[] = { "stopped.iso", "stopped.wav", "stopped.cue" };
    static const struct made_track tracks[] = {
        { .mode = DK_MODE1, .stored = 2352, .count = SECTORS },
        { .mode = DK_AUDIO, .stored = 2352, .count = SECTORS },
    };
    struct dk_watch watch = { stop };
    const struct dk_convert_options options = { .watch = &watch, .allow_loss = true };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    size_t before;

    before = files_in_folder();
    ck_assert(!dk_convert(disc, path_of(names[_i]), &options, &conversion, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_STOPPED);
    ck_assert_uint_eq(files_in_folder(), before);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* A source that reads well once, and then another byte: as a disk that did not keep what was written. */
struct forgetful {
    struct dk_source source;
    struct dk_source *inner;
    int reads;
};

static uint32_t forgetful_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                               struct dk_error *error)
{
    struct forgetful *forgetful = (struct forgetful *)source;
    const uint32_t got = dk_source_read(forgetful->inner, lba, count, form, to, error);

    if (lba <= 50 && lba + (int64_t)got > 50 && forgetful->reads++ > 0)
        ((uint8_t *)to)[(size_t)(50 - lba) * dk_form_size(form) + 3] ^= 1;
    return got;
}

START_TEST(takes_back_what_compares_wrong)
{
    static const struct dk_source_ops ops = { .read = forgetful_read };
    struct dk_disc *disc = data_disc(DK_MODE1, 2352, NULL);
    struct forgetful forgetful = { { &ops }, disc->source, 0 };
    const struct dk_convert_options options = { .verify = true, .source = &forgetful.source };
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    const size_t before = files_in_folder();

    ck_assert(!dk_convert(disc, path_of("forgotten.iso"), &options, &conversion, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "differs at LBA 50, byte 3 of 2048"));
    ck_assert(!conversion.verified);
    ck_assert_uint_eq(files_in_folder(), before);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* ---- Targets ---- */

static const struct {
    const char *name;
    struct dk_convert_options options;
    const char *target, *words; /* of the error */
} names[] = {
    { "disc", { 0 }, NULL, "does not say what to write" },
    { "disc.xyz", { 0 }, NULL, "does not say what to write" },
    { "folder.iso/disc", { 0 }, NULL, "does not say what to write" },
    { "disc.cdi", { 0 }, NULL, "does not say what to write" }, /* which is only read */
    { "disc.iso", { .to = "wave" }, NULL, "'wave' is no format that is written here; there are: " },
    { "disc.iso", { .to = "wav" }, "wav", "has no audio track" },
    { "disc.iso", { .sums = "md4" }, NULL, "'md4' is no sum" },
    { "DISC.WAV", { 0 }, "wav", "has no audio track" },
    { "no/such/folder/disc.iso", { 0 }, "iso", "No such file or directory" },
};

START_TEST(finds_the_target)
{
    struct dk_disc *disc = data_disc(DK_MODE1, 2352, NULL);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };

    ck_assert(!dk_convert(disc, path_of(names[_i].name), &names[_i].options, &conversion, &error));
    ck_assert_pstr_eq(conversion.target, names[_i].target);
    ck_assert_msg(strstr(error.text, names[_i].words) != NULL, "%s", error.text);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(lists_targets_of_all_rows)
{
    struct dk_target target;
    bool iso = false, wav = false;

    for (size_t i = 0; dk_target_at(i, &target); i++) {
        iso = iso || (strcmp(target.id, "iso") == 0 && target.writable && target.readable);
        wav = wav || (strcmp(target.id, "wav") == 0 && target.writable && !target.readable);
    }
    ck_assert(iso && wav);
    ck_assert_str_eq(dk_holds_name(0), "cd-data");
    ck_assert_ptr_null(dk_holds_name(16));
}
END_TEST

static void add_results(TCase *test_case)
{
    tcase_add_loop_test(test_case, cuts_the_user_data, 0, sizeof layouts / sizeof *layouts);
    tcase_add_test(test_case, keeps_a_damaged_result_and_lists_the_place);
    tcase_add_test(test_case, puts_zeros_for_what_cannot_be_read);
    tcase_add_test(test_case, tells_how_much_of_a_track_is_missing);
    tcase_add_test(test_case, writes_a_file_a_track);
    tcase_add_test(test_case, writes_one_track_under_the_name_itself);
}

static void add_ends(TCase *test_case)
{
    tcase_add_test(test_case, keeps_what_has_the_name);
    tcase_add_loop_test(test_case, leaves_nothing_when_it_is_stopped, 0, 3);
    tcase_add_test(test_case, takes_back_what_compares_wrong);
}

static void add_targets(TCase *test_case)
{
    tcase_add_loop_test(test_case, finds_the_target, 0, sizeof names / sizeof *names);
    tcase_add_test(test_case, lists_targets_of_all_rows);
}

int main(void)
{
    return suite_run(
        "convert", (const struct suite_case[]){
                       { "results", add_results }, { "ends", add_ends }, { "targets", add_targets }, { NULL, NULL } });
}
