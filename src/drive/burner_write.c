/* One data track, from a source to a medium. */
#include "drive/burner.h"

#include "drive/drive.h"

#include <string.h>
#include <time.h>

enum {
    FIFO_CHUNKS = 2000, /* of a sector: 4 MB between the image and the drive */
    TAO_TAIL = 150,     /* sectors of zeros that keep the run-out of a CD track away from the data */
    CD_TRACK_MIN = 300, /* sectors: Red Book, 4 seconds */
    POLL_MILLISECONDS = 100,
};

struct writing {
    struct dk_burner *burner;
    const struct dk_burner_job *job;
    struct burner_source from;
    struct burn_disc *disc;
    struct burn_session *session;
    struct burn_track *track;
    struct burn_source *source, *fifo;
    struct burn_write_opts *options;
    int sent; /* sectors that went to the drive */
    bool stopped;
};

/* DVD+R is never written with its size announced: drives without RESERVE TRACK would fail. */
static enum burn_write_types usual_type(unsigned profile)
{
    static const unsigned at_once[] = { 0x09, 0x0A, 0x11, 0x14, 0x15 }; /* CD-R, CD-RW, DVD-R, DVD-RW, DVD-R DL */

    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++)
        if (at_once[i] == profile)
            return BURN_WRITE_SAO;
    return BURN_WRITE_TAO;
}

static bool is_cd(const struct dk_burner *burner)
{
    return drive_medium_of(burner->medium.profile) == DK_MEDIUM_CD;
}

/* Sectors of zeros behind the image. libburn announces the 300 of a short track too, and then does not write them. */
static uint32_t tail_of(const struct dk_burner *burner, uint32_t count, enum burn_write_types type)
{
    const uint32_t tail = type == BURN_WRITE_TAO ? TAO_TAIL : 0;

    if (!is_cd(burner))
        return 0;
    return count + tail < CD_TRACK_MIN ? CD_TRACK_MIN - count : tail;
}

static bool make_track(struct writing *writing, enum burn_write_types type)
{
    const int tail = (int)tail_of(writing->burner, writing->job->count, type) * DK_SECTOR_USER;

    writing->disc = burn_disc_create();
    writing->session = burn_session_create();
    writing->track = burn_track_create();
    writing->source = burner_source_new(&writing->from);
    if (!writing->disc || !writing->session || !writing->track || !writing->source)
        return false;
    writing->fifo = burn_fifo_source_new(writing->source, DK_SECTOR_USER, FIFO_CHUNKS, 0);
    burn_track_define_data(writing->track, 0, tail, 1, BURN_MODE1);
    return writing->fifo && burn_disc_add_session(writing->disc, writing->session, BURN_POS_END) &&
           burn_track_set_source(writing->track, writing->fifo) == BURN_SOURCE_OK &&
           burn_session_add_track(writing->session, writing->track, BURN_POS_END);
}

static void free_writing(struct writing *writing)
{
    if (writing->options)
        burn_write_opts_free(writing->options);
    if (writing->source)
        burn_source_free(writing->source);
    if (writing->fifo)
        burn_source_free(writing->fifo);
    if (writing->track)
        burn_track_free(writing->track);
    if (writing->session)
        burn_session_free(writing->session);
    if (writing->disc)
        burn_disc_free(writing->disc);
}

static bool set_options(struct writing *writing, enum burn_write_types type, struct dk_error *error)
{
    char reasons[BURN_REASONS_LEN] = "";

    writing->options = burn_write_opts_new(writing->burner->drive);
    if (!writing->options)
        return dk_fail(error, DK_ERROR_SYSTEM, "libburn has no memory");
    burn_write_opts_set_underrun_proof(writing->options, 1);
    burn_write_opts_set_simulate(writing->options, writing->job->simulate);
    burn_write_opts_set_multi(writing->options, 0);
    burn_write_opts_set_stdio_fsync(writing->options, -1); /* once, at the end, by who made the file */
    burn_write_opts_set_write_type(writing->options, type, type == BURN_WRITE_SAO ? BURN_BLOCK_SAO : BURN_BLOCK_MODE1);
    if (burn_precheck_write(writing->options, writing->disc, reasons, 0) > 0)
        return true;
    return dk_fail(error, DK_ERROR_REFUSED, "the %s in %s cannot be written so: %s", writing->burner->medium.name,
                   writing->burner->path, reasons);
}

