/* Bytes in memory as a store. */
#include <disckit/bytes.h>
#include <stdlib.h>
#include <string.h>

struct memory_store {
    struct dk_store store;
    char *name;
    unsigned char bytes[];
};

static bool memory_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    (void)error;
    memcpy(to, ((const struct memory_store *)store)->bytes + offset, count);
    return true;
}

static void memory_destroy(struct dk_store *store)
{
    struct memory_store *memory = (struct memory_store *)store;

    free(memory->name);
    free(memory);
}

static const struct dk_store_ops memory_ops = {
    .read = memory_read,
    .destroy = memory_destroy,
};

struct dk_store *dk_store_from_memory(const void *bytes, size_t size, const char *name)
{
    struct memory_store *memory = malloc(sizeof *memory + size);

    if (!memory)
        return NULL;
    memory->name = strdup(name);
    if (!memory->name) {
        free(memory);
        return NULL;
    }
    if (size)
        memcpy(memory->bytes, bytes, size);
    memory->store.ops = &memory_ops;
    memory->store.size = size;
    memory->store.name = memory->name;
    memory->store.users = 1;
    return &memory->store;
}
