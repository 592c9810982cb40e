/* Opening what a user named: by content, through the sheet beside it, or refused with what it is. */
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_refusal(const char *path, const char *const *words)
{
    struct dk_error error = { 0 };

    ck_assert_ptr_null(dk_image_open(path, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_FORMAT);
    for (; *words; words++)
        ck_assert_msg(strstr(error.text, *words), "no '%s' in: %s", *words, error.text);
}

static bool has_note(const struct dk_disc *disc, const char *word)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (strstr(disc->notes.items[i].text, word))
            return true;
    return false;
}

START_TEST(unknown_file_is_refused_with_what_was_looked_for)
{
    char junk[10000];

    memset(junk, 'x', sizeof junk);
    expect_refusal(suite_file("junk.iso", junk, sizeof junk),
                   (const char *const[]){ "junk.iso", "10000 bytes", "ISO", "NRG", NULL });
}
END_TEST

START_TEST(zeros_are_no_image)
{
    uint8_t *zeros = calloc(1, 1 << 20);

    expect_refusal(suite_file("zeros.bin", zeros, 1 << 20), (const char *const[]){ "zeros.bin", "looked for", NULL });
    free(zeros);
}
END_TEST

START_TEST(empty_file_is_said_to_be_empty)
{
    expect_refusal(suite_file("nothing.iso", "", 0), (const char *const[]){ "nothing.iso is empty", NULL });
}
END_TEST

START_TEST(bare_audio_is_never_guessed_but_hinted_at)
{
    uint8_t *audio = raw_audio_image(500, 0, DK_SECTOR_RAW);

    expect_refusal(suite_file("sound.bin", audio, 500 * DK_SECTOR_RAW), (const char *const[]){ "audio", "CUE", NULL });
    free(audio);
}
END_TEST

START_TEST(folder_and_missing_file_are_refused)
{
    struct dk_error error = { 0 };

    ck_assert_ptr_null(dk_image_open(suite_folder(), &error));
    ck_assert_msg(strstr(error.text, "is not a file"), "%s", error.text);
    ck_assert_ptr_null(dk_image_open("/nowhere/at/all.iso", &error));
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    ck_assert_msg(strstr(error.text, "/nowhere/at/all.iso"), "%s", error.text);
}
END_TEST

static const struct {
    const char *magic;
    size_t length;
    const char *says, *advises;
} named[] = {
    { "MEDIA DESCRIPTOR\3", 17, "is an MDS sheet", "not read yet" },
    { "MEDIA DESCRIPTOR\2", 17, "is an MDX image", "cdemu can open it" },
    { "BWT4 STREAM SIGN", 16, "is a BlindWrite image", "BlindWrite can open it" },
    { "AARUFRMT", 8, "is an Aaru image", "aaru image convert" },
    { "RVZ\1", 4, "is an RVZ image", "dolphin-tool" },
    { "WIA\1", 4, "is a WIA image", "dolphin-tool" },
    { "encrcdsa", 8, "is an encrypted Apple disk image", "macOS" },
    { "vhdxfile", 8, "is a VHDX virtual disk", "qemu-img" },
    { "conectix", 8, "is a VHD virtual disk", "qemu-img" },
    { "KDMV", 4, "is a VMDK virtual disk", "qemu-img" },
    { "# Disk DescriptorFile", 21, "is a VMDK virtual disk", "qemu-img" },
    { "partclone-image", 16, "is a partclone image", "partclone.restore" },
    { "EVF\x09\x0D\x0A\xFF", 8, "is an EnCase image", "ewfexport" },
    { "EVF2\x0D\x0A\x81", 8, "is an EnCase image", "ewfexport" },
    { "AFF10\r\n", 7, "is an AFF image", "affconvert" },
    { "hsqs", 4, "is a squashfs", "unsquashfs" },
    { "\0PBP", 4, "is a PlayStation EBOOT", "pop-fe" },
    { "\xCE\x24\xB9\xA2\x20\0\0\0", 8, "is an Acronis backup", "Acronis" },
    { "QFI\xFB", 4, "is a QCOW virtual disk", "qemu-img" },
    { "RIFF\x10\0\0\0WAVEfmt ", 16, "is a WAVE file", "not read yet" },
};

