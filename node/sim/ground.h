#ifndef BARID_NODE_SIM_GROUND_H
#define BARID_NODE_SIM_GROUND_H
/*
 * Where everybody is: puts boxes and people on the ground and walks them about, by telling the ether once a second where each walker is who has come
 * far enough to matter (a tenth of the Bluetooth range). Whoever
 * stays costs nothing. Gateways are on the internet and have no place. It knows nothing of letters, radios or partitions, and follows from the
 * scenario and its seed alone. With a trace nobody has a place and nothing moves.
 */

#include "node/sim/scenario.h"
#include "platform/sim/agenda.h"
#include "platform/sim/ether.h"

struct ground;

/* Places everybody at once and sets what is to come in agenda. Borrows all three for its life; nobody may have a place in ether yet. NULL: no memory.
 */
struct ground *ground_new(struct agenda *agenda, struct ether *ether, const struct scenario *scenario);
/* Takes NULL. */
void ground_free(struct ground *ground);

/* False for gateways, and for all with a trace. */
bool ground_has_place(const struct ground *ground, uint32_t node);
/* Where a node was when the ether was told last; it must have a place. */
struct ether_place ground_place_of(const struct ground *ground, uint32_t node);
/* Where a civilian lives (a medic: the clinic; others: where they began), and whether they are there. */
struct ether_place ground_home_of(const struct ground *ground, uint32_t node);
bool ground_is_home(const struct ground *ground, uint32_t node);
/* How many are on their way; how many stand at a place of the scenario, by its number there. */
uint32_t ground_walking(const struct ground *ground);
uint32_t ground_standing(const struct ground *ground, unsigned place);

#endif
