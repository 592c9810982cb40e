/* Sound files: where their samples are, by bytes put together by hand; FLAC by libFLAC's own encoder. */
#include "formats/wave.h"

#include "support/random.h"
#include "support/suite.h"

#include <FLAC/stream_encoder.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES "\1\2\3\4\5\6\7\10" /* two pairs */
#define FMT     "fmt \x10\0\0\0\1\0\2\0\x44\xAC\0\0\x10\xB1\2\0\4\0\x10\0"
#define EXTENSIBLE(guid)                                                                                               \
    "fmt \x28\0\0\0\xFE\xFF\2\0\x44\xAC\0\0\x10\xB1\2\0\4\0\x10\0\x16\0\x10\0\3\0\0\0" guid                            \
    "\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71"
#define COMM         "COMM\0\0\0\x12\0\2\0\0\0\2\0\x10\x40\x0E\xAC\x44\0\0\0\0\0\0"
#define COMM_C(kind) "COMM\0\0\0\x18\0\2\0\0\0\2\0\x10\x40\x0E\xAC\x44\0\0\0\0\0\0" kind "\0\0"
#define SSND         "SSND\0\0\0\x10\0\0\0\0\0\0\0\0" SAMPLES

/* A string of bytes and how many there are, without the NUL. */
#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    bool big_endian;
    const char *samples;
    size_t sample_bytes;
    const char *damage; /* words of a note */
} right[] = {
    { "plain", BYTES("RIFF\x2C\0\0\0WAVE" FMT "data\x8\0\0\0" SAMPLES), false, BYTES(SAMPLES), NULL },
    { "chunks before, one of odd size, and behind",
      BYTES("RIFF\x44\0\0\0WAVEJUNK\3\0\0\0abc\0" FMT "data\x8\0\0\0" SAMPLES "LIST\4\0\0\0abcd"), false,
      BYTES(SAMPLES), NULL },
    { "a size that was never filled in", BYTES("RIFF\0\0\0\0WAVE" FMT "data\0\0\0\0" SAMPLES), false, BYTES(SAMPLES),
      NULL },
    { "a size of all ones", BYTES("RIFF\xFF\xFF\xFF\xFFWAVE" FMT "data\xFF\xFF\xFF\xFF" SAMPLES), false, BYTES(SAMPLES),
      NULL },
    { "a size beyond the end", BYTES("RIFF\x2C\0\0\0WAVE" FMT "data\x64\0\0\0" SAMPLES), false, BYTES(SAMPLES),
      "says that it has 100 bytes of samples, and has 8" },
    { "extensible PCM", BYTES("RIFF\x44\0\0\0WAVE" EXTENSIBLE("\1\0") "data\x8\0\0\0" SAMPLES), false, BYTES(SAMPLES),
      NULL },
    { "RF64",
      BYTES("RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0\x50\0\0\0\0\0\0\0\x4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0" FMT
            "data\xFF\xFF\xFF\xFF" SAMPLES),
      false, BYTES("\1\2\3\4"), NULL },
    { "AIFF", BYTES("FORM\0\0\0:AIFF" COMM SSND), true, BYTES(SAMPLES), NULL },
    { "AIFF whose samples come first", BYTES("FORM\0\0\0:AIFF" SSND COMM), true, BYTES(SAMPLES), NULL },
    { "AIFF with an offset",
      BYTES("FORM\0\0\0:"
            "AIFF" COMM "SSND\0\0\0\x10\0\0\0\4\0\0\0\0" SAMPLES),
      true, BYTES("\5\6\7\10"), NULL },
    { "AIFC, big-endian",
      BYTES("FORM\0\0\0\x40"
            "AIFC" COMM_C("NONE") SSND),
      true, BYTES(SAMPLES), NULL },
    { "AIFC, little-endian",
      BYTES("FORM\0\0\0\x40"
            "AIFC" COMM_C("sowt") SSND),
      false, BYTES(SAMPLES), NULL },
};

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    const char *says;
} wrong[] = {
    { "no chunk", BYTES("RIFF\4\0\0\0WAVE"), "no \"data\" chunk" },
    { "no format", BYTES("RIFF\4\0\0\0WAVEdata\4\0\0\0abcd"), "no \"fmt \" chunk before" },
    { "a format cut short", BYTES("RIFF\4\0\0\0WAVEfmt \x10\0\0\0\1\0"), "wanted" },
    { "a format too short", BYTES("RIFF\4\0\0\0WAVEfmt \4\0\0\0\1\0\2\0data\4\0\0\0abcd"), "chunk of 4 bytes" },
    { "one channel", BYTES("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x44\xAC\0\0\x10\xB1\2\0\4\0\x10\0data\0\0\0\0"),
      "has 1 channels of 16 bits at 44100 Hz" },
    { "48 kHz", BYTES("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x80\xBB\0\0\x10\xB1\2\0\4\0\x10\0data\0\0\0\0"),
      "2 channels of 16 bits at 48000 Hz" },
    { "24 bits", BYTES("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x44\xAC\0\0\x10\xB1\2\0\6\0\x18\0data\0\0\0\0"),
      "2 channels of 24 bits" },
    { "floats", BYTES("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\3\0\2\0\x44\xAC\0\0\x10\xB1\2\0\4\0\x20\0data\0\0\0\0"),
      "format 0003h" },
    { "extensible that is no PCM", BYTES("RIFF\x44\0\0\0WAVE" EXTENSIBLE("\3\0") "data\x8\0\0\0" SAMPLES),
      "format FFFEh" },
    { "a chunk size that runs over the end",
      BYTES("RIFF\0\0\0\0WAVEJUNK\xFF\xFF\xFF\xFF"
            "abcd"),
      "no \"data\"" },
    { "ds64 too short", BYTES("RF64\xFF\xFF\xFF\xFFWAVEds64\4\0\0\0abcd"), "\"ds64\" chunk of 4 bytes" },
    { "AIFF without samples",
      BYTES("FORM\0\0\0:"
            "AIFF" COMM),
      "no \"SSND\"" },
    { "AIFF without a description",
      BYTES("FORM\0\0\0:"
            "AIFF" SSND),
      "no \"COMM\"" },
    { "AIFF, a description too short",
      BYTES("FORM\0\0\0:"
            "AIFFCOMM\0\0\0\2\0\2" SSND),
      "\"COMM\" chunk of 2 bytes" },
    { "AIFF with an offset beyond the end",
      BYTES("FORM\0\0\0:"
            "AIFF" COMM "SSND\0\0\0\x10\xFF\xFF\xFF\xFF\0\0\0\0" SAMPLES),
      "no samples" },
    { "AIFF of another rate",
      BYTES("FORM\0\0\0:"
            "AIFF"
            "COMM\0\0\0\x12\0\2\0\0\0\2\0\x10\x40\x0E\xBB\x80\0\0\0\0\0\0" SSND),
      "48000 Hz" },
    { "AIFC that is packed",
      BYTES("FORM\0\0\0\x40"
            "AIFC" COMM_C("ima4") SSND),
      "not plain PCM" },
    { "FLAC of nothing", BYTES("fLaC"), "no whole FLAC file" },
    { "FLAC cut in its head", BYTES("fLaC\x80\0\0\x22\x10\0"), "no whole FLAC file" },
};

