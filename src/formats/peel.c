#include "formats/peel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct peel_kind *const kinds[] = { &peel_gzip, &peel_xz, &peel_zstd, &peel_bzip2 };

const struct peel_kind *peel_kind_of(const struct dk_candidate *candidate)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i]->is(candidate))
            return kinds[i];
    return NULL;
}

/* ---- From the file ---- */

bool peel_next(struct peeling *peeling, size_t *count, struct dk_error *error)
{
    const uint64_t left = peeling->from->size - peeling->at;

    *count = left < PEEL_PIECE ? (size_t)left : PEEL_PIECE;
    if (!dk_store_read(peeling->from, peeling->bytes, *count, peeling->at, error))
        return false;
    peeling->at += *count;
    return true;
}

bool peel_damaged(const struct peeling *peeling, struct dk_error *error, const char *reason)
{
    return dk_fail(error, DK_ERROR_DAMAGED, "%s: %s before byte %" PRIu64 "; %" PRIu64 " bytes were unpacked",
                   peeling->from->name, reason, peeling->at, peeling->size);
}

/* ---- Into the temporary file ---- */

/* Without a name from the beginning where the file system can do that, else its name goes at once. */
static int open_temporary(struct dk_error *error)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int fd;

    if (!folder || !*folder)
        folder = "/tmp";
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    snprintf(path, sizeof path, "%s/disckit.XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        dk_fail_errno(error, "cannot unpack into a temporary file in %s", folder);
    else
        unlink(path);
    return fd;
}

static bool is_zeros(const uint8_t *bytes, size_t count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

/* Zeros become holes, so that what packs nothing but them takes no room. */
bool peel_put(struct peeling *peeling, const uint8_t *bytes, size_t count, struct dk_error *error)
{
    if (count > peeling->bound - peeling->size)
        return dk_fail(error, DK_ERROR_REFUSED,
                       "%s: more than %" PRIu64 " bytes are packed in it, and no disc has so many", peeling->from->name,
                       peeling->bound);
    while (count) {
        const size_t piece = count < PEEL_PIECE ? count : PEEL_PIECE;
        ssize_t put = (ssize_t)piece;

        if (!is_zeros(bytes, piece))
            put = pwrite(peeling->fd, bytes, piece, (off_t)peeling->size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return dk_fail_errno(error, "cannot unpack %s into a temporary file (TMPDIR says where)",
                                 peeling->from->name);
        bytes += put;
        count -= (size_t)put;
        peeling->size += (uint64_t)put;
    }
    return true;
}

static bool unpack(const struct peel_kind *kind, struct peeling *peeling, struct dk_notes *notes,
                   struct dk_error *error)
{
    if (!kind->unpack(peeling, error)) {
        if (error->kind != DK_ERROR_DAMAGED || peeling->size == 0)
            return false;
        dk_note(notes, DK_NOTE_DAMAGE, "%s", error->text);
    }
    if (ftruncate(peeling->fd, (off_t)peeling->size) != 0)
        return dk_fail_errno(error, "cannot unpack %s", peeling->from->name);
    if (peeling->memory > PEEL_MEMORY_TOLD)
        dk_note(notes, DK_NOTE_GUESS, "unpacking it took %" PRIu64 " MiB of memory, as it was packed to",
                peeling->memory >> 20);
    dk_note(notes, DK_NOTE_ODD,
            "it is packed by %s, with no index to read it in place: all %" PRIu64
            " bytes were unpacked into a temporary file",
            kind->name, peeling->size);
    return true;
}

static struct dk_store *unpack_once(const struct peel_kind *kind, const struct dk_candidate *candidate, uint64_t bound,
                                    struct dk_notes *notes, struct dk_error *error)
{
    struct peeling peeling = { .from = candidate->store, .bound = bound, .bytes = malloc(PEEL_PIECE), .fd = -1 };
    bool right = false;

    if (!peeling.bytes)
        dk_fail_errno(error, "cannot open %s", candidate->path);
    else if ((peeling.fd = open_temporary(error)) >= 0)
        right = unpack(kind, &peeling, notes, error);
    free(peeling.bytes);
    if (right)
        return dk_store_from_descriptor(peeling.fd, candidate->path, error);
    if (peeling.fd >= 0)
        close(peeling.fd);
    return NULL;
}

struct dk_store *peel_open(const struct peel_kind *kind, const struct dk_candidate *candidate, uint64_t bound,
                           struct dk_notes *notes, struct dk_error *error)
{
    struct dk_store *store = NULL;

    error->kind = DK_ERROR_NONE;
    if (kind->in_place)
        store = kind->in_place(candidate, error);
    if (!store && error->kind == DK_ERROR_NONE)
        return unpack_once(kind, candidate, bound, notes, error);
    if (store)
        dk_note(notes, DK_NOTE_GUESS, "it is packed by %s, and read in place by its index", kind->name);
    return store;
}
