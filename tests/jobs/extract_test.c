/* Extracting volumes that no program would write: every name, link and extent in it is meant to do harm. */
#include "support/iso_builder.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/extract.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- What is extracted, and what comes of it ---- */

struct outcome {
    bool done;
    struct dk_extracted counts;
    struct dk_error error;
    char *notes; /* of damage and oddities, a line each */
    bool damaged;
    char folder[300];
};

static struct outcome extract(const struct dk_disc *disc, struct dk_tree *tree, struct dk_extract_options options)
{
    struct outcome outcome = { .error.text = "" };
    struct dk_notes notes = { 0 };
    size_t size;
    FILE *to = open_memstream(&outcome.notes, &size);

    snprintf(outcome.folder, sizeof outcome.folder, "%s/jail-XXXXXX/out", suite_folder());
    *strrchr(outcome.folder, '/') = '\0';
    ck_assert_ptr_nonnull(mkdtemp(outcome.folder));
    strcat(outcome.folder, "/out");
    ck_assert_int_eq(mkdir(outcome.folder, 0755), 0);
    options.folder = outcome.folder;
    options.notes = &notes;
    outcome.done = dk_extract(disc, tree, &options, &outcome.counts, &outcome.error);
    for (size_t i = 0; i < notes.count; i++)
        fprintf(to, "%s\n", notes.items[i].text);
    fclose(to);
    outcome.damaged = notes.told[DK_NOTE_DAMAGE] > 0;
    dk_notes_free(&notes);
    return outcome;
}

/* The folder above the one that was extracted into, so that what lands beside it is seen: "out/file 5", "out/d/",
 * "out/l -> target", sorted, without "out/" itself. */
static char *listing(const struct outcome *outcome)
{
    static char text[4096];
    char command[700];
    size_t got;
    FILE *from;

    snprintf(command, sizeof command,
             "cd '%s/..' && LC_ALL=C find . -mindepth 1 ! -path ./out \\( -type d -printf '%%P/\\n' -o -type l "
             "-printf '%%P -> %%l\\n' -o -printf '%%P %%s\\n' \\) | LC_ALL=C sort",
             outcome->folder);
    from = popen(command, "r");
    ck_assert_ptr_nonnull(from);
    got = fread(text, 1, sizeof text - 1, from);
    text[got] = '\0';
    ck_assert_int_eq(pclose(from), 0);
    return text;
}

static bool holds(const struct outcome *outcome, const char *name, const char *wanted)
{
    char path[600], text[200];
    size_t got;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", outcome->folder, name);
    file = fopen(path, "r");
    if (!file)
        return false;
    got = fread(text, 1, sizeof text - 1, file);
    text[got] = '\0';
    fclose(file);
    return strcmp(text, wanted) == 0;
}

/* ---- Volumes made to do harm ---- */

static void add_link(struct iso *iso, uint32_t lba, const char *name, const char *target)
{
    struct iso_fields fields = { .used = 0 };
    uint8_t bytes[200] = { 0, target[0] == '/' ? 8 : 0, 0 };
    size_t used = target[0] == '/' ? 3 : 1;

    /* one component: a slash in its middle is no matter here */
    target += target[0] == '/';
    bytes[used] = 0;
    bytes[used + 1] = (uint8_t)strlen(target);
    memcpy(bytes + used + 2, target, strlen(target));
    iso_field_px(&fields, 0120777);
    iso_field_nm(&fields, 0, name);
    iso_field(&fields, "SL", bytes, used + 2 + strlen(target));
    iso_add(iso, lba, (struct iso_record){ .name = "LINK.;1", .extent = 0, .fields = &fields });
}

