#include "support/wreck.h"

#include "support/suite.h"

#include <disckit/format.h>
#include <string.h>

static bool has_note(const struct dk_disc *disc, const char *words)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (strstr(disc->notes.items[i].text, words))
            return true;
    return false;
}

void wreck_expect(const char *what, const char *words, const struct dk_disc *disc, const struct dk_error *error)
{
    if (!words)
        ck_assert_msg(disc && disc->notes.count == 0, "%s: %s", what, disc ? disc->notes.items[0].text : error->text);
    else if (*words == '+')
        ck_assert_msg(disc && has_note(disc, words + 1), "%s: no note of '%s'; %s", what, words + 1,
                      !disc               ? error->text
                      : disc->notes.count ? disc->notes.items[0].text
                                          : "it opened");
    else
        ck_assert_msg(!disc && strstr(error->text, words), "%s: no '%s' in: %s", what, words,
                      disc ? "it opened" : error->text);
}

void wreck_every_byte(const char *name, uint8_t *image, size_t size, size_t from, size_t to)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF };

    for (size_t at = from; at < to; at++)
        for (size_t i = 0; i < sizeof values; i++) {
            const uint8_t right = image[at];
            struct dk_error error = { 0 };
            struct dk_disc *disc;

            image[at] = values[i];
            disc = dk_image_open(suite_file(name, image, size), &error);
            ck_assert_msg(disc || *error.text, "byte %zu as %02X", at, values[i]);
            dk_disc_close(disc);
            image[at] = right;
        }
}
