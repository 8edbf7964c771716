#ifndef BARID_NODE_SIM_FASTCRYPTO_H
#define BARID_NODE_SIM_FASTCRYPTO_H
/*
 * Costly functions of libsodium, remembered: a simulated crowd asks for the same product of two keys, and for the same signature to be verified,
 * thousands of times. The answers are always those of libsodium itself, worked out the first time; what changes is only the time it takes. A program
 * links this with the linker's --wrap (SIM_WRAP in CMakeLists.txt); without fastcrypto_start() everything goes to libsodium each time. Records are
 * checked but not encrypted. A run is the same with and without, but for the bytes on the air. Of no use outside of a simulation: it keeps secrets.
 */

#include <stdint.h>

/* After sim_chance_start(), whose secrets are those that it knows. The tables grow to 6 MB, 4 MB and 1 MB. */
void fastcrypto_start(void);
/* Its parts in node/sim/fastseal.c, node/sim/fastdigest.c and, where the program is built with OpenSSL, in node/sim/fasthash.c. */
void fastseal_start(void);
void fastdigest_start(void);
void fasthash_start(void);

struct fastcrypto_sums {
	uint64_t products, products_made; /* asked for, and worked out by libsodium */
	uint64_t publics, publics_made;
	uint64_t verdicts, verdicts_made;
	uint64_t digests, digests_made; /* of those short enough to be remembered */
};

/* Fills in digests and digests_made. */
void fastdigest_count(struct fastcrypto_sums *sums);
/* Since fastcrypto_start(). */
struct fastcrypto_sums fastcrypto_sums(void);

#endif
