/* Wrecked images: what opening one must say. */
#ifndef SUPPORT_WRECK_H
#define SUPPORT_WRECK_H

#include <disckit/sector.h>

/*
 * Fails the test unless the disc or the error has the words that `what` asks for: in the error, or, with a `+` in
 * front, in a note of a disc that opened. NULL: it opened without a note.
 */
void wreck_expect(const char *what, const char *words, const struct dk_disc *disc, const struct dk_error *error);

/*
 * Opens `image` as NAME with each of its bytes from `from` to `to` set to several values in turn: it opens or says why
 * not.
 */
void wreck_every_byte(const char *name, uint8_t *image, size_t size, size_t from, size_t to);

#endif
