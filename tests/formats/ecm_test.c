/* ECM: files by recipe, packed and unpacked here by the layout alone, and a table of wrecks. */
#include "formats/ecm.h"
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { S = DK_SECTOR_RAW, ROOM = 16 << 20 };

/* ---- Packing and unpacking by hand ---- */

static uint8_t bytes[ROOM];
static size_t used;

static void put(const void *from, size_t size)
{
    ck_assert_uint_le(used + size, ROOM);
    memcpy(bytes + used, from, size);
    used += size;
}

static void put_number(unsigned type, uint64_t number)
{
    uint8_t byte = (uint8_t)(type | (number & 31) << 2);

    number >>= 5;
    while (number) {
        byte |= 0x80;
        put(&byte, 1);
        byte = number & 0x7F;
        number >>= 7;
    }
    put(&byte, 1);
}

static void begin(void)
{
    used = 0;
    put("ECM", 4);
}

/* Sectors that are one record; their headers, where they are no part of it, are records before each. */
static void put_sectors(const uint8_t *raw, size_t count, unsigned type)
{
    for (size_t i = 0; i < count; i++, raw += S) {
        if (type == 0) {
            put_number(0, S - 1);
            put(raw, S);
        } else if (type == 1) {
            if (i == 0)
                put_number(1, count - 1);
            put(raw + 12, 3);
            put(raw + 16, 2048);
        } else {
            put_number(0, 15);
            put(raw, 16);
            put_number(type, 0);
            put(raw + 16, 4);
            put(raw + 24, type == 2 ? 2048 : 2324);
        }
    }
}

static void end(uint32_t edc)
{
    const uint8_t sum[4] = { (uint8_t)edc, (uint8_t)(edc >> 8), (uint8_t)(edc >> 16), (uint8_t)(edc >> 24) };

    put("\xFC\xFF\xFF\xFF\x3F", 5);
    put(sum, 4);
}

/* Bit by bit: x^32 + x^31 + x^16 + x^15 + x^4 + x^3 + x + 1, reflected. */
static uint32_t edc_of(const uint8_t *from, size_t size)
{
    uint32_t edc = 0;

    for (; size; size--) {
        edc ^= *from++;
        for (int bit = 0; bit < 8; bit++)
            edc = edc >> 1 ^ (edc & 1 ? 0xD8018001 : 0);
    }
    return edc;
}

/* The other direction, for what was written: returns the unpacked bytes. */
static uint8_t *unpack(const uint8_t *from, size_t *size)
{
    uint8_t *to = malloc(ROOM);

    *size = 0;
    ck_assert_mem_eq(from, "ECM", 4);
    for (from += 4;;) {
        const unsigned type = *from & 3;
        uint64_t count = *from >> 2 & 31;

        for (int shift = 5; *from++ & 0x80; shift += 7)
            count |= (uint64_t)(*from & 0x7F) << shift;
        if (count == UINT32_MAX)
            break;
        for (count++; count; count--) {
            uint8_t raw[S], subheader[4];

            if (type == 0) {
                to[(*size)++] = *from++;
                continue;
            }
            memcpy(subheader, from, 4);
            if (type == 1) { /* any header: the check sum covers it */
                const struct dk_msf msf = { (uint8_t)dk_of_bcd(from[0]), (uint8_t)dk_of_bcd(from[1]),
                                            (uint8_t)dk_of_bcd(from[2]) };

                raw_sector(raw, DK_MODE1, dk_lba_of_msf(msf), from + 3, NULL);
                memcpy(to + *size, raw, S);
                *size += S;
                from += 3 + 2048;
            } else {
                raw_sector(raw, type == 2 ? DK_MODE2_FORM1 : DK_MODE2_FORM2, 0, from + 4, subheader);
                memcpy(to + *size, raw + 16, S - 16);
                *size += S - 16;
                from += 4 + (type == 2 ? 2048 : 2324);
            }
        }
    }
    ck_assert_uint_eq((uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24,
                      edc_of(to, *size));
    return to;
}

/* Sectors with random user data. */
static uint8_t *sectors_of(struct random *random, enum dk_mode mode, int32_t lba, uint32_t count)
{
    const size_t size = raw_user_size(mode == DK_AUDIO ? DK_MODE1 : mode);
    uint8_t *user = malloc(size * count), *sectors;

    random_fill(random, user, size * count);
    sectors = mode == DK_AUDIO ? raw_audio_image(count, lba, S) : raw_image(user, count, mode, lba, S);
    free(user);
    return sectors;
}

/* ---- Reading ---- */

static struct dk_disc *try_open(const char *name, struct dk_error *error)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    *error = (struct dk_error){ 0 };
    return dk_image_open(path, error);
}

