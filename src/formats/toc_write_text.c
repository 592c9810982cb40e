/*
 * CD_TEXT of a TOC. Escapes in the block's own character set are what every version of cdrdao reads; for sets of two
 * bytes a character it has words since 1.2.5, and then takes the text as UTF-8.
 */
#include "formats/toc_write.h"
#include "util/arena.h"
#include "util/text.h"

#include <string.h>

enum { MS_JIS = 0x80, KOREAN, MANDARIN };

static const struct {
    enum dk_cd_text_type type;
    const char *of_disc, *of_track; /* NULL: a track has none */
} kinds[] = {
    { DK_TEXT_TITLE, "TITLE", "TITLE" },
    { DK_TEXT_PERFORMER, "PERFORMER", "PERFORMER" },
    { DK_TEXT_SONGWRITER, "SONGWRITER", "SONGWRITER" },
    { DK_TEXT_COMPOSER, "COMPOSER", "COMPOSER" },
    { DK_TEXT_ARRANGER, "ARRANGER", "ARRANGER" },
    { DK_TEXT_MESSAGE, "MESSAGE", "MESSAGE" },
    { DK_TEXT_DISC_ID, "DISC_ID", NULL },
    { DK_TEXT_GENRE, "GENRE", NULL },
    { DK_TEXT_CLOSED, "CLOSED", "CLOSED" },
    { DK_TEXT_UPC_ISRC, "UPC_EAN", "ISRC" },
};

/* How the texts of a block are written. */
struct way {
    const char *charset; /* of the escapes; NULL: plain UTF-8 */
    const char *word;    /* ENCODING; NULL: none */
};

static bool all_fit(struct toc_writer *writer, unsigned block, const char *charset)
{
    const struct dk_cd_text *text = writer->base.disc->cd_text;
    size_t length;

    for (size_t i = 0; i < text->count; i++)
        if (text->items[i].block == block &&
            !text_to_charset(writer->base.disc->arena, charset, text->items[i].text, &length))
            return false;
    return true;
}

static struct way way_of(struct toc_writer *writer, unsigned block)
{
    static const struct {
        uint8_t code;
        const char *charset, *word;
    } wide[] = {
        { MS_JIS, "CP932", "ENCODING_MS_JIS" },
        { KOREAN, "CP949", "ENCODING_KOREAN" },
        { MANDARIN, "GBK", "ENCODING_MANDARIN" },
    };
    const uint8_t code = writer->base.disc->cd_text->charset[block];

    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (wide[i].code == code && all_fit(writer, block, wide[i].charset))
            return (struct way){ NULL, wide[i].word };
    if (all_fit(writer, block, "CP1252")) /* ISO 8859-1, and what discs have in its gaps */
        return (struct way){ "CP1252", NULL };
    return (struct way){ NULL, all_fit(writer, block, "CP932") ? "ENCODING_MS_JIS" : NULL };
}

static bool has_block(const struct dk_cd_text *text, unsigned block)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->items[i].block == block)
            return true;
    return text->genre[block] != 0;
}

/* Does the disc or a track have such a text? Then all get one, an empty one if need be: cdrdao wants that. */
static bool has_kind(const struct dk_cd_text *text, unsigned block, enum dk_cd_text_type type)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->items[i].block == block && text->items[i].type == type)
            return true;
    return type == DK_TEXT_GENRE && text->genre[block] != 0;
}

/* Two bytes of code, the text, a NUL. */
static bool put_genre(struct toc_writer *writer, unsigned block, struct dk_error *error)
{
    const struct dk_cd_text *all = writer->base.disc->cd_text;
    const char *text = dk_cd_text_get(all, block, 0, DK_TEXT_GENRE), *bytes;
    size_t length = 0;
    bool right =
        writer_print(writer->sheet, error, "    GENRE { %d, %d", all->genre[block] >> 8, all->genre[block] & 0xFF);

    bytes = text_to_charset(writer->base.disc->arena, "CP1252", text ? text : "", &length);
    for (size_t i = 0; right && bytes && i < length; i++)
        right = writer_print(writer->sheet, error, ", %u", (unsigned char)bytes[i]);
    return right && writer_print(writer->sheet, error, ", 0 }\n");
}

static bool put_text(struct toc_writer *writer, const struct way *way, const char *word, const char *text,
                     struct dk_error *error)
{
    size_t length;
    const char *bytes = way->charset ? text_to_charset(writer->base.disc->arena, way->charset, text, &length) : text;

    return writer_print(writer->sheet, error, "    %s ", word) &&
           toc_write_string(writer, bytes ? bytes : text, way->charset != NULL, error) &&
           writer_print(writer->sheet, error, "\n");
}

static bool put_block(struct toc_writer *writer, unsigned block, unsigned track, struct dk_error *error)
{
    const struct dk_cd_text *all = writer->base.disc->cd_text;
    const struct way way = way_of(writer, block);
    bool right = writer_print(writer->sheet, error, "  LANGUAGE %u {\n", block);

    if (right && way.word)
        right = writer_print(writer->sheet, error, "    %s\n", way.word);
    for (size_t i = 0; right && i < sizeof kinds / sizeof *kinds; i++) {
        const char *word = track ? kinds[i].of_track : kinds[i].of_disc;
        const char *text = dk_cd_text_get(all, block, track, kinds[i].type);

        if (!word || !has_kind(all, block, kinds[i].type))
            continue;
        right = kinds[i].type == DK_TEXT_GENRE ? put_genre(writer, block, error)
                                               : put_text(writer, &way, word, text ? text : "", error);
    }
    return right && writer_print(writer->sheet, error, "  }\n");
}

/* On one line, as libcdio reads it. */
static bool put_languages(struct toc_writer *writer, struct dk_error *error)
{
    const struct dk_cd_text *text = writer->base.disc->cd_text;
    bool right = writer_print(writer->sheet, error, "  LANGUAGE_MAP {");

    for (unsigned block = 0; right && block < DK_CD_TEXT_BLOCKS; block++)
        if (has_block(text, block))
            right = writer_print(writer->sheet, error, " %u : %d", block, text->language[block]);
    return right && writer_print(writer->sheet, error, " }\n");
}

bool toc_write_texts(struct toc_writer *writer, unsigned track, struct dk_error *error)
{
    const struct dk_cd_text *text = writer->base.disc->cd_text;
    bool right;

    if (!text || text->count == 0)
        return true;
    right = writer_print(writer->sheet, error, "CD_TEXT {\n") && (track || put_languages(writer, error));
    for (unsigned block = 0; right && block < DK_CD_TEXT_BLOCKS; block++)
        if (has_block(text, block))
            right = put_block(writer, block, track, error);
    return right && writer_print(writer->sheet, error, "}\n");
}
