/*
 * Writing CSO and ZSO. Blocks are packed on every processor and come in order; the table, which lies before them, is
 * known last.
 */
#include "formats/cso.h"

#include <disckit/packer.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 24,
    ENTRY = 4,
    BLOCK_SMALL = 2048,  /* what a PSP reads */
    BLOCK_LARGE = 16384, /* what maxcso takes where the image is too large for a PSP's disc */
    BLOCK_MAX = 1 << 20, /* for what is written here; readers with little memory have to hold it */
    OFFSET_BITS = 31,
};

static const uint64_t large_image = UINT64_C(2) << 30;

/* How a block is kept. */
enum { TAG_STORED, TAG_DEFLATE, TAG_LZ4 };

/*
 * What each level means: libdeflate's levels 1 to 12; LZ4HC's 3 to 12, or 0 for plain LZ4. The default is the first
 * that is no larger than what `maxcso --fast` makes of blocks of 2048 bytes, and for LZ4 as quick.
 */
static const struct {
    int deflate, lz4;
} efforts[] = {
    [DK_LEVEL_DEFAULT] = { 8, 0 },
    [DK_LEVEL_FAST] = { 1, 0 },
    [DK_LEVEL_MAX] = { 12, 12 },
};

struct cso_writer {
    struct dk_output_file *file;
    struct dk_packer *packer;
    uint64_t size, count;
    uint32_t block_size;
    unsigned shift;
    enum cso_kind kind;
    int deflate_level, lz4_level;
    uint8_t *table; /* the header, and an entry a block and one more */
    size_t table_size;
};

/* ---- One block ---- */

struct cso_worker {
    struct libdeflate_compressor *deflate;
    void *lz4;      /* the state of LZ4 or of LZ4HC */
    uint8_t *other; /* what the second codec gives */
};

static void worker_free(void *context)
{
    struct cso_worker *worker = context;

    libdeflate_free_compressor(worker->deflate);
    free(worker->lz4);
    free(worker->other);
    free(worker);
}

static void *worker_new(void *context)
{
    const struct cso_writer *writer = context;
    struct cso_worker *worker = calloc(1, sizeof *worker);
    bool right = worker != NULL;

    if (right && writer->kind != ZSO)
        right = (worker->deflate = libdeflate_alloc_compressor(writer->deflate_level)) != NULL;
    if (right && writer->kind != CSO_V1)
        right = (worker->lz4 = malloc((size_t)(writer->lz4_level ? LZ4_sizeofStateHC() : LZ4_sizeofState()))) &&
                (worker->other = malloc(writer->block_size));
    if (!right && worker) {
        worker_free(worker);
        worker = NULL;
    }
    return worker;
}

/* Bytes, or 0 where they would be `room` or more. */
static size_t pack_lz4(const struct cso_writer *writer, const struct cso_worker *worker, const uint8_t *from,
                       uint8_t *to, size_t room)
{
    const int size = (int)writer->block_size;

    return (size_t)(writer->lz4_level
                        ? LZ4_compress_HC_extStateHC(worker->lz4, (const char *)from, (char *)to, size, (int)room,
                                                     writer->lz4_level)
                        : LZ4_compress_fast_extState(worker->lz4, (const char *)from, (char *)to, size, (int)room, 1));
}

static uint64_t padded(const struct cso_writer *writer, uint64_t size)
{
    const uint64_t step = UINT64_C(1) << writer->shift;

    return (size + step - 1) / step * step;
}

/*
 * The smallest of what the version knows. What would be as long as the block is stored, padding counted: version 2
 * knows a stored block by that.
 */
