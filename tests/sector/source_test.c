/* The source of a disc: every form of a sector out of every kind of extent, over their borders, and what stops a read.
 */
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/sector.h>
#include <string.h>

enum { EACH = 20, SECTORS = 9 * EACH, FIRST = -EACH };

static struct dk_disc *disc;
static struct dk_error error;
static uint8_t raws[SECTORS][DK_SECTOR_RAW], subs[SECTORS][DK_SUBCHANNEL], user[SECTORS][DK_SECTOR_USER];

/* What lies on the disc, EACH sectors of each; track 1 begins at LBA 0, behind a gap of its own. */
static const struct {
    enum dk_mode mode;
    unsigned stored; /* 0: a gap, which no file holds */
    bool big_endian;
    enum dk_sub_order order;
    uint8_t track;
} parts[] = {
    { DK_MODE1, 0, false, DK_SUB_INTERLEAVED, 1 },          { DK_MODE1, 2048, false, DK_SUB_INTERLEAVED, 1 },
    { DK_MODE1, 2352, false, DK_SUB_INTERLEAVED, 1 },       { DK_AUDIO, 2352, false, DK_SUB_INTERLEAVED, 2 },
    { DK_AUDIO, 0, false, DK_SUB_INTERLEAVED, 2 },          { DK_AUDIO, 2352, true, DK_SUB_INTERLEAVED, 2 },
    { DK_AUDIO, 2448, true, DK_SUB_INTERLEAVED, 2 },        { DK_MODE2_FORM1, 2448, false, DK_SUB_LINEAR, 3 },
    { DK_MODE2_FORM1, 2368, false, DK_SUB_INTERLEAVED, 3 },
};

static struct raw_position position_of(size_t part, int32_t lba)
{
    static const int32_t begins[] = { 0, 0, 2 * EACH, 6 * EACH };
    const int32_t begin = begins[parts[part].track];
    const bool pause = lba < begin;

    return (struct raw_position){ parts[part].mode == DK_AUDIO ? 0 : 4, parts[part].track, !pause,
                                  pause ? begin - lba - 1 : lba - begin, lba };
}

/* What is stored with a sector shows that it was taken from there: an index that no table has. */
static void make_sector(size_t part, size_t i, struct random *random)
{
    const int32_t lba = FIRST + (int32_t)i;
    struct raw_position position = position_of(part, lba);

    if (parts[part].stored)
        random_fill(random, user[i], DK_SECTOR_USER);
    if (parts[part].stored >= 2368)
        position.index = 77;
    raw_subchannel(&position, DK_SUB_LINEAR, subs[i]);
    if (parts[part].mode != DK_AUDIO)
        raw_sector(raws[i], parts[part].mode, lba, user[i], NULL);
    else if (parts[part].stored)
        raw_audio_sector(raws[i], lba);
}

static void store_sector(size_t part, size_t i, uint8_t *to)
{
    raw_cut(raws[i], parts[part].mode, parts[part].stored, subs[i], parts[part].order, to);
    for (int at = 0; parts[part].big_endian && at < DK_SECTOR_RAW; at += 2) {
        const uint8_t low = to[at];

        to[at] = to[at + 1];
        to[at + 1] = low;
    }
}

static void add_part(size_t part, struct random *random)
{
    uint8_t image[7 + EACH * 2448] = "before";
    struct dk_extent extent = {
        .lba = FIRST + (int32_t)part * EACH,
        .count = EACH,
        .mode = parts[part].mode,
        .audio_big_endian = parts[part].big_endian,
        .sub_order = parts[part].order,
    };

    for (size_t i = part * EACH; i < (part + 1) * EACH; i++) {
        make_sector(part, i, random);
        if (parts[part].stored)
            store_sector(part, i, image + 7 + (i - part * EACH) * parts[part].stored);
    }
    if (parts[part].stored) {
        extent.store = dk_store_from_memory(image, 7 + (size_t)EACH * parts[part].stored, "memory");
        extent.offset = 7;
        extent.layout = dk_layout_find(extent.mode, parts[part].stored);
    }
    dk_disc_add_extent(disc, extent);
    dk_store_close(extent.store);
}

