#include "formats/descriptor.h"

#include "formats/beside.h"
#include "util/arena.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

enum { SIZE_MAX_BYTES = 16 << 20 /* with the lists of errors and angles that some have; tables alone take 30 KiB */ };

const uint8_t *descriptor_load(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    const uint64_t size = candidate->store->size;
    uint8_t *bytes;

    if (size > SIZE_MAX_BYTES) {
        dk_fail(error, DK_ERROR_FORMAT, "%s has %" PRIu64 " bytes, more than a descriptor can have", candidate->path,
                size);
        return NULL;
    }
    bytes = arena_zeroed(disc->arena, (size_t)size + 1, 1);
    return dk_store_read(candidate->store, bytes, (size_t)size, 0, error) ? bytes : NULL;
}

char *descriptor_wide_text(struct dk_disc *disc, const uint8_t *bytes, size_t size)
{
    uint8_t *swapped = arena_zeroed(disc->arena, size + 1, 1);
    size_t length = 0;

    for (; length + 1 < size && (bytes[length] || bytes[length + 1]); length += 2) {
        swapped[length] = bytes[length + 1];
        swapped[length + 1] = bytes[length];
    }
    return text_from_utf16be(disc->arena, swapped, length);
}

char *descriptor_text(struct dk_disc *disc, const uint8_t *bytes, size_t size)
{
    const size_t length = strnlen((const char *)bytes, size);
    char *text = NULL;

    if (!text_is_utf8((const char *)bytes, length))
        text = text_from_charset(disc->arena, "CP1252", bytes, length);
    return text ? text : arena_copy(disc->arena, (const char *)bytes, length);
}

char *descriptor_sibling(const struct dk_candidate *candidate, struct dk_disc *disc, const char *suffix)
{
    const char *stem;
    const size_t length = beside_stem(candidate->path, &stem), more = strlen(suffix);
    char *name = arena_zeroed(disc->arena, length + more + 1, 1);

    memcpy(name, stem, length);
    memcpy(name + length, suffix, more);
    return name;
}

bool descriptor_open(const struct dk_candidate *candidate, struct dk_disc *disc, const char *name, bool only,
                     const char *const *suffixes, struct dk_store **store, struct dk_error *error)
{
    *store = dk_open_beside(candidate, name, false, &disc->notes, error);
    for (; only && !*store && error->kind == DK_ERROR_MISSING && *suffixes; suffixes++) {
        const char *sibling = descriptor_sibling(candidate, disc, *suffixes);

        *store = dk_open_beside(candidate, sibling, false, &disc->notes, error);
        if (*store)
            dk_note(&disc->notes, DK_NOTE_GUESS, "%s names %s, which is not there: %s is taken by its name",
                    candidate->path, name, sibling);
    }
    if (*store)
        return true;
    if (error->kind != DK_ERROR_MISSING)
        return false;
    dk_disc_add_missing(disc, text_escaped(disc->arena, name, strlen(name)));
    return true;
}
