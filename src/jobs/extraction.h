/* The parts of dk_extract(): the place that things are made in, the reader of their contents, the list of what is made
 * last. */
#ifndef JOBS_EXTRACTION_H
#define JOBS_EXTRACTION_H

#include <disckit/extract.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

/* ---- Paths that a user names; none is the whole tree ---- */

/* Are all of them there? Better said before anything is made. */
bool paths_are_there(struct dk_tree *tree, const struct dk_extract_options *options, struct dk_error *error);
/* Walks each with what is in it; one that another one includes is not walked again. */
bool paths_walk(struct dk_tree *tree, const struct dk_extract_options *options, unsigned flags, dk_visit *visit,
                void *context, struct dk_error *error);

/* ---- The place: everything is made below one directory descriptor ---- */

struct place {
    int root;
    int parent;        /* the directory that was opened last, or -1 */
    char *parent_path; /* its path; grows as needed */
    size_t parent_length, parent_room;
    bool no_openat2; /* an old kernel, or one that forbids it: step by step instead */
    mode_t mask;     /* the user's umask */
    bool replace;
    struct timespec began; /* by the clock of the file system: what was changed later was made here */
};

/* `folder` NULL is the working directory. */
bool place_open(struct place *place, const char *folder, bool replace, struct dk_error *error);
void place_close(struct place *place);
/* The same folder for another thread, to be ended by place_leave(): the first one must stay open. */
struct place place_share(const struct place *place);
void place_leave(struct place *place);

/*
 * The directory that `path` lies in, opened: it stays the place's and is good until the next call. Directories that are
 * not there are made. -1: errno says why; ELOOP or ENOTDIR where a link would have to be followed.
 */
int place_parent(struct place *place, const char *path);
/* Opens the directory `path` (its first `length` bytes) itself, for the caller to close. -1: errno. */
int place_directory(struct place *place, const char *path, size_t length);
/* The last part of a path. */
const char *place_name(const char *path);

/* Makes a directory. One that is there already is fine. False: errno. */
bool place_make_directory(struct place *place, const char *path, uint32_t mode);
/* Gives a directory its time, and its mode where there is one to set. */
bool place_settle_directory(struct place *place, const char *path, bool set_mode, uint32_t mode,
                            const struct dk_time *mtime);

enum { PLACE_TEMPORARY = 64 };

/* A file that is being written. */
struct place_file {
    int fd, parent;
    const char *name;                /* the last part of its path */
    char temporary[PLACE_TEMPORARY]; /* empty where it has its own name already */
};

/* False: errno; EEXIST where there is something of that name that may not be replaced. */
bool place_create(struct place *place, const char *path, uint32_t mode, struct place_file *file);
/* Sets mode and time and gives the file its name, or removes it where something fails. False: errno. */
bool place_finish(struct place *place, struct place_file *file, uint32_t mode, const struct dk_time *mtime);
void place_abandon(struct place_file *file);

/* Links and special files; the same rules for what is there. */
bool place_make_link(struct place *place, const char *path, const char *target, const struct dk_time *mtime);
bool place_make_special(struct place *place, const char *path, uint32_t mode_and_type, dev_t device,
                        const struct dk_time *mtime);

/* ---- The reader: contents of files, a piece at a time ---- */

/* 64 KiB: so much stays in the nearest cache on its way from one file to the other, twice as much is slower. */
enum { READER_SECTORS = 32 };

struct reader {
    const struct dk_disc *disc;
    uint8_t *user; /* READER_SECTORS of user data */
    uint8_t *raw;  /* and of raw sectors */
    int32_t lba;   /* of the first sector that is held */
    uint32_t held;
    bool bad[READER_SECTORS];   /* check bytes disagree */
    bool form2[READER_SECTORS]; /* 276 bytes more than were taken */
    uint64_t unchecked;         /* sectors whose check bytes are all zero, as some programs write them */
};

bool reader_open(struct reader *reader, const struct dk_disc *disc, struct dk_error *error);
void reader_close(struct reader *reader);
/*
 * User data from `lba` on: at least one sector, at most `*count`, which is set to what there is; `ahead` says how many
 * sectors in a row will be wanted. NULL: error. The bytes are good until the next call; what is known of them stands in
 * `bad` and `form2` from [lba - reader->lba] on.
 */
