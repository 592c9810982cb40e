/*
 * Extracting: files, directories, symlinks and, where that is wanted, special files of a tree into a folder. Nothing
 * lands outside that folder, whatever names and links the image has; no hard link is ever made.
 */
#ifndef DISCKIT_EXTRACT_H
#define DISCKIT_EXTRACT_H

#include <disckit/volume.h>
#include <disckit/watch.h>

struct dk_extract_options {
    const char *folder;       /* is there; NULL is the working directory */
    const char *const *paths; /* what to extract, from the root of the tree; a directory with all that is in it */
    size_t path_count;        /* 0: everything */
    bool replace;             /* files that are there already; else they are left alone and told */
    bool devices;             /* make character and block devices, fifos and sockets too */
    bool keep_damaged;        /* keep a file that could be read whole and whose check bytes disagree */
    struct dk_watch *watch;
    struct dk_notes *notes; /* what could not be extracted, each with its path, as damage */
};

/* What was done. */
struct dk_extracted {
    uint64_t files, directories, symlinks, specials;
    uint64_t bytes;   /* of the files */
    uint64_t refused; /* entries that were not extracted */
};

/*
 * Reads files in order of LBA within windows of some ten thousand, so that memory is bounded for any image; symlinks
 * are made when all files are there, times and modes of directories come last. An entry that can't be extracted is
 * noted and the rest goes on. False: a path that is not in the tree (then nothing was made), stopped, or a folder that
 * takes no more; what was extracted until then is whole.
 */
DK_API DK_MUST_USE bool dk_extract(const struct dk_disc *disc, struct dk_tree *tree,
                                   const struct dk_extract_options *options, struct dk_extracted *done,
                                   struct dk_error *error);

/* Writes the contents of files to an open descriptor, one behind the other, sorted by path. */
DK_API DK_MUST_USE bool dk_extract_stream(const struct dk_disc *disc, struct dk_tree *tree,
                                          const struct dk_extract_options *options, int to, struct dk_extracted *done,
                                          struct dk_error *error);

#endif
