/* ISO images: what other programs wrote, what is told of their size, and volumes of other kinds. */
#include "support/suite.h"

#include <disckit/format.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SYSTEM_AREA = 16 * DK_SECTOR_USER };

static bool has_note(const struct dk_disc *disc, enum dk_note_kind kind, const char *words)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (disc->notes.items[i].kind == kind && strstr(disc->notes.items[i].text, words))
            return true;
    return false;
}

static struct dk_disc *must_open(const char *path)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    ck_assert_uint_eq(disc->track_count, 1);
    return disc;
}

/* An image with a descriptor for `blocks` sectors of `block_size` bytes. */
static const char *image(const char *name, size_t size, uint32_t blocks, uint16_t block_size)
{
    uint8_t *bytes = calloc(1, size);
    const char *path;

    memcpy(bytes + SYSTEM_AREA, "\1CD001\1", 7);
    for (int i = 0; i < 4; i++)
        bytes[SYSTEM_AREA + 80 + i] = (uint8_t)(blocks >> 8 * i);
    bytes[SYSTEM_AREA + 128] = (uint8_t)block_size;
    bytes[SYSTEM_AREA + 129] = (uint8_t)(block_size >> 8);
    path = suite_file(name, bytes, size);
    free(bytes);
    return path;
}

static const struct {
    const char *what;
    size_t size;
    uint32_t blocks;
    uint16_t block_size;
    uint32_t sectors;
    int kind; /* of the note; -1: there is none at all */
    const char *says;
} sizes[] = {
    { "exact, and no terminator", 17 * 2048, 17, 2048, 17, -1, NULL },
    { "run-out", 202 * 2048, 200, 2048, 202, DK_NOTE_GUESS, "200 sectors and the track 202: 2 (padding or run-out)" },
    { "padding", 350 * 2048, 200, 2048, 350, DK_NOTE_GUESS, "200 sectors and the track 350: 150 (padding" },
    { "odd end", 200 * 2048 + 700, 200, 2048, 200, DK_NOTE_ODD, "700 bytes of a sector" },
    { "truncated", 100 * 2048, 200, 2048, 100, DK_NOTE_DAMAGE,
      "200 sectors and the file 100: LBA 100 is the first that is missing, 100 in all" },
    { "truncated within a sector", 199 * 2048 + 2047, 200, 2048, 199, DK_NOTE_DAMAGE, "2047 bytes of a sector" },
    { "blocks of 512", 100 * 2048, 400, 512, 100, -1, NULL },
    { "ends within the descriptor", SYSTEM_AREA + 300, 200, 2048, 16, DK_NOTE_DAMAGE, "within its volume descriptor" },
    { "no size", 100 * 2048, 0, 2048, 100, -1, NULL },
    { "a size that no disc has", 100 * 2048, 0xFFFFFFFF, 2048, 100, DK_NOTE_ODD,
      "4294967295 sectors by its descriptor, more than any disc, and the file 100" },
};

START_TEST(file_is_compared_with_its_volume)
{
    struct dk_disc *disc;
    const char *path = image("sized.iso", sizes[_i].size + DK_SECTOR_USER, sizes[_i].blocks, sizes[_i].block_size);

    ck_assert_int_eq(truncate(path, (off_t)sizes[_i].size), 0);
    disc = must_open(path);
    ck_assert_uint_eq(disc->tracks[0].count, sizes[_i].sectors);
    ck_assert_uint_eq(disc->container_size, sizes[_i].size);
    if (sizes[_i].kind < 0)
        ck_assert_msg(disc->notes.count == 0, "%s", disc->notes.items[0].text);
    else
        ck_assert_msg(has_note(disc, (enum dk_note_kind)sizes[_i].kind, sizes[_i].says), "%s: %s", sizes[_i].what,
                      disc->notes.count ? disc->notes.items[0].text : "no note");
    dk_disc_close(disc);
}
END_TEST

/* An anchor at block 256 (ECMA-167 3/10.2): tag 2, version 2, check sum, location. */
static void put_anchor(uint8_t *bytes, size_t block_size)
{
    uint8_t *tag = bytes + 256 * block_size;

    memcpy(tag, (const uint8_t[]){ 2, 0, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 }, 16);
}

static const struct {
    const char *what;
    size_t at;
    const char *magic;
    size_t length;
    size_t anchor; /* block size, or 0 */
    const char *note;
} others[] = {
    { "UDF by its recognition sequence", SYSTEM_AREA + 2048 + 1, "NSR02", 5, 0, NULL },
    { "UDF by an anchor", 0, "", 0, 2048, NULL },
    { "UDF by an anchor in blocks of 512", 0, "", 0, 512, NULL },
    { "HFS", 1024, "BD\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0", 24, 0, NULL },
    { "HFS+", 1024, "H+\0\4", 4, 0, NULL },
    { "an Apple partition map", 0, "ER", 2, 512, NULL },
    { "High Sierra", SYSTEM_AREA + 9, "CDROM", 5, 0, "High Sierra" },
    { "CD-i", SYSTEM_AREA + 1, "CD-I ", 5, 0, "CD-i" },
};

