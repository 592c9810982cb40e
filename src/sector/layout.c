/* Every way in which a sector is stored. The sizes are those of READ CD (MMC-6, table "sector types") and of the
 * images. */
#include <disckit/sector.h>

/* Where the parts of a raw sector begin (ECMA-130 chapter 14; CD-ROM XA for the subheader). */
enum { HEADER = 12, MODE1_USER = 16, SUBHEADER = 16, MODE2_USER = 24, ALL = DK_SECTOR_RAW };

enum { ANY_DATA = -1, NOT_MODE1 = -4, ANY_MODE2 = -2, ANYTHING = -3 };

static const struct {
    int mode; /* enum dk_mode, or one of the above */
    struct dk_layout layout;
} rows[] = {
    /* mode, { stored, from, to, C2, subchannel } */
    { ANYTHING, { 2352, 0, ALL, 0, 0 } },
    { DK_MODE1, { 2048, MODE1_USER, MODE1_USER + 2048, 0, 0 } },
    { DK_MODE2, { 2048, MODE2_USER, MODE2_USER + 2048, 0, 0 } }, /* Form 1, since nothing else has 2048 */
    { DK_MODE2_FORM1, { 2048, MODE2_USER, MODE2_USER + 2048, 0, 0 } },
    { DK_MODE2_FORM1, { 2056, SUBHEADER, MODE2_USER + 2048, 0, 0 } },
    { DK_MODE2, { 2056, SUBHEADER, MODE2_USER + 2048, 0, 0 } },
    { DK_MODE2_FORM2, { 2324, MODE2_USER, MODE2_USER + 2324, 0, 0 } },
    { DK_MODE2, { 2324, MODE2_USER, MODE2_USER + 2324, 0, 0 } },
    { ANY_MODE2, { 2332, SUBHEADER, ALL - 4, 0, 0 } },
    { NOT_MODE1, { 2336, SUBHEADER, ALL, 0, 0 } },
    { ANY_DATA, { 2340, HEADER, ALL, 0, 0 } },
    { ANYTHING, { 2368, 0, ALL, 0, 16 } },
    { ANYTHING, { 2448, 0, ALL, 0, 96 } },
    { ANYTHING, { 2646, 0, ALL, 294, 0 } },
};

static bool fits(int row, enum dk_mode mode)
{
    switch (row) {
    case ANYTHING:
        return true;
    case ANY_DATA:
        return mode != DK_AUDIO;
    case NOT_MODE1:
        return mode != DK_AUDIO && mode != DK_MODE1;
    case ANY_MODE2:
        return mode == DK_MODE2 || mode == DK_MODE2_FORM1 || mode == DK_MODE2_FORM2;
    default:
        return row == (int)mode;
    }
}

const struct dk_layout *dk_layout_find(enum dk_mode mode, unsigned stored)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].layout.stored == stored && fits(rows[i].mode, mode))
            return &rows[i].layout;
    return NULL;
}
