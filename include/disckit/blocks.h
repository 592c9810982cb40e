/*
 * Blocks: what a compressed file holds, as a store. A format says how many bytes there are, how they are cut into
 * blocks, and how one block is decoded; the store keeps the blocks that were used last and decodes ahead of a reader
 * that goes on in order, on every processor.
 */
#ifndef DISCKIT_BLOCKS_H
#define DISCKIT_BLOCKS_H

#include <disckit/bytes.h>

/* One run of bytes that is decoded as a whole. */
struct dk_block {
    uint64_t index; /* what `decode` is told; ascends with `start` */
    uint64_t start; /* first byte of it in the store */
    uint32_t size;  /* bytes, never 0 */
};

/* What a format brings. All but `name`, `size`, `block_size` and `decode` may be 0. */
struct dk_blocks {
    const char *name;    /* for messages; copied */
    uint64_t size;       /* bytes of all blocks together */
    uint32_t block_size; /* bytes of each but the last; with `find`, of the largest; at most DK_BLOCK_MAX */
    /* Where blocks differ in size: the one that holds byte `offset`, which is below `size`. Safe from several threads.
     */
    bool (*find)(void *context, uint64_t offset, struct dk_block *block, struct dk_error *error);
    /* What one thread needs to decode: tables, a library's state. NULL: out of memory. */
    void *(*worker_new)(void *context);
    void (*worker_free)(void *worker);
    /*
     * Fills all of the block, or fails: DK_ERROR_DAMAGED, with the block and its place in the file, where what is
     * stored is not right. Called from several threads at once, each with its own worker.
     */
    bool (*decode)(void *context, void *worker, const struct dk_block *block, uint8_t *to, struct dk_error *error);
    void (*destroy)(void *context); /* when the last user closed the store, and where opening it fails */
    void *context;
    unsigned threads; /* that decode ahead; 0: one a processor */
};

enum { DK_BLOCK_MAX = 128 << 20 };

/* A store with one user, or NULL. The context is the store's from here on, also on failure. */
DK_API struct dk_store *dk_store_from_blocks(const struct dk_blocks *blocks, struct dk_error *error);

/* ---- Codecs: one stored block to one whole block ---- */

struct dk_codec {
    const char *name;            /* "zlib" */
    void *(*worker_new)(void);   /* what one thread needs; NULL where it returns that: out of memory */
    void (*worker_free)(void *); /* both NULL: nothing is needed */
    /*
     * Fills `to` exactly, or fails with one sentence that the caller puts the place in front of. What follows the end
     * of the packed bytes in `from` is padding and not looked at.
     */
    bool (*decode)(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                   struct dk_error *error);
};

DK_API extern const struct dk_codec dk_codec_deflate; /* RFC 1951, bare */
DK_API extern const struct dk_codec dk_codec_zlib;    /* RFC 1950 */
DK_API extern const struct dk_codec dk_codec_bzip2;
DK_API extern const struct dk_codec dk_codec_lz4; /* one block, no frame */
DK_API extern const struct dk_codec dk_codec_zstd;

#endif
