/*
 * CHD: bytes in, hunks out. Hunks are packed on all processors and written in order; one that was there before becomes
 * a copy, found by its SHA-1 on the thread that writes, so that the file is the same however many threads there are.
 */
#include "formats/chd_plan.h"

#include "util/cursor.h"
#include "util/hash.h"

#include <disckit/packer.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY = 12,         /* of a hunk's SHA-1: 96 bits are never the same by chance */
    PREFIX = 2 + KEY, /* what a packed hunk comes with: CRC and key */
    METADATA_HEAD = 16,
    METADATA_HASHES = 128, /* entries that count in the SHA-1 of all */
    KEYS = 256,
    HASH_RECORD = 4 + CHD_SHA1,
    MAP_OFFSET_AT = 40,
    RAW_SHA1_AT = 64,
    VERSION = 5,
};

/* A hunk that was written, found by its key. */
struct seen {
    uint8_t key[KEY];
    uint32_t number; /* of the hunk and one; 0: empty */
};

struct chd_file {
    struct chd_packing packing;
    struct dk_output_file *to;
    struct dk_packer *packer;
    uint64_t logical_size, taken;
    uint32_t hunk_count;
    uint8_t *entries; /* of the map */
    struct seen *seen;
    size_t seen_room;
    struct hash_set *raw;
    uint64_t first; /* offset of the first hunk */
    uint8_t records[METADATA_HASHES][HASH_RECORD];
    size_t record_count;
};

static void put_number(uint8_t *to, uint64_t value, unsigned width)
{
    for (unsigned i = width; i > 0; i--, value >>= 8)
        to[i - 1] = (uint8_t)value;
}

static bool sha1(const void *bytes, size_t size, uint8_t to[CHD_SHA1], struct dk_error *error)
{
    return EVP_Digest(bytes, size, to, NULL, EVP_sha1(), NULL) == 1 ||
           dk_fail(error, DK_ERROR_SYSTEM, "libcrypto cannot make a SHA-1");
}

/* ---- Packing, on several threads ---- */

/* A thread, and what it has packed: what it meets again is a copy for sure, and needs no more work. */
struct worker {
    struct chd_encoder *encoder;
    uint8_t keys[KEYS][KEY]; /* by their first byte; the last of each */
    bool known[KEYS];
};

static void worker_free(void *of)
{
    struct worker *worker = of;

    chd_encoder_free(worker->encoder);
    free(worker);
}

static void *worker_new(void *context)
{
    struct worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return NULL;
    worker->encoder = chd_encoder_new(&((const struct chd_file *)context)->packing);
    if (worker->encoder)
        return worker;
    free(worker);
    return NULL;
}

static bool met_before(struct worker *worker, const uint8_t key[KEY])
{
    const uint8_t place = key[0];
    const bool known = worker->known[place] && memcmp(worker->keys[place], key, KEY) == 0;

    memcpy(worker->keys[place], key, KEY);
    worker->known[place] = true;
    return known;
}

static bool pack(void *context, void *of, const uint8_t *from, size_t size, uint8_t *to, size_t *packed, unsigned *tag,
                 struct dk_error *error)
{
    struct worker *worker = of;
    uint8_t hash[CHD_SHA1];

    (void)context;
    if (!sha1(from, size, hash, error))
        return false;
    put_number(to, chd_crc16(from, size), 2);
    memcpy(to + 2, hash, KEY);
    *tag = CHD_SELF;
    *packed = PREFIX;
    if (!met_before(worker, hash)) /* a thread packs blocks in order, so the other one is written before this */
        *packed += chd_encode_hunk(worker->encoder, from, to + PREFIX, tag);
    return true;
}

/* ---- Writing, in order ---- */

