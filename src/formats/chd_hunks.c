/* CHD: the hunks as a store. */
#include "formats/chd.h"
#include "formats/chd_codec.h"
#include "util/arena.h"
#include "util/checked.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Opening ---- */

static bool find_codecs(struct chd *chd, struct dk_error *error)
{
    const struct chd_header *header = &chd->header;
    char text[24];

    for (int i = 0; i < CHD_CODECS && header->compressed && header->codecs[i]; i++) {
        chd->codecs[i] = chd_codec_find(header->codecs[i]);
        if (header->codecs[i] == CHD_TAG('a', 'v', 'h', 'u'))
            return dk_fail(error, DK_ERROR_FORMAT,
                           "%s is a CHD of a laserdisc (codec avhu), which is not read; chdman extractld does",
                           chd->file->name);
        if (!chd->codecs[i])
            return dk_fail(error, DK_ERROR_FORMAT, "%s: codec %s of the header's slot %d is not known", chd->file->name,
                           chd_tag_text(header->codecs[i], text), i);
        if (chd->codecs[i]->subcode && header->hunk_size % CHD_FRAME != 0)
            return dk_fail(error, DK_ERROR_FORMAT,
                           "%s: hunks of %" PRIu32 " bytes are no whole number of frames of %d, as codec %s wants",
                           chd->file->name, header->hunk_size, CHD_FRAME, chd_tag_text(header->codecs[i], text));
    }
    return true;
}

/* Before version 5 no header says how large a unit is. */
static bool find_unit(struct chd *chd, struct dk_error *error)
{
    struct chd_header *header = &chd->header;

    if (header->unit_size)
        return true;
    header->unit_size = chd_is_cd(chd) ? CHD_FRAME : header->hunk_size;
    if (header->hunk_size % header->unit_size != 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: hunks of %" PRIu32 " bytes are no whole number of frames of a CD",
                       chd->file->name, header->hunk_size);
    return true;
}

struct chd *chd_open(struct dk_store *file, const char *path, unsigned children, struct dk_notes *notes,
                     struct dk_error *error)
{
    struct dk_arena *arena = arena_new();
    struct chd *chd = arena_zeroed(arena, 1, sizeof *chd);

    chd->arena = arena;
    chd->children = children;
    chd->file = dk_store_use(file);
    if (chd_read_header(file, &chd->header, error) && find_codecs(chd, error) && chd_read_metadata(chd, error) &&
        find_unit(chd, error) && (!chd->header.child || chd_open_parent(chd, path, notes, error)) &&
        chd_read_map(chd, notes, error))
        return chd;
    chd_close(chd);
    return NULL;
}

void chd_close(struct chd *chd)
{
    if (!chd)
        return;
    dk_store_close(chd->file);
    dk_store_close(chd->parent);
    arena_free(chd->arena);
}

/* ---- Decoding ---- */

struct worker {
    const struct chd *chd;
    struct chd_codec_worker codecs[CHD_CODECS];
    uint8_t *packed; /* a hunk as it is stored */
    size_t room;
};

static void worker_free(void *of)
{
    struct worker *worker = of;

    for (int i = 0; i < CHD_CODECS && worker->chd->codecs[i]; i++)
        chd_codec_stop(worker->chd->codecs[i], &worker->codecs[i]);
    free(worker->packed);
    free(worker);
}

static void *worker_new(void *context)
{
    struct worker *worker = calloc(1, sizeof *worker);
    bool right = worker;

    if (!worker)
        return NULL;
    worker->chd = context;
    if (!worker->chd->header.compressed)
        return worker;
    for (int i = 0; i < CHD_CODECS && worker->chd->codecs[i]; i++)
        right &= chd_codec_start(worker->chd->codecs[i], worker->chd->header.hunk_size, &worker->codecs[i]);
    if (right)
        return worker;
    worker_free(worker);
    return NULL;
}

static bool read_packed(const struct chd *chd, struct worker *worker, const struct chd_hunk *hunk,
                        struct dk_error *error)
{
    if (hunk->length > worker->room) {
        uint8_t *packed = realloc(worker->packed, hunk->length);

        if (!packed)
            return dk_fail_errno(error, "it cannot be read");
        worker->packed = packed;
        worker->room = hunk->length;
    }
    return dk_store_read(chd->file, worker->packed, hunk->length, hunk->offset, error);
}

static bool decode_packed(const struct chd *chd, struct worker *worker, const struct chd_hunk *hunk, uint8_t *to,
                          struct dk_error *error)
{
    if (!chd->codecs[hunk->kind])
        return dk_fail(error, DK_ERROR_DAMAGED, "it is packed by codec %u, and the header names none", hunk->kind);
    return read_packed(chd, worker, hunk, error) &&
           chd_codec_decode(chd->codecs[hunk->kind], &worker->codecs[hunk->kind], worker->packed, hunk->length, to,
                            chd->header.hunk_size, error);
}

