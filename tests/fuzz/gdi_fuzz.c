/* Sheets of GD-ROMs whose files are not there: the lines, and the table. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("gdi", bytes, size);
}
