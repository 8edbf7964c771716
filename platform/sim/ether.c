#include "platform/sim/ether.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JAMMERS_MAX = 64, FIRST_CAP = 4, RANGE_MOST_MM = 1 << 30 };

struct list {
	uint32_t *ids;
	uint32_t used, cap;
};

/* Of a node, where those who look around find it: the places of a neighbourhood lie side by side in memory. */
struct spot {
	struct ether_place place;
	uint32_t node;
};

/* A square of the plane, and whatever other squares fall on the same number. */
struct cell {
	struct spot *spots;
	uint32_t used, cap;
};

struct node {
	struct list near;
	struct list apart; /* whom a trace says it has met, but who is on another side */
	uint32_t cell, at; /* where its spot is */
	uint64_t seen;     /* the search that has found it among somebody's near ones */
	struct ether_place place;
	uint32_t first_tied, next_tied; /* node + 1; 0: none */
	bool has_place, is_tied;
	uint8_t side;
};

struct jammer {
	struct ether_place place;
	uint32_t range_mm, loss_per_million;
};

struct ether {
	struct ether_config config;
	struct ether_listener listener;
	uint64_t search;
	uint32_t cell_mask;
	struct cell *cells;
	struct node *nodes;
	unsigned jammer_count;
	struct jammer jammers[JAMMERS_MAX];
};

static void *grown(void *array, uint32_t *cap, size_t size)
{
	*cap = *cap ? *cap * 2 : FIRST_CAP;
	void *larger = realloc(array, *cap * size);
	if (!larger) {
		(void)fputs("the simulated plane does not fit into memory; try fewer --nodes\n", stderr); /* nobody else can hear it */
		abort();
	}
	return larger;
}

static void add(struct list *list, uint32_t id)
{
	if (list->used == list->cap)
		list->ids = grown(list->ids, &list->cap, sizeof *list->ids);
	list->ids[list->used++] = id;
}

static bool has(const struct list *list, uint32_t id)
{
	for (uint32_t i = 0; i < list->used; i++)
		if (list->ids[i] == id)
			return true;
	return false;
}

static bool drop(struct list *list, uint32_t id)
{
	for (uint32_t i = 0; i < list->used; i++)
		if (list->ids[i] == id) {
			list->ids[i] = list->ids[--list->used];
			return true;
		}
	return false;
}

struct ether *ether_new(const struct ether_config *config)
{
	assert(config->range_mm > 0 && config->range_mm <= RANGE_MOST_MM);
	struct ether *ether = calloc(1, sizeof *ether);
	if (!ether)
		return NULL;
	ether->config = *config;
	uint32_t cells = 64;
	while (cells < config->nodes)
		cells *= 2;
	ether->cell_mask = cells - 1;
	ether->cells = calloc(cells, sizeof *ether->cells);
	ether->nodes = calloc(config->nodes ? config->nodes : 1, sizeof *ether->nodes);
	if (!ether->cells || !ether->nodes) {
		ether_free(ether);
		return NULL;
	}
	return ether;
}

void ether_free(struct ether *ether)
{
	if (!ether)
		return;
	for (uint32_t i = 0; ether->nodes && i < ether->config.nodes; i++) {
		free(ether->nodes[i].near.ids);
		free(ether->nodes[i].apart.ids);
	}
	for (uint32_t i = 0; ether->cells && i <= ether->cell_mask; i++)
		free(ether->cells[i].spots);
	free(ether->nodes);
	free(ether->cells);
	free(ether);
}

void ether_listen(struct ether *ether, const struct ether_listener *listener)
{
	ether->listener = listener ? *listener : (struct ether_listener){.owner = NULL};
}

static struct node *node_of(const struct ether *ether, uint32_t node)
{
	assert(node < ether->config.nodes);
	return &ether->nodes[node];
}

static void join(struct ether *ether, uint32_t a, uint32_t b)
{
	add(&ether->nodes[a].near, b);
	add(&ether->nodes[b].near, a);
	if (ether->listener.met)
		ether->listener.met(ether->listener.owner, a < b ? a : b, a < b ? b : a);
}

static void cut(struct ether *ether, uint32_t a, uint32_t b)
{
	bool both = drop(&ether->nodes[a].near, b) && drop(&ether->nodes[b].near, a);
	assert(both);
	if (ether->listener.parted)
		ether->listener.parted(ether->listener.owner, a < b ? a : b, a < b ? b : a);
}