START_TEST(finds_the_samples)
{
    struct dk_store *file = dk_store_from_memory(right[_i].bytes, right[_i].size, "t.wav");
    const struct sound_kind *kind = sound_find(file);
    struct dk_notes notes = { 0 };
    struct dk_error error = { 0 };
    struct sound sound;
    char samples[16];

    ck_assert_msg(kind && kind->open, "%s", right[_i].what);
    ck_assert_msg(kind->open(file, &sound, &notes, &error), "%s: %s", right[_i].what, error.text);
    ck_assert_msg(sound.store->size >= right[_i].sample_bytes, "%s", right[_i].what);
    ck_assert_int_eq(sound.big_endian, right[_i].big_endian);
    ck_assert(dk_store_read(sound.store, samples, right[_i].sample_bytes, 0, &error));
    ck_assert_mem_eq(samples, right[_i].samples, right[_i].sample_bytes);
    ck_assert_uint_eq(sound.store->size, right[_i].sample_bytes);
    ck_assert_uint_eq(notes.count, right[_i].damage != NULL);
    if (right[_i].damage)
        ck_assert_ptr_nonnull(strstr(notes.items[0].text, right[_i].damage));
    dk_notes_free(&notes);
    dk_store_close(sound.store);
    dk_store_close(file);
}
END_TEST

