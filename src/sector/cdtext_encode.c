/* Texts into packs. */
#include "sector/cdtext.h"
#include "util/arena.h"
#include "util/text.h"

#include <disckit/sector.h>
#include <string.h>

enum { PACKS_A_BLOCK = 255 }; /* what the counts and the last number of a size pack can say */

struct encoding {
    const struct dk_cd_text *text;
    struct dk_arena *arena;
    unsigned first_track, last_track;
    uint8_t *packs;
    size_t count, block_start; /* packs */
    unsigned block;
    const char *charset; /* of the block */
    uint8_t charset_code;
    /* the pack that is being filled */
    unsigned type, used;
    bool double_byte;
    uint8_t counts[DK_CD_TEXT_BLOCKS][DK_TEXT_SIZES - DK_TEXT_TITLE + 1];
    uint8_t last_sequence[DK_CD_TEXT_BLOCKS];
};

static bool has_items(const struct dk_cd_text *text, unsigned block, unsigned type)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->items[i].block == block && (type == 0 || text->items[i].type == type))
            return true;
    return type == DK_TEXT_GENRE && text->genre[block] != 0;
}

static bool all_fit(struct encoding *encoding, const char *charset)
{
    size_t length;

    for (size_t i = 0; i < encoding->text->count; i++) {
        const struct dk_cd_text_item *item = &encoding->text->items[i];

        if (item->block == encoding->block && item->type <= DK_TEXT_MESSAGE &&
            !text_to_charset(encoding->arena, charset, item->text, &length))
            return false;
    }
    return true;
}

/* The character set that the block had, where it still fits, else the first that does. */
static bool choose_charset(struct encoding *encoding)
{
    static const struct {
        uint8_t code;
        const char *charset;
    } sets[] = {
        { CHARSET_ASCII, "ASCII" },       { CHARSET_MS_JIS, "CP932" },
        { CHARSET_LATIN1, "ISO-8859-1" }, { CHARSET_LATIN1, "CP1252" }, /* which everybody reads under that code */
        { CHARSET_MS_JIS, "CP932" },
    };
    const uint8_t had = encoding->text->charset[encoding->block];

    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (i < 2 && sets[i].code != had)
            continue;
        if (all_fit(encoding, sets[i].charset)) {
            encoding->charset = sets[i].charset;
            encoding->charset_code = sets[i].code;
            return true;
        }
    }
    return false;
}

static uint8_t *last_pack(const struct encoding *encoding)
{
    return encoding->packs + (encoding->count - 1) * DK_CD_TEXT_PACK;
}

static bool start_pack(struct encoding *encoding, unsigned track, size_t position)
{
    const size_t sequence = encoding->count - encoding->block_start;
    uint8_t *pack;

    if (sequence >= PACKS_A_BLOCK)
        return false;
    encoding->count++;
    pack = last_pack(encoding);
    pack[PACK_TYPE] = (uint8_t)encoding->type;
    pack[PACK_TRACK] = (uint8_t)track;
    pack[PACK_SEQUENCE] = (uint8_t)sequence;
    pack[PACK_POSITION] = (uint8_t)((encoding->double_byte ? DOUBLE_BYTE : 0) | encoding->block << 4 |
                                    (position < POSITION_MAX ? position : POSITION_MAX));
    encoding->used = 0;
    encoding->last_sequence[encoding->block] = (uint8_t)sequence;
    encoding->counts[encoding->block][encoding->type - DK_TEXT_TITLE]++;
    return true;
}

static bool put_bytes(struct encoding *encoding, unsigned track, const char *bytes, size_t count)
{
    const size_t width = encoding->double_byte ? 2 : 1;

    for (size_t i = 0; i < count; i++) {
        if (encoding->used == PAYLOAD && !start_pack(encoding, track, i / width))
            return false;
        last_pack(encoding)[PACK_PAYLOAD + encoding->used++] = (uint8_t)bytes[i];
    }
    return true;
}

/* The text in the block's character set, "" where there is none; without its NUL. */
static const char *text_of(const struct encoding *encoding, unsigned track, size_t *length)
{
    const char *charset = encoding->type <= DK_TEXT_MESSAGE ? encoding->charset : "CP1252";
    const char *text = dk_cd_text_get(encoding->text, encoding->block, track, encoding->type);

    return text_to_charset(encoding->arena, charset, text ? text : "", length);
}

static size_t characters(const char *utf8)
{
    size_t count = 0;

    for (; *utf8; utf8++)
        count += (*utf8 & 0xC0) != 0x80;
    return count;
}