static void odd_names(struct iso *iso)
{
    static const char *const names[] = { "..", ".", "../../evil", "a/b", "/tmp/evil", "out/../../x" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        iso_add_file(iso, ISO_ROOT, names[i], ISO_CONTENTS, 5);
    iso_add_file(iso, ISO_ROOT, "ok", ISO_CONTENTS, 3);
}

static void odd_directories(struct iso *iso)
{
    iso_add_directory(iso, ISO_ROOT, "..", 25);
    iso_add_file(iso, 25, "evil", ISO_CONTENTS, 5);
    iso_add_directory(iso, 25, "deeper", 26);
    iso_add_file(iso, 26, "evil", ISO_CONTENTS, 5);
    iso_add_directory(iso, ISO_ROOT, "x/y", 27);
    iso_add_file(iso, 27, "evil", ISO_CONTENTS, 5);
    iso_add_file(iso, ISO_ROOT, "ok", ISO_CONTENTS, 3);
}

static void link_before_directory(struct iso *iso)
{
    add_link(iso, ISO_ROOT, "d", "..");
    iso_add_directory(iso, ISO_ROOT, "d", 25);
    iso_add_file(iso, 25, "pwned", ISO_CONTENTS, 6);
}

static void link_before_file(struct iso *iso)
{
    add_link(iso, ISO_ROOT, "f", "../pwned");
    iso_add_file(iso, ISO_ROOT, "f", ISO_CONTENTS, 6);
}

static void link_to_root_then_below(struct iso *iso)
{
    add_link(iso, ISO_ROOT, "root", "/");
    iso_add_file(iso, ISO_ROOT, "root/evil", ISO_CONTENTS, 5);
    iso_add_file(iso, ISO_ROOT, "ok", ISO_CONTENTS, 3);
}

static void one_name_twice(struct iso *iso)
{
    iso_add_file(iso, ISO_ROOT, "same", ISO_CONTENTS, 5);
    iso_add_file(iso, ISO_ROOT, "same", ISO_CONTENTS + 1, 7);
}

static void names_that_differ_by_case(struct iso *iso)
{
    iso_add_file(iso, ISO_ROOT, "name", ISO_CONTENTS, 5);
    iso_add_file(iso, ISO_ROOT, "NAME", ISO_CONTENTS + 1, 7);
}

static void file_beyond_the_end(struct iso *iso)
{
    iso_add_file(iso, ISO_ROOT, "good", ISO_CONTENTS, 4);
    iso_add_file(iso, ISO_ROOT, "begins-outside", 1000, 4);
    iso_add_file(iso, ISO_ROOT, "ends-outside", ISO_CONTENTS + 1, 2000000000);
    iso_add_file(iso, ISO_ROOT, "far", 0xFFFFFFF0, 4);
}

static void name_too_long(struct iso *iso)
{
    struct iso_fields fields = { .used = 0 }, more = { .used = 0 };
    char name[201];

    memset(name, 'n', 200);
    name[200] = '\0';
    iso_field_nm(&more, 0, name);
    iso_field_px(&fields, 0100644);
    name[130] = '\0';
    iso_field_nm(&fields, 1, name);
    iso_field_ce(&fields, 29, 0, (uint32_t)more.used);
    memcpy(iso_sector(iso, 29), more.bytes, more.used);
    iso_add(iso, ISO_ROOT,
            (struct iso_record){ .name = "LONG.;1", .extent = ISO_CONTENTS, .size = 5, .fields = &fields });
    iso_add_file(iso, ISO_ROOT, "ok", ISO_CONTENTS, 3);
}

static void directory_in_itself(struct iso *iso)
{
    struct iso_fields fields = { .used = 0 };

    iso_field_px(&fields, 040755);
    iso_field_nm(&fields, 0, "again");
    iso_add(iso, ISO_ROOT,
            (struct iso_record){ .name = "AGAIN", .extent = ISO_ROOT, .size = 2048, .flags = 2, .fields = &fields });
    iso_add_file(iso, ISO_ROOT, "ok", ISO_CONTENTS, 3);
}

static const struct {
    void (*make)(struct iso *iso);
    const char *listing, *notes[4];
    unsigned refused;
} wrecks[] = {
    { odd_names, "out/ok 3\n", { "'..' was not extracted", "evil", "b'", NULL }, 6 },
    { odd_directories, "out/ok 3\n", { "'..' was not extracted", "y' was not extracted", NULL }, 6 },
    { link_before_directory, "out/d/\nout/d/pwned 6\n", { "'d' was not extracted", NULL }, 1 },
    { link_before_file, "out/f 6\n", { "'f' was not extracted", NULL }, 1 },
    { link_to_root_then_below, "out/ok 3\nout/root -> /\n", { "evil' was not extracted", NULL }, 1 },
    { one_name_twice, "out/same 5\n", { "'same' was not extracted", NULL }, 1 },
    { names_that_differ_by_case, "out/NAME 7\nout/name 5\n", { NULL }, 0 },
    { file_beyond_the_end,
      "out/good 4\n",
      { "'begins-outside' was not extracted", "LBA 1000", "'ends-outside' was not extracted", "'far'" },
      3 },
    { name_too_long, "out/ok 3\n", { "was not extracted: File name too long", NULL }, 1 },
    { directory_in_itself, "out/again/\nout/ok 3\n", { "again", NULL }, 0 },
};

START_TEST(keeps_inside)
{
    struct iso iso = iso_new(40);
    struct iso_reading reading;
    struct outcome outcome;

    wrecks[_i].make(&iso);
    reading = iso_read(&iso, DK_TREE_ROCK_RIDGE, 0);
    for (int replace = 0; replace < 2; replace++) {
        outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ .replace = replace });
        ck_assert_msg(outcome.done, "%s", outcome.error.text);
        ck_assert_str_eq(listing(&outcome), wrecks[_i].listing);
        for (size_t i = 0; i < 4 && wrecks[_i].notes[i]; i++)
            ck_assert_msg(strstr(outcome.notes, wrecks[_i].notes[i]) || strstr(reading.notes, wrecks[_i].notes[i]),
                          "no '%s' in: %s", wrecks[_i].notes[i], outcome.notes);
        ck_assert_uint_eq(outcome.counts.refused, wrecks[_i].refused);
        ck_assert(outcome.damaged == (wrecks[_i].refused > 0));
        free(outcome.notes);
    }
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

