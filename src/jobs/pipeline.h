/* Inside the pipeline only: its blocks, and the parts that work on them. */
#ifndef JOBS_PIPELINE_H
#define JOBS_PIPELINE_H

#include <disckit/pipeline.h>

enum {
    PIPELINE_BLOCK = 256 << 10, /* bytes: a block and what is made of it stay in the second-level cache */
    PIPELINE_TURNED = PIPELINE_BLOCK / DK_SECTOR_USER * DK_SECTOR_RAW_SUB,
};

struct pipeline_block {
    int32_t lba;
    uint32_t count;
    const struct dk_extent *extent; /* `bytes` are its stored sectors; NULL: they are in the form that is wanted */
    bool unreadable;                /* so these are zeros */
    uint8_t *bytes;
};

/* What the reader's thread knows. */
struct pipeline_reader {
    const struct dk_pipeline *settings;
    struct dk_source *source;
    int32_t lba, end;
    int32_t alone_until; /* up to here the sectors of an extent are read alone: a read of several failed */
    bool next_failed;    /* the last read ended before its end, so that the sector behind it can't be read */
    struct dk_bad_list unreadable;
};

struct pipeline_reader pipeline_reader(const struct dk_pipeline *settings, int32_t lba, int32_t end);
/* Reads the next block, from `lba` on. */
bool pipeline_fill(struct pipeline_reader *reader, struct pipeline_block *block, int32_t lba, struct dk_error *error);

bool pipeline_same_bytes(const struct dk_extent *extent, enum dk_form form);
bool pipeline_can_check(const struct dk_extent *extent);

/* Sectors of nothing but zeros, of which only what follows tells whether they are the end of a track. */
struct pipeline_zeros {
    int32_t lba;
    uint32_t count;
};

/* Blocks come in order; both lists are the checker's own. */
void pipeline_check(const struct dk_pipeline *settings, const struct pipeline_block *block,
                    struct pipeline_zeros *zeros, struct dk_bad_list *faulty);
/* Adds both lists, which are in order, in order. */
void pipeline_merge_bad(struct dk_bad_list *to, const struct dk_bad_list *one, const struct dk_bad_list *other);

#endif
