/* Converting: a disc in, files of another format out, and nothing lost that nobody chose to lose. */
#ifndef DISCKIT_CONVERT_H
#define DISCKIT_CONVERT_H

#include <disckit/packer.h>
#include <disckit/pipeline.h>
#include <disckit/sector.h>
#include <disckit/watch.h>

/* ---- What can be written ---- */

/* The formats of images, and what only a conversion makes (WAV). */
struct dk_target {
    const char *id;       /* "iso": what --to says */
    const char *name;     /* for a person */
    const char *suffixes; /* "cue", or "toc,tao" */
    unsigned holds;       /* enum dk_holds of disckit/format.h */
    const char *codecs;   /* that it packs with, apart by blanks; NULL: it does not pack */
    bool readable, writable;
};

/* In the order of the rows; false beyond the last. */
DK_API bool dk_target_at(size_t index, struct dk_target *target);
/* The word for one bit of enum dk_holds: "audio". NULL beyond the last. */
DK_API const char *dk_holds_name(unsigned bit);

/* ---- What is asked for ---- */

struct dk_convert_options {
    const char *to;          /* id of a target; NULL: the suffix of the output chooses, and stdout takes an ISO */
    unsigned track, session; /* 0: whichever */
    unsigned sector;         /* bytes a sector of data tracks in an image: 0 (its own choice), 2048 or 2352 */
    bool split;              /* an image with a file a track */
    bool cut;                /* an ISO of the bare track, also where its volume counts from LBA 0 */
    bool allow_loss;         /* of content, too */
    bool replace;            /* what is there under the name */
    bool verify;             /* open the result and compare it */
    struct dk_packing_options packing; /* of a target that packs */
    const char *sums;                  /* "md5,sha1,sha256,crc32": of each file; NULL: none */
    struct dk_source *source;          /* a wrapper over that of the disc to read through; NULL: none */
    struct dk_watch *watch;
};

/* ---- What came of it ---- */

enum dk_loss_kind {
    DK_LOSS_CONTENT,   /* refused unless chosen or allowed */
    DK_LOSS_ATTRIBUTE, /* told */
};

struct dk_loss {
    const char *id; /* "form2"; a constant */
    enum dk_loss_kind kind;
    const char *text; /* what is lost, with its place */
};

enum { DK_SUMS_MAX = 4, DK_SUM_SIZE = 65 };

struct dk_sum {
    const char *name, *tag; /* "sha256", "SHA256" */
    char hex[DK_SUM_SIZE];
};

struct dk_result_file {
    const char *path;
    uint64_t size;
    struct dk_sum sums[DK_SUMS_MAX];
    size_t sum_count;
};

/* Filled as far as it came also where the conversion is refused or fails; what it names lives as long as it does. */
struct dk_conversion {
    const char *target; /* id; NULL: none was found */
    uint64_t sectors;   /* that the result has */
    struct dk_loss *losses;
    size_t loss_count;
    struct dk_bad_list bad;
    struct dk_notes notes; /* of the result; those of the disc are in the disc */
    struct dk_result_file *files;
    size_t file_count;
    bool verified;
    /* Where it was refused: what would work instead, as options ("--track 1") and, where not NULL, another suffix. */
    char advice[80];
    const char *advice_suffix;
    struct dk_arena *arena;
};

/*
 * Writes `disc` as `path`, "-" for stdout where the result is one file. Damage in what was read is no failure: it is in
 * `conversion`, which dk_conversion_free() ends in any case.
 */
DK_API DK_MUST_USE bool dk_convert(struct dk_disc *disc, const char *path, const struct dk_convert_options *options,
                                   struct dk_conversion *conversion, struct dk_error *error);
DK_API void dk_conversion_free(struct dk_conversion *conversion);

#endif
