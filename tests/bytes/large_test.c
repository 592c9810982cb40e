/* Above 2^31 bytes and 4 GiB, by files that are nearly all hole. */
#include "support/suite.h"

#include <disckit/sector.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { USER = DK_SECTOR_USER };

/* Sectors of user data: just below and above 2^31 bytes and 4 GiB, and the last one of a BD-XL. */
static const int32_t marks[] = { 0, 1048575, 1048576, 1048577, 2097151, 2097152, 2097153, 48878591 };

enum { SECTORS = 48878592 };

static struct dk_error error;

static void make_mark(int32_t lba, uint8_t user[USER])
{
    memset(user, 0, USER);
    snprintf((char *)user, USER, "sector %d", lba);
}

/* A file whose marked sectors, `stored` bytes each, say their LBA at `user_at`; NULL: the file system has no room. */
static const char *make_file(unsigned stored, unsigned user_at, uint32_t sectors)
{
    static char path[300];
    uint8_t user[USER];
    int fd;
    bool right;

    snprintf(path, sizeof path, "%s/large-%u", suite_folder(), stored);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    right = ftruncate(fd, (off_t)sectors * stored) == 0;
    for (size_t i = 0; right && i < sizeof marks / sizeof *marks; i++) {
        make_mark(marks[i], user);
        if ((uint32_t)marks[i] < sectors)
            right = pwrite(fd, user, USER, (off_t)marks[i] * stored + user_at) == USER;
    }
    close(fd);
    return right ? path : NULL;
}

static struct dk_disc *open_disc(const char *path, unsigned stored, uint32_t sectors)
{
    struct dk_store *store = dk_store_open_file(path, &error);
    struct dk_disc *disc = dk_disc_new("test", path);

    ck_assert_ptr_nonnull(store);
    dk_disc_add_track(disc,
                      (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = sectors, .stored = (uint16_t)stored });
    dk_disc_add_extent(
        disc, (struct dk_extent){
                  .count = sectors, .mode = DK_MODE1, .store = store, .layout = dk_layout_find(DK_MODE1, stored) });
    dk_store_close(store);
    ck_assert_msg(dk_disc_finish(disc, &error), "%s", error.text);
    return disc;
}

START_TEST(reads_far_sectors)
{
    static const struct {
        unsigned stored, user_at;
        uint32_t sectors;
    } rows[] = { { 2048, 0, SECTORS }, { 2352, 16, 2200000 }, { 2448, 16, 2200000 } };
    const char *path = make_file(rows[_i].stored, rows[_i].user_at, rows[_i].sectors);
    uint8_t user[2 * USER], wanted[USER];
    struct dk_disc *disc;

    if (!path)
        return; /* a file system without holes, or with a lower limit */
    disc = open_disc(path, rows[_i].stored, rows[_i].sectors);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if ((uint32_t)marks[i] >= rows[_i].sectors)
            continue;
        make_mark(marks[i], wanted);
        ck_assert_uint_eq(dk_source_read(disc->source, marks[i], 1, DK_FORM_USER, user, &error), 1);
        ck_assert_mem_eq(user, wanted, USER);
    }
    ck_assert_uint_eq(dk_source_read(disc->source, (int32_t)rows[_i].sectors - 1, 2, DK_FORM_USER, user, &error), 1);
    dk_disc_close(disc);
    unlink(path);
}
END_TEST

START_TEST(copies_far_bytes)
{
    const char *path = make_file(2048, 0, 2097154);
    struct dk_store *store = path ? dk_store_open_file(path, &error) : NULL;
    struct dk_output *output = dk_output_new(false);
    char to[300];
    struct dk_output_file *file;
    uint8_t user[USER], wanted[USER];
    struct stat status;

    if (!store) {
        dk_output_close(output);
        return;
    }
    snprintf(to, sizeof to, "%s/copy", suite_folder());
    file = dk_output_add(output, to, &error);
    ck_assert(dk_output_zeros(file, (5ULL << 30) - 3 * USER, &error));
    ck_assert(dk_output_copy(file, store, 2097151ULL * USER, 3 * USER, &error));
    ck_assert_uint_eq(dk_output_size(file), 5ULL << 30);
    ck_assert(dk_output_commit(output, &error));
    dk_output_close(output);
    dk_store_close(store);
    store = dk_store_open_file(to, &error);
    ck_assert_uint_eq(store->size, 5ULL << 30);
    ck_assert(dk_store_read(store, user, USER, (5ULL << 30) - USER, &error));
    make_mark(2097153, wanted);
    ck_assert_mem_eq(user, wanted, USER);
    dk_store_close(store);
    ck_assert_int_eq(stat(to, &status), 0);
    ck_assert_msg((uint64_t)status.st_blocks * 512 < 1 << 20, "the zeros take room");
    unlink(to);
    unlink(path);
}
END_TEST

static void add_large(TCase *test_case)
{
    tcase_add_loop_test(test_case, reads_far_sectors, 0, 3);
    tcase_add_test(test_case, copies_far_bytes);
}

int main(void)
{
    return suite_run("large", (const struct suite_case[]){ { "large", add_large }, { NULL, NULL } });
}
