/* Discs for tests of formats: files by recipe, the table of a disc as a text, its sectors held against the recipe. */
#ifndef SUPPORT_TABLE_H
#define SUPPORT_TABLE_H

#include <disckit/format.h>
#include <disckit/sector.h>
#include <stdio.h>

/* How the sectors of a file are kept. */
enum table_kind { TABLE_PLAIN, TABLE_SWAPPED, TABLE_WAVE };

enum { TABLE_PARTS = 3, TABLE_FILES = 4 };

/* A file: sectors from `lba` on, `stored` bytes each, part behind part. Each sector is another at each LBA. */
struct table_file {
    const char *name; /* NULL: no more files */
    enum table_kind kind;
    struct table_part {
        enum dk_mode mode;
        unsigned stored;
        int32_t lba;
        uint32_t count; /* 0: no more parts */
    } parts[TABLE_PARTS];
    unsigned cut; /* bytes that are missing at its end */
};

/* The sectors of the parts, one behind the other; the caller frees them. */
uint8_t *table_make_bytes(const struct table_part parts[TABLE_PARTS], size_t *size);

/* Makes the files in the test's folder. */
void table_make_files(const struct table_file *files);

/*
 * "1/1 mode1 0+43 stored 2352\nout 43\n": session/track mode LBA+count, then, where there is one, pregap, postgap,
 * control (without the data bit), ISRC and the indexes as number@LBA; after a session's tracks where its lead-out is.
 */
const char *table_text(const struct dk_disc *disc);

/* Every sector that a file holds is the one that its LBA has by the recipe; the others are empty. */
void table_check_sectors(const struct dk_disc *disc);
/* Both have the same table, and `other` has every sector of `one`, with the same bytes in it. */
void table_check_same(const struct dk_disc *one, const struct dk_disc *other);

/* Is there a note of this kind with these words? */
bool table_has_note(const struct dk_notes *notes, enum dk_note_kind kind, const char *words);

#endif
