#include "node/sim/ground.h"
#include "node/sim/streets.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { SECOND_US = 1000000, MINUTE = 60, HOUR = 3600 };

struct town {
	struct scenario scenario;
	struct agenda *agenda;
	struct ether *ether;
	struct ground *ground;
};

static struct town town;

static void raise_town(struct town *in, const char *text)
{
	char error[SCENARIO_ERROR_MAX];
	ck_assert_msg(scenario_parse(&in->scenario, "town.ini", text, error), "%s", error);
	in->agenda = agenda_new(0);
	struct ether_config config = {.nodes = scenario_nodes(&in->scenario), .range_mm = 10000};
	in->ether = ether_new(&config);
	ck_assert(in->agenda && in->ether);
	in->ground = ground_new(in->agenda, in->ether, &in->scenario);
	ck_assert_ptr_nonnull(in->ground);
}

static void raze(struct town *of)
{
	ground_free(of->ground);
	ether_free(of->ether);
	agenda_free(of->agenda);
}

static void pass(struct town *in, uint32_t seconds)
{
	uint64_t until_us = agenda_now_us(in->agenda) + (uint64_t)seconds * SECOND_US;
	while (agenda_step(in->agenda, until_us))
		;
}

static uint32_t first_person(const struct town *in)
{
	return in->scenario.gateways + in->scenario.boxes;
}

#define STREETS_REST \
	"width = 400 m\nheight = 300 m\nrun = 24 h\nstreet = 50 m\n[people]\ncivilians = 600\nmedics = 6\nboxes = 5\ngateways = 1\nmovement = " \
	"streets\nspeed_min = 0.8 m/s\nspeed_max = 1.4 m/s\nat_home = 80 %\n"
#define STREETS "[world]\n" STREETS_REST
#define SEED_TWO "[world]\nseed = 2\n"
#define CLINIC "[place clinic]\nkind = clinic\nx = 100 m\ny = 100 m\nradius = 10 m\n"
#define CLINIC_NEAR "[place clinic]\nkind = clinic\nx = 50 m\ny = 40 m\n"
#define QUEUE \
	"[place buses]\nkind = queue\nx = 300 m\ny = 200 m\nradius = 20 m\nweight = 20\nopen = 06:00 - 08:00\nstay_min = 10 min\nstay_max = 40 " \
	"min\n"
#define CROSSING \
	"[place gate]\nkind = crossing\nx = 390 m\ny = 150 m\nradius = 30 m\nweight = 50\nopen = 05:00 - 08:00\nstay_min = 5 s\nstay_max = 10 s\n"

static bool is_on_ground(const struct scenario *scenario, struct ether_place at)
{
	return at.x_mm >= 0 && at.x_mm <= scenario->width_mm && at.y_mm >= 0 && at.y_mm <= scenario->height_mm;
}

/* How far somebody has come. */
static int64_t way_mm(struct ether_place from, struct ether_place to)
{
	return (int64_t)streets_distance_mm(from, to);
}

/* Everybody stays on the ground, nobody is faster than they may be, and the ether knows what we know. */
static void watch_everybody(const char *text, uint32_t seconds)
{
	raise_town(&town, text);
	uint32_t nodes = scenario_nodes(&town.scenario), unknown = 0, off = 0, fast = 0, moves = 0;
	struct ether_place *last = calloc(nodes, sizeof *last);
	/* How far each may have come by now. The ether hears of a step when it is a tenth of the range, so that so much may be saved up. */
	int64_t *due_mm = calloc(nodes, sizeof *due_mm), per_s = town.scenario.speed_max_mm_s + 2, saved_mm = town.scenario.radio.le_range_mm / 10;
	ck_assert(last && due_mm);
	for (uint32_t s = 0; s < seconds; s++, pass(&town, 1)) {
		for (uint32_t node = town.scenario.gateways; node < nodes; node++) {
			struct ether_place at = ground_place_of(town.ground, node), known = ether_place_of(town.ether, node);
			unknown += at.x_mm != known.x_mm || at.y_mm != known.y_mm;
			off += !is_on_ground(&town.scenario, at);
			due_mm[node] = due_mm[node] > saved_mm ? saved_mm + per_s : due_mm[node] + per_s;
			due_mm[node] -= s > 0 ? way_mm(last[node], at) : 0;
			fast += due_mm[node] < 0;
			moves += s > 0 && at.x_mm != last[node].x_mm;
			last[node] = at;
		}
	}
	free(last);
	free(due_mm);
	raze(&town);
	ck_assert_uint_eq(unknown, 0);
	ck_assert_uint_eq(off, 0);
	ck_assert_uint_eq(fast, 0);
	ck_assert_uint_gt(moves, seconds);
}