static struct dk_disc *open_ecm(const char *name)
{
    struct dk_error error;
    struct dk_disc *disc = try_open(name, &error);

    ck_assert_msg(disc, "%s", error.text);
    return disc;
}

/* Reads all of a store in pieces of any size, at any place. */
static void check_store(struct random *random, struct dk_store *store, const uint8_t *wanted, size_t size)
{
    uint8_t *piece = malloc(size);
    struct dk_error error;

    ck_assert_uint_eq(store->size, size);
    for (int i = 0; i < 300; i++) {
        const size_t at = (size_t)random_below(random, (uint32_t)size);
        const size_t most = size - at < 200000 ? size - at : 200000;
        const size_t count = 1 + (size_t)random_below(random, (uint32_t)most);

        ck_assert_msg(dk_store_read(store, piece, count, at, &error), "%s", error.text);
        ck_assert_mem_eq(piece, wanted + at, count);
    }
    ck_assert(dk_store_read(store, piece, size, 0, &error));
    ck_assert_mem_eq(piece, wanted, size);
    free(piece);
}

START_TEST(every_kind_of_record)
{
    static const enum dk_mode modes[] = { DK_MODE1, DK_MODE2_FORM1, DK_MODE2_FORM2, DK_AUDIO };
    static const unsigned types[] = { 1, 2, 3, 0 };
    struct random random = random_start(1);
    uint8_t *all = malloc(ROOM);
    struct dk_notes notes = { 0 };
    struct dk_error error;
    struct dk_store *file, *store;
    size_t size = 0;

    begin();
    for (int i = 0; i < 12; i++) {
        const uint32_t count = i < 4 ? 1 : 1 + random_below(&random, 120);
        uint8_t *sectors = sectors_of(&random, modes[i % 4], (int32_t)(size / S), count);

        put_sectors(sectors, count, types[i % 4]);
        memcpy(all + size, sectors, (size_t)count * S);
        size += (size_t)count * S;
        free(sectors);
    }
    put_number(0, 2);
    put("end", 3);
    memcpy(all + size, "end", 3);
    size += 3;
    end(edc_of(all, size));
    file = dk_store_from_memory(bytes, used, "disc.bin.ecm");
    store = ecm_open(file, &notes, &error);
    ck_assert_msg(store, "%s", error.text);
    ck_assert_uint_eq(notes.count, 0);
    check_store(&random, store, all, size);
    dk_store_close(store);
    dk_store_close(file);
    free(all);
}
END_TEST

/* Mode 2 is two records a sector, and audio in between none that is packed. */
START_TEST(disc_in_it_is_found)
{
    uint8_t *data = raw_image(NULL, 60, DK_MODE2_FORM1, 0, S), *audio = raw_audio_image(40, 60, S), *all;
    struct dk_disc *disc;

    all = malloc(100 * S);
    memcpy(all, data, 60 * S);
    memcpy(all + 60 * S, audio, 40 * S);
    begin();
    put_sectors(data, 60, 2);
    put_sectors(audio, 40, 0);
    end(edc_of(all, 100 * S));
    suite_file("disc.bin.ecm", bytes, used);
    disc = open_ecm("disc.bin.ecm");
    ck_assert_str_eq(disc->format, "ecm");
    ck_assert_str_eq(table_text(disc), "1/1 mode2-form1 0+60 stored 2352\n1/2 audio 60+40 stored 2352\nout 100\n");
    ck_assert_uint_eq(disc->container_size, used);
    table_check_sectors(disc);
    dk_disc_close(disc);
    free(data);
    free(audio);
    free(all);
}
END_TEST

/* A sheet names the file as it is called when it is unpacked; and the packed file leads to the sheet. */
START_TEST(sheet_names_what_is_packed)
{
    static const char *const sheets[][2] = {
        { "game.cue", "FILE \"GAME.BIN\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nINDEX 02 00:00:10\n" },
        { "game.toc", "CD_ROM\nTRACK MODE1_RAW\nDATAFILE \"game.bin\"\nINDEX 00:00:10\n" },
    };
    uint8_t *data = raw_image(NULL, 60, DK_MODE1, 0, S);
    char name[40], path[4096];
    struct dk_disc *disc;

    begin();
    put_sectors(data, 60, 1);
    end(edc_of(data, 60 * S));
    snprintf(name, sizeof name, "%d/game.bin.ecm", _i);
    suite_file(name, bytes, used);
    snprintf(path, sizeof path, "%d/%s", _i, sheets[_i][0]);
    suite_file(path, sheets[_i][1], strlen(sheets[_i][1]));
    for (int i = 0; i < 2; i++) {
        disc = open_ecm(i ? path : name);
        ck_assert_str_eq(disc->format, _i ? "toc" : "cue");
        ck_assert_str_eq(table_text(disc), "1/1 mode1 0+60 stored 2352 2@10\nout 60\n");
        table_check_sectors(disc);
        dk_disc_close(disc);
    }
    free(data);
}
END_TEST

