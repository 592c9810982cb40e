/*
 * Where everything that a TOC names lies. The pieces of a track are put one behind the other as bytes, wherever its
 * blocks begin and end; zeros fill up its last block. Nothing lies between tracks, and the first begins at LBA 0.
 */
#include "formats/toc.h"
#include "util/arena.h"
#include "util/checked.h"

#include <inttypes.h>
#include <string.h>

enum { BLOCK_MAX = DK_SECTOR_RAW_SUB };

static const uint64_t BYTES_MAX = (uint64_t)INT32_MAX * BLOCK_MAX;

/* Bytes of a track: of a file, zeros, or none that are there. */
struct piece {
    uint64_t at, size; /* in the track */
    struct dk_store *store;
    uint64_t offset;
    bool big_endian;
    bool missing;
    const struct toc_item *item; /* NULL: the zeros at the end of the track */
};

/* A track that is being laid out. */
struct layout {
    struct toc *toc;
    const struct toc_track *track;
    const struct dk_layout *layout; /* of its blocks */
    struct piece *pieces;
    size_t count;
    uint64_t size; /* bytes of the pieces */
    uint64_t blocks;
    bool open_ended; /* a file that is not there was to be used to its end */
    int64_t lba;     /* of its first block */
};

/* ---- From items to pieces ---- */

static uint64_t bytes_of(const struct layout *layout, const struct toc_item *item, struct toc_length length)
{
    return length.unit == TOC_TIME ? length.value * layout->track->block : length.value * item->count_size;
}

static bool add_piece(struct layout *layout, struct piece piece, struct dk_error *error)
{
    if (piece.size > BYTES_MAX - layout->size)
        return toc_fail(layout->toc, piece.item ? piece.item->line : layout->track->line, error,
                        "track %u is longer than any disc", layout->track->number);
    if (piece.size == 0)
        return true;
    piece.at = layout->size;
    layout->size += piece.size;
    layout->pieces[layout->count++] = piece;
    return true;
}

/* What is there of the file; what is not is told, and keeps its place. */
static bool add_file(struct layout *layout, const struct toc_item *item, struct dk_error *error)
{
    const struct toc_file *file = &layout->toc->files[item->file];
    const uint64_t start = item->offset + bytes_of(layout, item, item->start),
                   size = bytes_of(layout, item, item->length);
    struct piece piece = { .size = size, .store = file->store, .offset = start, .item = item };

    piece.big_endian = layout->track->mode == DK_AUDIO && file->big_endian != item->swapped;
    if (!file->store) {
        piece.missing = true;
        layout->open_ended = layout->open_ended || size == 0;
        return add_piece(layout, piece, error);
    }
    if (start > file->store->size || (start == file->store->size && size))
        return toc_fail(layout->toc, item->line, error,
                        "byte %" PRIu64 " of %s, at which track %u begins, is beyond its end at %" PRIu64, start,
                        file->store->name, layout->track->number, file->store->size);
    if (size == 0 || size > file->store->size - start)
        piece.size = file->store->size - start;
    if (!add_piece(layout, piece, error) || size <= piece.size)
        return size <= piece.size;
    dk_note(&layout->toc->disc->notes, DK_NOTE_DAMAGE,
            "%s line %u: %" PRIu64 " of the %" PRIu64 " bytes that track %u takes of %s are missing",
            layout->toc->sheet.path, item->line, size - piece.size, size, layout->track->number, file->store->name);
    return add_piece(layout, (struct piece){ .size = size - piece.size, .missing = true, .item = item }, error);
}

static bool add_item(struct layout *layout, const struct toc_item *item, struct dk_error *error)
{
    if (item->kind != TOC_NOTHING)
        return add_file(layout, item, error);
    return add_piece(layout, (struct piece){ .size = bytes_of(layout, item, item->length), .item = item }, error);
}

static uint64_t blocks_of(const struct layout *layout)
{
    return (layout->size + layout->track->block - 1) / layout->track->block;
}

