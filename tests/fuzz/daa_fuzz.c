/* PowerISO's and gBurner's images: the header, descriptors, both kinds of table, every kind of chunk. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("daa", bytes, size);
}