/* ---- Writing ---- */

static uint8_t *read_file(const char *name, size_t *size)
{
    char path[4096];
    uint8_t *all = malloc(ROOM);
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    *size = fread(all, 1, ROOM, file);
    fclose(file);
    return all;
}

static bool write_disc(struct dk_disc *disc, const char *name, const struct dk_write_options *options,
                       struct dk_error *error)
{
    struct dk_output *output = dk_output_new(true);
    char path[4096];
    bool right;

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    right = dk_format_by_id("ecm")->write(disc, path, options, output, error) && dk_output_commit(output, error);
    dk_output_close(output);
    return right;
}

static const char mixed[] = "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 MODE2/2352\n"
                            "INDEX 01 00:13:25\nTRACK 03 AUDIO\nINDEX 00 00:14:25\nINDEX 01 00:14:30\n"
                            "ISRC USXX19800123\n";

/* 1000 sectors of Mode 1, so that more than one record is needed; damage; Form 1 and Form 2; audio. */
static uint8_t *make_mixed(size_t *size)
{
    struct random random = random_start(2);
    uint8_t *all = malloc(1200 * S);
    static const struct {
        enum dk_mode mode;
        uint32_t count;
    } parts[] = { { DK_MODE1, 1000 }, { DK_MODE2_FORM1, 40 }, { DK_MODE2_FORM2, 35 }, { DK_AUDIO, 50 } };

    *size = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint8_t *sectors = sectors_of(&random, parts[i].mode, (int32_t)(*size / S), parts[i].count);

        memcpy(all + *size, sectors, (size_t)parts[i].count * S);
        *size += (size_t)parts[i].count * S;
        free(sectors);
    }
    all[500 * S + 100] ^= 1;  /* user data */
    all[501 * S + 2300] ^= 1; /* Q */
    all[502 * S + 2070] ^= 1; /* the zeros */
    all[503 * S + 13] ^= 1;   /* the header, which the EDC covers */
    all[504 * S + 5] ^= 1;    /* the sync */
    all[1005 * S + 17] ^= 1;  /* a subheader that is not twice the same */
    suite_file("m.bin", all, *size);
    return all;
}

START_TEST(there_and_back)
{
    size_t size, packed_size, unpacked_size;
    uint8_t *all = make_mixed(&size), *packed, *unpacked;
    struct dk_error error = { 0 };
    struct dk_disc *disc, *again;

    suite_file("m.cue", mixed, strlen(mixed));
    disc = open_ecm("m.cue");
    ck_assert_msg(write_disc(disc, "out.bin.ecm", &(struct dk_write_options){ 0 }, &error), "%s", error.text);
    packed = read_file("out.bin.ecm", &packed_size);
    ck_assert_uint_lt(packed_size, size - size / 10);
    unpacked = unpack(packed, &unpacked_size);
    ck_assert_uint_eq(unpacked_size, size);
    ck_assert_mem_eq(unpacked, all, size);
    again = open_ecm("out.bin.ecm");
    ck_assert_str_eq(again->format, "cue");
    table_check_same(disc, again);
    dk_disc_close(again);
    dk_disc_close(disc);
    free(packed);
    free(unpacked);
    free(all);
}
END_TEST