static void begin(void)
{
    struct random random = random_start(3);

    memset(raws, 0, sizeof raws);
    memset(user, 0, sizeof user);
    disc = dk_disc_new("test", "test");
    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 2 * EACH, .pregap = EACH });
    dk_disc_add_track(disc, (struct dk_track){ .number = 2, .mode = DK_AUDIO, .lba = 2 * EACH, .count = 4 * EACH });
    dk_disc_add_track(disc, (struct dk_track){ .number = 3, .mode = DK_MODE2, .lba = 6 * EACH, .count = 2 * EACH });
    dk_disc_add_track(disc,
                      (struct dk_track){ .number = 4, .mode = DK_AUDIO, .lba = 8 * EACH, .count = 9, .missing = true });
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++)
        add_part(part, &random);
    ck_assert_msg(dk_disc_finish(disc, &error), "%s", error.text);
}

static void end(void)
{
    dk_disc_close(disc);
}

START_TEST(reads_raw)
{
    static uint8_t got[SECTORS][DK_SECTOR_RAW];

    ck_assert_uint_eq(dk_source_read(disc->source, FIRST, SECTORS, DK_FORM_RAW, got, &error), SECTORS);
    for (size_t i = 0; i < SECTORS; i++)
        ck_assert_msg(memcmp(got[i], raws[i], DK_SECTOR_RAW) == 0, "LBA %d", FIRST + (int)i);
}
END_TEST

START_TEST(reads_subchannel)
{
    static uint8_t got[SECTORS][DK_SECTOR_RAW_SUB];

    ck_assert_uint_eq(dk_source_read(disc->source, FIRST, SECTORS, DK_FORM_RAW_SUB, got, &error), SECTORS);
    for (size_t i = 0; i < SECTORS; i++) {
        ck_assert_msg(memcmp(got[i], raws[i], DK_SECTOR_RAW) == 0, "LBA %d", FIRST + (int)i);
        ck_assert_msg(memcmp(got[i] + DK_SECTOR_RAW, subs[i], DK_SUBCHANNEL) == 0, "subchannel of LBA %d",
                      FIRST + (int)i);
    }
}
END_TEST

START_TEST(reads_user_data)
{
    static uint8_t got[SECTORS][DK_SECTOR_USER];

    ck_assert_uint_eq(dk_source_read(disc->source, FIRST, SECTORS, DK_FORM_USER, got, &error), 3 * EACH);
    ck_assert_mem_eq(got, user, 3 * EACH * DK_SECTOR_USER);
    ck_assert_ptr_nonnull(strstr(error.text, "LBA 40 is audio and has no user data"));
    ck_assert_uint_eq(dk_source_read(disc->source, 6 * EACH, 2 * EACH, DK_FORM_USER, got, &error), 2 * EACH);
    ck_assert_mem_eq(got, user[7 * EACH], 2 * EACH * DK_SECTOR_USER);
}
END_TEST

/* Any run in any form is the same as in the whole, and nothing behind it is written. */
START_TEST(reads_any_run)
{
    static uint8_t got[(SECTORS + 1) * DK_SECTOR_RAW];
    struct random random = random_start(4);

    for (int round = 0; round < 300; round++) {
        const uint32_t first = random_below(&random, SECTORS), count = random_below(&random, SECTORS - first + 1);

        got[(size_t)count * DK_SECTOR_RAW] = 0xEE;
        ck_assert_uint_eq(dk_source_read(disc->source, FIRST + (int32_t)first, count, DK_FORM_RAW, got, &error), count);
        ck_assert_mem_eq(got, raws[first], (size_t)count * DK_SECTOR_RAW);
        ck_assert_uint_eq(got[(size_t)count * DK_SECTOR_RAW], 0xEE);
    }
}
END_TEST

START_TEST(stops_at_the_end)
{
    static uint8_t got[SECTORS][DK_SECTOR_RAW];

    ck_assert_uint_eq(dk_source_read(disc->source, 8 * EACH - 2, UINT32_MAX, DK_FORM_RAW, got, &error), 2);
    ck_assert_int_eq(error.kind, DK_ERROR_MISSING);
    ck_assert_ptr_nonnull(strstr(error.text, "LBA 160 is in track 4, whose file is not there"));
    ck_assert_uint_eq(dk_source_read(disc->source, 8 * EACH + 9, 1, DK_FORM_RAW, got, &error), 0);
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(error.text, "no sector with LBA 169"));
    ck_assert_uint_eq(dk_source_read(disc->source, FIRST - 1, 5, DK_FORM_RAW, got, &error), 0);
    ck_assert_uint_eq(dk_source_read(disc->source, INT32_MIN, UINT32_MAX, DK_FORM_RAW, got, &error), 0);
    ck_assert_uint_eq(dk_source_read(disc->source, INT32_MAX, UINT32_MAX, DK_FORM_USER, got, &error), 0);
    ck_assert_uint_eq(dk_source_read(disc->source, 0, 0, DK_FORM_USER, got, &error), 0);
    ck_assert_ptr_null(dk_disc_extent_at(disc, INT32_MAX));
    ck_assert_int_eq(dk_disc_extent_at(disc, -1)->lba, FIRST);
}
END_TEST

