/* CD_TEXT of a TOC: a block of words for each language, in the language's own character set. */
#include "formats/toc.h"
#include "util/arena.h"
#include "util/text.h"

#include <string.h>
#include <strings.h>

enum {
    ENGLISH = 9,
    BYTES_MAX = 256 * 12, /* of a binary item: the payload of all packs of a block */
    TEXTS_MAX = 20000,    /* 8 languages, 99 tracks and the disc, 16 kinds, and to spare */
    SIZES = 36,           /* of SIZE_INFO: three packs' payload (MMC-3 annex J) */
    SIZES_LANGUAGE = 28,
};

/* What the first byte of SIZE_INFO says (MMC-3 annex J). */
enum charset { LATIN1 = 0, ASCII = 1, MS_JIS = 0x80, KOREAN = 0x81, MANDARIN = 0x82 };

/* Kinds that no text is made of: what a writer makes anew for each disc, and what nobody defined. */
enum { DERIVED = 1, RESERVED };

static const struct {
    const char *word;
    enum dk_cd_text_type type;
    int dropped;
} kinds[] = {
    { "ARRANGER", DK_TEXT_ARRANGER, 0 },
    { "CLOSED", DK_TEXT_CLOSED, 0 },
    { "COMPOSER", DK_TEXT_COMPOSER, 0 },
    { "DISC_ID", DK_TEXT_DISC_ID, 0 },
    { "GENRE", DK_TEXT_GENRE, 0 },
    { "ISRC", DK_TEXT_UPC_ISRC, 0 },
    { "MESSAGE", DK_TEXT_MESSAGE, 0 },
    { "PERFORMER", DK_TEXT_PERFORMER, 0 },
    { "RESERVED1", 0, RESERVED },
    { "RESERVED2", 0, RESERVED },
    { "RESERVED3", 0, RESERVED },
    { "RESERVED4", 0, RESERVED },
    { "SIZE_INFO", DK_TEXT_SIZES, DERIVED },
    { "SONGWRITER", DK_TEXT_SONGWRITER, 0 },
    { "TITLE", DK_TEXT_TITLE, 0 },
    { "TOC_INFO1", DK_TEXT_TOC, DERIVED },
    { "TOC_INFO2", DK_TEXT_TOC2, DERIVED },
    { "UPC_EAN", DK_TEXT_UPC_ISRC, 0 },
};

static const struct {
    const char *word;
    enum charset charset;
} encodings[] = {
    { "ENCODING_ISO_8859_1", LATIN1 }, { "ENCODING_ASCII", ASCII },       { "ENCODING_MS_JIS", MS_JIS },
    { "ENCODING_KOREAN", KOREAN },     { "ENCODING_MANDARIN", MANDARIN },
};

/* ---- The words ---- */

static bool take_byte(struct toc *toc, uint8_t *byte, const char *what, struct dk_error *error)
{
    uint64_t number = 0;

    if (!toc_take_number(toc, UINT8_MAX, what, &number, error))
        return false;
    *byte = (uint8_t)number;
    return true;
}

static bool take_block(struct toc *toc, uint8_t *block, struct dk_error *error)
{
    uint64_t number = 0;

    if (!toc_take_number(toc, DK_CD_TEXT_BLOCKS - 1, "the number of a language", &number, error))
        return false;
    *block = (uint8_t)number;
    return true;
}

static bool parse_language_map(struct toc *toc, struct dk_error *error)
{
    uint8_t block;

    if (!toc_step(toc, error) || !toc_take_mark(toc, '{', error))
        return false;
    while (!toc_is_mark(toc, '}')) {
        if (!take_block(toc, &block, error) || !toc_take_mark(toc, ':', error))
            return false;
        toc->language[block] = ENGLISH;
        if (!(toc_is_word(toc, "EN") ? toc_step(toc, error)
                                     : take_byte(toc, &toc->language[block], "the code of a language", error)))
            return false;
    }
    return toc_step(toc, error);
}

static bool take_encoding(struct toc *toc, unsigned block, struct dk_error *error)
{
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        if (!toc_is_word(toc, encodings[i].word))
            continue;
        toc->charset[block] = (int)encodings[i].charset;
        return toc_step(toc, error);
    }
    return true;
}

/* { 1, 2, 3 } */
static bool take_bytes(struct toc *toc, struct toc_text *text, struct dk_error *error)
{
    uint8_t bytes[BYTES_MAX];

    if (!toc_step(toc, error))
        return false;
    while (!toc_is_mark(toc, '}')) {
        if (text->size == sizeof bytes)
            return toc_fail(toc, toc->next.line, error, "there are more than %d bytes in { }", BYTES_MAX);
        if (!take_byte(toc, &bytes[text->size++], "a byte", error))
            return false;
        if (!toc_is_mark(toc, '}') && !toc_take_mark(toc, ',', error))
            return false;
    }
    text->bytes = (uint8_t *)arena_copy(toc->disc->arena, (char *)bytes, text->size);
    return toc_step(toc, error);
}

