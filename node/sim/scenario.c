#include "node/sim/scenario_inside.h"

#include "node/sim/root.h"
#include "platform/files.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20, ROOT_BITS = 20, LEAST_MM = 1000, BOX_PART = 4, MILLION = 1000000 };

const char *scenario_shipped(unsigned i, const char **about)
{
	const char *name = scenario_texts[i].name;
	if (name)
		*about = scenario_texts[i].about;
	return name;
}

/* What a file's scenario is called: without its folder and its ending. */
static void name_after(struct scenario *scenario, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;
	size_t len = strlen(file);
	if (len > 4 && !strcmp(file + len - 4, ".ini"))
		len -= 4;
	if (len >= SCENARIO_NAME_MAX)
		len = SCENARIO_NAME_MAX - 1;
	memcpy(scenario->name, file, len);
	scenario->name[len] = 0;
}

static bool load_file(struct scenario *scenario, const char *path, char error[static SCENARIO_ERROR_MAX])
{
	uint8_t *bytes;
	size_t len;
	enum err err = files_read(path, FILE_BYTES_MAX, &bytes, &len);
	if (err != ERR_OK) {
		snprintf(error, SCENARIO_ERROR_MAX, "%.120s: %.100s", path, err_text(err));
		return false;
	}
	bool good = false;
	char *text = malloc(len + 1);
	if (!text) {
		snprintf(error, SCENARIO_ERROR_MAX, "%.120s: %.100s", path, err_text(ERR_MEMORY));
	} else if (memchr(bytes, 0, len)) {
		snprintf(error, SCENARIO_ERROR_MAX, "%.120s: this is not text", path);
	} else {
		memcpy(text, bytes, len);
		text[len] = 0;
		good = scenario_parse(scenario, path, text, error);
		name_after(scenario, path);
	}
	free(text);
	free(bytes);
	return good;
}

bool scenario_load(struct scenario *scenario, const char *name, char error[static SCENARIO_ERROR_MAX])
{
	size_t len = strlen(name);
	if (strchr(name, '/') || (len > 4 && !strcmp(name + len - 4, ".ini")))
		return load_file(scenario, name, error);
	for (unsigned i = 0; scenario_texts[i].name; i++)
		if (!strcmp(scenario_texts[i].name, name))
			return scenario_parse(scenario, name, scenario_texts[i].text, error);
	snprintf(error, SCENARIO_ERROR_MAX,
		 "no scenario of that name ships; \"barid-sim list\" names those that do, and a file is named by its path or ends in .ini");
	return false;
}

uint32_t scenario_nodes(const struct scenario *scenario)
{
	return scenario->gateways + scenario->boxes + scenario->medics + scenario->civilians;
}

/* How much of everything there will be: after of before. */
struct share {
	uint64_t after, before;
};

/* Rounded, and at least one of whatever there was. */
static uint32_t part(uint32_t count, struct share share)
{
	uint64_t scaled = (count * share.after + share.before / 2) / share.before;
	if (scaled == 0 && count > 0)
		return 1;
	return scaled > UINT32_MAX ? UINT32_MAX : (uint32_t)scaled;
}

static int32_t shrink(int64_t length_mm, uint64_t root)
{
	int64_t scaled = length_mm * (int64_t)root >> ROOT_BITS;
	return scaled > SCENARIO_SIDE_MAX_MM ? SCENARIO_SIDE_MAX_MM : (int32_t)scaled;
}

/* Lengths shrink as the root of the area does, by which people stay as close as they were. */
static void scale_ground(struct scenario *scenario, struct share share)
{
	uint64_t root = root_floor((share.after << 2 * ROOT_BITS) / share.before);
	scenario->width_mm = shrink(scenario->width_mm, root);
	scenario->height_mm = shrink(scenario->height_mm, root);
	scenario->width_mm = scenario->width_mm < LEAST_MM ? LEAST_MM : scenario->width_mm;
	scenario->height_mm = scenario->height_mm < LEAST_MM ? LEAST_MM : scenario->height_mm;
	for (unsigned i = 0; i < scenario->place_count; i++) {
		struct scenario_place *place = &scenario->places[i];
		place->x_mm = shrink(place->x_mm, root);
		place->y_mm = shrink(place->y_mm, root);
		int32_t radius_mm = shrink(place->radius_mm, root);
		place->radius_mm = (uint32_t)(radius_mm < LEAST_MM ? LEAST_MM : radius_mm);
	}
}

