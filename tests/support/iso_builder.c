#include "support/iso_builder.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t some_day[7] = { 120, 2, 3, 4, 5, 6, 0 };

void iso_put_both16(uint8_t *to, uint16_t number)
{
    to[0] = to[3] = (uint8_t)number;
    to[1] = to[2] = (uint8_t)(number >> 8);
}

void iso_put_both32(uint8_t *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = to[7 - i] = (uint8_t)(number >> 8 * i);
}

uint8_t *iso_sector(struct iso *iso, uint32_t lba)
{
    ck_assert_uint_lt(lba, iso->sectors);
    return iso->bytes + (size_t)lba * DK_SECTOR_USER;
}

/* ---- Fields ---- */

void iso_field(struct iso_fields *fields, const char *signature, const void *bytes, size_t count)
{
    uint8_t *to = fields->bytes + fields->used;

    ck_assert_uint_le(fields->used + 4 + count, sizeof fields->bytes);
    memcpy(to, signature, 2);
    to[2] = (uint8_t)(4 + count);
    to[3] = 1;
    memcpy(to + 4, bytes, count);
    fields->used += 4 + count;
}

void iso_field_px(struct iso_fields *fields, uint32_t mode)
{
    uint8_t bytes[32];

    iso_put_both32(bytes, mode);
    iso_put_both32(bytes + 8, 1);
    iso_put_both32(bytes + 16, 10);
    iso_put_both32(bytes + 24, 20);
    iso_field(fields, "PX", bytes, sizeof bytes);
}

void iso_field_nm(struct iso_fields *fields, uint8_t flags, const char *text)
{
    uint8_t bytes[256] = { flags };

    memcpy(bytes + 1, text, strlen(text));
    iso_field(fields, "NM", bytes, 1 + strlen(text));
}

void iso_field_ce(struct iso_fields *fields, uint32_t block, uint32_t offset, uint32_t length)
{
    uint8_t bytes[24];

    iso_put_both32(bytes, block);
    iso_put_both32(bytes + 8, offset);
    iso_put_both32(bytes + 16, length);
    iso_field(fields, "CE", bytes, sizeof bytes);
}

void iso_field_pair(struct iso_fields *fields, const char *signature, uint32_t first)
{
    uint8_t bytes[8];

    iso_put_both32(bytes, first);
    iso_field(fields, signature, bytes, sizeof bytes);
}

/* ---- Records ---- */

uint8_t *iso_add(struct iso *iso, uint32_t lba, struct iso_record record)
{
    const size_t name_length = record.name_length ? record.name_length : strlen(record.name);
    const size_t fields_at = 33 + name_length + (name_length % 2 == 0);
    const size_t length = fields_at + (record.fields ? record.fields->used : 0);
    uint8_t *to = iso_sector(iso, lba), *const end = to + DK_SECTOR_USER;

    while (*to)
        to += *to;
    ck_assert_uint_le(length, 255);
    ck_assert_uint_le(length, (size_t)(end - to));
    to[0] = (uint8_t)length;
    iso_put_both32(to + 2, record.extent);
    iso_put_both32(to + 10, record.size);
    memcpy(to + 18, record.date ? record.date : some_day, sizeof some_day);
    to[25] = record.flags;
    to[26] = record.unit;
    to[27] = record.gap;
    iso_put_both16(to + 28, 1);
    to[32] = (uint8_t)name_length;
    memcpy(to + 33, record.name, name_length);
    if (record.fields)
        memcpy(to + fields_at, record.fields->bytes, record.fields->used);
    return to;
}

/* ISO names are unlike the Rock Ridge ones, so that a test sees which were read. */
static struct iso_record named(struct iso_fields *fields, const char *name, uint32_t mode, const char *iso_name)
{
    iso_field_px(fields, mode);
    iso_field_nm(fields, 0, name);
    return (struct iso_record){ .name = iso_name, .fields = fields };
}

uint8_t *iso_add_file(struct iso *iso, uint32_t lba, const char *name, uint32_t extent, uint32_t size)
{
    struct iso_fields fields = { .used = 0 };
    struct iso_record record = named(&fields, name, 0100644, "FILE.;1");
    const size_t length = strlen(name);

    record.extent = extent;
    record.size = size;
    for (uint32_t i = 0; i < size && extent + i / DK_SECTOR_USER < iso->sectors; i++)
        iso_sector(iso, extent)[i] = (uint8_t)(i % (length + 1) < length ? name[i % (length + 1)] : '\n');
    return iso_add(iso, lba, record);
}

static void start_directory(struct iso *iso, uint32_t lba, uint32_t parent, const struct iso_fields *fields)
{
    iso_add(iso, lba, (struct iso_record){ "\0", 1, lba, DK_SECTOR_USER, .flags = 2, .fields = fields });
    iso_add(iso, lba, (struct iso_record){ "\1", 1, parent, DK_SECTOR_USER, .flags = 2 });
}

uint8_t *iso_add_directory(struct iso *iso, uint32_t parent, const char *name, uint32_t extent)
{
    struct iso_fields own = { .used = 0 }, fields = { .used = 0 };
    struct iso_record record = named(&fields, name, 040755, "DIRECTORY");

    iso_field_px(&own, 040755);
    start_directory(iso, extent, parent, &own);
    record.extent = extent;
    record.size = DK_SECTOR_USER;
    record.flags = 2;
    return iso_add(iso, parent, record);
}