static bool pack(void *context, void *worker_context, const uint8_t *from, size_t size, uint8_t *to, size_t *packed,
                 unsigned *tag, struct dk_error *error)
{
    const struct cso_writer *writer = context;
    const struct cso_worker *worker = worker_context;
    size_t lz4 = 0;

    (void)error;
    *packed = 0;
    if (worker->deflate)
        *packed = libdeflate_deflate_compress(worker->deflate, from, size, to, size - 1);
    *tag = TAG_DEFLATE;
    if (worker->lz4)
        lz4 = pack_lz4(writer, worker, from, worker->other, size - 1);
    if (lz4 && (!*packed || lz4 < *packed)) {
        memcpy(to, worker->other, lz4);
        *packed = lz4;
        *tag = TAG_LZ4;
    }
    if (!*packed || padded(writer, *packed) >= size) {
        memcpy(to, from, size);
        *packed = size;
        *tag = TAG_STORED;
    }
    return true;
}

/* ---- The file ---- */

static void put_number(uint8_t *to, uint64_t number, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

static void put_entry(const struct cso_writer *writer, uint64_t index, bool flag)
{
    const uint64_t place = dk_output_size(writer->file) >> writer->shift;

    put_number(writer->table + HEADER + ENTRY * index, place | (uint64_t)flag << OFFSET_BITS, ENTRY);
}

static bool write_padded(const struct cso_writer *writer, const uint8_t *bytes, size_t size, struct dk_error *error)
{
    static const uint8_t zeros[512];
    size_t padding;

    if (!dk_output_write(writer->file, bytes, size, error))
        return false;
    padding = (size_t)(padded(writer, dk_output_size(writer->file)) - dk_output_size(writer->file));
    return padding == 0 || dk_output_write(writer->file, zeros, padding, error);
}

/* Version 1 and ZSO flag what is stored, version 2 what is LZ4. */
static bool put(void *context, uint64_t index, const uint8_t *bytes, size_t size, unsigned tag, struct dk_error *error)
{
    const struct cso_writer *writer = context;

    put_entry(writer, index, tag == (writer->kind == CSO_V2 ? TAG_LZ4 : TAG_STORED));
    return write_padded(writer, bytes, size, error);
}

/* ---- The sink ---- */

/* The smallest shift with which every place has 31 bits, whatever the blocks come to. */
static bool choose_shift(struct cso_writer *writer, struct dk_error *error)
{
    for (writer->shift = 0; writer->shift < 9; writer->shift++) {
        const uint64_t step = UINT64_C(1) << writer->shift;
        const uint64_t most = writer->table_size + writer->count * (writer->block_size + step);

        if (most >> writer->shift < UINT64_C(1) << OFFSET_BITS)
            return true;
    }
    return dk_fail(error, DK_ERROR_REFUSED, "%" PRIu64 " bytes are more than a .cso can hold", writer->size);
}

static bool choose(struct cso_writer *writer, const struct dk_packing_options *options, struct dk_error *error)
{
    const uint32_t block = options->block_size;

    writer->block_size = block ? block : writer->size < large_image ? BLOCK_SMALL : BLOCK_LARGE;
    if (writer->block_size < BLOCK_SMALL || writer->block_size > BLOCK_MAX ||
        (writer->block_size & (writer->block_size - 1)))
        return dk_fail(error, DK_ERROR_REFUSED, "--block %" PRIu32 ": a power of two from %d to %d is right", block,
                       BLOCK_SMALL, BLOCK_MAX);
    writer->deflate_level = efforts[options->level].deflate;
    writer->lz4_level = efforts[options->level].lz4;
    writer->count = (writer->size + writer->block_size - 1) / writer->block_size;
    writer->table_size = HEADER + ENTRY * (writer->count + 1);
    return choose_shift(writer, error);
}

static void cso_close(void *context)
{
    struct cso_writer *writer = context;

    dk_packer_free(writer->packer);
    free(writer->table);
    free(writer);
}

static bool begin(struct cso_writer *writer, const struct dk_packing_options *options, struct dk_error *error)
{
    const struct dk_packing packing = {
        .block_size = writer->block_size,
        .room = writer->block_size,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .pack = pack,
        .put = put,
        .context = writer,
        .threads = options->threads,
        .whole = true, /* readers cut off what is behind the image's size */
    };

    writer->table = calloc(1, writer->table_size);
    if (!writer->table)
        return dk_fail_errno(error, "cannot write %s", dk_output_path(writer->file));
    writer->packer = dk_packer_new(&packing, error);
    return writer->packer && dk_output_allow_replacing(writer->file, error) &&
           write_padded(writer, writer->table, writer->table_size, error);
}

static void *open_kind(struct dk_output_file *file, uint64_t size, const struct dk_packing_options *options,
                       enum cso_kind kind, struct dk_error *error)
{
    struct cso_writer *writer = calloc(1, sizeof *writer);

    if (!writer) {
        dk_fail_errno(error, "cannot write %s", dk_output_path(file));
        return NULL;
    }
    writer->file = file;
    writer->size = size;
    writer->kind = kind;
    if (choose(writer, options, error) && begin(writer, options, error))
        return writer;
    cso_close(writer);
    return NULL;
}

static bool cso_write(void *context, const void *bytes, size_t count, struct dk_error *error)
{
    const struct cso_writer *writer = context;

    return dk_packer_write(writer->packer, bytes, count, error);
}

static bool cso_finish(void *context, struct dk_error *error)
{
    struct cso_writer *writer = context;
    uint8_t *header = writer->table;

    if (!dk_packer_finish(writer->packer, error))
        return false;
    put_entry(writer, writer->count, false);
    memcpy(header, writer->kind == ZSO ? "ZISO" : "CISO", 4);
    put_number(header + 4, HEADER, 4);
    put_number(header + 8, writer->size, 8);
    put_number(header + 16, writer->block_size, 4);
    header[20] = writer->kind == CSO_V2 ? 2 : 1;
    header[21] = (uint8_t)writer->shift;
    return dk_output_replace_bytes(writer->file, 0, writer->table, writer->table_size, error);
}

/* ---- Codecs ---- */

enum { WITH_DEFLATE = 1, WITH_LZ4 = 2 };

/* What a list of codecs asks for; bits. */
static bool read_codecs(const char *list, unsigned known, unsigned *wanted, struct dk_error *error)
{
    static const struct {
        const char *name;
        unsigned bit;
    } codecs[] = { { "deflate", WITH_DEFLATE }, { "lz4", WITH_LZ4 } };

    *wanted = 0;
    while (*list) {
        const size_t length = strcspn(list, ",");
        unsigned bit = 0;

        for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
            if (strlen(codecs[i].name) == length && memcmp(codecs[i].name, list, length) == 0)
                bit = codecs[i].bit & known;
        if (!bit)
            return dk_fail(error, DK_ERROR_REFUSED, "--codec: '%.*s' is none of this format", (int)length, list);
        *wanted |= bit;
        list += length + (list[length] == ',');
    }
    return true;
}

/* LZ4 is what version 2 has more than version 1. */
static void *cso_open(struct dk_output_file *file, uint64_t size, const struct dk_packing_options *options,
                      struct dk_error *error)
{
    unsigned wanted = WITH_DEFLATE;

    if (options->codecs && !read_codecs(options->codecs, WITH_DEFLATE | WITH_LZ4, &wanted, error))
        return NULL;
    return open_kind(file, size, options, wanted & WITH_LZ4 ? CSO_V2 : CSO_V1, error);
}

static void *zso_open(struct dk_output_file *file, uint64_t size, const struct dk_packing_options *options,
                      struct dk_error *error)
{
    unsigned wanted;

    if (options->codecs && !read_codecs(options->codecs, WITH_LZ4, &wanted, error))
        return NULL;
    return open_kind(file, size, options, ZSO, error);
}

const struct dk_iso_sink cso_sink = { cso_open, cso_write, cso_finish, cso_close };
const struct dk_iso_sink zso_sink = { zso_open, cso_write, cso_finish, cso_close };
