#include "node/sim/ground_inside.h"

#include <stdlib.h>

enum {
	GROUND_STREAM = 0x67726f75, /* "grou": the name of its stream of chance */
	FIRST_OUT_MAX_S = 300,
	HOUSE_MM = 3000,
};

/* One at each clinic, one at each shelter, the rest in a grid over the whole ground. */
static void place_boxes(struct ground *ground)
{
	static const enum scenario_place_kind sheltered[] = {PLACE_CLINIC, PLACE_SHELTER};
	const struct scenario *scenario = ground->scenario;
	uint32_t placed = 0;
	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned i = 0; i < scenario->place_count && placed < scenario->boxes; i++)
			if (scenario->places[i].kind == sheltered[kind])
				ground->boxes[placed++] = ground_spot_place(&scenario->places[i]);
	uint32_t left = scenario->boxes - placed, columns = 1;
	while ((uint64_t)columns * columns * (uint64_t)scenario->height_mm < (uint64_t)left * (uint64_t)scenario->width_mm)
		columns++;
	uint32_t rows = (left + columns - 1) / columns;
	for (uint32_t i = 0; i < left; i++) {
		int64_t x = (int64_t)scenario->width_mm * (2 * (i % columns) + 1) / (2 * columns);
		int64_t y = (int64_t)scenario->height_mm * (2 * (i / columns) + 1) / (2 * rows);
		ground->boxes[placed + i] = (struct ether_place){(int32_t)x, (int32_t)y};
	}
	for (uint32_t i = 0; i < scenario->boxes; i++)
		ether_move(ground->ether, ground->first_box + i, ground->boxes[i]);
}

/* How long an outing takes, roughly: the way there and back, and the stay. */
static uint64_t mean_out_ms(const struct scenario *scenario)
{
	uint64_t way_mm = ((uint64_t)scenario->width_mm + (uint64_t)scenario->height_mm) / 3;
	uint64_t walk_ms = 2 * way_mm * 1000 / ((scenario->speed_min_mm_s + scenario->speed_max_mm_s) / 2);
	uint64_t weights = scenario->visits, stays_s = (uint64_t)scenario->visits * scenario->pause_max_s / 2;
	for (unsigned i = 0; i < scenario->place_count; i++) {
		const struct scenario_place *place = &scenario->places[i];
		weights += place->weight;
		stays_s += (uint64_t)place->weight * (place->stay_min_s + place->stay_max_s) / 2;
	}
	return walk_ms + (weights > 0 ? stays_s * 1000 / weights : scenario->pause_max_s * 500);
}

/* When somebody first goes out: most are at home at the beginning, some are about to leave. */
static uint64_t first_rest_ms(struct ground *ground, const struct walker *walker)
{
	const struct scenario *scenario = ground->scenario;
	if (scenario->movement == MOVEMENT_WAYPOINT && !walker->is_medic)
		return (uint64_t)fate_below(&ground->fate, scenario->pause_max_s * 1000 + 1);
	uint32_t share = walker->is_medic ? MILLION / 2 : scenario->at_home;
	if (!fate_happens(&ground->fate, share))
		return fate_below(&ground->fate, FIRST_OUT_MAX_S * 1000);
	uint64_t rest_ms = mean_out_ms(scenario) * share / (MILLION - share);
	return fate_below(&ground->fate, (uint32_t)(rest_ms > DAY_MS ? DAY_MS : rest_ms) + 1);
}