/* Two bytes a character where all characters of the type take two; then two NULs end a text. */
static bool is_double_byte(const struct encoding *encoding)
{
    for (size_t i = 0; i < encoding->text->count; i++) {
        const struct dk_cd_text_item *item = &encoding->text->items[i];
        size_t length;

        if (item->block == encoding->block && item->type == encoding->type && text_of(encoding, item->track, &length) &&
            length != 2 * characters(item->text))
            return false;
    }
    return encoding->charset_code == CHARSET_MS_JIS && encoding->type <= DK_TEXT_MESSAGE;
}

static bool put_text(struct encoding *encoding, unsigned track)
{
    size_t length;
    const char *text = text_of(encoding, track, &length);

    return text && put_bytes(encoding, track, text, length + (encoding->double_byte ? 2 : 1));
}

static bool put_type(struct encoding *encoding, unsigned type)
{
    const uint16_t genre = encoding->text->genre[encoding->block];

    if (!has_items(encoding->text, encoding->block, type))
        return true;
    encoding->type = type;
    encoding->double_byte = is_double_byte(encoding);
    if (!start_pack(encoding, 0, 0))
        return false;
    if (type == DK_TEXT_GENRE && !put_bytes(encoding, 0, (char[]){ (char)(genre >> 8), (char)genre }, 2))
        return false;
    if (!put_text(encoding, 0))
        return false;
    for (unsigned track = encoding->first_track; cd_text_is_per_track(type) && track <= encoding->last_track; track++)
        if (!put_text(encoding, track))
            return false;
    return true;
}

static bool put_size_packs(struct encoding *encoding)
{
    encoding->type = DK_TEXT_SIZES;
    encoding->double_byte = false;
    for (unsigned part = 0; part < SIZE_PACKS; part++) {
        if (!start_pack(encoding, part, 0))
            return false;
        if (part == 0) {
            last_pack(encoding)[PACK_PAYLOAD + SIZES_CHARSET] = encoding->charset_code;
            last_pack(encoding)[PACK_PAYLOAD + SIZES_FIRST_TRACK] = (uint8_t)encoding->first_track;
            last_pack(encoding)[PACK_PAYLOAD + SIZES_LAST_TRACK] = (uint8_t)encoding->last_track;
        }
    }
    return true;
}

static bool put_block(struct encoding *encoding)
{
    encoding->block_start = encoding->count;
    if (!choose_charset(encoding))
        return false;
    for (unsigned type = DK_TEXT_TITLE; type < DK_TEXT_SIZES; type++)
        if (!put_type(encoding, type))
            return false;
    return put_size_packs(encoding);
}

/* What the size packs tell of all blocks is known at the end alone; then the CRCs of all. */
static void finish_packs(struct encoding *encoding)
{
    uint8_t sizes[SIZES];

    for (size_t i = 0; i < encoding->count; i++) {
        uint8_t *pack = encoding->packs + i * DK_CD_TEXT_PACK;
        const unsigned block = pack[PACK_POSITION] >> 4 & 7;
        uint16_t crc;

        if (pack[PACK_TYPE] == DK_TEXT_SIZES) {
            memset(sizes, 0, sizeof sizes);
            if (pack[PACK_TRACK] == 0)
                memcpy(sizes, pack + PACK_PAYLOAD, SIZES_COUNTS);
            memcpy(sizes + SIZES_COUNTS, encoding->counts[block], sizeof encoding->counts[block]);
            memcpy(sizes + SIZES_LAST_SEQUENCE, encoding->last_sequence, sizeof encoding->last_sequence);
            memcpy(sizes + SIZES_LANGUAGE, encoding->text->language, DK_CD_TEXT_BLOCKS);
            memcpy(pack + PACK_PAYLOAD, sizes + pack[PACK_TRACK] * PAYLOAD, PAYLOAD);
        }
        crc = dk_q_crc(pack, PACK_CRC);
        pack[PACK_CRC] = (uint8_t)(crc >> 8);
        pack[PACK_CRC + 1] = (uint8_t)crc;
    }
}

size_t dk_cd_text_encode(const struct dk_cd_text *text, unsigned first_track, unsigned last_track,
                         struct dk_arena *arena, const uint8_t **packs)
{
    struct encoding encoding = {
        .text = text,
        .arena = arena,
        .first_track = first_track,
        .last_track = last_track,
        .packs = arena_zeroed(arena, DK_CD_TEXT_BLOCKS * PACKS_A_BLOCK, DK_CD_TEXT_PACK),
    };

    for (encoding.block = 0; text && encoding.block < DK_CD_TEXT_BLOCKS; encoding.block++)
        if (has_items(text, encoding.block, 0) && !put_block(&encoding))
            return 0;
    finish_packs(&encoding);
    *packs = encoding.packs;
    return encoding.count;
}
