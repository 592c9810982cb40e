/*
 * The pipeline: the one engine of everything long. A thread reads sectors ahead, a second one checks them, and the
 * caller's thread gives them to a sink, in order; a ring of blocks bounds the memory. Converting, comparing and
 * scanning are settings of it; a rip comes back to what failed, and has a loop of its own.
 */
#ifndef DISCKIT_PIPELINE_H
#define DISCKIT_PIPELINE_H

#include <disckit/sector.h>
#include <disckit/watch.h>
#include <disckit/wrapper.h>

/* ---- What turned out to be bad ---- */

struct dk_bad_run {
    int32_t lba;
    uint32_t count;
    unsigned faults; /* enum dk_fault; 0: the sectors could not be read */
};

enum { DK_BAD_RUNS_MAX = 10000 }; /* more are only counted, so that a wreck fills no memory */

/* Zero-initialised it is an empty list. */
struct dk_bad_list {
    struct dk_bad_run *runs; /* in the order in which they were met; neighbours of one kind are merged */
    size_t count;
    uint64_t sectors;        /* in all runs, also those beyond DK_BAD_RUNS_MAX */
    struct dk_notes reasons; /* why they could not be read, as far as a store says it: a sentence each */
    uint64_t odd_headers;    /* sectors whose header does not fit their place: an odd attribute, and in no run */
};

DK_API void dk_bad_list_add(struct dk_bad_list *list, int32_t lba, uint32_t count, unsigned faults);
DK_API const char *dk_bad_fault_name(unsigned faults); /* "unreadable", "sync", "edc" or "data" */
DK_API void dk_bad_list_free(struct dk_bad_list *list);
/* Notes each run as damage, and the reasons: "LBA 20: the EDC is wrong"; after DK_NOTES_MAX of them their number. */
DK_API void dk_bad_list_note(const struct dk_bad_list *list, struct dk_notes *notes);

/* ---- Running it ---- */

/* Takes `count` sectors from `lba` on, in the form of the run. False ends the run with `error`. */
typedef bool dk_sink_take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error);
/* Takes as many bytes of a store, which are those that dk_sink_take would be given: for a copy in the kernel. */
typedef bool dk_sink_copy(void *context, struct dk_store *store, uint64_t offset, uint64_t count,
                          struct dk_error *error);

struct dk_pipeline {
    /*
     * Where the sectors come from. Without a source it is the disc's own, and what plain extents store is read
     * directly; a source that is given (a wrapper) sees every read. Without a disc nothing is known of tracks.
     */
    const struct dk_disc *disc;
    struct dk_source *source;
    int32_t lba;
    uint32_t count;
    enum dk_form form; /* that the sink gets */
    uint32_t at_once;  /* sectors a read; 0: as many as make a good block */

    /*
     * Check the sectors of data tracks as far as check bytes are read: the EDC, and P and Q where it is wrong. A sector
     * of nothing but zeros is none to check at the beginning and the end of a track (a pause, a run-out); within it
     * nobody has read it. What is wrong goes to `bad`.
     */
    bool check;
    /*
     * A sector that can't be read becomes zeros and goes to `bad`, too, and the run goes on; false: it ends the run.
     * Errors of other kinds than DK_ERROR_DAMAGED always end it, but for those of single sectors of an image file.
     */
    bool go_on;
    struct dk_bad_list *bad; /* NULL: nobody wants to know */
    struct dk_read_map *map; /* marked as it goes; NULL is fine */

    dk_sink_take *take; /* called in the caller's thread; NULL: the sectors are only read and checked */
    dk_sink_copy
        *copy; /* NULL, or what to use where stored bytes and wanted ones are the same and nothing is checked */
    void *context;

    /* Ticked in the caller's thread, also while nothing comes. A job of several runs tells what lies before this one.
     */
    struct dk_watch *watch;
    const char *doing;
    uint64_t done_before, total; /* bytes in `form`; a total of 0: that of this run */
};

DK_API DK_MUST_USE bool dk_pipeline_run(const struct dk_pipeline *settings, struct dk_error *error);

#endif
