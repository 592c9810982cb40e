/* Descriptors of BlindRead whose files are not there: texts, records, and the table. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("bwt", bytes, size);
}
