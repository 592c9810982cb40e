/* DAA: the table of chunks, which in version 0x110 is a row of bit fields under up to three veils. */
#include "formats/daa.h"
#include "util/checked.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTRY = 3,       /* bytes of an entry of version 0x100 */
    LENGTH_BASE = 5, /* 0x110: lengths are stored less by the properties that LZMA files begin with */
    INFLATE_SLACK = 64 << 10,
};

struct table {
    uint8_t *bytes;
    size_t size;
};

static void free_table(struct table *table)
{
    free(table->bytes);
}

static uint64_t chunks_needed(const struct daa *daa)
{
    return (daa->image_size - 1) / daa->coding.chunk_size + 1;
}

static bool fail_count(const struct daa *daa, uint64_t count, struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_FORMAT,
                   "the table of %s has %" PRIu64 " chunks of %" PRIu32 " bytes, and its %" PRIu64
                   " bytes would take %" PRIu64,
                   daa->candidate->path, count, daa->coding.chunk_size, daa->image_size, chunks_needed(daa));
}

/* Room for the chunks, of which the table has `count`; those that it has more than that are filling. */
static bool make_chunks(struct daa *daa, uint64_t count, struct dk_error *error)
{
    const uint64_t needed = chunks_needed(daa);

    if (count < needed)
        return fail_count(daa, count, error);
    if (needed > WRAPPED_COUNT_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has %" PRIu64 " chunks, and up to %d are read", daa->candidate->path,
                       needed, WRAPPED_COUNT_MAX);
    daa->chunk_count = (size_t)needed;
    daa->chunks = calloc(daa->chunk_count, sizeof *daa->chunks);
    return daa->chunks || dk_fail_errno(error, "cannot open %s", daa->candidate->path);
}

/* ---- Version 0x100 ---- */

/* The middle byte is the lowest. */
static bool read_triples(struct daa *daa, struct dk_error *error)
{
    DK_CLEANUP(free_table) struct table table = { 0 };

    if (!make_chunks(daa, (daa->data_at - daa->table_at) / ENTRY, error))
        return false;
    table.bytes = malloc(daa->chunk_count * ENTRY);
    if (!table.bytes)
        return dk_fail_errno(error, "cannot open %s", daa->candidate->path);
    if (!dk_store_read(daa->candidate->store, table.bytes, daa->chunk_count * ENTRY, daa->table_at, error))
        return false;
    for (size_t i = 0; i < daa->chunk_count; i++) {
        const uint8_t *entry = table.bytes + i * ENTRY;

        daa->chunks[i] = (struct daa_chunk){
            .length = (uint32_t)(entry[0] << 16 | entry[2] << 8 | entry[1]),
            .type = DAA_DEFLATE,
        };
    }
    return true;
}

/* ---- Version 0x110: the bytes of the table ---- */

static unsigned entry_bits(const struct daa *daa)
{
    return daa->length_bits + daa->type_bits;
}

/* A table is at most so large: the fields of all chunks, and what a writer put behind them. */
static bool read_deflated(const struct daa *daa, struct table *table, struct dk_error *error)
{
    const uint64_t needed = chunks_needed(daa);
    DK_CLEANUP(free_table) struct table packed = { .size = daa->packed_table };
    struct dk_error inner;

    if (needed > WRAPPED_COUNT_MAX)
        return fail_count(daa, 0, error);
    if (!range_inside(daa->table_at, packed.size, daa->candidate->store->size) || packed.size == 0)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the table of %s has %zu bytes from byte %" PRIu32 " on, and it has %ju", daa->candidate->path,
                       packed.size, daa->table_at, (uintmax_t)daa->candidate->store->size);
    table->size = (size_t)(needed * entry_bits(daa) / 8) + INFLATE_SLACK;
    table->bytes = malloc(table->size);
    packed.bytes = malloc(packed.size);
    if (!table->bytes || !packed.bytes)
        return dk_fail_errno(error, "cannot open %s", daa->candidate->path);
    if (!dk_store_read(daa->candidate->store, packed.bytes, packed.size, daa->table_at, error))
        return false;
    if (!daa_inflate(daa->coding.permutation, packed.bytes, packed.size, table->bytes, table->size, &table->size,
                     &inner))
        return dk_fail(error, inner.kind, "the table of chunks of %s, at byte %" PRIu32 ": %s", daa->candidate->path,
                       daa->table_at, inner.text);
    return true;
}

