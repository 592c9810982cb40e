/*
 * Packs into texts. The texts of one type are one string, cut into pieces of twelve bytes and apart by NULs; each pack
 * tells where it stands, which finds the place again after one that is missing.
 */
#include "sector/cdtext.h"
#include "util/arena.h"
#include "util/text.h"

#include <disckit/sector.h>
#include <stdlib.h>
#include <string.h>

enum {
    REPLY_HEADER = 4, /* of READ TOC: length, two reserved bytes */
    FIRST_TYPE = DK_TEXT_TITLE,
    LAST_TYPE = DK_TEXT_SIZES,
    SEQUENCES = 256,
    PACKS_MAX = 65534 / DK_CD_TEXT_PACK, /* what an answer of READ TOC has room for */
};

struct block {
    uint8_t sizes[SIZES];
    unsigned sizes_seen;             /* bit n: part n */
    const uint8_t *packs[SEQUENCES]; /* the first of each number */
    unsigned counts[LAST_TYPE - FIRST_TYPE + 1];
    unsigned next; /* sequence number */
};

/* Where the packs of one type are. */
struct place {
    unsigned block, type, track;
    bool double_byte;
    bool headless;  /* the text's beginning was in a pack that is missing */
    bool ended;     /* a text ended in it */
    uint8_t *bytes; /* of the text that is being put together */
    size_t count;
    const char *previous; /* the text of the track before; NULL: it has none */
};

struct decoding {
    struct dk_cd_text *text;
    struct dk_arena *arena;
    struct dk_notes *notes;
    struct block *blocks;
    struct place place;
};

static unsigned block_of(const uint8_t *pack)
{
    return pack[PACK_POSITION] >> 4 & 7;
}

/* ---- Character sets ---- */

static const char *charset_of(const struct place *place, uint8_t code)
{
    if (place->type > DK_TEXT_MESSAGE)
        return "CP1252";
    switch (code) {
    case CHARSET_MS_JIS:
        return "CP932";
    case CHARSET_KOREAN:
        return "CP949";
    case CHARSET_MANDARIN:
        return "GBK";
    default: /* ISO 8859-1 or ASCII by the standard; CP1252 by what discs have */
        return place->double_byte ? "CP932" : "CP1252";
    }
}

static bool is_ascii(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] >= 0x80)
            return false;
    return true;
}

static const char *to_utf8(const struct decoding *decoding)
{
    static const char *const others[] = { "CP932", "ISO-8859-1" };
    const struct place *place = &decoding->place;
    const char *charset = charset_of(place, decoding->text->charset[place->block]), *text;

    if (is_ascii(place->bytes, place->count))
        return arena_copy(decoding->arena, (const char *)place->bytes, place->count);
    text = text_from_charset(decoding->arena, charset, place->bytes, place->count);
    for (size_t i = 0; !text && i < sizeof others / sizeof *others; i++) {
        text = text_from_charset(decoding->arena, others[i], place->bytes, place->count);
        if (text)
            dk_note(decoding->notes, DK_NOTE_GUESS,
                    "CD-TEXT: a text of track %u in block %u is no %s and is taken for %s", place->track, place->block,
                    charset, others[i]);
    }
    return text ? text : text_escaped(decoding->arena, (const char *)place->bytes, place->count);
}

/* ---- Texts ---- */

static bool is_tab(const struct place *place)
{
    return place->double_byte ? place->count == 2 && memcmp(place->bytes, "\t\t", 2) == 0
                              : place->count == 1 && place->bytes[0] == '\t';
}

static void keep_text(struct decoding *decoding)
{
    struct place *place = &decoding->place;
    const char *text = NULL;

    if (place->track > TRACK_MAX) {
        if (place->count)
            dk_note(decoding->notes, DK_NOTE_ODD, "CD-TEXT: block %u has texts beyond track 99", place->block);
        return;
    }
    if (is_tab(place))
        text = place->previous;
    else if (place->count)
        text = to_utf8(decoding);
    if (text)
        cd_text_put(
            decoding->text, decoding->arena,
            (struct dk_cd_text_item){ (uint8_t)place->block, (uint8_t)place->track, (uint8_t)place->type, text });
    place->previous = text;
}

/* Track 0, the disc, is followed by the first track, which need not be 1. */
static unsigned next_track(const struct decoding *decoding, unsigned track)
{
    const uint8_t first = decoding->blocks[decoding->place.block].sizes[SIZES_FIRST_TRACK];

    return track == 0 && first >= 1 && first <= TRACK_MAX ? first : track + 1;
}

static void end_text(struct decoding *decoding)
{
    struct place *place = &decoding->place;

    if (!place->headless)
        keep_text(decoding);
    place->headless = false;
    place->ended = true;
    place->count = 0;
    place->track = next_track(decoding, place->track);
}

static void take_payload(struct decoding *decoding, const uint8_t *bytes, size_t count)
{
    struct place *place = &decoding->place;
    const size_t step = place->double_byte ? 2 : 1;

    for (size_t i = 0; i + step <= count; i += step) {
        if (bytes[i] == 0 && bytes[i + step - 1] == 0) {
            end_text(decoding);
        } else {
            memcpy(place->bytes + place->count, bytes + i, step);
            place->count += step;
        }
    }
}

