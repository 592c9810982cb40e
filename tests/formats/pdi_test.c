/* InstantCopy images: of each kind of sectors, and wrecked. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352, USER = 2048, PQ = 2368, SUB = 2448, HEAD = 304 };

/* The image of some sectors, those of `scrambled` bytes each (0: none) with the scrambler's sequence over them. */
static uint8_t *make_image(const struct table_part *parts, unsigned scrambled, size_t *size)
{
    uint8_t *sectors = table_make_bytes(parts, size), *image = calloc(1, HEAD + *size);

    ck_assert_ptr_nonnull(image);
    for (size_t at = 0; scrambled && at < *size; at += scrambled)
        dk_scramble(sectors + at);
    memcpy(image, "TTAFMPVOBCDIMG\1", 16);
    memcpy(image + HEAD, sectors, *size);
    free(sectors);
    *size += HEAD;
    return image;
}

static const struct kind {
    struct table_part parts[TABLE_PARTS];
    unsigned scrambled;
    const char *table;
} kinds[] = {
    { { { DK_MODE1, USER, 0, 175 } }, 0, "1/1 mode1 0+175 stored 2048\nout 175\n" },
    { { { DK_MODE1, S, 0, 175 } }, 0, "1/1 mode1 0+175 stored 2352\nout 175\n" },
    { { { DK_MODE2_FORM1, S, 0, 40 } }, 0, "1/1 mode2-form1 0+40 stored 2352\nout 40\n" },
    { { { DK_MODE1, PQ, 0, 40 } }, PQ, "1/1 mode1 0+40 stored 2368\nout 40\n" },
    { { { DK_MODE1, SUB, 0, 40 } }, SUB, "1/1 mode1 0+40 stored 2448\nout 40\n" },
    { { { DK_MODE1, S, 0, 1 } }, 0, "1/1 mode1 0+1 stored 2352\nout 1\n" },
};

START_TEST(track_is_read)
{
    struct dk_error error;
    struct dk_disc *disc;
    size_t size;
    uint8_t *image = make_image(kinds[_i].parts, kinds[_i].scrambled, &size);

    disc = dk_image_open(suite_file("disc.pdi", image, size), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "pdi");
    ck_assert_str_eq(table_text(disc), kinds[_i].table);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "by what they hold"));
    ck_assert_uint_eq(disc->notes.count, 1);
    table_check_sectors(disc);
    dk_disc_close(disc);
    free(image);
}
END_TEST

/* Behind scrambled sectors, which are put in clear, the subchannel stays as it is. */
START_TEST(subchannel_is_not_scrambled)
{
    uint8_t *plain = raw_image(NULL, 40, DK_MODE1, 0, SUB), *image, sector[SUB], linear[DK_SUBCHANNEL];
    struct dk_error error;
    struct dk_disc *disc;
    size_t size;

    image = make_image(kinds[4].parts, SUB, &size);
    disc = dk_image_open(suite_file("disc.pdi", image, size), &error);
    ck_assert_msg(disc, "%s", error.text);
    for (int32_t lba = 0; lba < 40; lba++) {
        dk_sub_to_linear(plain + lba * SUB + S, linear);
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error), 1);
        ck_assert_mem_eq(sector, plain + lba * SUB, S);
        ck_assert_mem_eq(sector + S, linear, DK_SUBCHANNEL);
    }
    dk_disc_close(disc);
    free(image);
    free(plain);
}
END_TEST

static const struct wreck {
    const char *what;
    struct table_part parts[TABLE_PARTS];
    size_t size; /* 0: all of it */
    const char *says, *and_says;
} wrecks[] = {
    { "16 bytes", { { DK_MODE1, USER, 0, 1 } }, 16, "has 16 bytes", "its sectors begin at byte 304" },
    { "303 bytes", { { DK_MODE1, USER, 0, 1 } }, 303, "has 303 bytes", "its sectors begin at byte 304" },
    { "304 bytes", { { DK_MODE1, USER, 0, 1 } }, 304, "has 304 bytes", "none is there" },
    { "305 bytes", { { DK_MODE1, USER, 0, 1 } }, 305, "more than one track", "cut short (1 bytes of sectors" },
    { "half a sector", { { DK_MODE1, S, 0, 9 } }, HEAD + 8 * S + 1000, "more than one track", "cut short (19816" },
    { "data, then audio", { { DK_MODE1, S, 0, 200 }, { DK_AUDIO, S, 200, 200 } }, 0, "more than one track", "2352" },
    { "one sync alone", { { DK_MODE1, S, 0, 1 }, { DK_AUDIO, S, 1, 9 } }, 0, "a raw sector begins at byte 304", "end" },
};

START_TEST(wreck_is_told)
{
    const struct wreck *wreck = &wrecks[_i];
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    size_t size;
    uint8_t *image = make_image(wreck->parts, 0, &size);

    disc = dk_image_open(suite_file("disc.pdi", image, wreck->size ? wreck->size : size), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
    free(image);
}
END_TEST

static void add_reading(TCase *test_case)
{
    tcase_add_loop_test(test_case, track_is_read, 0, sizeof kinds / sizeof *kinds);
    tcase_add_test(test_case, subchannel_is_not_scrambled);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told, 0, sizeof wrecks / sizeof *wrecks);
}

int main(void)
{
    return suite_run(
        "pdi", (const struct suite_case[]){ { "reading", add_reading }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
