#ifndef BARID_NODE_SIM_CHANCE_H
#define BARID_NODE_SIM_CHANCE_H
/*
 * libsodium's randomness in a simulation: drawn from the stream of whoever takes its turn (platform/sim/fate.h), so that a run follows from its seed.
 *
 * A draw of exactly 32 bytes is one of 256 secrets that follow from the seed. What a post draws by 32 bytes are its ends of key exchanges with
 * neighbours, two for each meeting, and with so few of them each product of two needs to be worked out once only (node/sim/fastcrypto.h). It is so in
 * every run, fast or not, so that both are the same to the byte. Nobody in the simulation guesses keys; and whoever needs one that nobody else has,
 * such as a desk for a person, fills it from a stream of its own. Of no use outside of a simulation.
 */

#include <stdint.h>

enum { SIM_CHANCE_SECRETS = 256, SIM_CHANCE_SECRET_SIZE = 32 };

/* Before crypto_start(). Until somebody enters a stream, one of its own is drawn from. */
void sim_chance_start(uint64_t seed);
/* One of the secrets; i < SIM_CHANCE_SECRETS. A view, good until the next sim_chance_start(). */
const uint8_t *sim_chance_secret(uint32_t i);

#endif