/* ---- Contents ---- */

START_TEST(takes_versions_and_case_apart)
{
    struct iso iso = iso_new(40);
    struct iso_reading reading;
    struct outcome outcome;

    memcpy(iso_sector(&iso, 30), "three", 5);
    memcpy(iso_sector(&iso, 31), "two", 3);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "VER.TXT;3", .extent = 30, .size = 5 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "VER.TXT;2", .extent = 31, .size = 3 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "ver.txt;1", .extent = 31, .size = 2 });
    reading = iso_read(&iso, DK_TREE_ISO, 0);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    ck_assert(outcome.done && !outcome.damaged);
    ck_assert(holds(&outcome, "VER.TXT", "three"));
    ck_assert(holds(&outcome, "VER.TXT;2", "two"));
    ck_assert(holds(&outcome, "ver.txt", "tw"));
    free(outcome.notes);
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

START_TEST(marks_associated_files)
{
    struct iso iso = iso_new(40);
    struct iso_reading reading;
    struct outcome outcome;

    memcpy(iso_sector(&iso, 30), "fork", 4);
    memcpy(iso_sector(&iso, 31), "data!", 5);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "DOC.;1", .extent = 30, .size = 4, .flags = 4 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "DOC.;1", .extent = 31, .size = 5 });
    reading = iso_read(&iso, DK_TREE_ISO, 0);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    ck_assert(outcome.done && !outcome.damaged);
    ck_assert(holds(&outcome, "DOC", "data!"));
    ck_assert(holds(&outcome, "DOC;associated", "fork"));
    free(outcome.notes);
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

START_TEST(joins_extents_that_lie_apart)
{
    struct iso iso = iso_new(40);
    struct iso_reading reading;
    struct outcome outcome;
    char path[600];
    struct stat status;

    memset(iso_sector(&iso, 36), 'a', 2048);
    memset(iso_sector(&iso, 31), 'b', 2048);
    memcpy(iso_sector(&iso, 38), "end", 3);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "F.;1", .extent = 36, .size = 2048, .flags = 0x80 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "F.;1", .extent = 31, .size = 2048, .flags = 0x80 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "F.;1", .extent = 38, .size = 3 });
    reading = iso_read(&iso, DK_TREE_ISO, 0);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    snprintf(path, sizeof path, "%s/F", outcome.folder);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_size, 4099);
    snprintf(path, sizeof path, "test \"$(tr -s ab <'%s/F')\" = abend", outcome.folder);
    ck_assert_int_eq(system(path), 0);
    free(outcome.notes);
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

/* The bytes of `iso` as the user data of raw sectors; a disc that reads them, and the volume on it. */
struct raw_reading {
    struct dk_store *store;
    struct dk_disc *disc;
    struct dk_volumes *volumes;
    struct dk_tree *tree;
};

