#include "node/sim/faults.h"

#include "node/sim/disk.h"

#include <stdlib.h>

#define FAULTS_STREAM (UINT64_C(8) << 40)

enum { DAY_MS = 86400000, HUNDRED = 100, MILLION = 1000000, FULL_MS = 3600000, AGAIN_MS = 60000 };

/* Something that goes wrong, or right again, at one moment. */
struct fault {
	struct faults *faults;
	struct agenda_item item;
	uint32_t what; /* of a partition or window: its number; of a node: the node's */
};

struct faults {
	struct world *world;
	struct fate fate;
	bool stopped;
	struct agenda_item crash;
	struct fault partitions[SCENARIO_PARTITIONS_MAX], windows[SCENARIO_WINDOWS_MAX];
	bool parted[SCENARIO_PARTITIONS_MAX], open[SCENARIO_WINDOWS_MAX];
	struct fault *seizures; /* scenario->faults.seized of them */
	struct fault *full;     /* full_count of them */
	uint32_t full_count;
	struct fault *back; /* for each node, when it comes back after a crash */
};

static void set(struct faults *faults, struct agenda_item *item, uint64_t at_ms)
{
	agenda_set(faults->world->agenda, item, at_ms * 1000);
}

static void come_back(void *owner)
{
	struct fault *fault = owner;
	struct actor *actor = &fault->faults->world->actors[fault->what];
	world_on(fault->faults->world, actor);
	if (!actor->on)
		set(fault->faults, &fault->item, world_now_ms(fault->faults->world) + AGAIN_MS); /* its disk may be full: once more in a while */
}

static void plan_crash(struct faults *faults)
{
	struct world *world = faults->world;
	uint64_t a_day = (uint64_t)world->scenario->faults.crashes_per_day * world->count / HUNDRED;
	if (a_day > 0)
		set(faults, &faults->crash, world_now_ms(world) + fate_between(&faults->fate, 0, 2 * DAY_MS / a_day));
}

static void crash(void *owner)
{
	struct faults *faults = owner;
	struct world *world = faults->world;
	struct actor *actor = &world->actors[fate_below(&faults->fate, world->count)];
	if (actor->on) {
		world_off(world, actor, world->scenario->faults.torn, false);
		uint64_t pause_s = fate_between(&faults->fate, 1, world->scenario->faults.restart_max_s);
		set(faults, &faults->back[actor->number].item, world_now_ms(world) + pause_s * 1000);
	}
	plan_crash(faults);
}

static void seize(void *owner)
{
	struct fault *fault = owner;
	struct world *world = fault->faults->world;
	uint32_t node = world_pick(world, &fault->faults->fate, world->medics_at, world->count);
	if (node == UINT32_MAX || !world->actors[node].on)
		return;
	world_note(world, JOURNAL_SEIZED, node, JOURNAL_NONE, JOURNAL_NONE, 0);
	world_off(world, &world->actors[node], false, true);
}

/* A disk takes nothing more for an hour. */
static void fill(void *owner)
{
	struct fault *fault = owner;
	struct world *world = fault->faults->world;
	char path[ACTOR_PATH_SIZE];
	actor_path(&world->actors[fault->what], path);
	bool is_full = disk_is_full(path);
	disk_fill(path, is_full ? DISK_ROOMY : disk_bytes(path));
	if (!is_full)
		set(fault->faults, &fault->item, world_now_ms(world) + FULL_MS);
}

/* A city cut into strips, by where people are at that moment; or, where nobody has a place, by their numbers. */
static void cut(void *owner)
{
	struct fault *fault = owner;
	struct faults *faults = fault->faults;
	struct world *world = faults->world;
	const struct scenario_partition *partition = &world->scenario->partitions[fault->what];
	bool begins = !faults->parted[fault->what];
	for (uint32_t i = 0; i < world->count; i++) {
		uint32_t side = i % partition->sides;
		if (ether_has_place(world->ether, i))
			side = (uint32_t)((int64_t)ether_place_of(world->ether, i).x_mm * partition->sides / (world->scenario->width_mm + 1));
		ether_side(world->ether, i, begins ? (uint8_t)side : 0);
	}
	faults->parted[fault->what] = begins;
	if (begins)
		set(faults, &fault->item, partition->when.end_ms);
}

/* The internet is there, or gone again. Whoever is let in is drawn anew each time. */
static void open_window(void *owner)
{
	struct fault *fault = owner;
	struct faults *faults = fault->faults;
	struct world *world = faults->world;
	bool opens = !faults->open[fault->what];
	faults->open[fault->what] = opens;
	for (uint32_t i = world->boxes_at; i < world->medics_at && world->scenario->boxes_online; i++)
		world_online(world, &world->actors[i], opens);
	if (!opens) {
		for (uint32_t i = world->medics_at; i < world->count; i++)
			world_online(world, &world->actors[i], false);
		return;
	}
	for (uint32_t i = 0; i < world->scenario->online_count; i++) {
		uint32_t node = world_pick(world, &faults->fate, world->medics_at, world->count);
		if (node != UINT32_MAX)
			world_online(world, &world->actors[node], true);
	}
	set(faults, &fault->item, world->scenario->windows[fault->what].end_ms);
}

