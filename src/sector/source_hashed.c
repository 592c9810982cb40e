/* A source that sums up what goes by. */
#include "sector/wrapper.h"
#include "util/hash.h"

#include <inttypes.h>
#include <stdlib.h>

struct hashed {
    struct dk_source source;
    struct dk_source *inner;
    enum dk_form form;
    int64_t next; /* LBA of the first sector that is not in the sums */
    struct hash_set *set;
};

static uint32_t hashed_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                            struct dk_error *error)
{
    struct hashed *hashed = (struct hashed *)source;
    const size_t size = dk_form_size(form);
    uint32_t got;

    if (form == hashed->form && lba > hashed->next) {
        dk_fail(error, DK_ERROR_REFUSED, "LBA %" PRId32 " is not the next one for the sums, which is %" PRId64, lba,
                hashed->next);
        return 0;
    }
    got = dk_source_read(hashed->inner, lba, count, form, to, error);
    if (form == hashed->form && (int64_t)lba + got > hashed->next) {
        const size_t known = (size_t)(hashed->next - lba);

        hash_set_update(hashed->set, (const char *)to + known * size, (got - known) * size);
        hashed->next = (int64_t)lba + got;
    }
    return got;
}

static const struct dk_source_ops hashed_ops = { hashed_read, source_free };

struct dk_source *dk_source_hashed(struct dk_source *inner, enum dk_form form, int32_t lba, struct hash_set *set)
{
    struct hashed *hashed = malloc(sizeof *hashed);

    if (!hashed)
        return NULL;
    *hashed = (struct hashed){ { &hashed_ops }, inner, form, lba, set };
    return &hashed->source;
}
