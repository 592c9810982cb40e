/* ZSO: as CSO, with LZ4. */
#include "formats/cso.h"
#include "formats/rows.h"

static int zso_probe(const struct dk_candidate *candidate)
{
    return cso_probe_magic(candidate, "ZISO");
}

const struct dk_format format_zso = {
    .id = "zso",
    .name = "compressed ISO with LZ4 (ZSO)",
    .suffixes = "zso",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = zso_probe,
    .read = cso_read_packed,
    .iso_sink = &zso_sink,
    .codecs = "lz4",
};
