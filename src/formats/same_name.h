/* File names that a sheet spells in another way than the file system does. */
#ifndef FORMATS_SAME_NAME_H
#define FORMATS_SAME_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Are they the same but for upper and lower case and for how accents are encoded (one character, or a letter and a
 * mark)? Both are UTF-8; bytes that are none are only like themselves.
 */
bool same_name(const char *a, const char *b);
/* The same for names that need not end with a NUL. */
bool same_name_part(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
