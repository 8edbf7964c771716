#include "node/sim/ground_inside.h"

#include <assert.h>

enum { LEAVE_WITHIN_S = 60 };

/* False: closed. *until_ms: when it closes. */
static bool is_open(const struct scenario_place *place, uint64_t now_ms, uint64_t *until_ms)
{
	*until_ms = UINT64_MAX;
	if (place->open.end_ms == 0)
		return true;
	uint64_t day_ms = place->daily ? now_ms / DAY_MS * DAY_MS : 0;
	*until_ms = day_ms + place->open.end_ms;
	return now_ms >= day_ms + place->open.begin_ms && now_ms < *until_ms;
}

void ground_rest(struct walker *walker, uint64_t for_ms)
{
	walker->doing = DOING_REST;
	agenda_set(walker->ground->agenda, &walker->wake, agenda_now_us(walker->ground->agenda) + for_ms * 1000);
}

/* Every leg takes so long that nobody is ever too fast; a leg of no length takes none. */
static void begin_leg(struct walker *walker, uint64_t now_us)
{
	uint64_t distance_mm = streets_distance_mm(walker->from, walker->path[walker->step]);
	walker->leg_begin_us = now_us;
	walker->leg_end_us = now_us + (distance_mm * SECOND_US + walker->speed_mm_s - 1) / walker->speed_mm_s;
}

static void enter_phase(struct walker *walker)
{
	struct ground *ground = walker->ground;
	uint32_t number = (uint32_t)(walker - ground->walkers);
	struct phase *phase = &ground->phases[number % PHASES];
	assert(phase->count < phase->cap);
	walker->place_in_phase = phase->count;
	phase->walkers[phase->count++] = number;
	ground->walking++;
}

static void leave_phase(struct walker *walker)
{
	struct ground *ground = walker->ground;
	struct phase *phase = &ground->phases[(uint32_t)(walker - ground->walkers) % PHASES];
	uint32_t last = phase->walkers[--phase->count];
	phase->walkers[walker->place_in_phase] = last;
	ground->walkers[last].place_in_phase = walker->place_in_phase;
	ground->walking--;
}

/* Sets off from where they are along walker->path. */
static void set_off(struct walker *walker, unsigned steps)
{
	const struct scenario *scenario = walker->ground->scenario;
	agenda_clear(walker->ground->agenda, &walker->wake);
	if (walker->doing != DOING_WALK) {
		enter_phase(walker);
		walker->speed_mm_s = (uint32_t)fate_between(&walker->ground->fate, scenario->speed_min_mm_s, scenario->speed_max_mm_s);
	}
	walker->doing = DOING_WALK;
	walker->steps = (uint8_t)steps;
	walker->step = 0;
	walker->from = walker->at;
	begin_leg(walker, agenda_now_us(walker->ground->agenda));
}

static void walk_straight(struct walker *walker, struct ether_place to)
{
	walker->path[0] = to;
	set_off(walker, 1);
}

static void walk_to(struct walker *walker, struct ether_place to)
{
	if (walker->ground->scenario->movement == MOVEMENT_STREETS)
		set_off(walker, streets_path(&walker->ground->streets, walker->at, to, walker->path));
	else
		walk_straight(walker, to);
}

static void go_home(struct walker *walker)
{
	walker->bound = BOUND_HOME;
	walker->place = NOWHERE;
	walk_to(walker, walker->home);
}

/* The line begins at the place and turns at the edge of its radius; where there is no ground it turns the other way. */
static struct ether_place slot_place(const struct spot *spot, uint32_t slot)
{
	const struct streets *streets = &spot->ground->streets;
	int64_t radius_mm = spot->place->radius_mm;
	uint32_t in_row = (uint32_t)(radius_mm / GROUND_SPACE_MM) + 1;
	uint32_t row = slot / in_row, column = slot % in_row;
	int64_t x = (int64_t)(row % 2 ? in_row - 1 - column : column) * GROUND_SPACE_MM, y = (int64_t)row * GROUND_ROW_MM;
	x = spot->place->x_mm + (spot->place->x_mm + radius_mm > streets->width_mm ? -x : x);
	y = spot->place->y_mm + (spot->place->y_mm + radius_mm > streets->height_mm ? -y : y);
	x = x < 0 ? 0 : x > streets->width_mm ? streets->width_mm : x;
	y = y < 0 ? 0 : y > streets->height_mm ? streets->height_mm : y;
	return (struct ether_place){(int32_t)x, (int32_t)y};
}