/* Places other than the first bytes; from the end where they are negative. */
static const struct {
    long at;
    const char *magic, *says, *advises;
} elsewhere[] = {
    { 0x40, "\x7F\x10\xDA\xBE", "is a VDI virtual disk", "qemu-img" },
    { 0x200, "NKIT", "is an NKit image", "makes the disc of it again" },
    { -512, "conectix", "is a VHD virtual disk", "qemu-img" },
    { -8, "cdsaencr", "is an encrypted Apple disk image", "macOS" },
};

START_TEST(what_is_named_by_other_places)
{
    uint8_t bytes[3000] = { 0 };
    const long at = elsewhere[_i].at < 0 ? (long)sizeof bytes + elsewhere[_i].at : elsewhere[_i].at;

    memcpy(bytes + at, elsewhere[_i].magic, strlen(elsewhere[_i].magic));
    expect_refusal(suite_file("elsewhere.iso", bytes, sizeof bytes),
                   (const char *const[]){ elsewhere[_i].says, elsewhere[_i].advises, "not read yet", NULL });
}
END_TEST

START_TEST(what_is_known_and_not_read_is_named)
{
    uint8_t bytes[3000] = { 0 };

    memcpy(bytes, named[_i].magic, named[_i].length);
    expect_refusal(suite_file("named.iso", bytes, sizeof bytes),
                   (const char *const[]){ named[_i].says, named[_i].advises, "not read yet", NULL });
}
END_TEST

static const struct {
    const char *name, *says;
} suffixes[] = {
    { "disk.MRIMG", "Macrium" },
    { "disc.pxi", "PowerISO" },
    { "disc.vcd", "Virtual CD" },
    { "disc.ibp", "IsoBuster" },
};

