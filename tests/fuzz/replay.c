/* A fuzz target without a fuzzer: runs the inputs in the folders that it is given, whole and cut short. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 8 };

static uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long end;

    *size = 0;
    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0 &&
        (bytes = malloc((size_t)end + 1)))
        *size = fread(bytes, 1, (size_t)end, file);
    fclose(file);
    return bytes;
}

/* Each cut is a block of exactly its size, so that a sanitizer sees a read past its end. */
static void run_cut(const uint8_t *bytes, size_t size)
{
    uint8_t *cut = malloc(size ? size : 1);

    if (!cut)
        abort();
    memcpy(cut, bytes, size);
    LLVMFuzzerTestOneInput(cut, size);
    free(cut);
}

static int run_file(const char *path)
{
    size_t size;
    uint8_t *bytes = read_whole(path, &size);

    if (!bytes) {
        fprintf(stderr, "%s cannot be read\n", path);
        return 1;
    }
    for (size_t i = 0; i <= CUTS; i++)
        run_cut(bytes, size / CUTS * i + (i == CUTS ? size % CUTS : 0));
    free(bytes);
    return 0;
}

static int run_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    char path[4096];
    int count = 0, failed = 0;

    if (!entries) {
        fprintf(stderr, "%s: a fuzz target needs inputs here\n", folder);
        return 1;
    }
    while ((entry = readdir(entries))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        failed |= run_file(path);
        count++;
    }
    closedir(entries);
    printf("%s: %d inputs replayed\n", folder, count);
    return failed || count == 0;
}

int main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++)
        failed |= run_folder(argv[i]);
    return failed;
}