/* From unit `unit` of the parent on; what lies beyond its end is zeros. */
static bool read_parent(const struct chd *chd, uint64_t unit, uint8_t *to, struct dk_error *error)
{
    const uint64_t offset = unit * chd->parent_unit, size = chd->parent->size;
    uint64_t count = chd->header.hunk_size;

    if (offset >= size)
        count = 0;
    else if (count > size - offset)
        count = size - offset;
    memset(to + count, 0, chd->header.hunk_size - count);
    return count == 0 || dk_store_read(chd->parent, to, count, offset, error);
}

static bool decode_absent(const struct chd *chd, uint64_t index, uint8_t *to, struct dk_error *error)
{
    if (chd->parent)
        return read_parent(chd, index * (chd->header.hunk_size / chd->header.unit_size), to, error);
    memset(to, 0, chd->header.hunk_size);
    return true;
}

static void repeat(uint64_t eight, uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(eight >> (56 - i % 8 * 8));
}

static bool check_hunk(const struct chd_hunk *hunk, const uint8_t *bytes, size_t size, struct dk_error *error)
{
    uint32_t found = hunk->crc;

    if (hunk->check == CHD_CRC16)
        found = chd_crc16(bytes, size);
    else if (hunk->check == CHD_CRC32)
        found = libdeflate_crc32(0, bytes, size);
    return found == hunk->crc ||
           dk_fail(error, DK_ERROR_DAMAGED, "its CRC should be %0*" PRIX32 ", and is %0*" PRIX32,
                   hunk->check == CHD_CRC16 ? 4 : 8, hunk->crc, hunk->check == CHD_CRC16 ? 4 : 8, found);
}

static bool decode(const struct chd *chd, struct worker *worker, uint64_t index, struct chd_hunk hunk, uint8_t *to,
                   struct dk_error *error)
{
    bool right;

    switch (hunk.kind) {
    case CHD_BAD:
        return dk_fail(error, DK_ERROR_DAMAGED, "it cannot be where the map says");
    case CHD_PARENT:
        return read_parent(chd, hunk.offset, to, error);
    case CHD_ABSENT:
        return decode_absent(chd, index, to, error);
    case CHD_REPEAT:
        repeat(hunk.offset, to, chd->header.hunk_size);
        right = true;
        break;
    case CHD_STORED:
        right = dk_store_read(chd->file, to, hunk.length, hunk.offset, error);
        break;
    default:
        right = decode_packed(chd, worker, &hunk, to, error);
    }
    return right && check_hunk(&hunk, to, chd->header.hunk_size, error);
}

/* ", LBA 0 to 7": the sectors of a hunk, as far as it is known where they are on the disc. */
static void describe_place(const struct chd *chd, uint64_t index, char *text, size_t size)
{
    const uint64_t units = chd->header.hunk_size / chd->header.unit_size, first = index * units, end = first + units;

    *text = '\0';
    for (size_t i = 0; i < chd->span_count; i++) {
        const struct chd_span *span = &chd->spans[i];
        const uint64_t from = first > span->first ? first : span->first;
        const uint64_t to = end < (uint64_t)span->first + span->count ? end : (uint64_t)span->first + span->count;
        const size_t used = strlen(text);

        if (from >= to || size - used < 64)
            continue;
        snprintf(text + used, size - used, "%s %" PRId64 " to %" PRId64, used ? " and" : ", LBA",
                 (int64_t)span->lba + (int64_t)(from - span->first),
                 (int64_t)span->lba + (int64_t)(to - span->first) - 1);
    }
}

static bool decode_block(void *context, void *worker, const struct dk_block *block, uint8_t *to, struct dk_error *error)
{
    const struct chd *chd = context;
    struct chd_hunk hunk = chd_hunk_at(chd, block->index);
    uint64_t original = block->index;
    struct dk_error why;
    char place[200];

    if (hunk.kind == CHD_SELF) {
        original = hunk.offset;
        hunk = chd_hunk_at(chd, original);
    }
    if (decode(chd, worker, original, hunk, to, &why))
        return true;
    describe_place(chd, block->index, place, sizeof place);
    return dk_fail(error, why.kind, "%s: hunk %" PRIu64 "%s, is damaged: %s", chd->file->name, block->index, place,
                   why.text);
}

static void destroy(void *context)
{
    chd_close(context);
}

struct dk_store *chd_store(struct chd *chd, struct dk_error *error)
{
    return dk_store_from_blocks(
        &(struct dk_blocks){
            .name = chd->file->name,
            .size = (uint64_t)chd->header.hunk_count * chd->header.hunk_size,
            .block_size = chd->header.hunk_size,
            .worker_new = worker_new,
            .worker_free = worker_free,
            .decode = decode_block,
            .destroy = destroy,
            .context = chd,
        },
        error);
}