/* ---- The volume ---- */

static void put_descriptor(struct iso *iso, uint32_t lba, uint8_t type, uint32_t root)
{
    uint8_t *to = iso_sector(iso, lba);

    to[0] = type;
    memcpy(to + 1, "CD001\1", 6);
    if (type == 255)
        return;
    memset(to + 8, ' ', 32);
    memcpy(to + 40, "HANDMADE                        ", 32);
    iso_put_both32(to + 80, iso->sectors);
    iso_put_both16(to + 120, 1);
    iso_put_both16(to + 124, 1);
    iso_put_both16(to + 128, DK_SECTOR_USER);
    to[156] = 34;
    iso_put_both32(to + 158, root);
    iso_put_both32(to + 166, DK_SECTOR_USER);
    memcpy(to + 174, some_day, sizeof some_day);
    to[181] = 2;
    iso_put_both16(to + 184, 1);
    to[188] = 1;
    memset(to + 190, ' ', 623);
    memset(to + 813, '0', 16);
    to[881] = 1;
}

struct iso iso_new(uint32_t sectors)
{
    static const char er[] = "\x0A\0\0\1RRIP_1991A";
    struct iso iso = { calloc(sectors, DK_SECTOR_USER), sectors };
    struct iso_fields fields = { .used = 0 };

    ck_assert_ptr_nonnull(iso.bytes);
    put_descriptor(&iso, 16, 1, ISO_ROOT);
    put_descriptor(&iso, 17, 255, 0);
    iso_field(&fields, "SP", "\xBE\xEF\0", 3);
    iso_field_px(&fields, 040755);
    iso_field(&fields, "ER", er, sizeof er - 1);
    start_directory(&iso, ISO_ROOT, ISO_ROOT, &fields);
    return iso;
}

void iso_add_joliet(struct iso *iso)
{
    memset(iso_sector(iso, 17), 0, DK_SECTOR_USER);
    put_descriptor(iso, 17, 2, ISO_JOLIET_ROOT);
    memcpy(iso_sector(iso, 17) + 88, "%/E", 3);
    for (int i = 0; i < 16; i++)
        memcpy(iso_sector(iso, 17) + 40 + 2 * i, "\0J", 2);
    put_descriptor(iso, 18, 255, 0);
    start_directory(iso, ISO_JOLIET_ROOT, ISO_JOLIET_ROOT, NULL);
}

void iso_free(struct iso *iso)
{
    free(iso->bytes);
}

/* ---- Reading ---- */

static bool print_entry(const struct dk_entry *entry, void *context)
{
    static const char *const types[] = { "file", "dir", "symlink", "char", "block", "fifo", "socket" };

    fprintf(context, "%s %s %llu%s%s\n", entry->path, types[entry->type], (unsigned long long)entry->size,
            entry->target ? " -> " : "", entry->target ? entry->target : "");
    return true;
}

static char *text_of_notes(const struct dk_notes *notes, bool *damaged)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].kind != DK_NOTE_GUESS)
            fprintf(to, "%s\n", notes->items[i].text);
    fclose(to);
    *damaged = notes->told[DK_NOTE_DAMAGE] > 0;
    return text;
}

struct iso_reading iso_read(const struct iso *iso, enum dk_tree_kind kind, unsigned flags)
{
    struct iso_reading reading = { 0 };
    size_t size;
    FILE *list = open_memstream(&reading.list, &size);

    reading.store = dk_store_from_memory(iso->bytes, (size_t)iso->sectors * DK_SECTOR_USER, "handmade");
    reading.disc = dk_disc_new("iso", "handmade");
    dk_disc_add_track(reading.disc,
                      (struct dk_track){ .number = 1, .session = 1, .mode = DK_MODE1, .count = iso->sectors });
    dk_disc_add_extent(reading.disc, (struct dk_extent){ .count = iso->sectors,
                                                         .mode = DK_MODE1,
                                                         .store = reading.store,
                                                         .layout = dk_layout_find(DK_MODE1, DK_SECTOR_USER) });
    ck_assert(dk_disc_finish(reading.disc, &reading.error));
    reading.volumes = dk_volumes_find(reading.disc->source, 1, 0, iso->sectors, &reading.error);
    ck_assert_ptr_nonnull(reading.volumes);
    reading.tree = dk_tree_open(reading.volumes, kind, &reading.volumes->notes, &reading.error);
    if (reading.tree)
        reading.walked = dk_tree_walk(reading.tree, "", DK_WALK_RECURSIVE | flags, print_entry, list, &reading.error);
    fclose(list);
    reading.notes = text_of_notes(&reading.volumes->notes, &reading.damaged);
    return reading;
}

void iso_reading_free(struct iso_reading *reading)
{
    free(reading->list);
    free(reading->notes);
    dk_tree_close(reading->tree);
    dk_volumes_free(reading->volumes);
    dk_disc_close(reading->disc);
    dk_store_close(reading->store);
}
