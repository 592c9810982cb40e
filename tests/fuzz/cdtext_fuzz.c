/* Packs of CD-TEXT: decoded, every text looked up, and encoded again where they hold that much. */
#include "util/arena.h"

#include <disckit/cdtext.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct dk_arena *arena = arena_new();
    struct dk_notes notes = { 0 };
    struct dk_cd_text *text = dk_cd_text_decode(bytes, size, arena, &notes);
    const uint8_t *packs;

    for (size_t i = 0; text && i < text->count; i++) {
        const struct dk_cd_text_item *item = &text->items[i];

        if (dk_cd_text_get(text, item->block, item->track, item->type) != item->text)
            abort();
    }
    if (text)
        dk_cd_text_add(&text, arena, 1, DK_TEXT_TITLE, "title");
    if (text && dk_cd_text_encode(text, 1, 99, arena, &packs) > 0 &&
        !dk_cd_text_decode(packs, DK_CD_TEXT_PACK, arena, NULL))
        abort();
    dk_notes_free(&notes);
    arena_free(arena);
    return 0;
}