/* In blocks: what START or END says, or as much as the items before it take. */
static uint64_t place_of(const struct toc_place *place, uint64_t there)
{
    return !place->line ? 0 : place->has_time ? place->blocks : there;
}

static bool add_items(struct layout *layout, uint64_t *start, uint64_t *end, struct dk_error *error)
{
    const struct toc_track *track = layout->track;
    uint64_t at_start = 0, at_end = 0;

    layout->pieces = arena_zeroed(layout->toc->disc->arena, 2 * track->item_count + 1, sizeof *layout->pieces);
    for (size_t i = 0; i <= track->item_count; i++) {
        at_start = i == track->start.items ? blocks_of(layout) : at_start;
        at_end = i == track->end.items ? blocks_of(layout) : at_end;
        if (i < track->item_count && !add_item(layout, &track->items[i], error))
            return false;
    }
    *start = place_of(&track->start, at_start);
    *end = place_of(&track->end, at_end);
    layout->blocks = blocks_of(layout);
    return add_piece(layout, (struct piece){ .size = layout->blocks * track->block - layout->size }, error);
}

/* ---- From pieces to extents ---- */

/* One piece behind the other in one store is one extent, within a track: the next may be of another form. */
static bool extends(const struct dk_extent *last, const struct dk_extent *next)
{
    return last->store == next->store && last->mode == next->mode && last->layout == next->layout &&
           last->audio_big_endian == next->audio_big_endian && (int64_t)last->lba + last->count == next->lba &&
           (!last->store || last->offset + (uint64_t)last->count * last->layout->stored == next->offset);
}

static void add_extent(const struct layout *layout, uint64_t block, uint64_t count, struct dk_extent extent)
{
    struct dk_disc *disc = layout->toc->disc;
    struct dk_extent *last = disc->extent_count ? &disc->extents[disc->extent_count - 1] : NULL;

    extent.lba = (int32_t)(layout->lba + (int64_t)block);
    extent.count = (uint32_t)count;
    extent.mode = layout->track->mode;
    extent.sub_order = DK_SUB_INTERLEAVED;
    if (extent.store)
        extent.layout = layout->layout;
    if (last && last->lba >= layout->lba && extends(last, &extent))
        last->count += extent.count;
    else
        dk_disc_add_extent(disc, extent);
}

static void add_whole_blocks(const struct layout *layout, const struct piece *piece, uint64_t block, uint64_t count)
{
    if (piece->missing)
        return;
    add_extent(layout, block, count,
               (struct dk_extent){
                   .store = piece->store,
                   .offset = piece->offset + (block * layout->track->block - piece->at),
                   .audio_big_endian = piece->big_endian,
               });
}

/* What one block has of a piece; a swapped pair that two pieces share stays as it is. */
static bool read_part(const struct piece *piece, uint64_t from, size_t count, uint8_t *to, bool swap,
                      struct dk_error *error)
{
    if (!piece->store)
        return true;
    if (!dk_store_read(piece->store, to, count, piece->offset + (from - piece->at), error))
        return false;
    for (size_t i = 0; swap && piece->big_endian && i + 1 < count; i += 2) {
        const uint8_t first = to[i];

        to[i] = to[i + 1];
        to[i + 1] = first;
    }
    return true;
}

/* A block in which one piece ends and another begins is put together here, once. */
static bool add_mixed_block(const struct layout *layout, const struct piece *piece, uint64_t block,
                            struct dk_error *error)
{
    uint8_t bytes[BLOCK_MAX] = { 0 };
    const uint64_t begin = block * layout->track->block, end = begin + layout->track->block;
    const char *name = NULL; /* of a file that it has bytes of */
    bool missing = false;
    struct dk_store *store;

    for (uint64_t at = begin; at < end; piece++) {
        const uint64_t piece_end = piece->at + piece->size, to = piece_end < end ? piece_end : end;

        if (!read_part(piece, at, (size_t)(to - at), bytes + (at - begin), layout->track->mode == DK_AUDIO, error))
            return false;
        name = piece->store ? piece->store->name : name;
        missing = missing || piece->missing;
        at = to;
    }
    if (missing)
        return true;
    store = name ? dk_store_from_memory(bytes, layout->track->block, name) : NULL;
    if (name && !store)
        return dk_fail_errno(error, "cannot open %s", name);
    add_extent(layout, block, 1, (struct dk_extent){ .store = store });
    dk_store_close(store);
    return true;
}