/* Only where nothing else is known of it. */
START_TEST(what_is_known_by_name_alone_is_named)
{
    uint8_t noise[3000], *image = raw_image(NULL, 40, DK_MODE1, 0, DK_SECTOR_RAW);
    struct dk_error error;
    struct dk_disc *disc;

    memset(noise, 0x5A, sizeof noise);
    expect_refusal(suite_file(suffixes[_i].name, noise, sizeof noise),
                   (const char *const[]){ suffixes[_i].says, "is called as", NULL });
    disc = dk_image_open(suite_file(suffixes[_i].name, image, 40 * DK_SECTOR_RAW), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    dk_disc_close(disc);
    free(image);
}
END_TEST

START_TEST(magic_at_the_end_is_found_too)
{
    uint8_t bytes[3000] = { 0 };

    memcpy(bytes + sizeof bytes - 512, "conectix", 8);
    expect_refusal(suite_file("disk.vhd", bytes, sizeof bytes), (const char *const[]){ "VHD virtual disk", NULL });
}
END_TEST

START_TEST(weak_magic_does_not_hide_an_image)
{
    uint8_t *image = raw_image(NULL, 40, DK_MODE1, 0, DK_SECTOR_RAW);
    struct dk_error error;
    struct dk_disc *disc;

    memcpy(image + 40 * DK_SECTOR_RAW - 8, "\6\0\0\x80", 4);
    disc = dk_image_open(suite_file("raw.bin", image, 40 * DK_SECTOR_RAW), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    dk_disc_close(disc);
    free(image);
}
END_TEST

static void add_refusals(TCase *test_case)
{
    tcase_add_test(test_case, unknown_file_is_refused_with_what_was_looked_for);
    tcase_add_test(test_case, zeros_are_no_image);
    tcase_add_test(test_case, empty_file_is_said_to_be_empty);
    tcase_add_test(test_case, bare_audio_is_never_guessed_but_hinted_at);
    tcase_add_test(test_case, folder_and_missing_file_are_refused);
    tcase_add_loop_test(test_case, what_is_known_and_not_read_is_named, 0, sizeof named / sizeof *named);
    tcase_add_loop_test(test_case, what_is_named_by_other_places, 0, sizeof elsewhere / sizeof *elsewhere);
    tcase_add_loop_test(test_case, what_is_known_by_name_alone_is_named, 0, sizeof suffixes / sizeof *suffixes);
    tcase_add_test(test_case, magic_at_the_end_is_found_too);
    tcase_add_test(test_case, weak_magic_does_not_hide_an_image);
}

/* ---- Sheets beside ---- */

enum { SECTORS = 40 };

static const char *raw_file(const char *name)
{
    uint8_t *image = raw_image(NULL, SECTORS, DK_MODE1, 0, DK_SECTOR_RAW);
    const char *path = suite_file(name, image, SECTORS * DK_SECTOR_RAW);

    free(image);
    return path;
}

static void sheet(const char *name, const char *data)
{
    char text[300];

    snprintf(text, sizeof text, "FILE \"%s\" BINARY\n  TRACK 07 MODE1/2352\n    INDEX 01 00:00:00\n", data);
    suite_file(name, text, strlen(text));
}

static const struct {
    const char *folder, *sheet, *names, *data;
    bool used;
} pairs[] = {
    { "same", "x.cue", "x.bin", "x.bin", true },
    { "case", "X.CUE", "x.bin", "x.bin", true },
    { "track", "Game.cue", "Game (Track 1).bin", "Game (Track 1).bin", true },
    { "iso", "x.cue", "x.iso", "x.iso", true },
    { "moved", "x.cue", "lost.bin", "x.img", true },
    { "other", "x.cue", "z.bin", "x.img", false }, /* it names another file, which is there */
    { "word", "Ga.cue", "Game.bin", "Game.bin", false },
    { "stem", "y.cue", "x.bin", "x.bin", false },
};

/* The sheet's only track has number 7, which no bare image has. */
START_TEST(data_file_opens_the_sheet_that_names_it)
{
    char name[100];
    const char *path;
    struct dk_error error;
    struct dk_disc *disc;

    snprintf(name, sizeof name, "%s/%s", pairs[_i].folder, pairs[_i].sheet);
    sheet(name, pairs[_i].names);
    if (strcmp(pairs[_i].names, "z.bin") == 0)
        raw_file("other/z.bin");
    snprintf(name, sizeof name, "%s/%s", pairs[_i].folder, pairs[_i].data);
    path = raw_file(name);
    disc = dk_image_open(path, &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, pairs[_i].used ? "cue" : "iso");
    ck_assert_uint_eq(disc->tracks[0].number, pairs[_i].used ? 7 : 1);
    if (pairs[_i].used)
        ck_assert(has_note(disc, pairs[_i].sheet) && has_note(disc, pairs[_i].data));
    dk_disc_close(disc);
}
END_TEST

START_TEST(sheet_that_can_not_be_read_is_told_and_the_data_opened)
{
    const char *path = raw_file("wreck/x.bin");
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("wreck/x.cue", "nothing that is known", 21);
    disc = dk_image_open(path, &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    ck_assert(has_note(disc, "x.cue"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(descriptor_that_is_cut_off_is_told)
{
    const char *path = raw_file("cut/x.mdf");
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("cut/x.b5t", "BWT5 STREAM SIGN", 16);
    disc = dk_image_open(path, &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert(has_note(disc, "x.b5t"));
    dk_disc_close(disc);
}
END_TEST

static void add_sheets(TCase *test_case)
{
    tcase_add_loop_test(test_case, data_file_opens_the_sheet_that_names_it, 0, sizeof pairs / sizeof *pairs);
    tcase_add_test(test_case, sheet_that_can_not_be_read_is_told_and_the_data_opened);
    tcase_add_test(test_case, descriptor_that_is_cut_off_is_told);
}

int main(void)
{
    return suite_run(
        "open", (const struct suite_case[]){ { "refusals", add_refusals }, { "sheets", add_sheets }, { NULL, NULL } });
}