START_TEST(writing_needs_its_name_and_whole_sectors)
{
    static const struct {
        const char *name, *says;
        struct dk_write_options options;
    } rows[] = {
        { "out.bin", "must end in .ecm", { 0 } },
        { "no.ecm", "can't be split", { .split = true } },
        { "no.ecm", "has sectors of 2352 bytes", { .sector = 2048 } },
    };
    size_t size;
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    free(make_mixed(&size));
    suite_file("m.cue", mixed, strlen(mixed));
    disc = open_ecm("m.cue");
    ck_assert(!write_disc(disc, rows[_i].name, &rows[_i].options, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_msg(strstr(error.text, rows[_i].says), "%s", error.text);
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

static const struct wreck {
    const char *bytes;
    size_t size;
    const char *says; /* in the error; else, with a `+` in front, in a note */
} wrecks[] = {
    { "ECM", 4, "no image that is known" },
    { "ECM2\4", 5, "no image that is known" },
    { "ECM\0\x80", 5, "holds nothing" },
    { "ECM\0\xFC\xFF\xFF\xFF\x3F\0\0\0\0", 13, "holds nothing" },
    { "ECM\0\1abc", 8, "holds nothing" },
    { "ECM\0\xFF\xFF\xFF\xFF\x7F", 9, "the record at byte 4 counts more than 2147483647 units" },
    { "ECM\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 11, "the record at byte 4 counts more than 2147483647 units" },
    { "ECM\0\x80\x80\x80\x80\x40", 9, "the record at byte 4 counts more than 2147483647 units" },
    { "ECM\0\xF8\xFF\xFF\xFF\x1F"
      "0123456789",
      19, "+ends amid its records, at byte 19" },
    { "ECM\0\x0C"
      "0123\x0C"
      "4567\x0C"
      "89",
      17, "+ends amid its records, at byte 17: what it holds ends there, behind 10" },
    { "ECM\0\x0C"
      "0123\xFC\xFF\xFF\xFF\x3F",
      14, "+ends without its check sum, at byte 14" },
    { "ECM\0\x0C"
      "0123\xFC\xFF\xFF\xFF\x3F\0\0\0",
      17, "+ends without its check sum, at byte 17" },
    { "ECM\0\x0C"
      "0123\xFC\xFF\xFF\xFF\x3F\0\0\0\0",
      18, "+the check sum at the end of " },
    { "ECM\0\x0C"
      "\0\0\0\0\xFC\xFF\xFF\xFF\x3F\0\0\0\0more",
      22, "+has 4 bytes behind its end" },
    { "ECM\0\x0C"
      "\0\0\0\0\xFC\xFF\xFF\xFF\xBF\0\0\0\0",
      18, "the record at byte 9 counts more than" },
};

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    struct dk_notes notes = { 0 };
    struct dk_store *file = dk_store_from_memory(wreck->bytes, wreck->size, "wreck.ecm"), *store;
    struct dk_error error = { 0 };
    bool told = false;

    if (strstr(wreck->says, "no image")) {
        suite_file("wreck.ecm", wreck->bytes, wreck->size);
        ck_assert_ptr_null(try_open("wreck.ecm", &error));
        store = NULL;
    } else {
        store = ecm_open(file, &notes, &error);
    }
    for (size_t i = 0; store && *wreck->says == '+' && i < notes.count; i++)
        told = told || strstr(notes.items[i].text, wreck->says + 1);
    ck_assert_msg(store ? told : strstr(error.text, wreck->says) != NULL, "no '%s' in: %s", wreck->says,
                  store ? "it opened" : error.text);
    dk_store_close(store);
    dk_store_close(file);
    dk_notes_free(&notes);
}
END_TEST

START_TEST(file_may_end_anywhere)
{
    uint8_t *data = raw_image(NULL, 3, DK_MODE2_FORM1, 0, S), *read = malloc(3 * S);
    struct dk_error error;

    begin();
    put_sectors(data, 3, 2);
    end(edc_of(data, 3 * S));
    for (size_t size = ECM_MAGIC + 2; size < used; size++) {
        struct dk_notes notes = { 0 };
        struct dk_store *file = dk_store_from_memory(bytes, size, "cut.ecm"), *store;

        store = ecm_open(file, &notes, &error);
        ck_assert_msg(store, "%s", error.text);
        ck_assert_uint_ge(notes.told[DK_NOTE_DAMAGE], 1);
        ck_assert(dk_store_read(store, read, (size_t)store->size, 0, &error));
        ck_assert_mem_eq(read, data, (size_t)store->size);
        dk_store_close(store);
        dk_store_close(file);
        dk_notes_free(&notes);
    }
    free(data);
    free(read);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_test(test_case, every_kind_of_record);
    tcase_add_test(test_case, disc_in_it_is_found);
    tcase_add_loop_test(test_case, sheet_names_what_is_packed, 0, 2);
    tcase_add_test(test_case, there_and_back);
    tcase_add_loop_test(test_case, writing_needs_its_name_and_whole_sectors, 0, 3);
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, file_may_end_anywhere);
}

int main(void)
{
    return suite_run("ecm", (const struct suite_case[]){ { "ecm", add_all }, { NULL, NULL } });
}