static bool add_extents(const struct layout *layout, struct dk_error *error)
{
    const struct piece *piece = layout->pieces;
    const unsigned size = layout->track->block;

    for (uint64_t block = 0; block < layout->blocks;) {
        uint64_t whole;

        while (piece->at + piece->size <= block * size)
            piece++;
        whole = (piece->at + piece->size - block * size) / size;
        if (whole)
            add_whole_blocks(layout, piece, block, whole);
        else if (!add_mixed_block(layout, piece, block, error))
            return false;
        block += whole ? whole : 1;
    }
    return true;
}

/* ---- Tracks ---- */

/*
 * The layout of a mode, with what is behind it: subchannel as it is on the disc, or packs of R to W, out of which that
 * would have to be made.
 */
static const struct dk_layout *layout_of(struct toc *toc, const struct toc_track *track)
{
    struct dk_layout *layout;

    if (track->subchannel == TOC_NO_SUBCHANNEL)
        return dk_layout_find(track->mode, track->block);
    layout = arena_zeroed(toc->disc->arena, 1, sizeof *layout);
    *layout = *dk_layout_find(track->mode, track->block - DK_SUBCHANNEL);
    layout->stored = track->block;
    layout->sub_size = track->subchannel == TOC_RAW ? DK_SUBCHANNEL : 0;
    if (track->subchannel == TOC_PACKED)
        dk_note(&toc->disc->notes, DK_NOTE_ODD, "%s line %u: the packs of R to W of track %u (RW) are left out",
                toc->sheet.path, track->line, track->number);
    return layout;
}

static bool check_places(const struct layout *layout, uint64_t start, uint64_t end, struct dk_error *error)
{
    const struct toc_track *track = layout->track;
    const struct toc_index *last = track->index_count ? &track->indexes[track->index_count - 1] : NULL;

    if (layout->open_ended)
        return true;
    if (start >= layout->blocks)
        return toc_fail(layout->toc, track->start.line ? track->start.line : track->line, error,
                        "track %u starts at its block %" PRIu64 ", and has %" PRIu64, track->number, start,
                        layout->blocks);
    if (track->end.line && (end <= start || end > layout->blocks))
        return toc_fail(layout->toc, track->end.line, error,
                        "the END of track %u is at its block %" PRIu64 ": it starts at %" PRIu64 ", and has %" PRIu64,
                        track->number, end, start, layout->blocks);
    if (last && last->blocks >= layout->blocks - start)
        return toc_fail(layout->toc, last->line, error,
                        "this INDEX of track %u is %" PRIu64 " blocks behind its start, and it has %" PRIu64
                        " from there",
                        track->number, last->blocks, layout->blocks - start);
    return true;
}

/* Of the INDEX words, and one where END begins a postgap; the numbers follow the places. */
static void add_indexes(const struct layout *layout, struct dk_track *out, uint64_t end)
{
    const struct toc_track *track = layout->track;
    struct dk_index *indexes = arena_zeroed(layout->toc->disc->arena, track->index_count + 1, sizeof *indexes);
    bool has_end = track->end.line && end < layout->blocks && !layout->open_ended;
    const int64_t at_end = layout->lba + (int64_t)end;

    for (size_t i = 0; i <= track->index_count && out->index_count < TOC_INDEXES_MAX; i++) {
        const bool is_last = i == track->index_count;
        const int64_t lba = is_last ? INT64_MAX : out->lba + (int64_t)track->indexes[i].blocks;

        if (has_end && at_end <= lba) {
            has_end = false;
            indexes[out->index_count] = (struct dk_index){ (uint8_t)(out->index_count + 2), (int32_t)at_end };
            out->index_count++;
        }
        if (is_last || lba > INT32_MAX ||
            (lba == at_end && out->index_count && indexes[out->index_count - 1].lba == lba))
            continue;
        indexes[out->index_count] = (struct dk_index){ (uint8_t)(out->index_count + 2), (int32_t)lba };
        out->index_count++;
    }
    out->indexes = indexes;
}