static bool within(struct ether_place a, struct ether_place b, uint32_t range_mm)
{
	int64_t dx = (int64_t)a.x_mm - b.x_mm, dy = (int64_t)a.y_mm - b.y_mm, range = range_mm;
	if (dx > range || -dx > range || dy > range || -dy > range)
		return false;
	assert(range <= RANGE_MOST_MM);
	return dx * dx + dy * dy <= range * range;
}

/* Which square of the plane a coordinate falls into, downwards. */
static int64_t square(int32_t mm, uint32_t range_mm)
{
	int64_t range = range_mm;
	return mm >= 0 ? mm / range : -((range - 1 - mm) / range);
}

static uint32_t cell_at(const struct ether *ether, int64_t column, int64_t row)
{
	uint64_t mixed = (uint64_t)column * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)row * UINT64_C(0xc2b2ae3d27d4eb4f);
	return (uint32_t)(mixed >> 32) & ether->cell_mask;
}

static uint32_t cell_of(const struct ether *ether, struct ether_place place)
{
	return cell_at(ether, square(place.x_mm, ether->config.range_mm), square(place.y_mm, ether->config.range_mm));
}

static void leave_cell(struct ether *ether, const struct node *node)
{
	struct cell *cell = &ether->cells[node->cell];
	cell->spots[node->at] = cell->spots[--cell->used];
	ether->nodes[cell->spots[node->at].node].at = node->at;
}

static void enter_cell(struct ether *ether, uint32_t id, uint32_t into)
{
	struct node *node = &ether->nodes[id];
	struct cell *cell = &ether->cells[into];
	if (cell->used == cell->cap)
		cell->spots = grown(cell->spots, &cell->cap, sizeof *cell->spots);
	node->cell = into;
	node->at = cell->used++;
	cell->spots[node->at] = (struct spot){.place = node->place, .node = id};
}

/* Leaves whom the node does not reach any more. */
static void part_far(struct ether *ether, uint32_t id)
{
	struct node *node = &ether->nodes[id];
	for (uint32_t i = node->near.used; i-- > 0;) {
		uint32_t other = node->near.ids[i];
		if (ether->nodes[other].side != node->side || !within(ether->nodes[other].place, node->place, ether->config.range_mm))
			cut(ether, id, other);
	}
}

static void meet_in_cell(struct ether *ether, uint32_t id, const struct cell *cell)
{
	const struct node *node = &ether->nodes[id];
	for (uint32_t i = 0; i < cell->used; i++) {
		const struct spot *spot = &cell->spots[i];
		if (spot->node == id || !within(spot->place, node->place, ether->config.range_mm))
			continue;
		struct node *other = &ether->nodes[spot->node];
		if (other->seen == ether->search || other->side != node->side)
			continue;
		other->seen = ether->search; /* several squares may be one cell */
		join(ether, id, spot->node);
	}
}

/* Meets whom the node reaches now and did not before. */
static void meet_close(struct ether *ether, uint32_t id)
{
	const struct node *node = &ether->nodes[id];
	ether->search++;
	for (uint32_t i = 0; i < node->near.used; i++)
		ether->nodes[node->near.ids[i]].seen = ether->search;
	int64_t column = square(node->place.x_mm, ether->config.range_mm), row = square(node->place.y_mm, ether->config.range_mm);
	for (int64_t dx = -1; dx <= 1; dx++)
		for (int64_t dy = -1; dy <= 1; dy++)
			meet_in_cell(ether, id, &ether->cells[cell_at(ether, column + dx, row + dy)]);
}

static void put(struct ether *ether, uint32_t id, struct ether_place place)
{
	struct node *node = node_of(ether, id);
	uint32_t cell = cell_of(ether, place);
	if (node->has_place && node->cell != cell)
		leave_cell(ether, node);
	bool enters = !node->has_place || node->cell != cell;
	node->place = place;
	node->has_place = true;
	if (enters)
		enter_cell(ether, id, cell);
	else
		ether->cells[cell].spots[node->at].place = place;
	part_far(ether, id);
	meet_close(ether, id);
}

void ether_move(struct ether *ether, uint32_t id, struct ether_place place)
{
	if (node_of(ether, id)->is_tied)
		return;
	put(ether, id, place);
	for (uint32_t tied = ether->nodes[id].first_tied; tied > 0; tied = ether->nodes[tied - 1].next_tied)
		put(ether, tied - 1, place);
}