static void put_entry(struct chd_file *file, uint64_t index, unsigned kind, uint32_t length, uint64_t offset,
                      const uint8_t crc[2])
{
    uint8_t *entry = file->entries + index * CHD_ENTRY_V5;

    entry[0] = (uint8_t)kind;
    put_number(entry + 1, length, 3);
    put_number(entry + 4, offset, 6);
    if (crc)
        memcpy(entry + 10, crc, 2);
}

/* The place of a hunk with this key, or where it goes. */
static struct seen *look_up(const struct chd_file *file, const uint8_t key[KEY])
{
    struct cursor cursor = cursor_over(key, KEY);
    size_t at = (size_t)(cursor_be64(&cursor) % file->seen_room);

    for (;; at = at + 1 == file->seen_room ? 0 : at + 1) {
        struct seen *seen = &file->seen[at];

        if (seen->number == 0 || memcmp(seen->key, key, KEY) == 0)
            return seen;
    }
}

static bool put(void *context, uint64_t index, const uint8_t *bytes, size_t size, unsigned tag, struct dk_error *error)
{
    struct chd_file *file = context;
    struct seen *seen = look_up(file, bytes + 2);
    const uint64_t offset = dk_output_size(file->to);

    if (seen->number) {
        put_entry(file, index, CHD_SELF, 0, seen->number - 1, NULL);
        return true;
    }
    if (tag == CHD_SELF)
        return dk_fail(error, DK_ERROR_SYSTEM, "hunk %ju is a copy of none before it", (uintmax_t)index);
    memcpy(seen->key, bytes + 2, KEY);
    seen->number = (uint32_t)index + 1;
    put_entry(file, index, tag, (uint32_t)(size - PREFIX), offset, bytes);
    return dk_output_write(file->to, bytes + PREFIX, size - PREFIX, error);
}

/* ---- The file ---- */

static bool allocate(struct chd_file *file)
{
    file->seen_room = file->hunk_count + (size_t)file->hunk_count / 4 + 1; /* never full, so a search has an end */
    file->seen = calloc(file->seen_room, sizeof *file->seen);
    file->entries = calloc(file->hunk_count, CHD_ENTRY_V5);
    return file->seen && file->entries;
}

static bool write_header(struct chd_file *file, uint32_t unit_size, struct dk_error *error)
{
    uint8_t header[CHD_HEADER_V5] = "MComprHD";

    put_number(header + 8, CHD_HEADER_V5, 4);
    put_number(header + 12, VERSION, 4);
    for (unsigned i = 0; i < CHD_CODECS; i++)
        put_number(header + 16 + 4 * i, file->packing.codecs[i], 4);
    put_number(header + 32, file->logical_size, 8);
    put_number(header + 48, CHD_HEADER_V5, 8);
    put_number(header + 56, file->packing.hunk_size, 4);
    put_number(header + 60, unit_size, 4);
    return dk_output_allow_replacing(file->to, error) && dk_output_write(file->to, header, sizeof header, error);
}

struct chd_file *chd_file_new(const struct chd_packing *packing, uint32_t unit_size, struct dk_output_file *to,
                              uint64_t logical_size, struct dk_error *error)
{
    struct chd_file *file = calloc(1, sizeof *file);
    const struct dk_packing settings = {
        .block_size = packing->hunk_size,
        .room = PREFIX + packing->hunk_size,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .pack = pack,
        .put = put,
        .context = file,
        .threads = packing->threads,
        .whole = true,
    };

    if (!file) {
        dk_fail_errno(error, "cannot write %s", dk_output_path(to));
        return NULL;
    }
    file->packing = *packing;
    file->to = to;
    file->logical_size = logical_size;
    file->hunk_count = (uint32_t)((logical_size + packing->hunk_size - 1) / packing->hunk_size);
    if (!allocate(file))
        dk_fail_errno(error, "cannot write %s", dk_output_path(to));
    else if ((file->raw = hash_set_new(1U << HASH_SHA1, error)) && write_header(file, unit_size, error) &&
             (file->packer = dk_packer_new(&settings, error)))
        return file;
    chd_file_free(file);
    return NULL;
}