START_TEST(nobody_is_ever_too_fast_or_off_the_ground)
{
	watch_everybody(STREETS CLINIC QUEUE CROSSING, 3 * HOUR);
	watch_everybody("[world]\nwidth = 100 m\nheight = 80 m\n[people]\ncivilians = 50\nmedics = 5\nboxes = 2\npause_max = 1 min\n" CLINIC_NEAR,
			HOUR);
	/* A line longer than the ground is wide. */
	watch_everybody("[world]\nwidth = 60 m\nheight = 60 m\n[people]\ncivilians = 200\nmovement = streets\nat_home = 10 %\n"
			"[place buses]\nkind = queue\nx = 30 m\ny = 30 m\nradius = 50 m\n",
			HOUR);
}
END_TEST

START_TEST(a_town_follows_from_its_seed_alone)
{
	static struct town other;
	raise_town(&town, STREETS CLINIC QUEUE CROSSING);
	raise_town(&other, STREETS CLINIC QUEUE CROSSING);
	/* What others put on the agenda changes nothing. */
	pass(&town, 2 * HOUR);
	for (uint32_t i = 0; i < 2 * HOUR; i++)
		pass(&other, 1);
	uint32_t nodes = scenario_nodes(&town.scenario), moved = 0;
	for (uint32_t node = town.scenario.gateways; node < nodes; node++) {
		struct ether_place a = ground_place_of(town.ground, node), b = ground_place_of(other.ground, node);
		ck_assert(a.x_mm == b.x_mm && a.y_mm == b.y_mm);
		struct ether_place home = ground_home_of(town.ground, node);
		moved += a.x_mm != home.x_mm || a.y_mm != home.y_mm;
	}
	ck_assert_uint_gt(moved, 20);
	raze(&other);
	raise_town(&other, SEED_TWO STREETS_REST CLINIC QUEUE CROSSING);
	struct ether_place a = ground_home_of(town.ground, nodes - 1), b = ground_home_of(other.ground, nodes - 1);
	ck_assert(a.x_mm != b.x_mm || a.y_mm != b.y_mm);
	raze(&other);
	raze(&town);
}
END_TEST

START_TEST(people_live_evenly_over_the_whole_ground)
{
	static const char *const towns[] = {
		"[world]\nwidth = 1000 m\nheight = 1000 m\nstreet = 50 m\n[people]\ncivilians = 20000\nmovement = streets\nhousehold = 4\n",
		"[world]\nwidth = 1000 m\nheight = 1000 m\n[people]\ncivilians = 20000\nmovement = still\n",
	};
	for (unsigned i = 0; i < 2; i++) {
		uint32_t cells[16] = {0}, on_edge = 0;
		raise_town(&town, towns[i]);
		for (uint32_t node = 0; node < 20000; node++) {
			struct ether_place at = ground_place_of(town.ground, node);
			on_edge += at.x_mm == 0 || at.y_mm == 0;
			cells[(at.y_mm - (at.y_mm == 1000000)) / 250000 * 4 + (at.x_mm - (at.x_mm == 1000000)) / 250000]++;
		}
		ck_assert_uint_le(on_edge, 10);
		for (unsigned cell = 0; cell < 16; cell++) {
			ck_assert_uint_ge(cells[cell], 1250 * 85 / 100);
			ck_assert_uint_le(cells[cell], 1250 * 115 / 100);
		}
		raze(&town);
	}
}
END_TEST