void ether_tie(struct ether *ether, uint32_t id, uint32_t leader)
{
	struct node *node = node_of(ether, id), *first = node_of(ether, leader);
	assert(id != leader);
	assert(!node->is_tied && node->first_tied == 0 && !node->has_place);
	assert(!first->is_tied);
	node->is_tied = true;
	node->next_tied = first->first_tied;
	first->first_tied = id + 1;
}

bool ether_has_place(const struct ether *ether, uint32_t node)
{
	return node_of(ether, node)->has_place;
}

struct ether_place ether_place_of(const struct ether *ether, uint32_t node)
{
	return node_of(ether, node)->place;
}

void ether_meet(struct ether *ether, uint32_t a, uint32_t b)
{
	struct node *first = node_of(ether, a), *second = node_of(ether, b);
	if (a == b || has(&first->near, b) || has(&first->apart, b))
		return;
	if (first->side == second->side) {
		join(ether, a, b);
		return;
	}
	add(&first->apart, b);
	add(&second->apart, a);
}

void ether_part(struct ether *ether, uint32_t a, uint32_t b)
{
	struct node *first = node_of(ether, a), *second = node_of(ether, b);
	if (has(&first->near, b))
		cut(ether, a, b);
	else if (drop(&first->apart, b))
		(void)drop(&second->apart, a); /* each has the other, or neither */
}

/* What a trace says stays so while the sides are apart. */
static void sort_sides(struct ether *ether, uint32_t id)
{
	struct node *node = &ether->nodes[id];
	uint32_t apart = node->apart.used;
	for (uint32_t i = node->near.used; i-- > 0;) {
		uint32_t other = node->near.ids[i];
		if (ether->nodes[other].side == node->side)
			continue;
		add(&node->apart, other);
		add(&ether->nodes[other].apart, id);
		cut(ether, id, other);
	}
	while (apart-- > 0) {
		uint32_t other = node->apart.ids[apart];
		if (ether->nodes[other].side != node->side)
			continue;
		(void)drop(&node->apart, other); /* each has the other */
		(void)drop(&ether->nodes[other].apart, id);
		join(ether, id, other);
	}
}

void ether_side(struct ether *ether, uint32_t id, uint8_t side)
{
	struct node *node = node_of(ether, id);
	if (node->side == side)
		return;
	node->side = side;
	if (!node->has_place) {
		sort_sides(ether, id);
		return;
	}
	part_far(ether, id);
	meet_close(ether, id);
}

const uint32_t *ether_near(const struct ether *ether, uint32_t node, size_t *count)
{
	const struct list *near = &node_of(ether, node)->near;
	*count = near->used;
	return near->ids;
}

bool ether_reaches(const struct ether *ether, uint32_t a, uint32_t b)
{
	const struct node *first = node_of(ether, a), *second = node_of(ether, b);
	return first->near.used <= second->near.used ? has(&first->near, b) : has(&second->near, a);
}

bool ether_within(const struct ether *ether, uint32_t a, uint32_t b, uint32_t range_mm)
{
	const struct node *first = node_of(ether, a), *second = node_of(ether, b);
	if (!first->has_place || !second->has_place)
		return ether_reaches(ether, a, b);
	return first->side == second->side && within(first->place, second->place, range_mm);
}

void ether_jam(struct ether *ether, unsigned jammer, struct ether_place place, uint32_t range_mm, uint32_t loss_per_million)
{
	assert(jammer < JAMMERS_MAX && range_mm <= RANGE_MOST_MM);
	ether->jammers[jammer] = (struct jammer){.place = place, .range_mm = range_mm, .loss_per_million = loss_per_million};
	ether->jammer_count = jammer >= ether->jammer_count ? jammer + 1 : ether->jammer_count;
}

uint32_t ether_loss(const struct ether *ether, uint32_t id)
{
	uint32_t worst = 0;
	if (ether->jammer_count == 0)
		return worst;
	const struct node *node = node_of(ether, id);
	for (unsigned i = 0; i < ether->jammer_count && node->has_place; i++) {
		const struct jammer *jammer = &ether->jammers[i];
		if (jammer->loss_per_million > worst && within(node->place, jammer->place, jammer->range_mm))
			worst = jammer->loss_per_million;
	}
	return worst;
}