static bool read_plain(const struct daa *daa, struct table *table, struct dk_error *error)
{
    table->size = daa->data_at - daa->table_at;
    table->bytes = malloc(table->size + 1);
    if (!table->bytes)
        return dk_fail_errno(error, "cannot open %s", daa->candidate->path);
    return dk_store_read(daa->candidate->store, table->bytes, table->size, daa->table_at, error);
}

/* gBurner hides every table, by the header's check sum and by the table's own size. */
static void unhide_gburner(const struct daa *daa, struct table *table)
{
    for (size_t i = 0; i < table->size; i++)
        table->bytes[i] = (uint8_t)(table->bytes[i] - daa->crc) ^ (uint8_t)(table->size >> 2);
}

/* PowerISO hides it by the number of sectors. */
static void unhide_poweriso(const struct daa *daa, struct table *table)
{
    const uint64_t sectors = daa->image_size / DK_SECTOR_USER;
    uint8_t less = (uint8_t)sectors;

    for (size_t i = 0; i < table->size; i++) {
        table->bytes[i] = (uint8_t)(table->bytes[i] - less);
        less = (uint8_t)(less + (sectors >> 8));
    }
}

/* ---- Version 0x110: its fields ---- */

/* The field of `count` bits at bit `at`; the lowest bits of a byte come first. */
static uint32_t field_at(const struct table *table, uint64_t at, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++) {
        const uint64_t bit = at + i;

        value |= (uint64_t)(table->bytes[bit >> 3] >> (bit & 7) & 1) << i;
    }
    return (uint32_t)value;
}

/* What the fields of an entry are veiled by, by its number. */
static uint32_t veil_of(size_t number)
{
    static const uint8_t bytes[] = { 0x0A, 0x35, 0x2D, 0x3F, 0x08, 0x33, 0x09, 0x15 };

    return (uint32_t)((number ^ bytes[number & 7]) & 0xFF) * 0x01010101U;
}

static uint32_t low_bits(uint32_t value, unsigned count)
{
    return count < 32 ? value & ((UINT32_C(1) << count) - 1) : value;
}

static struct daa_chunk parse_fields(const struct daa *daa, const struct table *table, size_t number)
{
    const uint64_t at = (uint64_t)number * entry_bits(daa);
    const uint32_t veil = daa->flags & DAA_BITS_HIDDEN ? veil_of(number) : 0;
    const uint32_t length = low_bits(field_at(table, at, daa->length_bits) ^ veil, daa->length_bits);
    const uint32_t type = low_bits(field_at(table, at + daa->length_bits, daa->type_bits) ^ veil, daa->type_bits);

    return (struct daa_chunk){
        .length = length > UINT32_MAX - LENGTH_BASE ? UINT32_MAX : length + LENGTH_BASE,
        .type = (uint8_t)type,
    };
}

static bool read_fields(struct daa *daa, struct dk_error *error)
{
    DK_CLEANUP(free_table) struct table table = { 0 };
    uint64_t count;

    if (!(daa->flags & DAA_TABLE_DEFLATED ? read_deflated(daa, &table, error) : read_plain(daa, &table, error)))
        return false;
    count = (uint64_t)table.size * 8 / entry_bits(daa);
    if (!make_chunks(daa, count, error))
        return false;
    table.size = (size_t)((count * entry_bits(daa) + 7) / 8); /* as the writers count it when they hide it */
    if (daa->gburner)
        unhide_gburner(daa, &table);
    if (daa->flags & DAA_TABLE_HIDDEN)
        unhide_poweriso(daa, &table);
    for (size_t i = 0; i < daa->chunk_count; i++)
        daa->chunks[i] = parse_fields(daa, &table, i);
    return true;
}

bool daa_read_table(struct daa *daa, struct dk_error *error)
{
    return daa->length_bits ? read_fields(daa, error) : read_triples(daa, error);
}
