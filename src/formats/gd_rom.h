/* GD-ROMs: two areas, of which a drive for CDs sees the first. */
#ifndef FORMATS_GD_ROM_H
#define FORMATS_GD_ROM_H

enum { GD_ROM_HIGH_DENSITY = 45000 /* LBA of the second area of every GD-ROM, which is its second session here */ };

#endif
