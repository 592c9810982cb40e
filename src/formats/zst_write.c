/*
 * Writing .iso.zst in zstd's seekable format (its contrib/seekable_format, 0.1.0): frames of one size, each with its
 * content size and sum, and at the end a frame that others skip, with the sizes of all. Frames know nothing of one
 * another, so the same bytes come out whatever the number of threads, and zstd -d unpacks it as any other file.
 */
#include <disckit/format.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
    FRAME = 128 << 10, /* bytes that a frame gives */
    FRAME_LEAST = 2048,
    FRAME_MAX = 8 << 20,
    ENTRY = 8,
    SKIP_HEADER = 8,
    FOOTER = 9,
    TABLE_MAX = 512 << 20,
};

static const uint32_t skip_magic = 0x184D2A5E, seek_magic = 0x8F92EAB1;
static const int efforts[] = { [DK_LEVEL_DEFAULT] = 3, [DK_LEVEL_FAST] = 1, [DK_LEVEL_MAX] = 19 };

struct zst_writer {
    struct dk_output_file *file;
    struct dk_packer *packer;
    uint64_t size, count;
    uint32_t frame_size;
    int level;
    uint8_t *table; /* the whole last frame */
};

static void put_number(uint8_t *to, uint64_t number, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

/* ---- Frames ---- */

static void *worker_new(void *context)
{
    const struct zst_writer *writer = context;
    ZSTD_CCtx *worker = ZSTD_createCCtx();

    if (worker && !ZSTD_isError(ZSTD_CCtx_setParameter(worker, ZSTD_c_compressionLevel, writer->level)) &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(worker, ZSTD_c_checksumFlag, 1)))
        return worker;
    ZSTD_freeCCtx(worker);
    return NULL;
}

static void worker_free(void *worker)
{
    ZSTD_freeCCtx(worker);
}

static bool pack(void *context, void *worker, const uint8_t *from, size_t size, uint8_t *to, size_t *packed,
                 unsigned *tag, struct dk_error *error)
{
    const struct zst_writer *writer = context;

    *packed = ZSTD_compress2(worker, to, ZSTD_compressBound(writer->frame_size), from, size);
    *tag = (unsigned)size;
    return !ZSTD_isError(*packed) || dk_fail(error, DK_ERROR_SYSTEM, "cannot pack: %s", ZSTD_getErrorName(*packed));
}

static bool put(void *context, uint64_t index, const uint8_t *bytes, size_t size, unsigned tag, struct dk_error *error)
{
    const struct zst_writer *writer = context;
    uint8_t *entry = writer->table + SKIP_HEADER + ENTRY * index;

    put_number(entry, size, 4);
    put_number(entry + 4, tag, 4);
    return dk_output_write(writer->file, bytes, size, error);
}

/* ---- The sink ---- */

static void zst_close(void *context)
{
    struct zst_writer *writer = context;

    dk_packer_free(writer->packer);
    free(writer->table);
    free(writer);
}

static bool begin(struct zst_writer *writer, const struct dk_packing_options *options, struct dk_error *error)
{
    struct dk_packing packing = {
        .worker_new = worker_new,
        .worker_free = worker_free,
        .pack = pack,
        .put = put,
        .context = writer,
        .threads = options->threads,
    };

    writer->level = efforts[options->level];
    writer->frame_size = options->block_size ? options->block_size : FRAME;
    if (writer->frame_size < FRAME_LEAST || writer->frame_size > FRAME_MAX || writer->frame_size % FRAME_LEAST)
        return dk_fail(error, DK_ERROR_REFUSED, "--block %" PRIu32 ": a multiple of %d up to %d is right",
                       writer->frame_size, FRAME_LEAST, FRAME_MAX);
    if (options->codecs && strcmp(options->codecs, "zstd") != 0)
        return dk_fail(error, DK_ERROR_REFUSED, "--codec: '%s' is none of this format", options->codecs);
    writer->count = (writer->size + writer->frame_size - 1) / writer->frame_size;
    if (writer->count > TABLE_MAX / ENTRY)
        return dk_fail(error, DK_ERROR_REFUSED, "--block %" PRIu32 ": that makes too many frames", writer->frame_size);
    packing.block_size = writer->frame_size;
    packing.room = (uint32_t)ZSTD_compressBound(writer->frame_size);
    writer->table = malloc(SKIP_HEADER + ENTRY * writer->count + FOOTER);
    if (!writer->table)
        return dk_fail_errno(error, "cannot write %s", dk_output_path(writer->file));
    writer->packer = dk_packer_new(&packing, error);
    return writer->packer != NULL;
}

static void *zst_open(struct dk_output_file *file, uint64_t size, const struct dk_packing_options *options,
                      struct dk_error *error)
{
    struct zst_writer *writer = calloc(1, sizeof *writer);

    if (!writer) {
        dk_fail_errno(error, "cannot write %s", dk_output_path(file));
        return NULL;
    }
    writer->file = file;
    writer->size = size;
    if (begin(writer, options, error))
        return writer;
    zst_close(writer);
    return NULL;
}

static bool zst_write(void *context, const void *bytes, size_t count, struct dk_error *error)
{
    const struct zst_writer *writer = context;

    return dk_packer_write(writer->packer, bytes, count, error);
}

static bool zst_finish(void *context, struct dk_error *error)
{
    struct zst_writer *writer = context;
    const uint64_t entries = ENTRY * writer->count;
    uint8_t *footer = writer->table + SKIP_HEADER + entries;

    if (!dk_packer_finish(writer->packer, error))
        return false;
    put_number(writer->table, skip_magic, 4);
    put_number(writer->table + 4, entries + FOOTER, 4);
    put_number(footer, writer->count, 4);
    footer[4] = 0;
    put_number(footer + 5, seek_magic, 4);
    return dk_output_write(writer->file, writer->table, SKIP_HEADER + entries + FOOTER, error);
}

const struct dk_iso_sink dk_zst_sink = { zst_open, zst_write, zst_finish, zst_close };
