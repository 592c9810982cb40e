/* The texts of a disc as items, and the names of what they are. */
#include "sector/cdtext.h"

#include "util/arena.h"

#include <string.h>

static const struct dk_cd_text_item *find(const struct dk_cd_text *text, unsigned block, unsigned track, unsigned type)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct dk_cd_text_item *item = &text->items[i];

        if (item->block == block && item->track == track && item->type == type)
            return item;
    }
    return NULL;
}

void cd_text_put(struct dk_cd_text *text, struct dk_arena *arena, struct dk_cd_text_item item)
{
    if (find(text, item.block, item.track, item.type))
        return;
    text->items = arena_grown(arena, text->items, text->count, sizeof item);
    text->items[text->count++] = item;
}

void dk_cd_text_add(struct dk_cd_text **text, struct dk_arena *arena, unsigned track, enum dk_cd_text_type type,
                    const char *utf8)
{
    if (!*text) {
        *text = arena_zeroed(arena, 1, sizeof **text);
        (*text)->language[0] = ENGLISH; /* which a sheet takes for granted */
    }
    if (track <= TRACK_MAX && *utf8)
        cd_text_put(
            *text, arena,
            (struct dk_cd_text_item){ 0, (uint8_t)track, (uint8_t)type, arena_copy(arena, utf8, strlen(utf8)) });
}

const char *dk_cd_text_get(const struct dk_cd_text *text, unsigned block, unsigned track, enum dk_cd_text_type type)
{
    const struct dk_cd_text_item *item = text ? find(text, block, track, type) : NULL;

    return item ? item->text : NULL;
}

const char *dk_cd_text_type_name(enum dk_cd_text_type type)
{
    static const char *const names[] = {
        "title", "performer", "songwriter", "composer", "arranger", "message", "disc-id", "genre",
    };

    if (type == DK_TEXT_UPC_ISRC)
        return "upc-isrc";
    return type >= DK_TEXT_TITLE && type <= DK_TEXT_GENRE ? names[type - DK_TEXT_TITLE] : NULL;
}
