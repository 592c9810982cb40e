/* Where libburn gets its bytes: the sectors of a disc. Runs in libburn's thread. */
#include "drive/burner.h"

#include <stdlib.h>

static int read_sectors(struct burn_source *source, unsigned char *buffer, int size)
{
    struct burner_source *from = source->data;
    uint32_t count = (uint32_t)(size / DK_SECTOR_USER);

    if (count > from->left)
        count = from->left;
    if (count == 0)
        return 0;
    if (dk_source_read(from->source, from->lba, count, DK_FORM_USER, buffer, &from->error) != count)
        return -1;
    from->lba += (int32_t)count;
    from->left -= count;
    return (int)count * DK_SECTOR_USER;
}

static off_t get_size(struct burn_source *source)
{
    return (off_t)((struct burner_source *)source->data)->left * DK_SECTOR_USER;
}

static int keep_size(struct burn_source *source, off_t size)
{
    (void)source;
    (void)size;
    return 1;
}

static void keep_data(struct burn_source *source)
{
    (void)source;
}

static int cancel(struct burn_source *source)
{
    (void)source;
    return 1;
}

struct burn_source *burner_source_new(struct burner_source *from)
{
    struct burn_source *source = calloc(1, sizeof *source);

    if (!source)
        return NULL;
    source->refcount = 1;
    source->version = 1;
    source->read_xt = read_sectors;
    source->get_size = get_size;
    source->set_size = keep_size;
    source->free_data = keep_data;
    source->cancel = cancel;
    source->data = from;
    return source;
}
