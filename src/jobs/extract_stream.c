/* The contents of files, one behind the other, to a descriptor: no name is made, nothing is ordered by place. */
#include "jobs/extraction.h"

#include <inttypes.h>

struct stream {
    const struct dk_extract_options *options;
    struct dk_extracted *done;
    struct dk_error *error;
    bool failed;
    struct reader reader;
    struct contents_job job;
    _Atomic uint64_t progress;
    int to;
};

static bool stream_entry(const struct dk_entry *entry, void *context)
{
    struct stream *stream = context;
    struct contents seen;

    if (entry->type != DK_ENTRY_FILE)
        return true;
    if (entry->associated) {
        dk_note(stream->options->notes, DK_NOTE_ODD, "the file that is associated with '%s' was left out", entry->path);
        return true;
    }
    stream->job.ahead = 0;
    /* a part may have gone out already, which nothing takes back: the first failure ends it */
    if (!contents_write(&stream->job, entry, stream->to, &seen, stream->error)) {
        stream->failed = true;
        if (stream->error->kind == DK_ERROR_DAMAGED) {
            struct dk_error inner = *stream->error;

            dk_fail(stream->error, DK_ERROR_DAMAGED, "'%s': %s", entry->path, inner.text);
        }
        return false;
    }
    if (seen.bad)
        dk_note(stream->options->notes, DK_NOTE_DAMAGE,
                "'%s' is damaged: the check bytes of %" PRIu64 " sectors disagree, the first is LBA %" PRId32,
                entry->path, seen.bad, seen.first_bad);
    stream->done->files++;
    stream->done->bytes += entry->size;
    return true;
}

/* What a user names has to have contents, or others in it that have. */
static bool has_contents(const struct dk_entry *entry, void *context)
{
    struct stream *stream = context;

    stream->failed = entry->type != DK_ENTRY_FILE && entry->type != DK_ENTRY_DIRECTORY;
    if (stream->failed && entry->target)
        dk_fail(stream->error, DK_ERROR_REFUSED, "'%s' is a symbolic link to '%s', and has no contents of its own",
                entry->path, entry->target);
    else if (stream->failed)
        dk_fail(stream->error, DK_ERROR_REFUSED, "'%s' is a device, a FIFO or a socket, and has no contents",
                entry->path);
    return false;
}

static bool paths_have_contents(struct stream *stream, struct dk_tree *tree)
{
    for (size_t i = 0; i < stream->options->path_count && !stream->failed; i++)
        if (!dk_tree_walk(tree, stream->options->paths[i], DK_WALK_SELF | DK_WALK_UNSORTED, has_contents, stream,
                          stream->error))
            return false;
    return !stream->failed;
}

bool dk_extract_stream(const struct dk_disc *disc, struct dk_tree *tree, const struct dk_extract_options *options,
                       int to, struct dk_extracted *done, struct dk_error *error)
{
    struct stream stream = { .options = options, .done = done, .error = error, .to = to };
    bool walked;

    *done = (struct dk_extracted){ 0 };
    if (!paths_have_contents(&stream, tree) || !reader_open(&stream.reader, disc, error))
        return false;
    stream.job = (struct contents_job){
        .reader = &stream.reader, .tree = tree, .watch = options->watch, .doing = "writing", .done = &stream.progress
    };
    walked = paths_walk(tree, options, 0, stream_entry, &stream, error);
    reader_close(&stream.reader);
    return walked && !stream.failed;
}
