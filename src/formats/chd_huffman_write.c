/* CHD: Huffman codes made, and written with their trees. */
#include "formats/chd_encode.h"

#include <stdlib.h>
#include <string.h>

/* ---- Bits ---- */

struct bit_sink sink_over(void *bytes, size_t room)
{
    return (struct bit_sink){ .to = bytes, .end = (uint8_t *)bytes + room };
}

static void put_bytes(struct bit_sink *sink)
{
    for (; sink->count >= 8; sink->count -= 8) {
        if (sink->to == sink->end) {
            sink->full = true;
            sink->count = 0;
            return;
        }
        *sink->to++ = (uint8_t)(sink->window >> (sink->count - 8));
    }
}

void sink_put(struct bit_sink *sink, uint64_t value, unsigned count)
{
    sink->window = sink->window << count | value;
    sink->count += count;
    put_bytes(sink);
}

uint8_t *sink_end(struct bit_sink *sink)
{
    if (sink->count)
        sink_put(sink, 0, 8 - sink->count);
    return sink->to;
}

/* ---- Lengths ---- */

enum { NODES_MAX = 2 * HUFFMAN_SYMBOLS };

/* Leaves first, from the rarest up; then what was joined, which comes out in rising order too. */
struct forest {
    uint64_t weights[NODES_MAX];
    uint16_t parents[NODES_MAX];
    uint16_t symbols[HUFFMAN_SYMBOLS];
    unsigned leaves, count;
};

struct counted {
    uint32_t count;
    uint16_t symbol;
};

static int by_count(const void *one, const void *other)
{
    const struct counted *a = one, *b = other;

    return a->count != b->count ? (a->count < b->count ? -1 : 1) : a->symbol - b->symbol;
}

static void plant(struct forest *forest, const uint32_t *counts, unsigned symbols)
{
    struct counted sorted[HUFFMAN_SYMBOLS];
    unsigned used = 0;

    for (unsigned i = 0; i < symbols; i++)
        if (counts[i])
            sorted[used++] = (struct counted){ counts[i], (uint16_t)i };
    for (unsigned i = 0; used < 2; i++) /* a code of one symbol would be of no bits */
        if (counts[i] == 0)
            sorted[used++] = (struct counted){ 1, (uint16_t)i };
    qsort(sorted, used, sizeof *sorted, by_count);
    for (unsigned i = 0; i < used; i++) {
        forest->weights[i] = sorted[i].count;
        forest->symbols[i] = sorted[i].symbol;
    }
    forest->leaves = forest->count = used;
}

/* The lighter of the first leaf and the first joined node that are left. */
static unsigned take_lightest(const struct forest *forest, unsigned *leaf, unsigned *joined)
{
    if (*leaf < forest->leaves && (*joined == forest->count || forest->weights[*leaf] <= forest->weights[*joined]))
        return (*leaf)++;
    return (*joined)++;
}

static void join(struct forest *forest)
{
    unsigned leaf = 0, joined = forest->leaves;

    while (forest->count < 2 * forest->leaves - 1) {
        const unsigned a = take_lightest(forest, &leaf, &joined), b = take_lightest(forest, &leaf, &joined);

        forest->parents[a] = forest->parents[b] = (uint16_t)forest->count;
        forest->weights[forest->count] = forest->weights[a] + forest->weights[b];
        forest->count++;
    }
}

/* Returns the longest. */
static unsigned measure(const struct forest *forest, uint8_t *lengths)
{
    uint8_t depths[NODES_MAX];
    unsigned longest = 0;

    depths[forest->count - 1] = 0;
    for (unsigned i = forest->count - 1; i-- > 0;) {
        depths[i] = (uint8_t)(depths[forest->parents[i]] + 1);
        if (i < forest->leaves)
            lengths[forest->symbols[i]] = depths[i];
        longest = depths[i] > longest ? depths[i] : longest;
    }
    return longest;
}

static void number_codes(struct huffman_codes *codes)
{
    unsigned start = 0;

    for (unsigned length = HUFFMAN_BITS; length > 0; length--) {
        for (unsigned i = 0; i < codes->symbols; i++)
            if (codes->lengths[i] == length)
                codes->codes[i] = (uint16_t)start++;
        start /= 2;
    }
}