START_TEST(most_are_at_home_as_much_as_they_should)
{
	raise_town(&town, STREETS);
	pass(&town, 4 * HOUR);
	uint64_t home = 0, all = 0;
	for (uint32_t minute = 0; minute < 8 * 60; minute++) {
		pass(&town, MINUTE);
		for (uint32_t node = first_person(&town) + town.scenario.medics; node < scenario_nodes(&town.scenario); node++, all++)
			home += ground_is_home(town.ground, node);
	}
	ck_assert_uint_ge(home * 100 / all, 77);
	ck_assert_uint_le(home * 100 / all, 83);
	raze(&town);
}
END_TEST

START_TEST(a_queue_forms_while_it_is_open)
{
	raise_town(&town, STREETS QUEUE);
	pass(&town, HOUR);
	ck_assert_uint_eq(ground_standing(town.ground, 0), 0);
	pass(&town, HOUR);
	uint32_t standing = ground_standing(town.ground, 0);
	ck_assert_uint_ge(standing, 30);
	/* They stand where the line is, each in a place of their own. */
	uint32_t near = 0, together = 0;
	for (uint32_t a = first_person(&town); a < scenario_nodes(&town.scenario); a++) {
		struct ether_place at = ground_place_of(town.ground, a);
		if (at.x_mm < 299000 || at.x_mm > 321000 || at.y_mm < 199000 || at.y_mm > 221000)
			continue;
		near++;
		for (uint32_t b = first_person(&town); b < a; b++) {
			struct ether_place other = ground_place_of(town.ground, b);
			together += at.x_mm == other.x_mm && at.y_mm == other.y_mm;
		}
	}
	ck_assert_uint_ge(near, standing * 9 / 10);
	ck_assert_uint_le(together, 2);
	pass(&town, HOUR + 5 * MINUTE);
	ck_assert_uint_eq(ground_standing(town.ground, 0), 0);
	raze(&town);
}
END_TEST

START_TEST(a_crossing_lets_one_after_the_other_through)
{
	raise_town(&town, STREETS CROSSING);
	pass(&town, HOUR);
	ck_assert_uint_ge(ground_standing(town.ground, 0), 10);
	/* Somebody is at the gate, and nobody stands as if there were a gap before them. */
	uint32_t standing = ground_standing(town.ground, 0), in_first = 0;
	for (uint32_t node = first_person(&town); node < scenario_nodes(&town.scenario); node++) {
		struct ether_place at = ground_place_of(town.ground, node);
		in_first += at.x_mm >= 359000 && at.y_mm >= 149000 && at.y_mm <= 150000 + 2000 * ((int32_t)standing / 31 + 1);
	}
	ck_assert_uint_ge(in_first, standing * 8 / 10);
	pass(&town, 3 * HOUR);
	ck_assert_uint_eq(ground_standing(town.ground, 0), 0);
	raze(&town);
}
END_TEST

/* Whoever came first is through first, so that nobody waits for much longer than the line was long. */
START_TEST(nobody_waits_at_a_crossing_for_ever)
{
	static uint32_t minutes[1000];
	memset(minutes, 0, sizeof minutes);
	raise_town(&town, STREETS CROSSING);
	uint32_t longest = 0, passed = 0;
	for (uint32_t minute = 0; minute < 175; minute++, pass(&town, MINUTE)) {
		for (uint32_t node = first_person(&town); node < scenario_nodes(&town.scenario); node++) {
			struct ether_place at = ground_place_of(town.ground, node);
			bool stands =
				!ground_is_home(town.ground, node) && at.x_mm >= 359000 && at.x_mm <= 390000 && at.y_mm >= 150000 && at.y_mm < 170000;
			passed += !stands && minutes[node] > 2;
			minutes[node] = stands ? minutes[node] + 1 : 0;
			longest = minutes[node] > longest ? minutes[node] : longest;
		}
	}
	ck_assert_uint_ge(passed, 100);
	ck_assert_uint_le(longest, 45);
	raze(&town);
}
END_TEST

