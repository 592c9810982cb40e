/* Apple's disk images: the trailer, the property list or resource fork, tables of blocks, every kind of block. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("dmg", bytes, size);
}