static struct raw_reading read_raw(const uint8_t *raw, uint32_t sectors, enum dk_mode mode)
{
    struct raw_reading reading;
    struct dk_error error;

    reading.store = dk_store_from_memory(raw, (size_t)sectors * DK_SECTOR_RAW, "raw");
    reading.disc = dk_disc_new("iso", "raw");
    dk_disc_add_track(reading.disc, (struct dk_track){ .number = 1, .mode = mode, .count = sectors, .stored = 2352 });
    dk_disc_add_extent(reading.disc, (struct dk_extent){ .count = sectors,
                                                         .mode = mode,
                                                         .store = reading.store,
                                                         .layout = dk_layout_find(mode, DK_SECTOR_RAW) });
    ck_assert(dk_disc_finish(reading.disc, &error));
    reading.volumes = dk_volumes_find(reading.disc->source, 1, 0, sectors, &error);
    ck_assert_ptr_nonnull(reading.volumes);
    reading.tree = dk_tree_open(reading.volumes, DK_TREE_ROCK_RIDGE, NULL, &error);
    ck_assert_ptr_nonnull(reading.tree);
    return reading;
}

static void raw_reading_free(struct raw_reading *reading)
{
    dk_tree_close(reading->tree);
    dk_volumes_free(reading->volumes);
    dk_disc_close(reading->disc);
    dk_store_close(reading->store);
}

START_TEST(tells_wrong_check_bytes_by_lba)
{
    struct iso iso = iso_new(40);
    struct raw_reading reading;
    struct outcome outcome;
    uint8_t *raw;

    iso_add_file(&iso, ISO_ROOT, "bad", 31, 3);
    iso_add_file(&iso, ISO_ROOT, "unsure", 32, 6);
    iso_add_file(&iso, ISO_ROOT, "good", 33, 4);
    raw = raw_image(iso.bytes, iso.sectors, DK_MODE1, 0, DK_SECTOR_RAW);
    raw[31 * DK_SECTOR_RAW + 1000] ^= 1;
    memset(raw + 32 * DK_SECTOR_RAW + 2064, 0, 288); /* no check bytes at all: nothing says that it is wrong */
    reading = read_raw(raw, iso.sectors, DK_MODE1);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    ck_assert(outcome.done && outcome.damaged);
    ck_assert_str_eq(listing(&outcome), "out/good 4\nout/unsure 6\n");
    ck_assert_ptr_nonnull(strstr(outcome.notes, "'bad' is damaged"));
    ck_assert_ptr_nonnull(strstr(outcome.notes, "LBA 31"));
    ck_assert_ptr_nonnull(strstr(outcome.notes, "1 raw sectors have no check bytes"));
    free(outcome.notes);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ .keep_damaged = true });
    ck_assert(outcome.done && outcome.damaged);
    ck_assert_str_eq(listing(&outcome), "out/bad 3\nout/good 4\nout/unsure 6\n");
    free(outcome.notes);
    raw_reading_free(&reading);
    free(raw);
    iso_free(&iso);
}
END_TEST

START_TEST(tells_form_2)
{
    static const uint8_t subheader[4] = { 1, 1, 0x62, 0 };
    struct iso iso = iso_new(40);
    struct raw_reading reading;
    struct outcome outcome;
    uint8_t *raw, video[DK_SECTOR_FORM2];

    iso_add_file(&iso, ISO_ROOT, "film", 35, 2 * 2048);
    iso_add_file(&iso, ISO_ROOT, "text", 34, 4);
    raw = raw_image(iso.bytes, iso.sectors, DK_MODE2_FORM1, 0, DK_SECTOR_RAW);
    memset(video, 'v', sizeof video);
    raw_sector(raw + 35 * DK_SECTOR_RAW, DK_MODE2_FORM2, 35, video, subheader);
    raw_sector(raw + 36 * DK_SECTOR_RAW, DK_MODE2_FORM2, 36, video, subheader);
    reading = read_raw(raw, iso.sectors, DK_MODE2);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    ck_assert(outcome.done && !outcome.damaged);
    ck_assert_str_eq(listing(&outcome), "out/film 4096\nout/text 4\n");
    ck_assert_ptr_nonnull(strstr(outcome.notes, "'film' has 2 Form 2 sectors"));
    free(outcome.notes);
    raw_reading_free(&reading);
    free(raw);
    iso_free(&iso);
}
END_TEST