START_TEST(a_daily_place_opens_every_day)
{
	raise_town(&town, "[world]\nwidth = 200 m\nheight = 200 m\nrun = 72 h\n[people]\ncivilians = 100\nmovement = streets\nat_home = 50 %\n"
			  "[place shelter]\nkind = shelter\nx = 50 m\ny = 50 m\nopen = daily 20:00 - 22:00\nstay_min = 1 h\n");
	for (unsigned day = 0; day < 3; day++) {
		pass(&town, 14 * HOUR);
		ck_assert_uint_eq(ground_standing(town.ground, 0), 0);
		pass(&town, 2 * HOUR + 30 * MINUTE);
		ck_assert_uint_ge(ground_standing(town.ground, 0), 5);
		pass(&town, 7 * HOUR + 30 * MINUTE);
	}
	raze(&town);
}
END_TEST

START_TEST(boxes_stand_at_clinics_first_and_gateways_nowhere)
{
	raise_town(&town, "[world]\nwidth = 400 m\nheight = 300 m\n[people]\ncivilians = 2\nmedics = 3\nboxes = 6\ngateways = 2\n"
			  "[place cellar]\nkind = shelter\nx = 10 m\ny = 20 m\n" CLINIC);
	ck_assert(!ground_has_place(town.ground, 0) && !ground_has_place(town.ground, 1));
	ck_assert(!ether_has_place(town.ether, 1));
	struct ether_place at = ground_place_of(town.ground, 2);
	ck_assert(at.x_mm == 100000 && at.y_mm == 100000);
	at = ground_place_of(town.ground, 3);
	ck_assert(at.x_mm == 10000 && at.y_mm == 20000);
	for (uint32_t a = 4; a < 8; a++)
		for (uint32_t b = 4; b < a; b++)
			ck_assert(!ether_within(town.ether, a, b, 100000));
	for (uint32_t medic = 8; medic < 11; medic++) {
		at = ground_place_of(town.ground, medic);
		ck_assert(abs(at.x_mm - 100000) <= 10000 && abs(at.y_mm - 100000) <= 10000);
	}
	raze(&town);
}
END_TEST

START_TEST(who_stays_costs_nothing_and_a_trace_moves_nobody)
{
	raise_town(&town, "[people]\ncivilians = 1000\nmovement = still\n");
	pass(&town, HOUR);
	ck_assert_uint_eq(agenda_count(town.agenda), 0);
	raze(&town);
	raise_town(&town, "[world]\ntrace = a.tsv\n[people]\ncivilians = 100\n");
	pass(&town, HOUR);
	ck_assert(!ground_has_place(town.ground, 5) && !ether_has_place(town.ether, 5));
	ck_assert_uint_eq(agenda_count(town.agenda), 0);
	raze(&town);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ground");
	TCase *tcase = tcase_create("ground");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, nobody_is_ever_too_fast_or_off_the_ground);
	tcase_add_test(tcase, a_town_follows_from_its_seed_alone);
	tcase_add_test(tcase, people_live_evenly_over_the_whole_ground);
	tcase_add_test(tcase, most_are_at_home_as_much_as_they_should);
	tcase_add_test(tcase, a_queue_forms_while_it_is_open);
	tcase_add_test(tcase, a_crossing_lets_one_after_the_other_through);
	tcase_add_test(tcase, nobody_waits_at_a_crossing_for_ever);
	tcase_add_test(tcase, a_daily_place_opens_every_day);
	tcase_add_test(tcase, boxes_stand_at_clinics_first_and_gateways_nowhere);
	tcase_add_test(tcase, who_stays_costs_nothing_and_a_trace_moves_nobody);
	suite_add_tcase(suite, tcase);
	return suite;
}
