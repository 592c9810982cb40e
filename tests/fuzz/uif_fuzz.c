/* MagicISO's images: the trailer, the packed table of blocks, sheets and Nero images inside. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("uif", bytes, size);
}
