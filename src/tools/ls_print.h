/* How disc-ls prints an entry. */
#ifndef TOOLS_LS_PRINT_H
#define TOOLS_LS_PRINT_H

#include "tools/ls_time.h"

struct ls_printer {
    struct ls_buffer buffer;
    struct ls_day day;
    bool long_form, lba;
    bool escape; /* names, for a terminal */
};

void ls_print_text(struct ls_printer *printer, const struct dk_entry *entry);
void ls_print_json(struct ls_printer *printer, const struct dk_entry *entry);

#endif
