/* What each test program begins and ends with. */
#ifndef SUPPORT_SUITE_H
#define SUPPORT_SUITE_H

#include <check.h>

/* A name and a function that adds its tests; the last has no name. */
struct suite_case {
    const char *name;
    void (*add)(TCase *);
};

/* Runs all cases of a test program and returns what main() returns. CK_RUN_CASE and the like work as Check says. */
int suite_run(const char *name, const struct suite_case *cases);

/* An empty folder for this test program, made once and removed at its end; the working directory is not changed. */
const char *suite_folder(void);
/* Writes a file in that folder and returns its path, which stays until the next but three calls. */
const char *suite_file(const char *name, const void *bytes, size_t size);

#endif
