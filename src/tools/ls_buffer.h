/* Output of disc-ls: figures and texts put together by hand in one large block, as a list has a line an entry. */
#ifndef TOOLS_LS_BUFFER_H
#define TOOLS_LS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LS_BUFFER_SIZE = 64 << 10 };

struct ls_buffer {
    size_t used;
    bool failed; /* stdout takes no more, or a signal came */
    char bytes[LS_BUFFER_SIZE];
};

void ls_flush(struct ls_buffer *buffer);
void ls_put(struct ls_buffer *buffer, const char *bytes, size_t count);
void ls_put_text(struct ls_buffer *buffer, const char *text);
/* At least `width` characters, filled with blanks on the left. */
void ls_put_number(struct ls_buffer *buffer, uint64_t number, unsigned width);
void ls_put_signed(struct ls_buffer *buffer, int64_t number, unsigned width);
/* With control characters and what is no UTF-8 as \xNN. */
void ls_put_escaped(struct ls_buffer *buffer, const char *text, size_t length);
/* A JSON string with its quotes. */
void ls_put_json(struct ls_buffer *buffer, const char *text, size_t length);
void ls_put_hex(struct ls_buffer *buffer, const uint8_t *bytes, size_t count);

#endif