static void describe(const struct layout *layout, struct dk_track *out)
{
    for (size_t i = 0; i < layout->track->item_count; i++) {
        const struct toc_item *item = &layout->track->items[i];

        if (item->kind == TOC_NOTHING)
            continue;
        out->stored = layout->track->block;
        out->missing = out->missing || !layout->toc->files[item->file].store;
    }
    memcpy(out->isrc, layout->track->isrc, sizeof out->isrc);
}

static bool lay_track(struct toc *toc, const struct toc_track *track, int64_t *at, struct dk_error *error)
{
    struct layout layout = { .toc = toc, .track = track, .layout = layout_of(toc, track), .lba = *at };
    struct dk_track out = { .number = track->number, .session = 1, .mode = track->mode, .control = track->control };
    uint64_t start, end, blocks;

    if (!add_items(&layout, &start, &end, error) || !check_places(&layout, start, end, error))
        return false;
    blocks = layout.blocks > start ? layout.blocks : start; /* of a file that is not there nobody knows the end */
    if (blocks > (uint64_t)(INT32_MAX - *at))
        return toc_fail(toc, track->line, error, "there are more sectors than any disc has");
    out.lba = (int32_t)(*at + (int64_t)start);
    out.pregap = (uint32_t)start;
    out.count = (uint32_t)(blocks - start);
    describe(&layout, &out);
    add_indexes(&layout, &out, end);
    dk_disc_add_track(toc->disc, out);
    *at += (int64_t)blocks;
    return add_extents(&layout, error);
}

/* ---- Files that go on from track to track ---- */

/*
 * Without `#` each piece begins at the start of its file, and that is so to cdrdao even where several tracks name one
 * file. Programs that write one file and no `#` mean that each goes on where the one before ended: then the lengths
 * add up to the file.
 */
static bool goes_on(const struct toc *toc, unsigned file, size_t *users)
{
    uint64_t sum = 0;

    *users = 0;
    for (size_t i = 0; i < toc->track_count; i++) {
        const struct layout layout = { .track = toc->tracks[i] };

        for (size_t j = 0; j < toc->tracks[i]->item_count; j++) {
            const struct toc_item *item = &toc->tracks[i]->items[j];

            if (item->kind == TOC_NOTHING || item->file != file)
                continue;
            if (item->has_offset || item->start.value || bytes_of(&layout, item, item->length) == 0 ||
                !checked_add(sum, bytes_of(&layout, item, item->length), &sum))
                return false;
            ++*users;
        }
    }
    return toc->files[file].store && *users > 1 && sum == toc->files[file].store->size;
}

static void set_offsets(struct toc *toc, unsigned file)
{
    uint64_t offset = 0;

    for (size_t i = 0; i < toc->track_count; i++) {
        const struct layout layout = { .track = toc->tracks[i] };

        for (size_t j = 0; j < toc->tracks[i]->item_count; j++) {
            struct toc_item *item = &toc->tracks[i]->items[j];

            if (item->kind == TOC_NOTHING || item->file != file)
                continue;
            item->offset = offset;
            offset += bytes_of(&layout, item, item->length);
        }
    }
    dk_note(&toc->disc->notes, DK_NOTE_ODD,
            "%s: the pieces of %s are taken one behind the other, since their lengths add up to it", toc->sheet.path,
            toc->files[file].store->name);
}

bool toc_lay_out(struct toc *toc, struct dk_error *error)
{
    int64_t at = 0;
    size_t users;

    for (size_t i = 0; i < toc->file_count; i++)
        if (!toc->files[i].is_sound && goes_on(toc, (unsigned)i, &users))
            set_offsets(toc, (unsigned)i);
    for (size_t i = 0; i < toc->track_count; i++)
        if (!lay_track(toc, toc->tracks[i], &at, error))
            return false;
    return true;
}