static uint64_t draw_stay_ms(struct ground *ground, const struct scenario_place *place)
{
	return fate_between(&ground->fate, place->stay_min_s, place->stay_max_s) * 1000;
}

static void set_gate(struct spot *spot)
{
	uint64_t look_ms = draw_stay_ms(spot->ground, spot->place);
	agenda_set(spot->ground->agenda, &spot->gate, agenda_now_us(spot->ground->agenda) + (look_ms < 1000 ? 1000 : look_ms) * 1000);
}

/* False: the line is as long as it can be. */
static bool join_line(struct walker *walker, struct spot *spot)
{
	while (spot->first_free < spot->slots && spot->line[spot->first_free])
		spot->first_free++;
	if (spot->first_free == spot->slots)
		return false;
	walker->slot = spot->first_free;
	spot->line[walker->slot] = (uint32_t)(walker - spot->ground->walkers) + 1;
	spot->in_line++;
	spot->standing++;
	if (spot->place->kind == PLACE_CROSSING && !agenda_is_set(&spot->gate))
		set_gate(spot);
	return true;
}

static void leave_line(struct walker *walker, struct spot *spot)
{
	spot->line[walker->slot] = 0;
	spot->in_line--;
	spot->standing--;
	if (walker->slot < spot->first_free)
		spot->first_free = walker->slot;
	walker->slot = NO_SLOT;
}

/* Everybody behind the gate takes one step forward. */
static void advance(struct spot *spot)
{
	uint32_t to = 0, left = spot->in_line;
	for (uint32_t from = 0; left > 0; from++) {
		assert(from < spot->slots);
		uint32_t who = spot->line[from];
		if (!who)
			continue;
		left--;
		if (from != to) {
			struct walker *walker = &spot->ground->walkers[who - 1];
			spot->line[from] = 0;
			spot->line[to] = who;
			walker->slot = to;
			walk_straight(walker, slot_place(spot, to));
		}
		to++;
	}
	spot->first_free = to;
}

static void send_home_all(struct spot *spot)
{
	for (uint32_t slot = 0; slot < spot->slots && spot->in_line > 0; slot++) {
		if (!spot->line[slot])
			continue;
		struct walker *walker = &spot->ground->walkers[spot->line[slot] - 1];
		leave_line(walker, spot);
		go_home(walker);
	}
}

/* The guards are done with the first one. */
void ground_open_gate(void *owner)
{
	struct spot *spot = owner;
	uint64_t until_ms;
	if (spot->in_line == 0)
		return;
	if (!is_open(spot->place, agenda_now_ms(spot->ground->agenda), &until_ms)) {
		send_home_all(spot);
		return;
	}
	struct walker *first = spot->line[0] ? &spot->ground->walkers[spot->line[0] - 1] : NULL;
	/* Nobody is let through who is still on the way to the gate. */
	if (first && first->doing == DOING_REST) {
		leave_line(first, spot);
		go_home(first);
		advance(spot);
	}
	set_gate(spot);
}

struct ether_place ground_draw_house(struct ground *ground)
{
	if (ground->scenario->movement == MOVEMENT_STREETS)
		return streets_house(&ground->streets, &ground->fate);
	return streets_anywhere(&ground->streets, &ground->fate);
}

/* One of the scenario's places that is open, by weight; NOWHERE: there is none, or it is to be somebody's house. */
static unsigned draw_place(struct ground *ground)
{
	const struct scenario *scenario = ground->scenario;
	uint64_t now_ms = agenda_now_ms(ground->agenda), until_ms;
	uint32_t weights = 0;
	for (unsigned i = 0; i < scenario->place_count; i++)
		weights += is_open(&scenario->places[i], now_ms, &until_ms) ? scenario->places[i].weight : 0;
	if (weights == 0)
		return NOWHERE;
	uint32_t drawn = fate_below(&ground->fate, weights + scenario->visits);
	for (unsigned i = 0; i < scenario->place_count; i++) {
		uint32_t weight = is_open(&scenario->places[i], now_ms, &until_ms) ? scenario->places[i].weight : 0;
		if (drawn < weight)
			return i;
		drawn -= weight;
	}
	return NOWHERE;
}

