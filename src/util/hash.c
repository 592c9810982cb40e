#include "util/hash.h"

#include <libdeflate.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *tag;
    const EVP_MD *(*algorithm)(void); /* NULL: CRC-32, which libcrypto does not have */
} rows[HASH_KINDS] = {
    [HASH_MD5] = { "md5", "MD5", EVP_md5 },
    [HASH_SHA1] = { "sha1", "SHA1", EVP_sha1 },
    [HASH_SHA256] = { "sha256", "SHA256", EVP_sha256 },
    [HASH_CRC32] = { "crc32", "CRC32", NULL },
};

struct hash_set {
    unsigned kinds;
    EVP_MD_CTX *contexts[HASH_KINDS];
    uint32_t crc;
    char hex[HASH_KINDS][HASH_HEX];
};

const char *hash_name(enum hash_kind kind)
{
    return rows[kind].name;
}

const char *hash_tag(enum hash_kind kind)
{
    return rows[kind].tag;
}

static int kind_of(const char *word, size_t length)
{
    for (int kind = 0; kind < HASH_KINDS; kind++)
        if (strlen(rows[kind].name) == length && strncmp(rows[kind].name, word, length) == 0)
            return kind;
    return -1;
}

bool hash_parse(const char *list, unsigned *kinds, struct dk_error *error)
{
    const char *word = list;

    *kinds = 0;
    for (;;) {
        const size_t length = strcspn(word, ",");
        const int kind = kind_of(word, length);

        if (kind < 0)
            return dk_fail(error, DK_ERROR_REFUSED, "'%.*s' is no sum that is known here: md5, sha1, sha256, crc32",
                           (int)length, word);
        *kinds |= 1U << kind;
        if (word[length] == '\0')
            return true;
        word += length + 1;
    }
}

struct hash_set *hash_set_new(unsigned kinds, struct dk_error *error)
{
    struct hash_set *set = calloc(1, sizeof *set);

    if (!set) {
        dk_fail_errno(error, "cannot make sums");
        return NULL;
    }
    set->kinds = kinds;
    for (int kind = 0; kind < HASH_KINDS; kind++) {
        if (!(kinds & 1U << kind) || !rows[kind].algorithm)
            continue;
        set->contexts[kind] = EVP_MD_CTX_new();
        if (!set->contexts[kind] || !EVP_DigestInit_ex(set->contexts[kind], rows[kind].algorithm(), NULL)) {
            dk_fail(error, DK_ERROR_SYSTEM, "this system's libcrypto makes no %s sums", rows[kind].tag);
            hash_set_free(set);
            return NULL;
        }
    }
    return set;
}

void hash_set_update(struct hash_set *set, const void *bytes, size_t count)
{
    for (int kind = 0; kind < HASH_KINDS; kind++)
        if (set->contexts[kind])
            EVP_DigestUpdate(set->contexts[kind], bytes, count);
    if (set->kinds & 1U << HASH_CRC32)
        set->crc = libdeflate_crc32(set->crc, bytes, count);
}

void hash_set_finish(struct hash_set *set)
{
    for (int kind = 0; kind < HASH_KINDS; kind++) {
        unsigned char sum[EVP_MAX_MD_SIZE];
        unsigned length = 0;

        if (!set->contexts[kind])
            continue;
        EVP_DigestFinal_ex(set->contexts[kind], sum, &length);
        for (unsigned i = 0; i < length; i++)
            snprintf(set->hex[kind] + (size_t)i * 2, 3, "%02x", sum[i]);
    }
    if (set->kinds & 1U << HASH_CRC32)
        snprintf(set->hex[HASH_CRC32], HASH_HEX, "%08x", set->crc);
}

unsigned hash_set_kinds(const struct hash_set *set)
{
    return set->kinds;
}

const char *hash_set_hex(const struct hash_set *set, enum hash_kind kind)
{
    return set->hex[kind];
}

void hash_set_free(struct hash_set *set)
{
    if (!set)
        return;
    for (int kind = 0; kind < HASH_KINDS; kind++)
        EVP_MD_CTX_free(set->contexts[kind]);
    free(set);
}
