/*
 * Wrapped images: a table of blocks, each with its place in a file and its way of being kept there, read as one store.
 * A format reads its own table and adds the blocks in the order of the image; what is the same for all of them, the
 * checks of each entry and the decoding, is here.
 */
#ifndef FORMATS_WRAPPED_H
#define FORMATS_WRAPPED_H

#include <disckit/blocks.h>
#include <disckit/note.h>

/* How a block is kept. From WRAPPED_CODED on it is an index into the format's own table of codecs. */
enum wrapped_kind { WRAPPED_ZEROS, WRAPPED_RAW, WRAPPED_BAD, WRAPPED_CODED };

struct wrapped_codec {
    const char *name;             /* for messages: "zlib" */
    const struct dk_codec *codec; /* or: */
    bool (*decode)(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t to_size, struct dk_error *error);
};

/* What a format says of all blocks; everything but `codecs` may be 0. */
struct wrapped_rules {
    const struct wrapped_codec *codecs;
    /* Looks at what is stored, or mends it, before it is decoded; `number` counts the blocks that were added. */
    bool (*prepare)(void *context, size_t number, unsigned kind, uint8_t *stored, size_t size, struct dk_error *error);
    uint32_t whole;               /* a coded block always gives so many bytes, also where the image needs fewer */
    bool not_plain;               /* what is packed is not plain sectors from LBA 0 on: places are told in bytes */
    void *context;                /* goes to `prepare` and `decode`, from several threads at once */
    void (*free_context)(void *); /* when the last user closed the store, and where opening it fails */
};

enum {
    WRAPPED_BLOCK_MAX = 64 << 20, /* bytes that a coded block may give */
    WRAPPED_COUNT_MAX = 16 << 20, /* blocks of an image */
};

struct wrapped;

/* `stored` has all bytes of the blocks, and is used on its own; the context in `rules` is this one's from here on. */
struct wrapped *wrapped_new(struct dk_store *stored, const struct wrapped_rules *rules);
/* For DK_CLEANUP; NULL inside is fine. */
void wrapped_free(struct wrapped **wrapped);

/*
 * Adds the next `size` bytes of the image, which is nothing where `size` is 0. They lie at `offset` of what is stored,
 * in `length` bytes; both say nothing for zeros. A block that can't be (it lies outside of what is stored, it is too
 * short) is kept as a bad one: it fails when it is read, and wrapped_open() tells of it. False: no such image is read.
 */
bool wrapped_add(struct wrapped *wrapped, uint64_t size, unsigned kind, uint64_t offset, uint64_t length,
                 struct dk_error *error);
uint64_t wrapped_size(const struct wrapped *wrapped); /* of the image so far, in bytes */

/*
 * The image as a store; tells in `notes`, by LBA, what can't be read of it. `*wrapped` is gone, also on failure: NULL.
 */
struct dk_store *wrapped_open(struct wrapped **wrapped, struct dk_notes *notes, struct dk_error *error);

#endif
