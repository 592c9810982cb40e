/*
 * Bytes: a store is a run of bytes that can be read at any place and does not change while it is open: a file, a part
 * of one, several in a row, or what a compressed file holds. Everything above reads images through stores alone. An
 * output is the other direction: files that appear under their names when they are whole, or not at all.
 */
#ifndef DISCKIT_BYTES_H
#define DISCKIT_BYTES_H

#include <disckit/error.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Stores ---- */

struct dk_store {
    const struct dk_store_ops *ops;
    uint64_t size;          /* bytes */
    const char *name;       /* for messages; lives as long as the store */
    _Atomic unsigned users; /* closed by the last dk_store_close() */
};

/* What a kind of store brings. */
struct dk_store_ops {
    /* Fills all of `to`; the caller has checked that offset + count <= size. May be called from several threads. */
    bool (*read)(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error);
    /* The descriptor of the plain file that holds these bytes as they are, and where they begin in it; else -1. */
    int (*plain_file)(struct dk_store *store, uint64_t *start);
    void (*destroy)(struct dk_store *store);
};

/* Each returns a new store with one user, or NULL. A store of a store uses it on its own: the caller still closes its
 * own. */
DK_API struct dk_store *dk_store_open_file(const char *path, struct dk_error *error);
/* The descriptor of a file is the store's from here on, also on failure. */
DK_API struct dk_store *dk_store_from_descriptor(int fd, const char *name, struct dk_error *error);
DK_API struct dk_store *dk_store_from_memory(const void *bytes, size_t size, const char *name); /* keeps a copy */
DK_API struct dk_store *dk_store_slice(struct dk_store *whole, uint64_t offset, uint64_t size, struct dk_error *error);
/* `count` stores, one behind the other, as one. */
DK_API struct dk_store *dk_store_chain(struct dk_store *const *parts, size_t count, const char *name,
                                       struct dk_error *error);

DK_API struct dk_store *dk_store_use(struct dk_store *store); /* one user more; returns `store` */
DK_API void dk_store_close(struct dk_store *store);           /* one less; NULL is fine */

/* Reads all `count` bytes at `offset`, or fails: DK_ERROR_DAMAGED where the store ends before. */
DK_API DK_MUST_USE bool dk_store_read(struct dk_store *store, void *to, size_t count, uint64_t offset,
                                      struct dk_error *error);
/* As dk_store_ops.plain_file; -1 where the bytes are in no plain file. */
DK_API int dk_store_plain_file(struct dk_store *store, uint64_t *start);

/* ---- Output ---- */

/*
 * A result of one or more files. Each is written under a temporary name in its own folder; dk_output_commit() syncs
 * them and gives them their names, the file that was added first last, so that a sheet never names what is not there.
 * dk_output_close() without a commit removes them: nothing stays of a failure, and what had the name before is
 * untouched.
 */
struct dk_output;
struct dk_output_file;

/* With `replace`, commit puts the files in the place of others of their names; without it that is refused at once. */
DK_API struct dk_output *dk_output_new(bool replace);
/* A file that is still needed as it is: a result of that name is refused, also with `replace`. NULL: nothing to keep.
 */
DK_API void dk_output_keep(struct dk_output *output, const char *path);
DK_API void dk_output_keep_store(struct dk_output *output, struct dk_store *store);
/* Starts a file. "-" is stdout: bytes go there as they come. The output owns the file. NULL: `error` says why. */
DK_API struct dk_output_file *dk_output_add(struct dk_output *output, const char *path, struct dk_error *error);
DK_API DK_MUST_USE bool dk_output_write(struct dk_output_file *file, const void *bytes, size_t count,
                                        struct dk_error *error);
/* Appends `count` bytes of the store: in the kernel, or by a shared extent, where both are plain files. */
DK_API DK_MUST_USE bool dk_output_copy(struct dk_output_file *file, struct dk_store *store, uint64_t offset,
                                       uint64_t count, struct dk_error *error);
/* Appends `count` zeros, as a hole where the file can have one. */
DK_API DK_MUST_USE bool dk_output_zeros(struct dk_output_file *file, uint64_t count, struct dk_error *error);
/*
 * For a file whose beginning is known last: said before anything is written, bytes of it can be replaced until the
 * commit, where the tap then sees the whole file. Refused on stdout.
 */
DK_API DK_MUST_USE bool dk_output_allow_replacing(struct dk_output_file *file, struct dk_error *error);
DK_API DK_MUST_USE bool dk_output_replace_bytes(struct dk_output_file *file, uint64_t offset, const void *bytes,
                                                size_t count, struct dk_error *error);
DK_API uint64_t dk_output_size(const struct dk_output_file *file);    /* bytes so far */
DK_API const char *dk_output_path(const struct dk_output_file *file); /* the name that it will have */
/* The name under which it is written until the commit, for a library that writes to names; NULL: it is stdout. */
DK_API const char *dk_output_temporary(const struct dk_output_file *file);
DK_API DK_MUST_USE bool dk_output_commit(struct dk_output *output, struct dk_error *error);
/* Its files, in the order in which they were added; NULL beyond the last. They live until the output is closed. */
DK_API const struct dk_output_file *dk_output_file_at(const struct dk_output *output, size_t index);
/* Takes back what was committed, where it turned out to be wrong: removes the files. */
DK_API void dk_output_withdraw(struct dk_output *output);

/*
 * Sees every byte of every file in order, as it is written; nothing is copied in the kernel then. Set before anything
 * is written.
 */
typedef void dk_output_tap(void *context, const struct dk_output_file *file, const void *bytes, size_t count);
DK_API void dk_output_set_tap(struct dk_output *output, dk_output_tap *tap, void *context);
DK_API void dk_output_close(struct dk_output *output); /* NULL is fine */

#endif
