/* Formats: one row for each kind of image. A reader turns a store into a disc; a writer turns a disc into files. */
#ifndef DISCKIT_FORMAT_H
#define DISCKIT_FORMAT_H

#include <disckit/packer.h>
#include <disckit/sector.h>
#include <disckit/watch.h>

/* What an image of a format can hold; what a disc has and its target lacks is loss. */
enum dk_holds {
    DK_HOLDS_CD_DATA = 1 << 0,
    DK_HOLDS_AUDIO = 1 << 1,
    DK_HOLDS_DVD = 1 << 2,
    DK_HOLDS_SESSIONS = 1 << 3,
    DK_HOLDS_SUBCHANNEL = 1 << 4,
    DK_HOLDS_CD_TEXT = 1 << 5,
    DK_HOLDS_INDEXES = 1 << 6,
    DK_HOLDS_CHECK_BYTES = 1 << 7, /* raw sectors, so damage and odd headers too */
    DK_HOLDS_TRACKS = 1 << 8,      /* more than one */
    DK_HOLDS_PREGAPS = 1 << 9,
    DK_HOLDS_ISRC = 1 << 10,
    DK_HOLDS_MCN = 1 << 11,
    DK_HOLDS_FORM2 = 1 << 12,  /* all 2324 bytes of them */
    DK_HOLDS_PAUSE = 1 << 13,  /* LBA -150 to -1 */
    DK_HOLDS_FLAGS = 1 << 14,  /* copy permitted, pre-emphasis, four channels */
    DK_HOLDS_HIDDEN = 1 << 15, /* LBA 0 to INDEX 01 of the first track */
};

/* The file that a user named, as every probe and reader sees it. */
struct dk_candidate {
    struct dk_store *store;
    const char *path;    /* files beside it are looked for from here */
    const uint8_t *head; /* its first bytes, at most DK_PROBE_HEAD */
    size_t head_size;
    const uint8_t *tail; /* its last bytes, at most DK_PROBE_TAIL */
    size_t tail_size;
    struct dk_store *data; /* what the only file that a sheet names is, where both are in one container; else NULL */
};

enum { DK_PROBE_HEAD = 512 << 10, DK_PROBE_TAIL = 4 << 10 };

/*
 * Opens a file that a sheet names: by the relative path that it gives where that stays below the sheet's folder, else
 * by its last part; each in another case too (sheets come from systems where case does not matter), then, where `only`
 * says that it is the sheet's single file, by the sheet's own name with a data file's suffix, then as the folder's only
 * data file, which is told in `notes`. DK_ERROR_MISSING where there is none. Never outside the sheet's folder.
 */
DK_API struct dk_store *dk_open_beside(const struct dk_candidate *candidate, const char *name, bool only,
                                       struct dk_notes *notes, struct dk_error *error);

/* Takes `count` sectors from `lba` on, in the form of the run. False ends the run with `error`. */
typedef bool dk_write_take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error);

/* Sectors that a writer wants, in order. */
struct dk_write_run {
    int32_t lba;
    uint32_t count;
    enum dk_form form;
    uint64_t done_before, total; /* sectors of all runs, for the watch */
    dk_write_take *take;
    void *context;
};

/*
 * The samples of a sound file (WAVE, AIFF or FLAC, told by what is in it) that has CD audio: 4 bytes for each pair of
 * left and right, little-endian but for AIFF. A store with one user, or NULL; it uses `file` on its own.
 */
DK_API struct dk_store *dk_sound_open(struct dk_store *file, struct dk_notes *notes, struct dk_error *error);

/* How a disc is written. */
struct dk_write_options {
    unsigned sector; /* bytes a sector of data tracks in the result: 0 (the format's own choice), 2048 or 2352 */
    bool split;      /* a file a track */
    bool checked;    /* what is bad, or has no place in the format, is told by the caller */
    struct dk_packing_options packing;
    struct dk_watch *watch;
    struct dk_notes *notes;
    /*
     * Reads for the writer, ticks the watch, gives what can't be read as zeros and keeps in mind what is bad. NULL: the
     * disc's own source is read, and what is bad is noted.
     */
    bool (*read)(void *reader, const struct dk_write_run *run, struct dk_error *error);
    void *reader;
    bool read_all; /* `read` is to see every sector: nothing is copied from file to file in the kernel */
};

/* An image that is an ISO, packed: the bytes of the ISO go in, in order. All calls are from one thread. */
struct dk_iso_sink {
    /* `size` bytes will come. NULL: `error` says why. The file has nothing in it yet and is the caller's. */
    void *(*open)(struct dk_output_file *file, uint64_t size, const struct dk_packing_options *options,
                  struct dk_error *error);
    bool (*write)(void *sink, const void *bytes, size_t count, struct dk_error *error);
    bool (*finish)(void *sink, struct dk_error *error); /* all of them came */
    void (*close)(void *sink);                          /* in any case */
};

/* .iso.zst: zstd's seekable format. A wrapper and no format: what is in it is what is opened. */
DK_API extern const struct dk_iso_sink dk_zst_sink;

struct dk_format {
    const char *id; /* what --to and --json say */
    const char *name;
    const char *suffixes; /* "cue" or "toc,tao", for choosing a writer; a reader is chosen by content */
    const char *mark;     /* what each of them has, for those who wonder why a file is none: "footer"; or NULL */
    unsigned holds;       /* enum dk_holds */
    /* How sure is it, 0 (no) to 100, by the content alone? Cheap, and never an error; the surest format reads. */
    int (*probe)(const struct dk_candidate *candidate);
    /* Fills `disc`, which is empty and owns what is allocated from its arena. */
    bool (*read)(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error);
    /* Writes the disc as `path` and the files that belong beside it. NULL where the format is only read. */
    bool (*write)(struct dk_disc *disc, const char *path, const struct dk_write_options *options,
                  struct dk_output *output, struct dk_error *error);
    /* Where what is written is an ISO, packed: in the place of `write`. */
    const struct dk_iso_sink *iso_sink;
    const char *codecs; /* "deflate lz4": what --codec may say; NULL: it does not pack */
};

DK_API extern const struct dk_format *const dk_formats[]; /* ends with NULL; the man page and the tests walk it too */
DK_API const struct dk_format *dk_format_by_id(const char *id); /* NULL: there is none */

/*
 * Opens an image of whatever format, found by content. Where `path` is the data file of a sheet beside it (x.bin with
 * x.cue), the sheet is opened, and a note says so. NULL: `error` says what was looked for. dk_disc_close() ends it.
 * A sheet whose data is missing opens, with disc->missing_count > 0.
 */
DK_API struct dk_disc *dk_image_open(const char *path, struct dk_error *error);

#endif
