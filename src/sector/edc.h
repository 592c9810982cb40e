/* Inside the room only: the forms of the EDC, which dk_edc() chooses from and the tests hold against each other. */
#ifndef SECTOR_EDC_H
#define SECTOR_EDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t edc_plain(uint32_t edc, const void *bytes, size_t count);

enum { EDC_CLMUL_LEAST = 64 /* bytes that the fast form needs */ };

bool edc_has_clmul(void); /* does this processor have what edc_clmul() takes? */
uint32_t edc_clmul(uint32_t edc, const void *bytes, size_t count);

#endif
