/*
 * Inspecting a disc: the volumes of its data tracks, how long container, track table and volumes each take it to be,
 * and which of its sectors disagree with their own check bytes.
 */
#ifndef DISCKIT_INSPECT_H
#define DISCKIT_INSPECT_H

#include <disckit/pipeline.h>
#include <disckit/volume.h>
#include <disckit/watch.h>

/* How the length of a data track and of the volumes on it go together. */
enum dk_size_verdict {
    DK_SIZE_EXACT,         /* the track ends with its volume */
    DK_SIZE_PADDED,        /* it goes on behind the volume: padding, run-out, a later session's files */
    DK_SIZE_PADDING_SHORT, /* it ends before the volume, and every file and directory is inside it */
    DK_SIZE_TRUNCATED,     /* it ends before the volume, and files or directories are missing */
};

/* All in sectors of 2048 bytes of user data, counted from the first sector of the volume. */
struct dk_size {
    unsigned track;
    int32_t base;           /* LBA at which the volume begins to count */
    uint64_t track_sectors; /* as far as the track goes */
    uint64_t volume_sectors;
    uint64_t files_sectors; /* to the end of the last file or directory; 0: none was found */
    enum dk_size_verdict verdict;
    uint64_t differ_sectors; /* by how much the track is longer, or shorter, rounded up */
    uint64_t differ_bytes;   /* the same with the bytes of an odd last sector */
};

struct dk_inspection {
    struct dk_volumes **volumes; /* a list for each data track whose data is there, by number of the track */
    size_t volumes_count;
    struct dk_size *sizes; /* for each of these tracks that has a volume of a known size */
    size_t size_count;
    struct dk_bad_list bad; /* sectors whose check bytes disagree, or that have no sync */
    uint64_t checked;       /* sectors that have check bytes and were looked at */
    struct dk_notes notes;  /* what was found out here; the disc and each list of volumes have their own */
};

enum dk_inspect_flags {
    DK_INSPECT_FAST = 1, /* leave the check bytes of raw sectors alone */
};

/*
 * `disc` must stay open as long as what is returned. Where a volume is wrecked the rest is still told, the wreck as a
 * note of damage. NULL: stopped, or out of memory.
 */
DK_API struct dk_inspection *dk_inspect(struct dk_disc *disc, unsigned flags, struct dk_watch *watch,
                                        struct dk_error *error);
DK_API void dk_inspection_free(struct dk_inspection *inspection); /* NULL is fine */

#endif