START_TEST(refuses_with_the_figures)
{
    struct dk_store *file = dk_store_from_memory(wrong[_i].bytes, wrong[_i].size, "t.wav");
    const struct sound_kind *kind = sound_find(file);
    struct dk_error error = { 0 };
    struct sound sound;

    ck_assert_msg(kind && kind->open, "%s", wrong[_i].what);
    ck_assert_msg(!kind->open(file, &sound, NULL, &error), "%s", wrong[_i].what);
    ck_assert_msg(strstr(error.text, wrong[_i].says), "%s: %s", wrong[_i].what, error.text);
    dk_store_close(file);
}
END_TEST

START_TEST(stands_every_cut)
{
    for (size_t size = 0; size < right[_i].size; size++) {
        struct dk_store *file = dk_store_from_memory(right[_i].bytes, size, "t.wav");
        const struct sound_kind *kind = sound_find(file);
        struct dk_error error = { 0 };
        struct sound sound = { 0 };

        if (kind && kind->open && !kind->open(file, &sound, NULL, &error))
            ck_assert(*error.text);
        dk_store_close(sound.store);
        dk_store_close(file);
    }
}
END_TEST

START_TEST(knows_others_by_name)
{
    static const struct {
        const char *bytes, *name;
    } kinds[] = { { "OggS and more....", "an Ogg file" },
                  { "MAC and more...", "a Monkey's Audio file" },
                  { "wvpk and more...", "a WavPack file" },
                  { "ID3\3 and more..", "an MP3 file" } };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct dk_store *file = dk_store_from_memory(kinds[i].bytes, strlen(kinds[i].bytes), "t");

        ck_assert_ptr_nonnull(sound_find(file));
        ck_assert_str_eq(sound_find(file)->name, kinds[i].name);
        ck_assert_ptr_null(sound_find(file)->open);
        dk_store_close(file);
    }
}
END_TEST

/* ---- FLAC ---- */

enum { PAIRS = 30000, BLOCK = 4096 };

struct flac_file {
    uint8_t *bytes;
    size_t size, at;
};

