#ifndef BARID_CRYPTO_WIPE_H
#define BARID_CRYPTO_WIPE_H
/* Overwriting secrets where they die, in a way the compiler cannot leave out. */

#include <stddef.h>

void wipe(void *bytes, size_t len);

#endif
