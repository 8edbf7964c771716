/* Files of scenarios. Whatever is taken must hold what the simulator relies on, at every size and length; whatever is not must be told in one line.
 */

#include "node/sim/scenario.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void expect_sound(const struct scenario *scenario)
{
	uint32_t nodes = scenario_nodes(scenario);
	assert(nodes >= 2 && nodes <= SCENARIO_NODES_MAX && scenario->online_count <= scenario->civilians + scenario->medics);
	assert(scenario->calm_ms < scenario->run_ms || scenario->calm_ms == 0);
	assert(scenario->width_mm > 0 && scenario->width_mm <= SCENARIO_SIDE_MAX_MM && scenario->height_mm > 0);
	assert(scenario->speed_min_mm_s > 0 && scenario->speed_min_mm_s <= scenario->speed_max_mm_s && scenario->at_home < 1000000);
	assert(scenario->street_mm > 0 && scenario->household > 0 && scenario->radio.rotation_s >= 30);
	for (unsigned i = 0; i < scenario->place_count; i++) {
		const struct scenario_place *place = &scenario->places[i];
		assert(*place->name && strnlen(place->name, SCENARIO_NAME_MAX) < SCENARIO_NAME_MAX && place->kind <= PLACE_CROSSING);
		assert(place->x_mm >= 0 && place->x_mm <= scenario->width_mm && place->y_mm >= 0 && place->y_mm <= scenario->height_mm);
		assert(place->stay_min_s <= place->stay_max_s && place->radius_mm >= 1000 && place->open.begin_ms <= place->open.end_ms);
	}
	for (unsigned i = 0; i < scenario->traffic_count; i++) {
		const struct scenario_traffic *traffic = &scenario->traffics[i];
		assert(traffic->when.begin_ms < traffic->when.end_ms && traffic->when.end_ms <= scenario->run_ms);
		assert(traffic->count > 0 && traffic->bucket < 4 && traffic->class < SCENARIO_CLASSES && traffic->from <= WHO_ORGANISATION);
	}
	for (unsigned i = 0; i < scenario->notice_count; i++)
		assert(scenario->notices[i].at_ms < scenario->run_ms && scenario->notices[i].organisation < scenario->organisations);
	for (unsigned i = 0; i < scenario->window_count; i++)
		assert(scenario->windows[i].begin_ms < scenario->windows[i].end_ms && !scenario->window_daily[i]);
	for (unsigned i = 0; i < scenario->partition_count; i++)
		assert(scenario->partitions[i].when.begin_ms < scenario->partitions[i].when.end_ms && scenario->partitions[i].sides >= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct scenario scenario;
	char error[SCENARIO_ERROR_MAX] = "";
	char *text = malloc(len + 1);
	assert(text);
	if (len > 0)
		memcpy(text, bytes, len);
	text[len] = 0;
	bool taken = scenario_parse(&scenario, "town.ini", text, error);
	free(text);
	if (!taken) {
		size_t told = strnlen(error, SCENARIO_ERROR_MAX);
		assert(told > 0 && told < SCENARIO_ERROR_MAX && !strchr(error, '\n'));
		return 0;
	}
	expect_sound(&scenario);
	uint32_t nodes = 4 + (uint32_t)(len * 977 % 1000);
	scenario_scale(&scenario, nodes);
	assert(scenario_nodes(&scenario) == nodes);
	expect_sound(&scenario);
	scenario_cut(&scenario, 1 + len * 7919 % 100000000);
	expect_sound(&scenario);
	return 0;
}