/* ---- Packs ---- */

/* The tail of a type's last text where no NUL ended it. */
static void leave_place(struct decoding *decoding)
{
    if (decoding->place.count)
        end_text(decoding);
}

static bool is_text(unsigned type)
{
    return type <= DK_TEXT_GENRE || type == DK_TEXT_CLOSED || type == DK_TEXT_UPC_ISRC;
}

static unsigned position_of(const uint8_t *pack)
{
    return pack[PACK_POSITION] & POSITION_MAX;
}

static void enter_place(struct decoding *decoding, const uint8_t *pack, bool headless)
{
    leave_place(decoding);
    decoding->place = (struct place){
        .block = block_of(pack),
        .type = pack[PACK_TYPE],
        .track = pack[PACK_TRACK] & ~EXTENSION,
        .double_byte = pack[PACK_TYPE] <= DK_TEXT_MESSAGE && pack[PACK_POSITION] & DOUBLE_BYTE,
        .headless = headless,
        .bytes = decoding->place.bytes,
    };
}

/* Does the pack go on where the one before it ended? */
static bool goes_on(const struct place *place, const uint8_t *pack, bool same_type)
{
    const size_t characters = place->double_byte ? place->count / 2 : place->count;
    const size_t position = characters < POSITION_MAX ? characters : POSITION_MAX;

    if (!same_type)
        return place->count == 0 && position_of(pack) == 0;
    return !is_text(place->type) || (place->track == (pack[PACK_TRACK] & ~EXTENSION) && position == position_of(pack));
}

/*
 * Finds the place of a pack; returns whether its type begins here. A pack out of turn is only odd where the texts go
 * on; else what stood between is lost.
 */
static bool take_place(struct decoding *decoding, const uint8_t *pack)
{
    struct block *block = &decoding->blocks[block_of(pack)];
    const bool same_type = decoding->place.type == pack[PACK_TYPE] && decoding->place.block == block_of(pack);
    const bool in_turn = pack[PACK_SEQUENCE] == block->next;
    const bool lost = !in_turn && !goes_on(&decoding->place, pack, same_type);

    if (lost)
        dk_note(decoding->notes, DK_NOTE_DAMAGE, "CD-TEXT: block %u has pack %u where pack %u should be",
                block_of(pack), pack[PACK_SEQUENCE], block->next);
    else if (!in_turn)
        dk_note(decoding->notes, DK_NOTE_ODD, "CD-TEXT: the packs of block %u are not numbered in a row",
                block_of(pack));
    if (!same_type || lost)
        enter_place(decoding, pack, lost && position_of(pack) != 0);
    block->next = (pack[PACK_SEQUENCE] + 1U) % SEQUENCES;
    return !same_type;
}

/* The code comes first, and again in later packs of a long text, by some writers. */
static size_t take_genre_code(struct decoding *decoding, const uint8_t *payload, bool begins)
{
    uint16_t *genre = &decoding->text->genre[decoding->place.block];
    const uint16_t code = (uint16_t)(payload[0] << 8 | payload[1]);

    if (!begins)
        return code == *genre && !decoding->place.ended ? 2 : 0;
    *genre = code;
    return 2;
}

static void take_pack(struct decoding *decoding, const uint8_t *pack)
{
    const bool begins = take_place(decoding, pack);
    size_t skip = 0;

    if (!is_text(pack[PACK_TYPE]))
        return;
    if (pack[PACK_TYPE] == DK_TEXT_GENRE)
        skip = take_genre_code(decoding, pack + PACK_PAYLOAD, begins);
    take_payload(decoding, pack + PACK_PAYLOAD + skip, PAYLOAD - skip);
}

/* Lead-ins repeat their packs, and so do some dumps of them. */
static bool is_copy(struct block *block, const uint8_t *pack)
{
    const uint8_t **first = &block->packs[pack[PACK_SEQUENCE]];

    if (*first)
        return memcmp(*first, pack, DK_CD_TEXT_PACK) == 0;
    *first = pack;
    return false;
}

static void check_crc(struct decoding *decoding, const uint8_t *pack, size_t number)
{
    const uint16_t stored = (uint16_t)(pack[PACK_CRC] << 8 | pack[PACK_CRC + 1]);

    /* 0 is what writers leave that compute none */
    if (stored != 0 && stored != dk_q_crc(pack, PACK_CRC))
        dk_note(decoding->notes, DK_NOTE_DAMAGE, "CD-TEXT: pack %zu (type %02X, track %u) has a wrong CRC", number,
                pack[PACK_TYPE], pack[PACK_TRACK]);
}

static bool is_pack(const uint8_t *bytes)
{
    return bytes[PACK_TYPE] >= FIRST_TYPE && bytes[PACK_TYPE] <= LAST_TYPE;
}

