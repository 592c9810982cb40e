/*
 * Files to measure with, the same on every run.
 *   files many FOLDER N     N files of 0 to 8191 random bytes, 1000 a directory
 *   files large FOLDER N    N MiB in files of 16 MiB, every second MiB text that can be compressed
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MIB = 1 << 20, MIB_A_FILE = 16, FILES_A_FOLDER = 1000, SMALL = 8191 };

static uint8_t buffer[MIB];

/* xorshift64 (Marsaglia, 2003) */
static uint64_t next(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void fill(size_t size)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        const uint64_t word = next();

        memcpy(buffer + i, &word, sizeof word);
    }
}

static void fill_with_text(void)
{
    fill(MIB);
    for (size_t i = 0; i < MIB; i++)
        buffer[i] = (uint8_t) "etaoin shrdlu\n  "[buffer[i] & 15];
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void finish(FILE *file, const char *path)
{
    if (ferror(file) || fclose(file)) {
        perror(path);
        exit(1);
    }
}

static void make_many(const char *folder, long count)
{
    char path[4096];

    for (long i = 0; i < count; i++) {
        const size_t size = next() & SMALL;
        FILE *file;

        if (i % FILES_A_FOLDER == 0) {
            snprintf(path, sizeof path, "%s/folder %04ld", folder, i / FILES_A_FOLDER);
            mkdir(path, 0755);
        }
        snprintf(path, sizeof path, "%s/folder %04ld/a file with a long name %07ld.dat", folder, i / FILES_A_FOLDER, i);
        file = create(path);
        fill((size + 7) & ~(size_t)7);
        fwrite(buffer, 1, size, file);
        finish(file, path);
    }
}

static void make_large(const char *folder, long mebibytes)
{
    char path[4096];

    for (long i = 0; i < mebibytes; i += MIB_A_FILE) {
        FILE *file;

        snprintf(path, sizeof path, "%s/large %04ld.bin", folder, i / MIB_A_FILE);
        file = create(path);
        for (long j = i; j < i + MIB_A_FILE && j < mebibytes; j++) {
            if (j & 1)
                fill_with_text();
            else
                fill(MIB);
            fwrite(buffer, 1, MIB, file);
        }
        finish(file, path);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: files many|large FOLDER N\n");
        return 2;
    }
    mkdir(argv[2], 0755);
    if (strcmp(argv[1], "many") == 0)
        make_many(argv[2], atol(argv[3]));
    else
        make_large(argv[2], atol(argv[3]));
    return 0;
}
