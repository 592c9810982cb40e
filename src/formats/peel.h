/*
 * Wrappers around an image: .gz, .xz, .zst, .bz2. What has an index is read in place; everything else is unpacked once
 * into a temporary file that has no name.
 */
#ifndef FORMATS_PEEL_H
#define FORMATS_PEEL_H

#include <disckit/format.h>

enum { PEEL_LAYERS = 3 };

/* What is inside of a wrapper may be as large as the largest disc, a BDXL of four layers. */
#define PEEL_BOUND (UINT64_C(128) << 30)

struct peel_kind;

/* The kind of wrapper that the candidate is; NULL: none. */
const struct peel_kind *peel_kind_of(const struct dk_candidate *candidate);
/*
 * What is inside, as a store, or NULL; up to `bound` bytes. Where a part is damaged, what came out before it is what
 * there is, and `notes` says so.
 */
struct dk_store *peel_open(const struct peel_kind *kind, const struct dk_candidate *candidate, uint64_t bound,
                           struct dk_notes *notes, struct dk_error *error);

/* ---- Inside: what the kinds share ---- */

/* One file that is being unpacked from its first byte to its last. */
struct peeling {
    struct dk_store *from;
    uint64_t at; /* bytes of it that were taken */
    uint8_t *bytes;
    int fd;
    uint64_t size, bound; /* bytes that came out */
    uint64_t memory;      /* that the file asks for, where that is much */
};

struct peel_kind {
    const char *name;
    bool (*is)(const struct dk_candidate *candidate);
    /* Unpacks all of it. DK_ERROR_DAMAGED: what came out before stays. */
    bool (*unpack)(struct peeling *peeling, struct dk_error *error);
    /* By its index; NULL without an error kind: it has none. */
    struct dk_store *(*in_place)(const struct dk_candidate *candidate, struct dk_error *error);
};

extern const struct peel_kind peel_gzip, peel_xz, peel_zstd, peel_bzip2;

/* The next bytes of the file, `*count` of them, 0 at its end. */
bool peel_next(struct peeling *peeling, size_t *count, struct dk_error *error);
bool peel_put(struct peeling *peeling, const uint8_t *bytes, size_t count, struct dk_error *error);
bool peel_damaged(const struct peeling *peeling, struct dk_error *error, const char *reason);

enum { PEEL_PIECE = 256 << 10, PEEL_MEMORY_MAX = 512 << 20, PEEL_MEMORY_TOLD = 16 << 20 };

#endif