/* The size packs say the character sets, which the texts before them need. */
static void take_sizes(struct decoding *decoding, const uint8_t *packs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pack = packs + i * DK_CD_TEXT_PACK;
        struct block *block = &decoding->blocks[block_of(pack)];

        if (pack[PACK_TYPE] != DK_TEXT_SIZES || pack[PACK_TRACK] >= SIZE_PACKS ||
            block->sizes_seen & 1U << pack[PACK_TRACK])
            continue;
        memcpy(block->sizes + pack[PACK_TRACK] * PAYLOAD, pack + PACK_PAYLOAD, PAYLOAD);
        block->sizes_seen |= 1U << pack[PACK_TRACK];
    }
}

static bool has_all_sizes(const struct block *block)
{
    return block->sizes_seen == (1U << SIZE_PACKS) - 1;
}

/* Each block's own size packs name all languages; of a block without them, another's do. */
static void settle_languages(struct decoding *decoding)
{
    const struct block *any = NULL;

    for (unsigned i = 0; i < DK_CD_TEXT_BLOCKS && !any; i++)
        if (has_all_sizes(&decoding->blocks[i]))
            any = &decoding->blocks[i];
    for (unsigned i = 0; i < DK_CD_TEXT_BLOCKS; i++) {
        const struct block *block = has_all_sizes(&decoding->blocks[i]) ? &decoding->blocks[i] : any;

        decoding->text->charset[i] = decoding->blocks[i].sizes[SIZES_CHARSET];
        decoding->text->language[i] = block ? block->sizes[SIZES_LANGUAGE + i] : i == 0 ? ENGLISH : 0;
    }
}

static void take_packs(struct decoding *decoding, const uint8_t *packs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pack = packs + i * DK_CD_TEXT_PACK;
        struct block *block = &decoding->blocks[block_of(pack)];

        if (!is_pack(pack)) {
            dk_note(decoding->notes, DK_NOTE_DAMAGE, "CD-TEXT: pack %zu is none (type %02X)", i, pack[PACK_TYPE]);
            continue;
        }
        if (is_copy(block, pack))
            continue;
        check_crc(decoding, pack, i);
        block->counts[pack[PACK_TYPE] - FIRST_TYPE]++;
        take_pack(decoding, pack);
    }
    leave_place(decoding);
}

static void check_sizes(const struct decoding *decoding)
{
    for (unsigned i = 0; i < DK_CD_TEXT_BLOCKS; i++) {
        const struct block *block = &decoding->blocks[i];

        for (unsigned type = FIRST_TYPE; has_all_sizes(block) && type < LAST_TYPE; type++)
            if (block->counts[type - FIRST_TYPE] < block->sizes[SIZES_COUNTS + type - FIRST_TYPE])
                dk_note(decoding->notes, DK_NOTE_DAMAGE,
                        "CD-TEXT: block %u has %u packs of type %02X and should have %u", i,
                        block->counts[type - FIRST_TYPE], type, block->sizes[SIZES_COUNTS + type - FIRST_TYPE]);
    }
}

/* Where the packs begin, and how many they are; 0: these are none. */
static size_t find_packs(const uint8_t **bytes, size_t size, struct dk_notes *notes)
{
    size_t count;

    if (size >= REPLY_HEADER + DK_CD_TEXT_PACK && !is_pack(*bytes)) {
        *bytes += REPLY_HEADER;
        size -= REPLY_HEADER;
    }
    count = size / DK_CD_TEXT_PACK;
    if (count == 0 || !is_pack(*bytes))
        return 0;
    if (size % DK_CD_TEXT_PACK && !(size % DK_CD_TEXT_PACK == 1 && (*bytes)[size - 1] == 0))
        dk_note(notes, DK_NOTE_ODD, "CD-TEXT: there are %zu bytes after the last whole pack", size % DK_CD_TEXT_PACK);
    if (count > PACKS_MAX) {
        dk_note(notes, DK_NOTE_ODD, "CD-TEXT: of %zu packs the first %d are read", count, PACKS_MAX);
        count = PACKS_MAX;
    }
    return count;
}

struct dk_cd_text *dk_cd_text_decode(const void *bytes, size_t size, struct dk_arena *arena, struct dk_notes *notes)
{
    const uint8_t *packs = bytes;
    const size_t count = find_packs(&packs, size, notes);
    struct decoding decoding = { .arena = arena, .notes = notes };
    uint8_t *copy;

    if (count == 0)
        return NULL;
    copy = arena_zeroed(arena, count, DK_CD_TEXT_PACK);
    memcpy(copy, packs, count * DK_CD_TEXT_PACK);
    decoding.text = arena_zeroed(arena, 1, sizeof *decoding.text);
    decoding.text->packs = copy;
    decoding.text->pack_count = count;
    decoding.blocks = arena_zeroed(arena, DK_CD_TEXT_BLOCKS, sizeof *decoding.blocks);
    decoding.place.bytes = arena_zeroed(arena, count, PAYLOAD);
    take_sizes(&decoding, copy, count);
    settle_languages(&decoding);
    take_packs(&decoding, copy, count);
    check_sizes(&decoding);
    return decoding.text;
}