/* Without a CRC, as MMC lets drives deliver Q. */
START_TEST(completes_q_without_its_crc)
{
    uint8_t image[2368], got[DK_SECTOR_RAW_SUB];
    struct dk_disc *small = dk_disc_new("test", "test");
    struct dk_store *store;

    store_sector(8, 8 * EACH, image);
    memset(image + DK_SECTOR_RAW + 10, 0, 2);
    store = dk_store_from_memory(image, sizeof image, "memory");
    dk_disc_add_track(small, (struct dk_track){ .number = 1, .mode = DK_MODE2, .count = 1 });
    dk_disc_add_extent(
        small,
        (struct dk_extent){ .count = 1, .mode = DK_MODE2, .store = store, .layout = dk_layout_find(DK_MODE2, 2368) });
    dk_store_close(store);
    ck_assert(dk_disc_finish(small, &error));
    ck_assert_uint_eq(dk_source_read(small->source, 0, 1, DK_FORM_RAW_SUB, got, &error), 1);
    ck_assert_mem_eq(got + DK_SECTOR_RAW, subs[8 * EACH], DK_SUBCHANNEL);
    dk_disc_close(small);
}
END_TEST

/* ---- A store that fails ---- */

struct failing {
    struct dk_store store;
    uint64_t bad; /* the byte that cannot be read */
};

static bool failing_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *why)
{
    const uint64_t bad = ((struct failing *)store)->bad;

    memset(to, 0x5A, count);
    if (offset <= bad && bad < offset + count)
        return dk_fail(why, DK_ERROR_SYSTEM, "cannot read byte %ju", (uintmax_t)bad);
    return true;
}

static void failing_destroy(struct dk_store *store)
{
    (void)store;
}

/* Every sector before the bad one counts, whatever the size of a read. */
START_TEST(reads_up_to_the_bad_sector)
{
    static const struct dk_store_ops ops = { .read = failing_read, .destroy = failing_destroy };
    static const unsigned sizes[] = { 2048, 2352, 2336, 2448 };
    static uint8_t got[100 * DK_SECTOR_RAW_SUB];

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (enum dk_form form = DK_FORM_USER; form <= DK_FORM_RAW_SUB; form++) {
            const enum dk_mode mode = sizes[i] == 2336 ? DK_MODE2_FORM1 : DK_MODE1;
            struct failing failing = { { &ops, 100ULL * sizes[i], "bad", 1 }, 37ULL * sizes[i] + 5 };
            struct dk_disc *bad = dk_disc_new("test", "test");

            dk_disc_add_track(bad, (struct dk_track){ .number = 1, .mode = mode, .count = 100 });
            dk_disc_add_extent(bad, (struct dk_extent){ .count = 100,
                                                        .mode = mode,
                                                        .store = &failing.store,
                                                        .layout = dk_layout_find(mode, sizes[i]) });
            ck_assert(dk_disc_finish(bad, &error));
            ck_assert_uint_eq(dk_source_read(bad->source, 0, 100, form, got, &error), 37);
            ck_assert_ptr_nonnull(strstr(error.text, "cannot read byte"));
            ck_assert_uint_eq(dk_source_read(bad->source, 37, 63, form, got, &error), 0);
            ck_assert_uint_eq(dk_source_read(bad->source, 38, 62, form, got, &error), 62);
            dk_disc_close(bad);
        }
}
END_TEST

static void add_reading(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, reads_raw);
    tcase_add_test(test_case, reads_subchannel);
    tcase_add_test(test_case, reads_user_data);
    tcase_add_test(test_case, reads_any_run);
    tcase_add_test(test_case, stops_at_the_end);
    tcase_add_test(test_case, completes_q_without_its_crc);
    tcase_add_test(test_case, reads_up_to_the_bad_sector);
}

int main(void)
{
    return suite_run("source", (const struct suite_case[]){ { "reading", add_reading }, { NULL, NULL } });
}
