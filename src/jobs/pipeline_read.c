/* The reader's part of the pipeline: as many sectors at once as lie together, and single ones where that fails. */
#include "jobs/pipeline.h"

#include <string.h>

struct pipeline_reader pipeline_reader(const struct dk_pipeline *settings, int32_t lba, int32_t end)
{
    return (struct pipeline_reader){
        .settings = settings,
        .source = settings->source ? settings->source : settings->disc->source,
        .lba = lba,
        .end = end,
        .alone_until = INT32_MIN,
    };
}

bool pipeline_same_bytes(const struct dk_extent *extent, enum dk_form form)
{
    return extent->store && !extent->audio_big_endian && form != DK_FORM_RAW_SUB &&
           extent->layout->stored == dk_form_size(form);
}

static uint32_t at_most(uint32_t count, size_t size, uint32_t at_once)
{
    const uint32_t fit = (uint32_t)(PIPELINE_BLOCK / size), most = at_once && at_once < fit ? at_once : fit;

    return count < most ? count : most;
}

static void mark(const struct pipeline_reader *reader, const struct pipeline_block *block, enum dk_read_state state)
{
    if (reader->settings->map)
        dk_read_map_mark(reader->settings->map, block->lba, block->count, state);
}

static bool read_stored(struct pipeline_reader *reader, struct pipeline_block *block, const struct dk_extent *extent,
                        uint32_t left, struct dk_error *error)
{
    const size_t stored = extent->layout->stored;

    block->count = at_most(left, stored, reader->settings->at_once);
    if (!dk_store_read(extent->store, block->bytes, block->count * stored,
                       extent->offset + (uint64_t)(block->lba - extent->lba) * stored, error))
        return false;
    block->extent = extent;
    mark(reader, block, DK_READ_GOOD);
    return true;
}

/* Other errors than damage are no matter of single sectors: a drive that is gone is gone for all of them. */
static bool may_go_on(const struct pipeline_reader *reader, bool alone, const struct dk_error *error)
{
    return reader->settings->go_on && (alone || error->kind == DK_ERROR_DAMAGED);
}

static bool give_zeros(struct pipeline_reader *reader, struct pipeline_block *block)
{
    block->count = 1;
    block->unreadable = true;
    memset(block->bytes, 0, dk_form_size(reader->settings->form));
    dk_bad_list_add(&reader->unreadable, block->lba, 1, 0);
    mark(reader, block, DK_READ_BAD);
    return true;
}

static bool read_source(struct pipeline_reader *reader, struct pipeline_block *block, uint32_t left, bool alone,
                        struct dk_error *error)
{
    const enum dk_form form = reader->settings->form;
    const uint32_t wanted = alone ? 1 : at_most(left, dk_form_size(form), reader->settings->at_once);

    if (reader->next_failed) {
        reader->next_failed = false;
        return give_zeros(reader, block);
    }
    block->count = dk_source_read(reader->source, block->lba, wanted, form, block->bytes, error);
    if (block->count == 0)
        return may_go_on(reader, alone, error) && give_zeros(reader, block);
    reader->next_failed = block->count < wanted && may_go_on(reader, alone, error);
    mark(reader, block, DK_READ_GOOD);
    return true;
}

bool pipeline_fill(struct pipeline_reader *reader, struct pipeline_block *block, int32_t lba, struct dk_error *error)
{
    const struct dk_extent *extent = reader->settings->source ? NULL : dk_disc_extent_at(reader->settings->disc, lba);
    uint32_t left = (uint32_t)(reader->end - lba);
    const bool alone = lba < reader->alone_until;

    block->lba = lba;
    block->count = 0;
    block->extent = NULL;
    block->unreadable = false;
    if (extent && extent->count - (uint32_t)(lba - extent->lba) < left)
        left = extent->count - (uint32_t)(lba - extent->lba);
    if (extent && extent->store && !alone) {
        if (read_stored(reader, block, extent, left, error))
            return true;
        if (!reader->settings->go_on)
            return false;
        if (error->kind == DK_ERROR_DAMAGED)
            dk_note(&reader->unreadable.reasons, DK_NOTE_DAMAGE, "%s", error->text);
        reader->alone_until = lba + (int32_t)block->count;
        return read_source(reader, block, left, true, error);
    }
    return read_source(reader, block, left, alone, error);
}
