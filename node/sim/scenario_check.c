#include "node/sim/scenario_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000, MILLION = 1000000 };

void scenario_defaults(struct scenario *scenario)
{
	memset(scenario, 0, sizeof *scenario);
	scenario->seed = 1;
	scenario->run_ms = 3600000;
	scenario->width_mm = scenario->height_mm = 500000;
	scenario->organisations = 2;
	scenario->trusting = MILLION;
	scenario->movement = MOVEMENT_WAYPOINT;
	scenario->speed_min_mm_s = 500;
	scenario->speed_max_mm_s = 1500;
	scenario->pause_max_s = 600;
	scenario->at_home = 700000;
	scenario->street_mm = 80000;
	scenario->household = 5;
	scenario->phone_bytes = 2 << 20;
	scenario->box_bytes = 64 << 20;
	scenario->gateway_bytes = 1 << 30;
	scenario->radio = (struct scenario_radio){
		.le_range_mm = 10000,
		.le_rate_bps = 700000,
		.le_latency_ms = 30,
		.wifi_share = 300000,
		.wifi_range_mm = 40000,
		.wifi_rate_bps = 20000000,
		.wifi_setup_ms = 3000,
		.net_rate_bps = 256000,
		.net_latency_ms = 300,
		.rotation_s = 900,
	};
	scenario->foes = (struct scenario_foes){.jam_range_mm = 50000, .jam_loss = 800000, .sybil_guises = 8, .flood_per_h = 600};
	scenario->faults = (struct scenario_faults){.restart_max_s = 600};
}

