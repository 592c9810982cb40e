/* Sums against the published vectors: RFC 1321, FIPS 180, and the check value of CRC-32/ISO-HDLC. */
#include "support/suite.h"
#include "util/hash.h"

#include <string.h>

static const struct {
    enum hash_kind kind;
    const char *text, *sum;
} vectors[] = {
    { HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
    { HASH_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
    { HASH_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { HASH_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { HASH_CRC32, "123456789", "cbf43926" },
};

/* All kinds at once, in pieces, so that what one kind does to another would show. */
START_TEST(agrees_with_the_vectors)
{
    struct dk_error error = { 0 };
    struct hash_set *set = hash_set_new((1U << HASH_KINDS) - 1, &error);
    const char *text = vectors[_i].text;
    const size_t length = strlen(text);

    ck_assert_msg(set != NULL, "%s", error.text);
    hash_set_update(set, text, length / 3);
    hash_set_update(set, text + length / 3, length - length / 3);
    hash_set_finish(set);
    ck_assert_str_eq(hash_set_hex(set, vectors[_i].kind), vectors[_i].sum);
    hash_set_free(set);
}
END_TEST

START_TEST(makes_only_what_was_asked_for)
{
    struct dk_error error = { 0 };
    struct hash_set *set = hash_set_new(1U << HASH_SHA1, &error);

    ck_assert_ptr_nonnull(set);
    hash_set_update(set, "abc", 3);
    hash_set_finish(set);
    ck_assert_uint_eq(hash_set_kinds(set), 1U << HASH_SHA1);
    ck_assert_str_eq(hash_set_hex(set, HASH_SHA1), "a9993e364706816aba3e25717850c26c9cd0d89d");
    ck_assert_str_eq(hash_set_hex(set, HASH_CRC32), "");
    ck_assert_str_eq(hash_set_hex(set, HASH_MD5), "");
    hash_set_free(set);
}
END_TEST

START_TEST(reads_lists_of_names)
{
    struct dk_error error = { 0 };
    unsigned kinds = 0;

    ck_assert(hash_parse("crc32,md5", &kinds, &error));
    ck_assert_uint_eq(kinds, 1U << HASH_CRC32 | 1U << HASH_MD5);
    ck_assert(hash_parse("sha256", &kinds, &error));
    ck_assert_uint_eq(kinds, 1U << HASH_SHA256);
}
END_TEST

START_TEST(refuses_what_is_no_sum)
{
    static const char *const wrong[] = { "", "sha", "sha2566", "md5,", "md5,,sha1", "MD5 " };
    struct dk_error error = { 0 };
    unsigned kinds;

    ck_assert(!hash_parse(wrong[_i], &kinds, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "md5, sha1, sha256, crc32"));
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, agrees_with_the_vectors, 0, sizeof vectors / sizeof *vectors);
    tcase_add_test(test_case, makes_only_what_was_asked_for);
    tcase_add_test(test_case, reads_lists_of_names);
    tcase_add_loop_test(test_case, refuses_what_is_no_sum, 0, 6);
}

int main(void)
{
    return suite_run("hash", (const struct suite_case[]){ { "sums", add_all }, { NULL, NULL } });
}
