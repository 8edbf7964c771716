#ifndef BARID_PLATFORM_SIM_ETHER_H
#define BARID_PLATFORM_SIM_ETHER_H
/*
 * Who is in reach of whom. Either nodes have places on a plane and reach each other within a range (ether_move()), or somebody else knows who meets
 * whom, such as a contact trace (ether_meet(), ether_part()); never both in one run. Virtual radios ask it and are told of changes. It knows nothing
 * of radios, nodes or letters but their numbers. Whole millimetres throughout: the same on every machine.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ether;

struct ether_place {
	int32_t x_mm, y_mm;
};

struct ether_config {
	uint32_t nodes;
	uint32_t range_mm; /* of the short-range radio; of no meaning with a trace */
};

/* Told after the change, at the same moment; must not move anybody. a < b. */
struct ether_listener {
	void *owner;
	void (*met)(void *owner, uint32_t a, uint32_t b);
	void (*parted)(void *owner, uint32_t a, uint32_t b);
};

/* NULL: no memory. Nobody has a place yet, all are on side 0. */
struct ether *ether_new(const struct ether_config *config);
/* Takes NULL. */
void ether_free(struct ether *ether);
/* At most one; NULL to stop. Borrowed. */
void ether_listen(struct ether *ether, const struct ether_listener *listener);

/* Puts a node there, and all that are tied to it, and works out whom they meet and whom they leave. Of a node that is tied itself nothing comes. */
void ether_move(struct ether *ether, uint32_t node, struct ether_place place);
/* From its leader's next move on a node is where its leader is: one device that shows itself as several. The leader is tied to nobody, and the node
 * leads nobody and has no place yet. */
void ether_tie(struct ether *ether, uint32_t node, uint32_t leader);
bool ether_has_place(const struct ether *ether, uint32_t node);
struct ether_place ether_place_of(const struct ether *ether, uint32_t node);
/* By a trace. Meeting twice or parting without having met does nothing. */
void ether_meet(struct ether *ether, uint32_t a, uint32_t b);
void ether_part(struct ether *ether, uint32_t a, uint32_t b);
/* Nodes of different sides never reach each other: a city cut in two. Takes effect at once. */
void ether_side(struct ether *ether, uint32_t node, uint8_t side);

/* Those in reach of a node, in no order that means anything but the same in every run; a view, good until the next change. */
const uint32_t *ether_near(const struct ether *ether, uint32_t node, size_t *count);
bool ether_reaches(const struct ether *ether, uint32_t a, uint32_t b);
/* On a plane: are they on one side and at most so far apart? With a trace: have they met? */
bool ether_within(const struct ether *ether, uint32_t a, uint32_t b, uint32_t range_mm);

/* Noise makers: whoever is within range of the place hears and is heard so much worse. Numbered by the caller from 0, at most 64. */
void ether_jam(struct ether *ether, unsigned jammer, struct ether_place place, uint32_t range_mm, uint32_t loss_per_million);
/* What the worst jammer in range takes from a node; 0: nothing. */
uint32_t ether_loss(const struct ether *ether, uint32_t node);

#endif