/* A share of so many that it is one of them at least. */
static void keep_one(uint32_t *per_million, uint32_t of)
{
	if (*per_million == 0 || of == 0 || (uint64_t)*per_million * of >= MILLION)
		return;
	*per_million = (MILLION + of - 1) / of;
}

static void scale_foes(struct scenario *scenario, struct share share)
{
	struct scenario_foes *foes = &scenario->foes;
	uint32_t people = scenario->civilians + scenario->medics;
	keep_one(&foes->black_holes, people);
	keep_one(&foes->flooders, people);
	keep_one(&foes->liars, people);
	keep_one(&foes->sybils, people);
	keep_one(&foes->replayers, people);
	foes->jammers = part(foes->jammers, share);
	foes->sniffers = part(foes->sniffers, share);
	scenario->faults.seized = part(scenario->faults.seized, share);
}

void scenario_scale(struct scenario *scenario, uint32_t nodes)
{
	assert(nodes >= SCENARIO_NODES_LEAST && nodes <= SCENARIO_NODES_MAX);
	uint32_t people = scenario->civilians + scenario->medics;
	if (scenario->gateways > nodes / BOX_PART)
		scenario->gateways = nodes / BOX_PART;
	if (people == 0) {
		scenario->boxes = nodes - scenario->gateways;
		return;
	}
	if (scenario->boxes > nodes / BOX_PART)
		scenario->boxes = nodes / BOX_PART;
	struct share share = {.after = nodes - scenario->gateways - scenario->boxes, .before = people};
	if (scenario->medics > 0) {
		uint32_t medics = part(scenario->medics, share);
		bool all = scenario->civilians == 0 || medics > share.after;
		scenario->medics = all ? (uint32_t)share.after : medics;
	}
	scenario->civilians = (uint32_t)share.after - scenario->medics;
	for (unsigned i = 0; i < scenario->traffic_count; i++)
		scenario->traffics[i].count = part(scenario->traffics[i].count, share);
	uint32_t online = part(scenario->online_count, share);
	scenario->online_count = online > share.after ? (uint32_t)share.after : online;
	scale_ground(scenario, share);
	scale_foes(scenario, share);
}

/* False: nothing is left of it. */
static bool cut_span(struct scenario_span *span, uint64_t end_ms)
{
	if (span->end_ms > end_ms)
		span->end_ms = end_ms;
	return span->begin_ms < span->end_ms;
}

static void cut_traffics(struct scenario *scenario, uint64_t was_calm_from_ms)
{
	uint64_t calm_from_ms = scenario->run_ms - scenario->calm_ms;
	unsigned kept = 0;
	for (unsigned i = 0; i < scenario->traffic_count; i++) {
		struct scenario_traffic traffic = scenario->traffics[i];
		uint64_t span_ms = traffic.when.end_ms - traffic.when.begin_ms;
		if (!cut_span(&traffic.when, traffic.when.end_ms <= was_calm_from_ms ? calm_from_ms : scenario->run_ms))
			continue;
		traffic.count = part(traffic.count, (struct share){.after = traffic.when.end_ms - traffic.when.begin_ms, .before = span_ms});
		scenario->traffics[kept++] = traffic;
	}
	scenario->traffic_count = kept;
}

void scenario_cut(struct scenario *scenario, uint64_t run_ms)
{
	assert(run_ms > 0);
	uint64_t was_calm_from_ms = scenario->run_ms - scenario->calm_ms;
	scenario->calm_ms = scenario->calm_ms / 1000 * run_ms / (scenario->run_ms / 1000);
	scenario->run_ms = run_ms;
	cut_traffics(scenario, was_calm_from_ms);
	unsigned kept = 0;
	for (unsigned i = 0; i < scenario->notice_count; i++)
		if (scenario->notices[i].at_ms < run_ms)
			scenario->notices[kept++] = scenario->notices[i];
	scenario->notice_count = kept;
	kept = 0;
	for (unsigned i = 0; i < scenario->window_count; i++)
		if (cut_span(&scenario->windows[i], run_ms))
			scenario->windows[kept++] = scenario->windows[i];
	scenario->window_count = kept;
	kept = 0;
	for (unsigned i = 0; i < scenario->partition_count; i++)
		if (cut_span(&scenario->partitions[i].when, run_ms))
			scenario->partitions[kept++] = scenario->partitions[i];
	scenario->partition_count = kept;
}