unsigned ground_draw_clinic(struct ground *ground)
{
	const struct scenario *scenario = ground->scenario;
	uint32_t clinics = 0;
	for (unsigned i = 0; i < scenario->place_count; i++)
		clinics += scenario->places[i].kind == PLACE_CLINIC;
	if (clinics == 0)
		return NOWHERE;
	uint32_t drawn = fate_below(&ground->fate, clinics);
	for (unsigned i = 0; i < scenario->place_count; i++)
		if (scenario->places[i].kind == PLACE_CLINIC && drawn-- == 0)
			return i;
	return NOWHERE;
}

static void go_out(struct walker *walker)
{
	struct ground *ground = walker->ground;
	walker->out_since_ms = agenda_now_ms(ground->agenda);
	walker->is_home = false;
	walker->bound = BOUND_OUT;
	walker->place = NOWHERE;
	if (ground->scenario->movement == MOVEMENT_STREETS && !walker->is_medic)
		walker->place = (uint8_t)draw_place(ground);
	if (walker->place == NOWHERE) {
		walk_to(walker, ground_draw_house(ground));
		return;
	}
	const struct scenario_place *place = &ground->scenario->places[walker->place];
	if (ground_is_line(place))
		walk_to(walker, ground_spot_place(place));
	else
		walk_to(walker, streets_about(&ground->streets, ground_spot_place(place), place->radius_mm, &ground->fate));
}

/* The way back begins; medics go to whichever clinic needs them. */
static void turn_back(struct walker *walker)
{
	struct ground *ground = walker->ground;
	unsigned clinic = walker->is_medic ? ground_draw_clinic(ground) : NOWHERE;
	if (clinic != NOWHERE) {
		const struct scenario_place *place = &ground->scenario->places[clinic];
		walker->home = streets_about(&ground->streets, ground_spot_place(place), place->radius_mm, &ground->fate);
	}
	go_home(walker);
}

void ground_wake(void *owner)
{
	struct walker *walker = owner;
	struct ground *ground = walker->ground;
	if (walker->place != NOWHERE) {
		struct spot *spot = &ground->spots[walker->place];
		if (walker->slot != NO_SLOT)
			leave_line(walker, spot);
		else
			spot->standing--;
	}
	bool wanders = ground->scenario->movement == MOVEMENT_WAYPOINT && !walker->is_medic;
	if (walker->bound == BOUND_HOME || wanders)
		go_out(walker);
	else
		turn_back(walker);
}

/* So long that the share of the day spent at home comes out as asked, whatever the way out took. */
static void come_home(struct walker *walker)
{
	struct ground *ground = walker->ground;
	uint64_t share = walker->is_medic ? MILLION / 2 : ground->scenario->at_home;
	uint64_t out_ms = agenda_now_ms(ground->agenda) - walker->out_since_ms;
	uint64_t mean_ms = out_ms * share / (MILLION - share);
	walker->is_home = true;
	ground_rest(walker, 1 + mean_ms / 2 + mean_ms * fate_below(&ground->fate, 1000) / 1000);
}

/* At the place they were bound for. */
static void arrive_at_place(struct walker *walker)
{
	struct ground *ground = walker->ground;
	struct spot *spot = &ground->spots[walker->place];
	uint64_t now_ms = agenda_now_ms(ground->agenda), until_ms;
	if (!is_open(spot->place, now_ms, &until_ms)) {
		go_home(walker);
		return;
	}
	if (!ground_is_line(spot->place))
		spot->standing++;
	else if (!join_line(walker, spot)) {
		go_home(walker);
		return;
	}
	uint64_t stay_ms = draw_stay_ms(ground, spot->place);
	if (stay_ms >= until_ms - now_ms)
		stay_ms = until_ms - now_ms + fate_below(&ground->fate, LEAVE_WITHIN_S * 1000);
	if (walker->slot != NO_SLOT)
		walk_straight(walker, slot_place(spot, walker->slot));
	if (spot->place->kind != PLACE_CROSSING)
		agenda_set(ground->agenda, &walker->wake, (now_ms + stay_ms) * 1000);
}

