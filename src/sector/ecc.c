/*
 * P and Q of CD-ROM sectors (ECMA-130 annex A): two Reed-Solomon codes over GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1, two
 * parity bytes a codeword. The even and the odd bytes of 12..2351 are two planes with codewords of their own, which
 * here go side by side as 16-bit words: 26 rows of 43, the last two of them P.
 *
 * All codewords of a code advance together, one byte of each a step, 16 in a vector of GNU C, which becomes SSE2, NEON
 * or plain code as the machine has it.
 */
#include <disckit/sector.h>
#include <string.h>

enum {
    PROTECTED = 12, /* the first byte that P and Q protect: the header */
    HEADER_SIZE = 4,
    P_AT = 2076,
    Q_AT = 2248, /* in the raw sector */
    COLUMNS = 43,
    DATA_ROWS = 24,
    ROWS = 26,
    P_STEP = 2 * COLUMNS, /* bytes of a row, and codewords of P in both planes */
    Q_STEP = 2 * ROWS,    /* bytes of a column, and codewords of Q */
};

typedef uint8_t vector __attribute__((vector_size(16)));
typedef int8_t signed_vector __attribute__((vector_size(16)));

static inline vector load(const uint8_t *at)
{
    vector value;

    memcpy(&value, at, sizeof value);
    return value;
}

static inline vector doubled(vector a)
{
    return (a + a) ^ ((vector)((signed_vector)a < 0) & 0x1D);
}

/* Divides by 3, whose inverse is 0xF4: 1111 0100, by Horner. */
static inline vector third(vector a)
{
    vector sum = a;

    for (int i = 0; i < 3; i++)
        sum = doubled(sum) ^ a;
    return doubled(doubled(doubled(doubled(sum)) ^ a));
}

/* The sums over codewords, of 16 that lie side by side: of the bytes, and of the bytes times falling powers of 2. */
struct sums {
    vector plain, weighted;
};

static inline void add(struct sums *sums, vector bytes)
{
    sums->plain ^= bytes;
    sums->weighted = doubled(sums->weighted) ^ bytes;
}

/*
 * The two parity bytes make both sums of the whole codeword 0, where the last byte counts once and the one before it
 * twice: a + b = plain and 2 a + b = 4 weighted, so a is their sum divided by 3.
 */
static inline void put_parity(const struct sums *sums, uint8_t *first, uint8_t *second)
{
    const vector a = third(sums->plain ^ doubled(doubled(sums->weighted))), b = a ^ sums->plain;

    memcpy(first, &a, sizeof a);
    memcpy(second, &b, sizeof b);
}

/* The header where it counts, zeros in Mode 2, then the rest of row 0. */
static void first_row(const uint8_t *rows, bool mode2, uint8_t row[P_STEP])
{
    memcpy(row, rows, P_STEP);
    if (mode2)
        memset(row, 0, HEADER_SIZE);
}

static void make_p(const uint8_t *rows, const uint8_t row0[P_STEP], uint8_t p[2 * P_STEP])
{
    static const unsigned places[] = { 0, 16, 32, 48, 64, P_STEP - 16 };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const unsigned at = places[i];
        struct sums sums = { 0 };

        add(&sums, load(row0 + at));
        for (unsigned row = 1; row < DATA_ROWS; row++)
            add(&sums, load(rows + row * P_STEP + at));
        put_parity(&sums, p + at, p + P_STEP + at);
    }
}

/*
 * Codeword n of Q takes from column m the word in row (n + m) mod 26. So each column is written down twice, and its
 * part of all codewords is the 26 words from word m mod 26 on.
 */
static void make_columns(const uint8_t *rows, const uint8_t row0[P_STEP], uint8_t columns[COLUMNS][2 * Q_STEP])
{
    for (unsigned column = 0; column < COLUMNS; column++)
        memcpy(columns[column], row0 + 2 * column, 2);
    for (unsigned row = 1; row < ROWS; row++)
        for (unsigned column = 0; column < COLUMNS; column++)
            memcpy(columns[column] + 2 * row, rows + row * P_STEP + 2 * column, 2);
    for (unsigned column = 0; column < COLUMNS; column++)
        memcpy(columns[column] + Q_STEP, columns[column], Q_STEP);
}

static void make_q(const uint8_t *rows, const uint8_t row0[P_STEP], uint8_t q[2 * Q_STEP])
{
    static const unsigned places[] = { 0, 16, 32, Q_STEP - 16 };
    uint8_t columns[COLUMNS][2 * Q_STEP];

    make_columns(rows, row0, columns);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct sums sums = { 0 };

        for (unsigned column = 0; column < COLUMNS; column++)
            add(&sums, load(columns[column] + 2 * (column % ROWS) + places[i]));
        put_parity(&sums, q + places[i], q + Q_STEP + places[i]);
    }
}

void dk_ecc_write(uint8_t raw[DK_SECTOR_RAW], bool mode2)
{
    uint8_t row0[P_STEP];

    first_row(raw + PROTECTED, mode2, row0);
    make_p(raw + PROTECTED, row0, raw + P_AT);
    make_q(raw + PROTECTED, row0, raw + Q_AT);
}

bool dk_ecc_right(const uint8_t raw[DK_SECTOR_RAW], bool mode2)
{
    uint8_t row0[P_STEP], p[2 * P_STEP], q[2 * Q_STEP];

    first_row(raw + PROTECTED, mode2, row0);
    make_p(raw + PROTECTED, row0, p);
    if (memcmp(p, raw + P_AT, sizeof p) != 0)
        return false;
    make_q(raw + PROTECTED, row0, q);
    return memcmp(q, raw + Q_AT, sizeof q) == 0;
}