static void tick(struct writing *writing, enum burn_drive_status status, const struct burn_progress *progress)
{
    const bool data = status == BURN_DRIVE_WRITING && progress->sectors > 0;
    const uint64_t total = (uint64_t)writing->job->count * DK_SECTOR_USER;
    uint64_t done = (uint64_t)writing->sent * DK_SECTOR_USER;

    if (data && progress->sector > writing->sent)
        writing->sent = progress->sector;
    done = done < total ? done : total;
    if (!dk_watch_tick(writing->job->watch, data ? "burning" : "closing the disc", done, data ? total : 0))
        writing->stopped = true;
}

/* The first error ends it: libburn itself would send the rest of its buffer. */
static void follow(struct writing *writing)
{
    const struct timespec pause = { 0, POLL_MILLISECONDS * 1000000L };
    struct dk_burner *burner = writing->burner;
    enum burn_drive_status status;
    struct burn_progress progress;
    bool cancelled = false;

    burn_disc_write(writing->options, writing->disc);
    while ((status = burn_drive_get_status(burner->drive, &progress)) != BURN_DRIVE_IDLE) {
        burner_listen(burner);
        if (status != BURN_DRIVE_SPAWNING)
            tick(writing, status, &progress);
        if (!cancelled && (writing->stopped || burner->first.kind != DK_ERROR_NONE)) {
            burn_drive_cancel(burner->drive);
            cancelled = true;
        }
        nanosleep(&pause, NULL);
    }
    burner_listen(burner);
}

static bool judge(const struct writing *writing, struct dk_error *error)
{
    const struct dk_burner *burner = writing->burner;

    if (writing->stopped)
        return dk_fail(error, DK_ERROR_STOPPED, "stopped");
    if (writing->from.error.kind != DK_ERROR_NONE) {
        *error = writing->from.error;
        return false;
    }
    if (burn_drive_wrote_well(burner->drive))
        return true;
    return dk_fail(error, DK_ERROR_SYSTEM, "burning failed: %s",
                   burner->first.kind ? burner->first.text : "the drive does not say why");
}

static bool write_as(struct dk_burner *burner, const struct dk_burner_job *job, enum burn_write_types type, int *sent,
                     struct dk_error *error)
{
    struct writing writing = {
        .burner = burner,
        .job = job,
        .from = { .source = job->source, .lba = job->lba, .left = job->count },
    };
    bool right;

    burner->first = (struct dk_error){ 0 };
    right = make_track(&writing, type) || dk_fail(error, DK_ERROR_SYSTEM, "libburn has no memory");
    if (right && (right = set_options(&writing, type, error))) {
        follow(&writing);
        right = judge(&writing, error);
    }
    *sent = writing.sent;
    free_writing(&writing);
    return right;
}

static void set_speed(const struct dk_burner *burner, unsigned speed)
{
    /* A few more, since drives round down. */
    if (!burner->file)
        burn_drive_set_speed(burner->drive, 0, speed ? (int)drive_kilobytes(burner->medium.profile, speed) + 10 : 0);
}

bool dk_burner_write(struct dk_burner *burner, const struct dk_burner_job *job, struct dk_error *error)
{
    const enum burn_write_types type = burner->file ? BURN_WRITE_TAO : usual_type(burner->medium.profile);
    int sent = 0;

    set_speed(burner, job->speed);
    if (is_cd(burner) && !burner->file && job->count < CD_TRACK_MIN)
        dk_note(job->notes, DK_NOTE_ODD, "a CD track has at least %d sectors: %u of zeros follow the image",
                CD_TRACK_MIN, CD_TRACK_MIN - job->count);
    if (write_as(burner, job, type, &sent, error))
        return true;
    /* A drive that does not reserve refuses before anything is written; then the size need not be announced. */
    if (type != BURN_WRITE_SAO || sent > 0 || is_cd(burner) || error->kind == DK_ERROR_STOPPED ||
        !strstr(error->text, "RESERVE TRACK"))
        return false;
    dk_note(job->notes, DK_NOTE_ODD, "the drive does not announce sizes: written without (%s)", error->text);
    return write_as(burner, job, BURN_WRITE_TAO, &sent, error);
}