START_TEST(volumes_of_other_kinds_are_images_too)
{
    const size_t size = 300 * DK_SECTOR_USER;
    uint8_t *bytes = calloc(1, size);
    struct dk_disc *disc;

    memcpy(bytes + others[_i].at, others[_i].magic, others[_i].length);
    if (others[_i].anchor)
        put_anchor(bytes, others[_i].anchor);
    disc = must_open(suite_file("other.iso", bytes, size));
    ck_assert_uint_eq(disc->tracks[0].count, 300);
    ck_assert_uint_eq(disc->tracks[0].stored, DK_SECTOR_USER);
    if (others[_i].note)
        ck_assert(has_note(disc, DK_NOTE_ODD, others[_i].note));
    dk_disc_close(disc);
    free(bytes);
}
END_TEST

START_TEST(what_only_looks_like_another_volume_is_refused)
{
    static const struct {
        size_t at;
        const char *magic;
        size_t length;
    } wrong[] = {
        { 1024, "BD", 2 },                                      /* without allocation blocks */
        { 1024, "H+\0\x99", 4 },                                /* of no version */
        { 256 * 2048, "\2\0\2\0\x99\0\0\0\0\0\0\0\0\1\0", 15 }, /* of a wrong check sum */
        { SYSTEM_AREA + 2, "CD001", 5 },                        /* a byte off */
    };
    const size_t size = 300 * DK_SECTOR_USER;
    uint8_t *bytes = calloc(1, size);
    struct dk_error error = { 0 };

    memcpy(bytes + wrong[_i].at, wrong[_i].magic, wrong[_i].length);
    ck_assert_ptr_null(dk_image_open(suite_file("wrong.iso", bytes, size), &error));
    ck_assert_msg(strstr(error.text, "looked for"), "%s", error.text);
    free(bytes);
}
END_TEST

/* Whole sectors are counted in 64 bits, and read there. */
START_TEST(large_image_is_read_to_its_end)
{
    static const uint64_t ends[] = { (1ull << 31) + 2048, (4ull << 30) + (1 << 20), 60ull << 30 };
    const char *path = image("large.iso", 20 * DK_SECTOR_USER, (uint32_t)(ends[_i] / 2048), 2048);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const int32_t last = (int32_t)(ends[_i] / 2048 - 1);
    struct dk_error error;
    struct dk_disc *disc;
    char sector[DK_SECTOR_USER];

    ck_assert_int_eq(ftruncate(fd, (off_t)ends[_i]), 0);
    ck_assert_int_eq(pwrite(fd, "the end", 8, (off_t)ends[_i] - 2048), 8);
    close(fd);
    disc = must_open(path);
    ck_assert_uint_eq(disc->notes.count, 0);
    ck_assert_int_eq(disc->medium, _i == 2 ? DK_MEDIUM_BD : DK_MEDIUM_DVD);
    ck_assert_uint_eq(dk_source_read(disc->source, last, 1, DK_FORM_USER, sector, &error), 1);
    ck_assert_str_eq(sector, "the end");
    dk_disc_close(disc);
    unlink(path);
}
END_TEST

/* What genisoimage and xorriso write is found whole, and cut short it is told exactly. */
START_TEST(images_of_other_programs_are_whole)
{
    static const char *const programs[] = { "genisoimage", "xorriso" };
    static const char *const options[] = { "-quiet -R -J -o", "-as mkisofs -quiet -o" };
    char command[900], path[300];
    struct dk_disc *disc;
    off_t size;
    int fd;

    snprintf(command, sizeof command, "command -v %s >/dev/null", programs[_i]);
    if (system(command) != 0) {
        printf("the Debian package %s is not installed: its images are not read\n", programs[_i]);
        return;
    }
    snprintf(path, sizeof path, "%s/made.iso", suite_folder());
    suite_file("tree/hello.txt", "hello world\n", 12);
    snprintf(command, sizeof command, "%s %s '%s' '%s/tree' 2>/dev/null", programs[_i], options[_i], path,
             suite_folder());
    ck_assert_int_eq(system(command), 0);
    disc = must_open(path);
    ck_assert_uint_eq(disc->notes.count, 0);
    dk_disc_close(disc);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    size = lseek(fd, 0, SEEK_END);
    close(fd);
    ck_assert_int_eq(truncate(path, size - 2048), 0);
    disc = must_open(path);
    ck_assert(has_note(disc, DK_NOTE_DAMAGE, "is the first that is missing, 1 in all"));
    dk_disc_close(disc);
    unlink(path);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, file_is_compared_with_its_volume, 0, sizeof sizes / sizeof *sizes);
    tcase_add_loop_test(test_case, volumes_of_other_kinds_are_images_too, 0, sizeof others / sizeof *others);
    tcase_add_loop_test(test_case, what_only_looks_like_another_volume_is_refused, 0, 4);
    tcase_add_loop_test(test_case, large_image_is_read_to_its_end, 0, 3);
    tcase_add_loop_test(test_case, images_of_other_programs_are_whole, 0, 2);
}

int main(void)
{
    return suite_run("iso", (const struct suite_case[]){ { "iso", add_all }, { NULL, NULL } });
}
