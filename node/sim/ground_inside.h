#ifndef BARID_NODE_SIM_GROUND_INSIDE_H
#define BARID_NODE_SIM_GROUND_INSIDE_H
/* What the two files of the ground share: how everybody is placed (ground_begin.c) and how they walk (ground.c). For nobody else. */

#include "node/sim/ground.h"
#include "node/sim/streets.h"
#include "platform/sim/fate.h"

#include <assert.h>

enum {
	PHASES = 50, /* of a second: so that not all take their step at the same moment */
	SECOND_US = 1000000,
	DAY_MS = 86400000,
	MILLION = 1000000,
	NOWHERE = 255,
	GROUND_SPACE_MM = 1000, /* between two in a line */
	GROUND_ROW_MM = 2000,   /* between two rows of a line that turns */
};
#define NO_SLOT UINT32_MAX
static_assert((int)SCENARIO_PLACES_MAX < (int)NOWHERE, "a place's number fits in a byte");

enum doing { DOING_REST, DOING_WALK };
enum bound { BOUND_HOME, BOUND_OUT };

struct walker {
	struct ground *ground;
	struct ether_place at, home, from;
	struct ether_place path[STREETS_PATH_MAX];
	uint64_t leg_begin_us, leg_end_us;
	uint64_t out_since_ms;
	struct agenda_item wake;
	uint32_t node, speed_mm_s;
	uint32_t place_in_phase;
	uint32_t slot; /* in the line at their place */
	uint8_t steps, step;
	uint8_t place; /* where they go or stand; NOWHERE: somewhere else */
	uint8_t doing, bound;
	bool is_medic, is_home;
};

/* A place of the scenario, and the line before it. */
struct spot {
	struct ground *ground;
	const struct scenario_place *place;
	struct agenda_item gate; /* a crossing: the first one is let through */
	uint32_t *line;          /* who stands in which slot; walker + 1, 0: nobody */
	uint32_t slots, in_line, first_free;
	uint32_t standing;
};

struct phase {
	uint32_t *walkers;
	uint32_t count, cap;
};

struct ground {
	struct agenda *agenda;
	struct ether *ether;
	const struct scenario *scenario;
	struct streets streets;
	struct fate fate;
	struct agenda_item tick;
	uint32_t first_box, first_person, nodes;
	uint32_t walker_count, walking, next_phase;
	struct walker *walkers;
	struct ether_place *boxes;
	struct phase phases[PHASES];
	struct spot spots[SCENARIO_PLACES_MAX];
};

/* Do people stand in line there? */
static inline bool ground_is_line(const struct scenario_place *place)
{
	return place->kind == PLACE_QUEUE || place->kind == PLACE_CROSSING;
}

/* Its middle; of a line, its head. */
static inline struct ether_place ground_spot_place(const struct scenario_place *place)
{
	return (struct ether_place){place->x_mm, place->y_mm};
}

/* Is there now, and the ether knows. */
static inline void ground_put(struct walker *walker, struct ether_place place)
{
	walker->at = place;
	ether_move(walker->ground->ether, walker->node, place);
}

/* Stays for so long and then does what comes next. */
void ground_rest(struct walker *walker, uint64_t for_ms);
/* A door to live behind or to visit. */
struct ether_place ground_draw_house(struct ground *ground);
/* One of the clinics, NOWHERE: there is none. */
unsigned ground_draw_clinic(struct ground *ground);

/* What the agenda calls: with a walker whose rest is over, with a spot whose guards are done with the first one, with the ground for one phase of a
 * second. */
void ground_wake(void *walker);
void ground_open_gate(void *spot);
void ground_tick(void *ground);

#endif