static void arrive(struct walker *walker)
{
	struct ground *ground = walker->ground;
	leave_phase(walker);
	walker->doing = DOING_REST;
	if (walker->slot != NO_SLOT)
		return; /* stands in line where they should */
	if (walker->bound == BOUND_HOME)
		come_home(walker);
	else if (walker->place != NOWHERE)
		arrive_at_place(walker);
	else
		ground_rest(walker, 1 + (uint64_t)fate_below(&ground->fate, ground->scenario->pause_max_s + 1) * 1000);
}

/* Telling the ether costs a hundred times as much as walking, and a tenth of the range changes little about who hears whom. */
static bool is_worth_telling(const struct walker *walker, struct ether_place at)
{
	int64_t x = (int64_t)at.x_mm - walker->at.x_mm, y = (int64_t)at.y_mm - walker->at.y_mm;
	int64_t least_mm = walker->ground->scenario->radio.le_range_mm / 10;
	return x * x + y * y >= least_mm * least_mm;
}

/* Where they are now on their way; those whose way ends here arrive. */
static void step(struct walker *walker, uint64_t now_us)
{
	while (walker->leg_end_us <= now_us) {
		walker->from = walker->path[walker->step++];
		if (walker->step == walker->steps) {
			ground_put(walker, walker->from);
			arrive(walker);
			return;
		}
		begin_leg(walker, walker->leg_end_us);
	}
	struct ether_place to = walker->path[walker->step];
	int64_t gone_us = (int64_t)(now_us - walker->leg_begin_us), all_us = (int64_t)(walker->leg_end_us - walker->leg_begin_us);
	struct ether_place at = {
		(int32_t)(walker->from.x_mm + ((int64_t)to.x_mm - walker->from.x_mm) * gone_us / all_us),
		(int32_t)(walker->from.y_mm + ((int64_t)to.y_mm - walker->from.y_mm) * gone_us / all_us),
	};
	if (is_worth_telling(walker, at))
		ground_put(walker, at);
}

void ground_tick(void *owner)
{
	struct ground *ground = owner;
	uint64_t now_us = agenda_now_us(ground->agenda);
	struct phase *phase = &ground->phases[ground->next_phase];
	/* Backwards, since whoever arrives gives their place in the list to the last one. */
	for (uint32_t i = phase->count; i-- > 0;)
		step(&ground->walkers[phase->walkers[i]], now_us);
	ground->next_phase = (ground->next_phase + 1) % PHASES;
	agenda_set(ground->agenda, &ground->tick, now_us + SECOND_US / PHASES);
}

bool ground_has_place(const struct ground *ground, uint32_t node)
{
	return node >= ground->first_box && node < ground->nodes;
}

struct ether_place ground_place_of(const struct ground *ground, uint32_t node)
{
	assert(ground_has_place(ground, node));
	return node < ground->first_person ? ground->boxes[node - ground->first_box] : ground->walkers[node - ground->first_person].at;
}

struct ether_place ground_home_of(const struct ground *ground, uint32_t node)
{
	assert(ground_has_place(ground, node));
	return node < ground->first_person ? ground->boxes[node - ground->first_box] : ground->walkers[node - ground->first_person].home;
}

bool ground_is_home(const struct ground *ground, uint32_t node)
{
	assert(ground_has_place(ground, node));
	return node < ground->first_person || ground->walkers[node - ground->first_person].is_home;
}

uint32_t ground_walking(const struct ground *ground)
{
	return ground->walking;
}

uint32_t ground_standing(const struct ground *ground, unsigned place)
{
	assert(place < SCENARIO_PLACES_MAX);
	return ground->spots[place].standing;
}