static bool parse_text(struct toc *toc, unsigned track, unsigned block, size_t kind, struct dk_error *error)
{
    struct toc_text text = { .block = (uint8_t)block, .track = (uint8_t)track, .type = (uint8_t)kinds[kind].type };
    const unsigned line = toc->next.line;

    if (!toc_step(toc, error))
        return false;
    if (!(toc_is_mark(toc, '{') ? take_bytes(toc, &text, error)
                                : toc_take_string(toc, "a text or { }", &text.token, error)))
        return false;
    if (kinds[kind].dropped == RESERVED) {
        dk_note(&toc->disc->notes, DK_NOTE_ODD, "%s line %u: nobody defined what %s is, and it is left out",
                toc->sheet.path, line, kinds[kind].word);
        return true;
    }
    if (toc->text_count == TEXTS_MAX)
        return toc_fail(toc, line, error, "there are more than %d texts", TEXTS_MAX);
    toc->texts = arena_grown(toc->disc->arena, toc->texts, toc->text_count, sizeof *toc->texts);
    toc->texts[toc->text_count++] = text;
    return true;
}

static bool parse_language(struct toc *toc, unsigned track, struct dk_error *error)
{
    uint8_t block;

    if (!toc_step(toc, error) || !take_block(toc, &block, error) || !toc_take_mark(toc, '{', error) ||
        !take_encoding(toc, block, error))
        return false;
    while (!toc_is_mark(toc, '}')) {
        size_t kind = 0;

        while (kind < sizeof kinds / sizeof *kinds && !toc_is_word(toc, kinds[kind].word))
            kind++;
        if (kind == sizeof kinds / sizeof *kinds)
            return toc_fail(toc, toc->next.line, error, "\"%.60s\" is no kind of CD-TEXT",
                            sheet_text(&toc->sheet, toc->next.text));
        if (!parse_text(toc, track, block, kind, error))
            return false;
    }
    return toc_step(toc, error);
}

bool toc_parse_texts(struct toc *toc, unsigned track, struct dk_error *error)
{
    if (!toc_take_mark(toc, '{', error))
        return false;
    if (toc_is_word(toc, "LANGUAGE_MAP") && !parse_language_map(toc, error))
        return false;
    while (toc_is_word(toc, "LANGUAGE"))
        if (!parse_language(toc, track, error))
            return false;
    return toc_take_mark(toc, '}', error);
}

/* ---- Their meaning ---- */

static const char *charset_name(int charset)
{
    switch (charset) {
    case MS_JIS:
        return "CP932";
    case KOREAN:
        return "CP949";
    case MANDARIN:
        return "GBK";
    default: /* ISO 8859-1 or ASCII by the standard; CP1252 by what discs have */
        return "CP1252";
    }
}

/* Escapes are bytes of the block's character set; what stands there plainly is UTF-8 where it can be. */
static const char *to_utf8(const struct toc *toc, const struct toc_text *text, const char *bytes, bool escaped)
{
    const size_t length = strlen(bytes);
    const char *turned;

    if (!escaped && text_is_utf8(bytes, length))
        return bytes;
    turned = text_from_charset(toc->disc->arena, charset_name(toc->disc->cd_text->charset[text->block]), bytes, length);
    return turned ? turned : text_escaped(toc->disc->arena, bytes, length);
}

static void put_text(struct toc *toc, const struct toc_text *text, const char *utf8)
{
    struct dk_cd_text *all = toc->disc->cd_text;
    const struct dk_cd_text_item item = { text->block, text->track, text->type, utf8 };

    if (!*utf8 || dk_cd_text_get(all, text->block, text->track, text->type))
        return;
    all->items = arena_grown(toc->disc->arena, all->items, all->count, sizeof item);
    all->items[all->count++] = item;
}

/* Its text, or its bytes up to a NUL; of the genre two more in front, which are a code. */
static void decode_text(struct toc *toc, const struct toc_text *text)
{
    const char *bytes = (const char *)text->bytes;

    if (!bytes) {
        put_text(toc, text, to_utf8(toc, text, text->token.text, text->token.escaped));
        return;
    }
    if (text->type == DK_TEXT_GENRE && text->size >= 2) {
        toc->disc->cd_text->genre[text->block] = (uint16_t)(text->bytes[0] << 8 | text->bytes[1]);
        bytes += 2;
    }
    put_text(toc, text, to_utf8(toc, text, bytes, true));
}

/* What SIZE_INFO says where no word does. */
static void take_sizes(struct toc *toc, const struct toc_text *text)
{
    if (!text->bytes || text->size < SIZES)
        return;
    if (toc->charset[text->block] < 0)
        toc->charset[text->block] = text->bytes[0];
    for (int i = 0; i < DK_CD_TEXT_BLOCKS; i++)
        if (toc->language[i] == 0)
            toc->language[i] = text->bytes[SIZES_LANGUAGE + i];
}

static bool is_derived(unsigned type)
{
    return type == DK_TEXT_SIZES || type == DK_TEXT_TOC || type == DK_TEXT_TOC2;
}

void toc_add_texts(struct toc *toc)
{
    struct dk_cd_text *all;

    if (toc->text_count == 0)
        return;
    all = toc->disc->cd_text = arena_zeroed(toc->disc->arena, 1, sizeof *all);
    for (size_t i = 0; i < toc->text_count; i++)
        if (toc->texts[i].type == DK_TEXT_SIZES)
            take_sizes(toc, &toc->texts[i]);
    memcpy(all->language, toc->language, sizeof all->language);
    if (all->language[0] == 0)
        all->language[0] = ENGLISH;
    for (int i = 0; i < DK_CD_TEXT_BLOCKS; i++)
        all->charset[i] = (uint8_t)(toc->charset[i] < 0 ? LATIN1 : toc->charset[i]);
    for (size_t i = 0; i < toc->text_count; i++)
        if (!is_derived(toc->texts[i].type))
            decode_text(toc, &toc->texts[i]);
    if (all->count == 0)
        toc->disc->cd_text = NULL;
}
