#include "volume/found.h"
void find_udf(struct found *found)
{
    (void)found;
}