const uint8_t *reader_get(struct reader *reader, int32_t lba, uint32_t *count, uint32_t ahead, struct dk_error *error);
/* Would that take no reading? */
bool reader_holds(const struct reader *reader, int32_t lba);

/* ---- Contents ---- */

/* The sectors that an extent touches. */
static inline uint64_t extent_sectors(const struct dk_file_extent *extent)
{
    return (extent->skip + extent->size + DK_SECTOR_USER - 1) / DK_SECTOR_USER;
}

/* What a file looked like while its contents were written. */
struct contents {
    uint64_t written;
    uint64_t bad, form2; /* sectors */
    int32_t first_bad;
};

struct contents_job {
    struct reader *reader;
    struct dk_tree *tree;
    pthread_mutex_t *tree_lock; /* a tree is used by one thread at a time; NULL where there is only one */
    struct dk_watch *watch;     /* NULL in all threads but one */
    const char *doing;
    _Atomic uint64_t *done; /* bytes, of all threads */
    uint64_t total;         /* 0: nobody knows */
    const atomic_bool *end; /* something failed elsewhere; NULL: never */
    uint32_t ahead; /* sectors, from the file's first on, that will be wanted in a row: its own and the next ones' */
};

/*
 * Writes all of a file to `fd`. False: DK_ERROR_DAMAGED for what can't be read, DK_ERROR_STOPPED, or DK_ERROR_SYSTEM
 * where `fd` takes no more.
 */
bool contents_write(struct contents_job *job, const struct dk_entry *entry, int fd, struct contents *seen,
                    struct dk_error *error);

/* ---- The list of what is made last, in a file without a name where it is long ---- */

struct later {
    enum dk_entry_type type;
    bool has_mode;
    uint32_t mode;
    uint32_t device_major, device_minor;
    struct dk_time mtime;
    char *path, *target; /* the list's, good until the next call; target only for symlinks */
};

struct later_list {
    FILE *file;
    char *text; /* of the record that was read last */
    size_t room;
    uint64_t count;
};

bool later_add(struct later_list *list, const struct dk_entry *entry);
/* Begins at the first record, or at the last; `forwards` as then. */
bool later_rewind(struct later_list *list, bool forwards);
/* 1: a record; 0: no more; -1: errno. */
int later_next(struct later_list *list, bool forwards, struct later *record);
void later_close(struct later_list *list);

/* ---- Files that wait for their turn ---- */

struct window {
    struct dk_arena *arena;
    struct dk_entry **entries;
    size_t count;
    size_t bytes; /* of what the arena holds */
};

bool window_open(struct window *window, struct dk_error *error);
void window_close(struct window *window);
/* Keeps a copy of a file's entry. */
void window_add(struct window *window, const struct dk_entry *entry);
bool window_is_full(const struct window *window);
/* Sorts by LBA: what is read in this order is read forwards. */
void window_sort(struct window *window);
/* How many sectors in a row belong to the entries [i, stop), as far as they are neighbours; small gaps do no harm. */
uint32_t window_run(const struct window *window, size_t i, size_t stop);
void window_empty(struct window *window);

/* ---- The job as its parts see it ---- */

struct extraction {
    const struct dk_disc *disc;
    struct dk_tree *tree;
    const struct dk_extract_options *options;
    pthread_mutex_t lock;      /* for `done`, `error` and the notes, while several threads write files */
    pthread_mutex_t tree_lock; /* for the tree */
    struct dk_extracted *done;
    struct dk_error *error;
    atomic_bool failed;        /* `error` says why; nothing more is made */
    _Atomic uint64_t progress; /* bytes */
    _Atomic uint64_t specials_left_out, set_bits_left_out, unchecked;
    struct place place;
    struct window window;
    struct later_list folders, links;
    char **closed; /* directories that were refused: nothing that is in them is made either */
    size_t closed_count;
};

/* Tells why an entry is not there. */
void extraction_refuse(struct extraction *x, const struct dk_entry *entry, const char *why);
/* The same by errno: what concerns more than this entry, as a full disk, ends all. */
void extraction_refuse_errno(struct extraction *x, const struct dk_entry *entry);
void extraction_fail(struct extraction *x, const struct dk_error *error);
/* The permissions that an entry gets; `otherwise`, less the umask, where none are recorded. */
uint32_t extraction_mode(struct extraction *x, const struct dk_entry *entry, uint32_t otherwise);

/* Extracts the files of the window and empties it. */
void files_extract(struct extraction *x);

#endif