/* ---- Ends before the end ---- */

static bool stop_at_once(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    (void)watch;
    (void)doing;
    (void)total;
    return done == 0;
}

START_TEST(stops_without_a_half_file)
{
    struct dk_watch watch = { stop_at_once };
    struct iso iso = iso_new(400);
    struct iso_reading reading;
    struct outcome outcome;

    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "LARGE.;1", .extent = 30, .size = 300 * 2048 });
    reading = iso_read(&iso, DK_TREE_ISO, 0);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ .watch = &watch });
    ck_assert(!outcome.done);
    ck_assert_int_eq(outcome.error.kind, DK_ERROR_STOPPED);
    ck_assert_str_eq(listing(&outcome), "");
    free(outcome.notes);
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

/* A limit for the size of files does what a full disk does: a write that fails in the middle. */
START_TEST(leaves_nothing_half_where_the_disk_is_full)
{
    const struct rlimit limit = { 100000, RLIM_INFINITY };
    struct iso iso = iso_new(400);
    struct iso_reading reading;
    struct outcome outcome;

    iso_add(&iso, ISO_ROOT, (struct iso_record){ .name = "LARGE.;1", .extent = 30, .size = 300 * 2048 });
    reading = iso_read(&iso, DK_TREE_ISO, 0);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    ck_assert(!outcome.done);
    ck_assert_int_eq(outcome.error.kind, DK_ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(outcome.error.text, "'LARGE'"));
    ck_assert_str_eq(listing(&outcome), "");
    free(outcome.notes);
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

START_TEST(extracts_by_several_threads_what_one_would)
{
    enum { DIRECTORY = 60 };
    struct iso iso = iso_new(2100);
    struct iso_reading reading;
    struct outcome outcome;
    char name[20], text[20];

    for (uint32_t k = 0; k < 4; k++) {
        snprintf(name, sizeof name, "dir%u", k);
        iso_add_directory(&iso, ISO_ROOT, name, DIRECTORY + k);
        for (uint32_t i = 0; i < 12; i++) {
            snprintf(name, sizeof name, "%u-%u-file", k, i);
            iso_add_file(&iso, DIRECTORY + k, name, 100 + 40 * (12 * k + i), 30 * 2048);
        }
    }
    reading = iso_read(&iso, DK_TREE_ROCK_RIDGE, 0);
    outcome = extract(reading.disc, reading.tree, (struct dk_extract_options){ 0 });
    ck_assert_msg(outcome.done && !outcome.damaged, "%s %s", outcome.error.text, outcome.notes);
    ck_assert_uint_eq(outcome.counts.files, 48);
    ck_assert_uint_eq(outcome.counts.bytes, 48 * 30 * 2048);
    for (uint32_t k = 0; k < 4; k++)
        for (uint32_t i = 0; i < 12; i++) {
            char path[1000];

            snprintf(text, sizeof text, "%u-%u-file", k, i);
            snprintf(path, sizeof path,
                     "test \"$(head -1 '%s/dir%u/%s')\" = %s && test $(wc -c <'%s/dir%u/%s') = 61440", outcome.folder,
                     k, text, text, outcome.folder, k, text);
            ck_assert_msg(system(path) == 0, "%s", text);
        }
    free(outcome.notes);
    iso_reading_free(&reading);
    iso_free(&iso);
}
END_TEST

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, keeps_inside, 0, sizeof wrecks / sizeof *wrecks);
}

static void add_contents(TCase *test_case)
{
    tcase_add_test(test_case, takes_versions_and_case_apart);
    tcase_add_test(test_case, marks_associated_files);
    tcase_add_test(test_case, joins_extents_that_lie_apart);
    tcase_add_test(test_case, tells_wrong_check_bytes_by_lba);
    tcase_add_test(test_case, tells_form_2);
    tcase_add_test(test_case, extracts_by_several_threads_what_one_would);
}

static void add_ends(TCase *test_case)
{
    tcase_add_test(test_case, stops_without_a_half_file);
    tcase_add_test(test_case, leaves_nothing_half_where_the_disk_is_full);
}

int main(void)
{
    static const struct suite_case cases[] = {
        { "wrecks", add_wrecks }, { "contents", add_contents }, { "ends", add_ends }, { NULL, NULL }
    };

    return suite_run("extract", cases);
}
