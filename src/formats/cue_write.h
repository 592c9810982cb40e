/* Writing CUE sheets: what the plan, the sheet and the bytes share. */
#ifndef FORMATS_CUE_WRITE_H
#define FORMATS_CUE_WRITE_H

#include "formats/writer.h"

struct cue_writer;

/* A track of the result. Its sectors from `first` to its end are in a file, one behind the other. */
struct cue_part {
    const struct dk_track *track;
    int32_t first;    /* LBA of INDEX 00, or of INDEX 01 where there is no pause in the file */
    uint32_t sectors; /* from there on */
    uint32_t gap;     /* PREGAP: sectors before `first` that no file holds */
    uint32_t time;    /* sectors in its file before `first` */
    uint16_t size;    /* bytes a sector */
    bool tells_lba;   /* REM MSF, where nothing else says that the disc begins later than at LBA 0 */
    bool own_file;    /* FILE stands before it */
};

/* A file with the sectors of all tracks that is none of plain sectors: how it is written, and what the sheet calls it.
 */
struct cue_data {
    const char *path, *name;
    /* Puts the sectors of a part behind those before it; NULL for `part`: that was all. */
    bool (*put)(struct cue_writer *writer, const struct cue_part *part, struct dk_output_file *to,
                struct dk_error *error);
    void *context;
};

struct cue_writer {
    struct writer base;
    const struct cue_data *data; /* NULL: plain sectors */
    struct dk_output_file *sheet;
    struct cue_part parts[DK_TRACKS_MAX]; /* as many as the disc has tracks */
    const char *cd_text_path;             /* NULL: no CDTEXTFILE */
};

/* The words of a mode and a size; NULL where a sheet has none. */
const char *cue_mode_word(enum dk_mode mode, unsigned size);
/* Path of the file with the sectors of a part; in the disc's arena. */
const char *cue_data_path(const struct cue_writer *writer, const struct cue_part *part);
/* As cue_write(), with the sectors in one file of another kind. */
bool cue_write_with(struct dk_disc *disc, const char *path, const struct dk_write_options *options,
                    struct dk_output *output, const struct cue_data *data, struct dk_error *error);
bool cue_write_cd_text(struct cue_writer *writer, struct dk_error *error);
bool cue_write_sheet(struct cue_writer *writer, struct dk_error *error);

#endif
