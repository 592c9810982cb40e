/* Another program that uses the library: prints the tracks of an image, or why it is none. */
#include <disckit/format.h>
#include <disckit/sector.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = argc > 1 ? dk_image_open(argv[1], &error) : NULL;

    if (!disc) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    for (size_t i = 0; i < disc->track_count; i++)
        printf("track %u: %u sectors from LBA %d\n", disc->tracks[i].number, disc->tracks[i].count,
               disc->tracks[i].lba);
    dk_disc_close(disc);
    return 0;
}