void chd_file_free(struct chd_file *file)
{
    if (!file)
        return;
    dk_packer_free(file->packer);
    hash_set_free(file->raw);
    free(file->entries);
    free(file->seen);
    free(file);
}

bool chd_file_metadata(struct chd_file *file, uint32_t tag, bool counts, const void *bytes, size_t size, bool last,
                       struct dk_error *error)
{
    uint8_t head[METADATA_HEAD];

    put_number(head, tag, 4);
    head[4] = counts;
    put_number(head + 5, size, 3);
    put_number(head + 8, last ? 0 : dk_output_size(file->to) + sizeof head + size, 8);
    if (counts) {
        uint8_t *record = file->records[file->record_count++];

        put_number(record, tag, 4);
        if (!sha1(bytes, size, record + 4, error))
            return false;
    }
    return dk_output_write(file->to, head, sizeof head, error) && dk_output_write(file->to, bytes, size, error);
}

bool chd_file_add(struct chd_file *file, const uint8_t *bytes, size_t count, struct dk_error *error)
{
    hash_set_update(file->raw, bytes, count);
    file->taken += count;
    if (file->first == 0)
        file->first = dk_output_size(file->to);
    return dk_packer_write(file->packer, bytes, count, error);
}

static int by_bytes(const void *one, const void *other)
{
    return memcmp(one, other, HASH_RECORD);
}

/* The SHA-1 of all: that of the bytes, then tag and SHA-1 of each of the metadata that count, sorted. */
static bool total_sha1(struct chd_file *file, const uint8_t raw[CHD_SHA1], uint8_t total[CHD_SHA1],
                       struct dk_error *error)
{
    uint8_t all[CHD_SHA1 + sizeof file->records];

    qsort(file->records, file->record_count, HASH_RECORD, by_bytes);
    memcpy(all, raw, CHD_SHA1);
    memcpy(all + CHD_SHA1, file->records, file->record_count * HASH_RECORD);
    return sha1(all, CHD_SHA1 + file->record_count * HASH_RECORD, total, error);
}

static bool finish_header(struct chd_file *file, uint64_t map_offset, struct dk_error *error)
{
    uint8_t offset[8], hashes[2 * CHD_SHA1];
    const char *hex;

    hash_set_finish(file->raw);
    hex = hash_set_hex(file->raw, HASH_SHA1);
    for (unsigned i = 0; i < CHD_SHA1; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &hashes[i]) != 1)
            return dk_fail(error, DK_ERROR_SYSTEM, "no SHA-1 of %s", dk_output_path(file->to));
    put_number(offset, map_offset, sizeof offset);
    return total_sha1(file, hashes, hashes + CHD_SHA1, error) &&
           dk_output_replace_bytes(file->to, MAP_OFFSET_AT, offset, sizeof offset, error) &&
           dk_output_replace_bytes(file->to, RAW_SHA1_AT, hashes, sizeof hashes, error);
}

static bool flush(struct chd_file *file, struct dk_error *error)
{
    if (file->taken != file->logical_size)
        return dk_fail(error, DK_ERROR_SYSTEM, "%s got %ju bytes, and should have %ju", dk_output_path(file->to),
                       (uintmax_t)file->taken, (uintmax_t)file->logical_size);
    return dk_packer_finish(file->packer, error);
}

bool chd_file_finish(struct chd_file *file, struct dk_error *error)
{
    uint64_t map_offset;
    uint8_t *map;
    size_t size;
    bool right;

    if (!flush(file, error))
        return false;
    map_offset = dk_output_size(file->to);
    map = chd_pack_map(file->entries, file->hunk_count, file->first, &size);
    if (!map)
        return dk_fail_errno(error, "cannot write %s", dk_output_path(file->to));
    right = dk_output_write(file->to, map, size, error) && finish_header(file, map_offset, error);
    free(map);
    return right;
}
