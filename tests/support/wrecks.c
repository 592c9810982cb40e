#include "support/wrecks.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Bytes ---- */

void built_add(struct built *built, const void *bytes, size_t count)
{
    if (built->size + count > built->room) {
        built->room = 2 * (built->size + count);
        built->bytes = realloc(built->bytes, built->room);
        ck_assert_ptr_nonnull(built->bytes);
    }
    if (count && bytes)
        memcpy(built->bytes + built->size, bytes, count);
    else
        memset(built->bytes + built->size, 0, count);
    built->size += count;
}

void built_hex(struct built *built, const char *hex)
{
    unsigned value;
    int used;

    while (sscanf(hex, " %2x%n", &value, &used) == 1) {
        built_le(built, value, 1);
        hex += used;
    }
}

void built_le(struct built *built, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++, value >>= 8)
        built_add(built, &(uint8_t){ (uint8_t)value }, 1);
}

void built_be(struct built *built, uint64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--)
        built_add(built, &(uint8_t){ (uint8_t)(value >> ((i - 1) * 8)) }, 1);
}

void built_free(struct built *built)
{
    free(built->bytes);
    *built = (struct built){ 0 };
}

/* ---- Blocks ---- */

/* clang-format off */
#define A16   'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A'
#define A128  A16, A16, A16, A16, A16, A16, A16, A16
#define A1024 A128, A128, A128, A128, A128, A128, A128, A128
/* clang-format on */

const uint8_t block_a[DK_SECTOR_USER] = { A1024, A1024 };
const char block_a_deflate[] = "73741c05a360148c8251300a46c1480300";
const char block_a_zlib[] = "78da73741c05a360148c8251300a46c148030085ef081f";
const char block_a_bzip2[] =
    "425a68393141592653590bf1e19d0000064400840020000008200030cc05536a62140f1772453850900bf1e19d";

const uint8_t *block_p(void)
{
    static uint8_t block[DK_SECTOR_USER];

    for (unsigned i = 0; i < sizeof block; i++)
        block[i] = (uint8_t)(7 * i + (i >> 8));
    return block;
}

/* ---- What comes of them ---- */

enum { LETTERS_MAX = 64 };

static char letter_of(const uint8_t sector[DK_SECTOR_USER])
{
    static const uint8_t zeros[DK_SECTOR_USER];

    if (memcmp(sector, block_a, DK_SECTOR_USER) == 0)
        return 'A';
    if (memcmp(sector, block_p(), DK_SECTOR_USER) == 0)
        return 'P';
    return memcmp(sector, zeros, DK_SECTOR_USER) == 0 ? '0' : '?';
}

const char *wrecks_sectors(const struct dk_disc *disc)
{
    static char letters[LETTERS_MAX + 1];
    const struct dk_track *track = &disc->tracks[0];
    uint8_t sector[DK_SECTOR_USER];
    struct dk_error error;
    uint32_t i;

    for (i = 0; i < track->count && i < LETTERS_MAX; i++)
        letters[i] = dk_source_read(disc->source, track->lba + (int32_t)i, 1, DK_FORM_USER, sector, &error)
                         ? letter_of(sector)
                         : '!';
    letters[i] = '\0';
    return letters;
}

static bool has_note(const struct dk_disc *disc, const char *words)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (strstr(disc->notes.items[i].text, words))
            return true;
    return false;
}

static const char *all_notes(const struct dk_disc *disc)
{
    static char text[4000];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < disc->notes.count && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s; ", disc->notes.items[i].text);
    return text;
}

static void expect_words(const struct wreck *wreck, const char *words, const struct dk_disc *disc,
                         const struct dk_error *error)
{
    if (words && *words == '+')
        ck_assert_msg(disc && has_note(disc, words + 1), "%s: no note of '%s': %s", wreck->what, words + 1,
                      disc ? all_notes(disc) : error->text);
    else if (words)
        ck_assert_msg(!disc && strstr(error->text, words), "%s: no '%s' in: %s", wreck->what, words,
                      disc ? "it opened" : error->text);
}

void wrecks_check(const struct wreck *wreck, const struct built *right, const char *name)
{
    struct built wrong = { 0 };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    built_add(&wrong, right->bytes, right->size);
    ck_assert_uint_le(wreck->at + wreck->length, wrong.size);
    memcpy(wrong.bytes + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file(name, wrong.bytes, wrong.size), &error);
    expect_words(wreck, wreck->says, disc, &error);
    expect_words(wreck, wreck->and_says, disc, &error);
    if (wreck->sectors) {
        ck_assert_msg(disc != NULL, "%s: %s", wreck->what, error.text);
        ck_assert_msg(strcmp(wrecks_sectors(disc), wreck->sectors) == 0, "%s: the sectors are %s, not %s", wreck->what,
                      wrecks_sectors(disc), wreck->sectors);
    }
    dk_disc_close(disc);
    built_free(&wrong);
}

static void open_and_walk(const char *name, const uint8_t *bytes, size_t size, size_t place)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file(name, bytes, size), &error);

    ck_assert_msg(disc || *error.text, "byte %zu", place);
    if (disc)
        wrecks_sectors(disc);
    dk_disc_close(disc);
}

void wrecks_check_every_byte(const struct built *right, const char *name)
{
    static const uint8_t values[] = { 0x00, 0x7F, 0xFF };

    for (size_t at = 0; at < right->size; at++)
        for (size_t i = 0; i < sizeof values; i++) {
            const uint8_t byte = right->bytes[at];

            right->bytes[at] = values[i];
            open_and_walk(name, right->bytes, right->size, at);
            right->bytes[at] = byte;
        }
}

void wrecks_check_every_length(const struct built *right, const char *name)
{
    for (size_t size = 0; size < right->size; size++)
        open_and_walk(name, right->bytes, size, size);
}
