/*
 * Writing images: what the writers of all formats share. Which sectors of a disc go into a result, how they are read
 * and put into a file with progress and with damage told, and the names of the files beside each other.
 */
#ifndef FORMATS_WRITER_H
#define FORMATS_WRITER_H

#include <disckit/format.h>

/* One image that is being written. Zero but for the first four. */
struct writer {
    struct dk_disc *disc;
    const char *path; /* as it was asked for */
    const struct dk_write_options *options;
    struct dk_output *output;
    uint64_t done, total; /* sectors, for the watch; the writer sets `total` before it begins */
};

/* What a format's writer has a use for. */
enum writer_ability {
    WRITER_DVD = 1 << 0,
    WRITER_SPLIT = 1 << 1,
    WRITER_SECTOR_2048 = 1 << 2,
    WRITER_ANY_NAME = 1 << 3, /* else the files beside it are found by its name, which has to end in the suffix */
};

/* Refuses a disc or options that the format, here with its suffix, has no way for. `abilities`: enum writer_ability. */
bool writer_can(const struct writer *writer, const char *suffix, unsigned abilities, struct dk_error *error);
/* Does any file hold subchannel? */
bool writer_keeps_subchannel(const struct dk_disc *disc);
/* The CD-TEXT as packs, as they were read or made anew; NULL: there is none, or it does not fit in packs, which is
 * told. */
const uint8_t *writer_packs(const struct writer *writer, size_t *count);

/* ---- Which sectors ---- */

/*
 * A track of the result with all that comes before it: sectors [begin, end) of all parts of a session lie one behind
 * the other, with no room between them.
 */
struct writer_part {
    const struct dk_track *track;
    bool opens_session;
    /*
     * Where the track before ends; of the first track LBA 0, or where the image begins if that is later or it has
     * sectors before LBA 0 as its INDEX 01; of the first one of a later session its INDEX 01, or where the pause begins
     * that a file holds more than zeros of.
     */
    int32_t begin;
    int32_t stored; /* the first sector from `begin` on that a file holds; at most INDEX 01 */
    int32_t end;    /* behind its last one, its postgap included */
};

/* One for each track, in `parts`. Tracks that are missing: an error, since nobody can write them. */
bool writer_parts(const struct dk_disc *disc, struct writer_part parts[DK_TRACKS_MAX], struct dk_error *error);
/* The first LBA from `from` on, below `to`, of a sector that a file holds; `to` where there is none. */
int32_t writer_first_stored(const struct dk_disc *disc, int64_t from, int32_t to);
/*
 * The first LBA from `lba` on, below `end`, of a sector that is more than what is there where no file holds it:
 * silence, or zeros of user data; `end` where there is none.
 */
int32_t writer_first_full(const struct dk_disc *disc, int32_t lba, int32_t end);

/* ---- Their bytes ---- */

/* Gives sectors to `take`, in order; where the disc has none, empty ones of the track there. Ticks the watch. */
bool writer_read(struct writer *writer, int32_t lba, uint32_t count, enum dk_form form, dk_write_take *take,
                 void *context, struct dk_error *error);

/* How sectors lie in a file. */
struct writer_shape {
    unsigned size; /* bytes: 2048, 2336, 2352, or 2448 with subchannel */
    enum dk_sub_order sub_order;
    bool big_endian; /* samples: the 2352 bytes of each sector, whatever they are, with every pair swapped */
};

/* Appends sectors to a file: copied where they are stored as they shall be, made anew where they are not. */
bool writer_put_sectors(struct writer *writer, int32_t lba, uint32_t count, const struct writer_shape *shape,
                        struct dk_output_file *to, struct dk_error *error);

/* ---- Files ---- */

/* The path with `suffix` (".img") in the place of `own` ("ccd"), or behind it where it has another; in the disc's
 * arena. */
char *writer_path(const struct writer *writer, const char *own, const char *suffix);
/* The same for a sheet's file of sectors, ".bin": where each track has a file, " (Track 3).bin", as redump.org does. */
char *writer_data_path(const struct writer *writer, const char *own, const struct dk_track *track);
/* The last part of a path: what a sheet says of a file beside it. */
const char *writer_name(const char *path);
/* Appends text. */
bool writer_print(struct dk_output_file *to, struct dk_error *error, const char *format, ...) DK_PRINTF(3, 4);

enum { WRITER_TIME = 32 };

/* "00:02:00"; minutes go on above 99. Returns `text`. */
const char *writer_time(uint64_t sectors, char text[WRITER_TIME]);

#endif