static void place_people(struct ground *ground)
{
	const struct scenario *scenario = ground->scenario;
	struct ether_place house = {0, 0};
	for (uint32_t i = 0; i < ground->walker_count; i++) {
		struct walker *walker = &ground->walkers[i];
		walker->ground = ground;
		walker->node = ground->first_person + i;
		walker->is_medic = i < scenario->medics;
		walker->is_home = true;
		walker->place = NOWHERE;
		walker->slot = NO_SLOT;
		walker->bound = BOUND_HOME;
		walker->wake = (struct agenda_item){.happen = ground_wake, .owner = walker};
		unsigned clinic = walker->is_medic ? ground_draw_clinic(ground) : NOWHERE;
		if (clinic != NOWHERE) {
			const struct scenario_place *place = &scenario->places[clinic];
			walker->home = streets_about(&ground->streets, ground_spot_place(place), place->radius_mm, &ground->fate);
		} else if (scenario->movement != MOVEMENT_STREETS) {
			walker->home = streets_anywhere(&ground->streets, &ground->fate);
		} else {
			if (walker->is_medic || (i - scenario->medics) % scenario->household == 0)
				house = ground_draw_house(ground);
			walker->home = streets_about(&ground->streets, house, HOUSE_MM, &ground->fate);
		}
		ground_put(walker, walker->home);
		if (scenario->movement != MOVEMENT_STILL)
			ground_rest(walker, first_rest_ms(ground, walker));
	}
}

static bool make_spot(struct ground *ground, unsigned number)
{
	const struct scenario_place *place = &ground->scenario->places[number];
	struct spot *spot = &ground->spots[number];
	*spot = (struct spot){.ground = ground, .place = place, .gate = {.happen = ground_open_gate, .owner = spot}};
	if (!ground_is_line(place) || ground->walker_count == 0)
		return true;
	uint64_t slots = ((uint64_t)place->radius_mm / GROUND_SPACE_MM + 1) * (place->radius_mm / GROUND_ROW_MM + 1);
	spot->slots = slots > ground->walker_count ? ground->walker_count : (uint32_t)slots;
	spot->line = calloc(spot->slots, sizeof *spot->line);
	return spot->line;
}

static bool make_phases(struct ground *ground)
{
	for (uint32_t i = 0; i < PHASES; i++) {
		struct phase *phase = &ground->phases[i];
		phase->cap = ground->walker_count / PHASES + 1;
		phase->walkers = calloc(phase->cap, sizeof *phase->walkers);
		if (!phase->walkers)
			return false;
	}
	return true;
}

struct ground *ground_new(struct agenda *agenda, struct ether *ether, const struct scenario *scenario)
{
	struct ground *ground = calloc(1, sizeof *ground);
	if (!ground)
		return NULL;
	*ground = (struct ground){.agenda = agenda, .ether = ether, .scenario = scenario};
	if (*scenario->trace)
		return ground;
	ground->streets =
		(struct streets){.width_mm = scenario->width_mm, .height_mm = scenario->height_mm, .street_mm = (int32_t)scenario->street_mm};
	ground->first_box = scenario->gateways;
	ground->first_person = scenario->gateways + scenario->boxes;
	ground->nodes = scenario_nodes(scenario);
	ground->walker_count = ground->nodes - ground->first_person;
	ground->boxes = calloc(scenario->boxes + 1, sizeof *ground->boxes);
	ground->walkers = calloc(ground->walker_count + 1, sizeof *ground->walkers);
	bool made = ground->boxes && ground->walkers && make_phases(ground);
	for (unsigned i = 0; made && i < scenario->place_count; i++)
		made = make_spot(ground, i);
	if (!made) {
		ground_free(ground);
		return NULL;
	}
	fate_seed(&ground->fate, scenario->seed, GROUND_STREAM);
	place_boxes(ground);
	place_people(ground);
	ground->tick = (struct agenda_item){.happen = ground_tick, .owner = ground};
	if (scenario->movement != MOVEMENT_STILL)
		agenda_set(agenda, &ground->tick, agenda_now_us(agenda));
	return ground;
}

void ground_free(struct ground *ground)
{
	if (!ground)
		return;
	agenda_clear(ground->agenda, &ground->tick);
	for (uint32_t i = 0; ground->walkers && i < ground->walker_count; i++)
		agenda_clear(ground->agenda, &ground->walkers[i].wake);
	for (unsigned i = 0; i < SCENARIO_PLACES_MAX; i++) {
		agenda_clear(ground->agenda, &ground->spots[i].gate);
		free(ground->spots[i].line);
	}
	for (unsigned i = 0; i < PHASES; i++)
		free(ground->phases[i].walkers);
	free(ground->walkers);
	free(ground->boxes);
	free(ground);
}