void huffman_make(struct huffman_codes *codes, const uint32_t *counts, unsigned symbols, unsigned bits_max)
{
    uint32_t flattened[HUFFMAN_SYMBOLS];
    struct forest forest;

    memset(codes, 0, sizeof *codes);
    codes->symbols = symbols;
    codes->bits_max = bits_max;
    memcpy(flattened, counts, symbols * sizeof *counts);
    for (;;) {
        plant(&forest, flattened, symbols);
        join(&forest);
        if (measure(&forest, codes->lengths) <= bits_max)
            break;
        for (unsigned i = 0; i < symbols; i++)
            flattened[i] = flattened[i] / 2 + (flattened[i] & 1);
    }
    number_codes(codes);
}

/* ---- Trees ---- */

static unsigned run_at(const uint8_t *lengths, unsigned at, unsigned symbols, unsigned most)
{
    unsigned count = 1;

    while (count < most && at + count < symbols && lengths[at + count] == lengths[at])
        count++;
    return count;
}

void huffman_put_rle(const struct huffman_codes *codes, struct bit_sink *sink)
{
    const unsigned width = codes->bits_max >= 16 ? 5 : codes->bits_max >= 8 ? 4 : 3;

    for (unsigned i = 0; i < codes->symbols;) {
        const unsigned length = codes->lengths[i];
        unsigned run = length == 1 ? 1 : run_at(codes->lengths, i, codes->symbols, (1U << width) + 2);

        if (length == 1) {
            sink_put(sink, 1, width);
            sink_put(sink, 1, width);
        } else if (run >= 3) {
            sink_put(sink, 1, width);
            sink_put(sink, length, width);
            sink_put(sink, run - 3, width);
        } else {
            sink_put(sink, length, width);
            run = 1;
        }
        i += run;
    }
}

enum {
    SMALL_SYMBOLS = 24,
    SMALL_BITS = 6,
    REPEAT = 0,      /* of the small tree: the length before, again; other symbols are lengths and one */
    REPEAT_MIN = 2,  /* times */
    REPEAT_MORE = 9, /* from here on eight more bits follow */
    REPEAT_MOST = REPEAT_MORE + 255,
};

struct lengths_step {
    uint8_t symbol;
    uint16_t times; /* of REPEAT */
};

/* The 256 lengths as steps of the small tree; returns how many. */
static unsigned plan_lengths(const struct huffman_codes *codes, struct lengths_step steps[HUFFMAN_SYMBOLS])
{
    unsigned count = 0, last = 0;

    for (unsigned i = 0; i < codes->symbols;) {
        const unsigned run = run_at(codes->lengths, i, codes->symbols, REPEAT_MOST);

        if (codes->lengths[i] == last && run >= REPEAT_MIN) {
            steps[count++] = (struct lengths_step){ REPEAT, (uint16_t)run };
            i += run;
            continue;
        }
        last = codes->lengths[i++];
        steps[count++] = (struct lengths_step){ (uint8_t)(last + 1), 0 };
    }
    return count;
}

static void put_small(const struct huffman_codes *small, struct bit_sink *sink)
{
    unsigned first = 1, end = SMALL_SYMBOLS;

    while (first < 8 && small->lengths[first] == 0)
        first++;
    while (end > first && small->lengths[end - 1] == 0)
        end--;
    sink_put(sink, small->lengths[0], 3);
    sink_put(sink, first - 1, 3);
    for (unsigned i = first; i < end; i++)
        sink_put(sink, small->lengths[i], 3);
    if (end < SMALL_SYMBOLS)
        sink_put(sink, 7, 3);
}

void huffman_put_huffman(const struct huffman_codes *codes, struct bit_sink *sink)
{
    struct lengths_step steps[HUFFMAN_SYMBOLS];
    const unsigned count = plan_lengths(codes, steps);
    uint32_t counts[SMALL_SYMBOLS] = { 0 };
    struct huffman_codes small;

    for (unsigned i = 0; i < count; i++)
        counts[steps[i].symbol]++;
    huffman_make(&small, counts, SMALL_SYMBOLS, SMALL_BITS);
    put_small(&small, sink);
    for (unsigned i = 0; i < count; i++) {
        huffman_put(&small, steps[i].symbol, sink);
        if (steps[i].symbol != REPEAT)
            continue;
        if (steps[i].times < REPEAT_MORE) {
            sink_put(sink, steps[i].times - REPEAT_MIN, 3);
        } else {
            sink_put(sink, REPEAT_MORE - REPEAT_MIN, 3);
            sink_put(sink, steps[i].times - REPEAT_MORE, 8);
        }
    }
}
