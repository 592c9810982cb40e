#include "support/packed_builder.h"

#include "support/iso_builder.h"
#include "support/random.h"
#include "support/suite.h"
#include "support/table.h"

#include <libdeflate.h>
#include <lz4.h>
#include <lzo/lzo1x.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 61, DAX_BLOCK = 8192 };

/* ---- What is packed ---- */

/* From sector 30 on: text, zeros and noise in turn. */
static void make_volume(const struct packed_recipe *recipe, struct packed_image *made)
{
    struct iso iso = iso_new(SECTORS);
    struct random random = random_start(11);

    for (uint32_t sector = ISO_CONTENTS; sector < SECTORS; sector++) {
        char *at = (char *)iso_sector(&iso, sector);

        if (sector % 3 == 0)
            random_fill(&random, at, DK_SECTOR_USER);
        else if (sector % 3 == 1)
            for (int i = 0; i < DK_SECTOR_USER; i += 16)
                snprintf(at + i, 16, "sector %2u, %4u", sector % 100, (unsigned)i % 10000);
    }
    made->image_size = (size_t)SECTORS * DK_SECTOR_USER - recipe->cut;
    made->image = calloc(1, made->image_size + recipe->block + DAX_BLOCK);
    memcpy(made->image, iso.bytes, made->image_size);
    iso_free(&iso);
}

/* ---- One block ---- */

static size_t deflated(const uint8_t *from, size_t size, uint8_t *to, size_t room, bool zlib)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    const size_t packed = zlib ? libdeflate_zlib_compress(compressor, from, size, to, room)
                               : libdeflate_deflate_compress(compressor, from, size, to, room);

    libdeflate_free_compressor(compressor);
    ck_assert_uint_gt(packed, 0);
    return packed;
}

static size_t lzo_packed(const uint8_t *from, size_t size, uint8_t *to)
{
    void *work = malloc(LZO1X_1_MEM_COMPRESS);
    lzo_uint packed = 0;

    ck_assert_int_eq(lzo_init(), LZO_E_OK);
    ck_assert_int_eq(lzo1x_1_compress(from, size, to, &packed, work), LZO_E_OK);
    free(work);
    return packed;
}

/* Packs a block and says by `flag` what the kind says of it in its table: bit 31 of CSO, an area of DAX. */
static size_t pack_block(const struct packed_recipe *recipe, uint64_t index, const uint8_t *from, size_t size,
                         uint8_t *to, size_t room, bool *flag)
{
    const bool lz4 = recipe->kind == PACKED_ZSO || (recipe->kind == PACKED_CSO2 && index % 2);
    size_t packed;

    if (recipe->kind == PACKED_JSO_LZO)
        packed = lzo_packed(from, size, to);
    else if (lz4)
        packed = (size_t)LZ4_compress_default((const char *)from, (char *)to, (int)size, (int)room);
    else
        packed = deflated(from, size, to, room, recipe->kind == PACKED_DAX);
    *flag = recipe->kind == PACKED_CSO2 && lz4;
    if (recipe->kind == PACKED_DAX && recipe->version == 0)
        return packed;
    if (packed < size && !recipe->all_stored)
        return packed;
    memcpy(to, from, size);
    *flag = recipe->kind != PACKED_CSO2 || recipe->all_stored;
    return size;
}

/* ---- Files ---- */