struct finding {
	const char *origin;
	char *error;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void find(struct finding *finding, const char *format, ...)
{
	char sentence[SCENARIO_ERROR_MAX];
	va_list values;
	if (finding->failed)
		return;
	va_start(values, format);
	vsnprintf(sentence, sizeof sentence, format, values);
	va_end(values);
	snprintf(finding->error, SCENARIO_ERROR_MAX, "%.60s: %.190s", finding->origin, sentence);
	finding->failed = true;
}

static void check_people(struct finding *finding, const struct scenario *scenario)
{
	uint32_t nodes = scenario_nodes(scenario);
	if (nodes < 2)
		find(finding, "nobody can meet anybody; give [people] at least two civilians, medics, boxes and gateways in all");
	if (nodes > SCENARIO_NODES_MAX)
		find(finding, "there are %u people, boxes and gateways; at most %d fit in", nodes, SCENARIO_NODES_MAX);
	if (scenario->speed_min_mm_s > scenario->speed_max_mm_s)
		find(finding, "speed_min is above speed_max in [people]");
	if (scenario->online_count > scenario->civilians + scenario->medics)
		find(finding, "more people reach the internet than there are; lower people in [internet]");
	if (scenario->window_count > 0 && scenario->gateways == 0)
		find(finding, "[internet] leads nowhere; add gateways = 1 to [people]");
	const struct scenario_foes *foes = &scenario->foes;
	if ((uint64_t)foes->black_holes + foes->flooders + foes->liars + foes->sybils + foes->replayers > MILLION)
		find(finding, "there are more foes than people; the shares in [foes] may add up to 100 %% at most");
}

/* A trace says who meets whom, and nobody is anywhere. */
static void check_trace(struct finding *finding, const struct scenario *scenario)
{
	if (!*scenario->trace)
		return;
	if (scenario->place_count > 0)
		find(finding, "a trace says who meets whom, so there can be no places; take away either the trace or [place %s]",
		     scenario->places[0].name);
	if (scenario->partition_count > 0)
		find(finding, "a trace says who meets whom, so the city cannot be cut; take away either the trace or the partitions");
	if (scenario->foes.jammers > 0 || scenario->foes.sniffers > 0)
		find(finding,
		     "with a trace nobody is anywhere, so nobody can jam or sniff there; take away the trace, or jammers and sniffers in [foes]");
	if (scenario->boxes > 0)
		find(finding, "a trace says who meets whom and knows no boxes; take away either the trace or the boxes in [people]");
}

static void check_places(struct finding *finding, const struct scenario *scenario)
{
	for (unsigned i = 0; i < scenario->place_count; i++) {
		const struct scenario_place *place = &scenario->places[i];
		if (place->x_mm > scenario->width_mm || place->y_mm > scenario->height_mm)
			find(finding, "[place %s] is off the ground; make x and y at most width and height of [world]", place->name);
		if (place->stay_min_s > place->stay_max_s)
			find(finding, "stay_min is above stay_max in [place %s]", place->name);
	}
}

static bool is_there(const struct scenario *scenario, enum scenario_who who)
{
	switch (who) {
	case WHO_CIVILIANS:
		return scenario->civilians > 0;
	case WHO_MEDICS:
		return scenario->medics > 0;
	case WHO_BOXES:
		return scenario->boxes > 0;
	case WHO_ANYONE:
		return scenario->civilians + scenario->medics > 0;
	case WHO_ORGANISATION:
		return scenario->organisations > 0 && scenario->gateways > 0;
	}
	return false;
}

static void check_traffic(struct finding *finding, struct scenario *scenario)
{
	for (unsigned i = 0; i < scenario->traffic_count; i++) {
		struct scenario_traffic *traffic = &scenario->traffics[i];
		if (traffic->when.end_ms == 0)
			traffic->when.end_ms = scenario->run_ms - scenario->calm_ms;
		if (traffic->when.end_ms > scenario->run_ms)
			find(finding, "[traffic %s] goes on after the run has ended; lengthen run in [world] or end it earlier", traffic->name);
		if (!is_there(scenario, traffic->from))
			find(finding, "nobody can write [traffic %s]; add such people to [people], or change its from", traffic->name);
		if (!is_there(scenario, traffic->to_person ? WHO_ANYONE : WHO_ORGANISATION))
			find(finding, "nobody can receive [traffic %s]; add %s to [people], or change its to", traffic->name,
			     traffic->to_person ? "civilians" : "gateways and organisations");
	}
}

static void check_notices(struct finding *finding, const struct scenario *scenario)
{
	for (unsigned i = 0; i < scenario->notice_count; i++) {
		const struct scenario_notice *notice = &scenario->notices[i];
		if (notice->organisation >= scenario->organisations)
			find(finding, "[notice %s] is of an organisation that is not there; raise organisations in [people]", notice->name);
		if (notice->at_ms >= scenario->run_ms)
			find(finding, "[notice %s] comes after the run has ended; lengthen run in [world] or publish it earlier", notice->name);
	}
	if (scenario->notice_count > 0 && scenario->gateways == 0 && scenario->boxes == 0)
		find(finding, "no post can publish a notice; add gateways or boxes to [people]");
}

static void check_partitions(struct finding *finding, const struct scenario *scenario)
{
	for (unsigned i = 0; i < scenario->partition_count; i++)
		if (scenario->partitions[i].when.end_ms > scenario->run_ms)
			find(finding, "a partition goes on after the run has ended; lengthen run in [world] or end it earlier");
}

/* "daily" becomes one window for each day of the run. */
static void unfold_windows(struct finding *finding, struct scenario *scenario)
{
	for (unsigned i = 0; i < scenario->window_count; i++) {
		if (!scenario->window_daily[i])
			continue;
		scenario->window_daily[i] = false;
		struct scenario_span span = scenario->windows[i];
		for (uint64_t day = 1; span.begin_ms + day * DAY_MS < scenario->run_ms; day++) {
			if (scenario->window_count == SCENARIO_WINDOWS_MAX) {
				find(finding, "there are more than %d windows in [internet]; shorten run in [world] or name fewer",
				     SCENARIO_WINDOWS_MAX);
				return;
			}
			scenario->windows[scenario->window_count++] =
				(struct scenario_span){.begin_ms = span.begin_ms + day * DAY_MS, .end_ms = span.end_ms + day * DAY_MS};
		}
	}
}

bool scenario_check(struct scenario *scenario, const char *origin, char error[static SCENARIO_ERROR_MAX])
{
	struct finding finding = {.origin = origin, .error = error};
	if (scenario->calm_ms >= scenario->run_ms) {
		find(&finding, "nothing happens before all is calm; make calm in [world] shorter than run");
		return false;
	}
	unfold_windows(&finding, scenario);
	check_people(&finding, scenario);
	check_trace(&finding, scenario);
	check_places(&finding, scenario);
	check_traffic(&finding, scenario);
	check_notices(&finding, scenario);
	check_partitions(&finding, scenario);
	return !finding.failed;
}

bool scenario_trace(struct scenario *scenario, const char *path, char error[static SCENARIO_ERROR_MAX])
{
	if (!*path || strlen(path) >= sizeof scenario->trace) {
		snprintf(error, SCENARIO_ERROR_MAX, "the name of the trace is empty or too long");
		return false;
	}
	snprintf(scenario->trace, sizeof scenario->trace, "%s", path);
	struct finding finding = {.origin = scenario->name, .error = error};
	check_trace(&finding, scenario);
	return !finding.failed;
}
