/*
 * The EDC by carry-less multiplication, for x86-64: what lies 512 bits ahead is folded onto what follows by multiplying
 * it with x^512 modulo the polynomial, four lanes of 128 bits at a time (Gopal et al., "Fast CRC Computation for
 * Generic Polynomials Using PCLMULQDQ", Intel 2009).
 */
#include "sector/edc.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { LANE = 16, LANES = EDC_CLMUL_LEAST / LANE };

#define WITH_CLMUL __attribute__((target("pclmul")))

/* x^k modulo the polynomial, lowest bit first and one place up, for the halves of a lane: k is 32 above and 32 below
 * the distance. */
static const long long BY_512_LOW = 0x1F8931102, BY_512_HIGH = 0x12E7928A2; /* x^544, x^480 */
static const long long BY_128_LOW = 0x06C90C100, BY_128_HIGH = 0x1D5934102; /* x^160, x^96 */

bool edc_has_clmul(void)
{
    __builtin_cpu_init(); /* constructors may run before the one that does this */
    return __builtin_cpu_supports("pclmul");
}

WITH_CLMUL static inline __m128i load(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)at);
}

WITH_CLMUL static inline __m128i fold(__m128i lane, __m128i by, __m128i onto)
{
    return _mm_xor_si128(onto,
                         _mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00), _mm_clmulepi64_si128(lane, by, 0x11)));
}

WITH_CLMUL uint32_t edc_clmul(uint32_t edc, const void *bytes, size_t count)
{
    const __m128i by_512 = _mm_set_epi64x(BY_512_HIGH, BY_512_LOW), by_128 = _mm_set_epi64x(BY_128_HIGH, BY_128_LOW);
    const uint8_t *at = bytes;
    __m128i lanes[LANES], sum;
    uint8_t rest[LANE];

    for (int i = 0; i < LANES; i++)
        lanes[i] = load(at + i * LANE);
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)edc));
    for (at += EDC_CLMUL_LEAST, count -= EDC_CLMUL_LEAST; count >= EDC_CLMUL_LEAST;
         at += EDC_CLMUL_LEAST, count -= EDC_CLMUL_LEAST)
        for (int i = 0; i < LANES; i++)
            lanes[i] = fold(lanes[i], by_512, load(at + i * LANE));
    sum = lanes[0];
    for (int i = 1; i < LANES; i++)
        sum = fold(sum, by_128, lanes[i]);
    for (; count >= LANE; at += LANE, count -= LANE)
        sum = fold(sum, by_128, load(at));
    _mm_storeu_si128((__m128i *)rest, sum);
    return edc_plain(edc_plain(0, rest, sizeof rest), at, count);
}

#else

bool edc_has_clmul(void)
{
    return false;
}

uint32_t edc_clmul(uint32_t edc, const void *bytes, size_t count)
{
    return edc_plain(edc, bytes, count);
}

#endif