static void put(uint8_t *to, uint64_t number, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

struct building {
    const struct packed_recipe *recipe;
    struct packed_image *made;
    uint32_t block;
    uint64_t count;
    size_t areas; /* DAX: that were put */
};

static size_t table_end(const struct building *building)
{
    switch (building->recipe->kind) {
    case PACKED_DAX:
        return 32 + building->count * 6 + (building->recipe->version ? building->count * 8 : 0);
    case PACKED_JSO_LZO:
    case PACKED_JSO_DEFLATE:
        return 48 + (building->count + 1) * 4;
    default:
        return 24 + (building->count + 1) * 4;
    }
}

static void put_cso_header(const struct building *building)
{
    uint8_t *to = building->made->bytes;

    memcpy(to, building->recipe->kind == PACKED_ZSO ? "ZISO" : "CISO", 4);
    put(to + 4, 24, 4);
    put(to + 8, building->made->image_size, 8);
    put(to + 16, building->block, 4);
    to[20] = building->recipe->kind == PACKED_CSO2 ? 2 : 1;
    to[21] = (uint8_t)building->recipe->shift;
}

static void put_jso_header(const struct building *building)
{
    uint8_t *to = building->made->bytes;

    memcpy(to, "JISO\3\1", 6);
    put(to + 6, building->block, 2);
    to[8] = building->recipe->block_headers;
    to[10] = building->recipe->kind == PACKED_JSO_DEFLATE;
    put(to + 12, building->made->image_size, 4);
    put(to + 32, 48, 4);
}

static void put_header(const struct building *building)
{
    uint8_t *to = building->made->bytes;

    switch (building->recipe->kind) {
    case PACKED_DAX:
        memcpy(to, "DAX", 4);
        put(to + 4, building->made->image_size, 4);
        put(to + 8, building->recipe->version, 4);
        break;
    case PACKED_JSO_LZO:
    case PACKED_JSO_DEFLATE:
        put_jso_header(building);
        break;
    default:
        put_cso_header(building);
    }
}

/* What the table says of block `index`, which lies at `at`; one behind the last it is the end. */
static void put_entry(struct building *building, uint64_t index, size_t at, size_t size, bool flag)
{
    uint8_t *to = building->made->bytes;

    if (building->recipe->kind == PACKED_DAX) {
        if (index == building->count)
            return;
        put(to + 32 + 4 * index, at, 4);
        put(to + 32 + 4 * building->count + 2 * index, size, 2);
        if (!flag)
            return;
        put(to + 32 + 6 * building->count + 8 * building->areas, index, 4);
        put(to + 32 + 6 * building->count + 8 * building->areas++ + 4, 1, 4);
        put(to + 12, building->areas, 4);
    } else if (building->recipe->kind == PACKED_JSO_LZO || building->recipe->kind == PACKED_JSO_DEFLATE) {
        put(to + 48 + 4 * index, at, 4);
    } else {
        put(to + 24 + 4 * index, at >> building->recipe->shift | (flag ? 0x80000000 : 0), 4);
    }
}

struct packed_image packed_build(const struct packed_recipe *recipe)
{
    struct packed_image made = { 0 };
    struct building building = { .recipe = recipe, .made = &made };
    const size_t step = (size_t)1 << recipe->shift;
    size_t at, room;

    building.block = recipe->kind == PACKED_DAX ? DAX_BLOCK : recipe->block;
    make_volume(recipe, &made);
    building.count = (made.image_size + building.block - 1) / building.block;
    room = 2 * made.image_size + building.count * (64 + step) + 4096;
    made.bytes = calloc(1, room);
    put_header(&building);
    at = (table_end(&building) + step - 1) / step * step;
    for (uint64_t i = 0; i < building.count; i++) {
        const size_t start = i * building.block, left = made.image_size - start;
        const size_t size = recipe->short_last && left < building.block ? left : building.block;
        const size_t header = recipe->block_headers ? 4 : 0;
        bool flag;
        const size_t packed =
            pack_block(recipe, i, made.image + start, size, made.bytes + at + header, room - at - header, &flag);

        if (i < sizeof made.block_at / sizeof *made.block_at)
            made.block_at[i] = at;
        put_entry(&building, i, at, packed, flag);
        memset(made.bytes + at + header + packed, 'x', step - 1); /* padding that is no zeros */
        at = (at + header + packed + step - 1) / step * step;
    }
    put_entry(&building, building.count, at, 0, false);
    made.size = at;
    return made;
}

void packed_free(struct packed_image *image)
{
    free(image->bytes);
    free(image->image);
}

/* ---- Held against what was packed ---- */

static void check_sectors(const struct packed_image *image, const struct dk_disc *disc)
{
    const uint32_t count = (uint32_t)(image->image_size / DK_SECTOR_USER);
    uint8_t *sectors = malloc(image->image_size);
    struct dk_error error;

    ck_assert_uint_eq(disc->track_count, 1);
    ck_assert_uint_eq(disc->tracks[0].count, count);
    ck_assert_uint_eq(disc->odd_tail, image->image_size % DK_SECTOR_USER);
    ck_assert_uint_eq(disc->container_size, image->size);
    ck_assert_uint_eq(dk_source_read(disc->source, 0, count, DK_FORM_USER, sectors, &error), count);
    ck_assert_mem_eq(sectors, image->image, (size_t)count * DK_SECTOR_USER);
    free(sectors);
}

struct dk_disc *packed_open_checked(const struct packed_image *image, const char *name, const char *id)
{
    const char *path = suite_file(name, image->bytes, image->size);
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, id);
    check_sectors(image, disc);
    return disc;
}

/* Reads the disc's track until a sector says why it can't be read. */
static void read_until_error(const struct dk_disc *disc, struct dk_error *error)
{
    const struct dk_track *track = &disc->tracks[0];
    uint8_t sector[DK_SECTOR_USER];

    for (uint32_t i = 0; i < track->count; i++)
        if (dk_source_read(disc->source, track->lba + (int32_t)i, 1, DK_FORM_USER, sector, error) == 0)
            return;
}

void packed_check_wreck(const struct packed_recipe *recipe, const struct packed_wreck *wreck, const char *name)
{
    struct packed_image image = packed_build(recipe);
    const bool in_note = wreck->says[0] == '+', in_sector = wreck->says[0] == '!';
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    memcpy(image.bytes + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file(name, image.bytes, image.size), &error);
    ck_assert_msg(!disc == !(in_note || in_sector), "%s: %s", wreck->what, disc ? "it opened" : error.text);
    if (in_sector)
        read_until_error(disc, &error);
    if (in_note)
        ck_assert_msg(table_has_note(&disc->notes, DK_NOTE_DAMAGE, wreck->says + 1), "%s: no note of '%s', but '%s'",
                      wreck->what, wreck->says + 1, disc->notes.count ? disc->notes.items[0].text : "");
    else
        ck_assert_msg(strstr(error.text, wreck->says + in_sector) != NULL, "%s: '%s'", wreck->what, error.text);
    dk_disc_close(disc);
    packed_free(&image);
}

void packed_check_cuts(const struct packed_recipe *recipe, const char *name)
{
    struct packed_image image = packed_build(recipe);

    for (size_t size = 4; size < image.size; size += size < 300 ? 1 : 997) {
        struct dk_error error = { 0 };
        struct dk_disc *disc = dk_image_open(suite_file(name, image.bytes, size), &error);

        if (disc)
            ck_assert_msg(disc->notes.told[DK_NOTE_DAMAGE] > 0, "cut to %zu bytes, and nothing is said", size);
        else
            ck_assert_msg(strstr(error.text, name) != NULL, "cut to %zu bytes: '%s'", size, error.text);
        dk_disc_close(disc);
    }
    packed_free(&image);
}