static FLAC__StreamEncoderWriteStatus on_write(const FLAC__StreamEncoder *encoder, const FLAC__byte *bytes,
                                               size_t count, uint32_t samples, uint32_t frame, void *context)
{
    struct flac_file *file = context;

    (void)encoder, (void)samples, (void)frame;
    if (file->at + count > file->size)
        file->bytes = realloc(file->bytes, file->size = file->at + count);
    memcpy(file->bytes + file->at, bytes, count);
    file->at += count;
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static FLAC__StreamEncoderSeekStatus on_seek(const FLAC__StreamEncoder *encoder, FLAC__uint64 offset, void *context)
{
    (void)encoder;
    ((struct flac_file *)context)->at = offset;
    return FLAC__STREAM_ENCODER_SEEK_STATUS_OK;
}

static FLAC__StreamEncoderTellStatus on_tell(const FLAC__StreamEncoder *encoder, FLAC__uint64 *offset, void *context)
{
    (void)encoder;
    *offset = ((struct flac_file *)context)->at;
    return FLAC__STREAM_ENCODER_TELL_STATUS_OK;
}

/* Random samples: a coder gains nothing on them, so that no two blocks are alike. */
static struct flac_file encode(unsigned rate, uint8_t *samples)
{
    FLAC__StreamEncoder *encoder = FLAC__stream_encoder_new();
    struct random random = random_start(2);
    struct flac_file file = { 0 };

    random_fill(&random, samples, PAIRS * 4);
    FLAC__stream_encoder_set_sample_rate(encoder, rate);
    FLAC__stream_encoder_set_blocksize(encoder, BLOCK);
    ck_assert_int_eq(FLAC__stream_encoder_init_stream(encoder, on_write, on_seek, on_tell, NULL, &file), 0);
    for (size_t i = 0; i < PAIRS; i++) {
        const FLAC__int32 pair[2] = { (int16_t)(samples[4 * i] | samples[4 * i + 1] << 8),
                                      (int16_t)(samples[4 * i + 2] | samples[4 * i + 3] << 8) };

        ck_assert(FLAC__stream_encoder_process_interleaved(encoder, pair, 1));
    }
    ck_assert(FLAC__stream_encoder_finish(encoder));
    FLAC__stream_encoder_delete(encoder);
    return file;
}

static uint8_t samples[PAIRS * 4], read_back[PAIRS * 4];

static struct dk_store *open_flac(const struct flac_file *flac, size_t size, struct dk_notes *notes)
{
    struct dk_store *file = dk_store_from_memory(flac->bytes, size, "t.flac");
    struct dk_error error = { 0 };
    struct sound sound;

    ck_assert_msg(sound_find(file)->open(file, &sound, notes, &error), "%s", error.text);
    ck_assert(!sound.big_endian);
    dk_store_close(file);
    return sound.store;
}

START_TEST(decodes_any_part_of_flac)
{
    struct flac_file flac = encode(44100, samples);
    struct dk_notes notes = { 0 };
    struct dk_store *store = open_flac(&flac, flac.size, &notes);
    struct random random = random_start(3);
    struct dk_error error;

    ck_assert_uint_eq(store->size, sizeof samples);
    ck_assert(dk_store_read(store, read_back, sizeof samples, 0, &error));
    ck_assert_mem_eq(read_back, samples, sizeof samples);
    for (int i = 0; i < 200; i++) {
        const uint32_t offset = random_below(&random, sizeof samples);
        const uint32_t count = random_below(&random, (uint32_t)sizeof samples - offset) % 20000;

        ck_assert(dk_store_read(store, read_back, count, offset, &error));
        ck_assert_msg(memcmp(read_back, samples + offset, count) == 0, "%u bytes at %u", count, offset);
    }
    ck_assert_uint_eq(notes.count, 0);
    dk_store_close(store);
    free(flac.bytes);
}
END_TEST

START_TEST(tells_where_flac_is_cut_short)
{
    struct flac_file flac = encode(44100, samples);
    struct dk_notes notes = { 0 };
    struct dk_store *store = open_flac(&flac, flac.size / 2, &notes);
    struct dk_error error = { 0 };

    ck_assert_uint_eq(notes.count, 1);
    ck_assert_int_eq(notes.items[0].kind, DK_NOTE_DAMAGE);
    ck_assert(dk_store_read(store, read_back, 1000, 0, &error));
    ck_assert_mem_eq(read_back, samples, 1000);
    ck_assert(!dk_store_read(store, read_back, 1000, sizeof samples - 1000, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(error.text, "cannot be decoded at sample"));
    ck_assert(dk_store_read(store, read_back, 1000, 2000, &error)); /* and goes on with what is there */
    ck_assert_mem_eq(read_back, samples + 2000, 1000);
    dk_notes_free(&notes);
    dk_store_close(store);
    free(flac.bytes);
}
END_TEST

START_TEST(refuses_flac_of_another_rate)
{
    struct flac_file flac = encode(48000, samples);
    struct dk_store *file = dk_store_from_memory(flac.bytes, flac.size, "t.flac");
    struct dk_error error = { 0 };
    struct sound sound;

    ck_assert(!sound_find(file)->open(file, &sound, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "48000 Hz"));
    dk_store_close(file);
    free(flac.bytes);
}
END_TEST

static void add_tests(TCase *test_case)
{
    tcase_add_loop_test(test_case, finds_the_samples, 0, sizeof right / sizeof *right);
    tcase_add_loop_test(test_case, refuses_with_the_figures, 0, sizeof wrong / sizeof *wrong);
    tcase_add_loop_test(test_case, stands_every_cut, 0, sizeof right / sizeof *right);
    tcase_add_test(test_case, knows_others_by_name);
    tcase_add_test(test_case, decodes_any_part_of_flac);
    tcase_add_test(test_case, tells_where_flac_is_cut_short);
    tcase_add_test(test_case, refuses_flac_of_another_rate);
}

int main(void)
{
    return suite_run("wave", (const struct suite_case[]){ { "wave", add_tests }, { NULL, NULL } });
}
