/* A source that tries again. */
#include "sector/wrapper.h"

#include <stdlib.h>

struct retry {
    struct dk_source source;
    struct dk_source *inner;
    unsigned times;
};

static bool read_alone(const struct retry *retry, int32_t lba, enum dk_form form, void *to, struct dk_error *error)
{
    for (unsigned i = 0; i < retry->times && is_sector_error(error); i++)
        if (dk_source_read(retry->inner, lba, 1, form, to, error) == 1)
            return true;
    return false;
}

static uint32_t retry_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                           struct dk_error *error)
{
    const struct retry *retry = (const struct retry *)source;
    const size_t size = dk_form_size(form);
    uint32_t done = 0;

    while (done < count) {
        const int32_t at = lba + (int32_t)done;

        done += dk_source_read(retry->inner, at, count - done, form, (char *)to + done * size, error);
        if (done == count)
            break;
        if (!read_alone(retry, lba + (int32_t)done, form, (char *)to + done * size, error))
            break;
        done++;
    }
    return done;
}

static const struct dk_source_ops retry_ops = { retry_read, source_free };

struct dk_source *dk_source_retry(struct dk_source *inner, unsigned times)
{
    struct retry *retry = malloc(sizeof *retry);

    if (!retry)
        return NULL;
    *retry = (struct retry){ { &retry_ops }, inner, times };
    return &retry->source;
}
