#ifndef BARID_CRYPTO_RANDOM_H
#define BARID_CRYPTO_RANDOM_H
/* Randomness by libsodium, whose source the simulator replaces by a seeded stream. */

#include <stddef.h>
#include <stdint.h>

void random_fill(void *out, size_t len);
/* Evenly 0..bound - 1; bound >= 1. */
uint32_t random_below(uint32_t bound);

#endif