static void plan_all(struct faults *faults)
{
	struct world *world = faults->world;
	const struct scenario *scenario = world->scenario;
	uint64_t busy_ms = scenario->run_ms - scenario->calm_ms;
	for (unsigned i = 0; i < scenario->partition_count; i++) {
		faults->partitions[i] = (struct fault){.faults = faults, .what = i, .item = {.happen = cut, .owner = &faults->partitions[i]}};
		set(faults, &faults->partitions[i].item, scenario->partitions[i].when.begin_ms);
	}
	for (unsigned i = 0; i < scenario->window_count; i++) {
		faults->windows[i] = (struct fault){.faults = faults, .what = i, .item = {.happen = open_window, .owner = &faults->windows[i]}};
		set(faults, &faults->windows[i].item, scenario->windows[i].begin_ms);
	}
	for (uint32_t i = 0; i < scenario->faults.seized; i++) {
		faults->seizures[i] = (struct fault){.faults = faults, .item = {.happen = seize, .owner = &faults->seizures[i]}};
		set(faults, &faults->seizures[i].item, fate_between(&faults->fate, 0, busy_ms));
	}
	for (uint32_t i = 0; i < faults->full_count; i++) {
		faults->full[i] = (struct fault){.faults = faults, .what = fate_below(&faults->fate, world->count), .item = {.happen = fill}};
		faults->full[i].item.owner = &faults->full[i];
		set(faults, &faults->full[i].item, fate_between(&faults->fate, 0, busy_ms));
	}
	for (uint32_t i = 0; i < world->count; i++)
		faults->back[i] = (struct fault){.faults = faults, .what = i, .item = {.happen = come_back, .owner = &faults->back[i]}};
	plan_crash(faults);
}

struct faults *faults_new(struct world *world)
{
	const struct scenario_faults *wanted = &world->scenario->faults;
	struct faults *faults = calloc(1, sizeof *faults);
	if (!faults)
		return NULL;
	faults->world = world;
	faults->crash = (struct agenda_item){.happen = crash, .owner = faults};
	fate_seed(&faults->fate, world->scenario->seed, FAULTS_STREAM);
	/* A disk that is full is a file's matter, and what has no files has none. */
	faults->full_count = world->stage.shared ? 0 : (uint32_t)((uint64_t)wanted->disk_full * world->count / MILLION);
	faults->seizures = calloc(wanted->seized + 1, sizeof *faults->seizures);
	faults->full = calloc(faults->full_count + 1, sizeof *faults->full);
	faults->back = calloc(world->count, sizeof *faults->back);
	if (!faults->seizures || !faults->full || !faults->back) {
		faults_free(faults);
		return NULL;
	}
	plan_all(faults);
	return faults;
}

static void clear(struct faults *faults, struct fault *all, uint32_t count)
{
	for (uint32_t i = 0; all && i < count; i++)
		agenda_clear(faults->world->agenda, &all[i].item);
}

void faults_free(struct faults *faults)
{
	if (!faults)
		return;
	agenda_clear(faults->world->agenda, &faults->crash);
	clear(faults, faults->partitions, SCENARIO_PARTITIONS_MAX);
	clear(faults, faults->windows, SCENARIO_WINDOWS_MAX);
	clear(faults, faults->seizures, faults->world->scenario->faults.seized);
	clear(faults, faults->full, faults->full_count);
	clear(faults, faults->back, faults->world->count);
	free(faults->seizures);
	free(faults->full);
	free(faults->back);
	free(faults);
}

void faults_stop(struct faults *faults)
{
	struct world *world = faults->world;
	agenda_clear(world->agenda, &faults->crash);
	clear(faults, faults->seizures, world->scenario->faults.seized);
	for (unsigned i = 0; i < world->scenario->partition_count; i++) {
		agenda_clear(world->agenda, &faults->partitions[i].item);
		if (faults->parted[i])
			cut(&faults->partitions[i]);
	}
	for (uint32_t i = 0; i < faults->full_count; i++) {
		char path[ACTOR_PATH_SIZE];
		agenda_clear(world->agenda, &faults->full[i].item);
		actor_path(&world->actors[faults->full[i].what], path);
		disk_fill(path, DISK_ROOMY);
	}
	for (uint32_t i = 0; i < world->count; i++)
		if (agenda_is_set(&faults->back[i].item))
			set(faults, &faults->back[i].item, world_now_ms(world));
	/* While it is calm the gateway can be reached all the time. */
	for (unsigned i = 0; i < world->scenario->window_count; i++) {
		agenda_clear(world->agenda, &faults->windows[i].item);
		if (faults->open[i])
			open_window(&faults->windows[i]);
	}
	if (world->scenario->window_count > 0) {
		open_window(&faults->windows[0]);
		agenda_clear(world->agenda, &faults->windows[0].item);
	}
}
