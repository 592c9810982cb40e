#include "support/suite.h"

#include "support/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS_A_TEST = 60, PATHS = 4 };

static char folder[200];

static void remove_folder(void)
{
    char command[300];

    snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s could not be removed\n", folder);
}

const char *suite_folder(void)
{
    return folder;
}

const char *suite_file(const char *name, const void *bytes, size_t size)
{
    static char paths[PATHS][512];
    static int turn;
    char *path = paths[turn++ % PATHS], *slash;
    FILE *file;

    snprintf(path, sizeof *paths, "%s/%s", folder, name);
    for (slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0755);
    }
    file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

int suite_run(const char *name, const struct suite_case *cases)
{
    const char *parent = getenv("TMPDIR");
    Suite *suite = suite_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    snprintf(folder, sizeof folder, "%s/disckit-%s.XXXXXX", parent ? parent : "/tmp", name);
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    random_seed(); /* before Check forks, so that all tests have the same */
    for (; cases->name; cases++) {
        TCase *test_case = tcase_create(cases->name);

        tcase_set_timeout(test_case, SECONDS_A_TEST);
        cases->add(test_case);
        suite_add_tcase(suite, test_case);
    }
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    remove_folder();
    if (failed)
        printf("%s: to repeat it with the same random bytes: DISCKIT_SEED=%" PRIu64 "\n", name, random_seed());
    return failed != 0;
}
