#include "node/sim/traffic.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TRAFFIC_STREAM (UINT64_C(5) << 40)

enum { RETRY_MS = 60000, TRIES_MAX = 64, HOUR_MS = 3600000, DAY_S = 86400 };

/* One letter or notice to be written. */
struct plan {
	uint64_t at_ms;
	uint32_t order;   /* of equals */
	uint16_t traffic; /* or, from SCENARIO_TRAFFICS_MAX on, a notice */
	uint16_t tries;
};

struct traffic {
	struct world *world;
	struct fate fate;
	struct agenda_item item;
	struct plan *plans;
	uint32_t count, cap, next, order;
	uint8_t *slots; /* tickets spent by each node on the day of `today` */
	uint64_t today;
	uint32_t seq[SCENARIO_ORGANISATIONS_MAX][UINT8_MAX + 1];
};

static int by_time(const void *a, const void *b)
{
	const struct plan *one = a, *other = b;
	if (one->at_ms != other->at_ms)
		return one->at_ms < other->at_ms ? -1 : 1;
	return one->order < other->order ? -1 : one->order > other->order;
}

static bool plan(struct traffic *traffic, uint64_t at_ms, unsigned what)
{
	if (traffic->count == traffic->cap) {
		uint32_t cap = traffic->cap ? traffic->cap * 2 : 1024;
		struct plan *plans = realloc(traffic->plans, cap * sizeof *plans);
		if (!plans)
			return false;
		traffic->plans = plans;
		traffic->cap = cap;
	}
	traffic->plans[traffic->count++] = (struct plan){.at_ms = at_ms, .order = traffic->order++, .traffic = (uint16_t)what};
	return true;
}

static bool plan_all(struct traffic *traffic)
{
	const struct scenario *scenario = traffic->world->scenario;
	bool good = true;
	for (unsigned t = 0; t < scenario->traffic_count; t++) {
		const struct scenario_traffic *one = &scenario->traffics[t];
		for (uint32_t i = 0; i < one->count && good; i++)
			good = plan(traffic, fate_between(&traffic->fate, one->when.begin_ms, one->when.end_ms - 1), t);
	}
	for (unsigned n = 0; n < scenario->notice_count && good; n++)
		if (scenario->notices[n].at_ms < scenario->run_ms)
			good = plan(traffic, scenario->notices[n].at_ms, SCENARIO_TRAFFICS_MAX + n);
	qsort(traffic->plans, traffic->count, sizeof *traffic->plans, by_time);
	return good;
}

static void wait_for_next(struct traffic *traffic)
{
	uint64_t at = traffic->next < traffic->count ? traffic->plans[traffic->next].at_ms * 1000 : AGENDA_NEVER;
	agenda_set(traffic->world->agenda, &traffic->item, at);
}

static uint32_t pick_from(struct traffic *traffic, enum scenario_who who)
{
	struct world *world = traffic->world;
	switch (who) {
	case WHO_CIVILIANS:
		return world_pick(world, &traffic->fate, world->civilians_at, world->count);
	case WHO_MEDICS:
		return world_pick(world, &traffic->fate, world->medics_at, world->civilians_at);
	case WHO_BOXES:
		return world_pick(world, &traffic->fate, world->boxes_at, world->medics_at);
	case WHO_ANYONE:
		return world_pick(world, &traffic->fate, world->medics_at, world->count);
	case WHO_ORGANISATION:
		break;
	}
	return world_pick(world, &traffic->fate, 0, world->boxes_at);
}

static enum ttl_class ttl_of(uint16_t hours)
{
	return hours <= 6 ? TTL_6_HOURS : hours <= 24 ? TTL_24_HOURS : hours <= 72 ? TTL_72_HOURS : TTL_7_DAYS;
}

/* The tickets of a day are worth nothing on the next. */
static void turn_the_day(struct traffic *traffic)
{
	uint64_t day = (SCENARIO_UNIX_S + world_now_ms(traffic->world) / 1000) / DAY_S;
	if (day != traffic->today)
		memset(traffic->slots, 0, traffic->world->count * sizeof *traffic->slots);
	traffic->today = day;
}

/* False: nobody could write it now. What the writer's own post refuses was written, and its writer told. */
static bool write_letter(struct traffic *traffic, const struct scenario_traffic *one)
{
	struct world *world = traffic->world;
	uint32_t author = pick_from(traffic, one->from);
	if (author == UINT32_MAX || !world_takes_part(world, author))
		return false;
	struct actor *actor = &world->actors[author];
	uint32_t reader = one->to_person ? world_pick(world, &traffic->fate, world->medics_at, world->count) : world->stage.gateway;
	if (reader == UINT32_MAX || reader == author)
		return false;
	turn_the_day(traffic);
	struct writer_wish wish = {
		.to = {.is_organisation = !one->to_person, .number = one->to_person ? reader : 0},
		.class = (enum letter_class)one->class,
		.ttl = ttl_of(one->ttl_h),
		.bucket = one->ticket && one->bucket == 0 ? 1 : one->bucket,
		.unix_s = actor_now(actor).unix_s,
		.ticket = one->ticket && traffic->slots[author] < TICKET_SLOTS,
		.author = author,
		.slot = traffic->slots[author],
	};
	traffic->slots[author] = (uint8_t)(traffic->slots[author] + wish.ticket);
	struct written letter;
	writer_seal(&world->writer, &wish, &letter);
	uint64_t now = world_now_ms(world);
	struct ledger_writing writing = {.class = (uint8_t)one->class,
					 .writer = author,
					 .addressee = reader,
					 .at_ms = now,
					 .expires_ms = now + (uint64_t)ttl_hours(wish.ttl) * HOUR_MS};
	(void)world_submit(world, actor, world_wrote(world, &letter, &writing), 0);
	return true;
}

/* An organisation's people inside publish it at a box, where there is one. */
static bool write_notice(struct traffic *traffic, const struct scenario_notice *one)
{
	struct world *world = traffic->world;
	uint32_t boxes = world->medics_at - world->boxes_at;
	struct actor *actor = &world->actors[boxes > 0 ? world->boxes_at + one->organisation % boxes : world->medics_at];
	if (!world_takes_part(world, actor->number))
		return false;
	struct writer_saying saying = {
		.organisation = one->organisation,
		.topic = one->topic,
		.verb = (enum notice_verb)one->verb,
		.seq = ++traffic->seq[one->organisation][one->topic],
		.unix_s = SCENARIO_UNIX_S + world_now_ms(world) / 1000,
		.valid_s = one->valid_s,
	};
	struct written letter;
	writer_notice(&world->writer, &saying, &letter);
	uint64_t now = world_now_ms(world);
	struct ledger_writing writing = {
		.class = CLASS_NEED,
		.writer = actor->number,
		.addressee = LEDGER_NONE,
		.at_ms = now,
		.expires_ms = now + 24 * (uint64_t)HOUR_MS,
		.notice = {.topic = one->topic,
			   .issuer = one->organisation,
			   .verb = one->verb,
			   .seq = saying.seq,
			   .valid_until_ms = now + one->valid_s * 1000ull},
	};
	uint32_t number = world_wrote(world, &letter, &writing);
	bool taken = world_submit(world, actor, number, SUBMIT_SEND_NOW);
	/* A box whose disk is full says so, and they walk to the next. */
	for (uint32_t i = world->boxes_at; i < world->medics_at && !taken; i++)
		taken = world->actors[i].on && world_submit(world, &world->actors[i], number, SUBMIT_SEND_NOW);
	return true;
}

static void on_time(void *owner)
{
	struct traffic *traffic = owner;
	const struct scenario *scenario = traffic->world->scenario;
	struct plan *now = &traffic->plans[traffic->next];
	bool done = now->traffic < SCENARIO_TRAFFICS_MAX ? write_letter(traffic, &scenario->traffics[now->traffic])
							 : write_notice(traffic, &scenario->notices[now->traffic - SCENARIO_TRAFFICS_MAX]);
	if (!done && ++now->tries < TRIES_MAX) {
		/* Nobody who could write it: in a while. It takes its new place in the order. */
		struct plan again = *now;
		uint32_t at = traffic->next;
		again.at_ms += RETRY_MS;
		for (; at + 1 < traffic->count && traffic->plans[at + 1].at_ms <= again.at_ms; at++)
			traffic->plans[at] = traffic->plans[at + 1];
		traffic->plans[at] = again;
	} else {
		traffic->next++;
	}
	wait_for_next(traffic);
}

struct traffic *traffic_new(struct world *world)
{
	struct traffic *traffic = calloc(1, sizeof *traffic);
	if (!traffic)
		return NULL;
	traffic->world = world;
	traffic->item = (struct agenda_item){.happen = on_time, .owner = traffic};
	fate_seed(&traffic->fate, world->scenario->seed, TRAFFIC_STREAM);
	traffic->slots = calloc(world->count, sizeof *traffic->slots);
	if (!traffic->slots || !plan_all(traffic)) {
		traffic_free(traffic);
		return NULL;
	}
	wait_for_next(traffic);
	return traffic;
}

void traffic_free(struct traffic *traffic)
{
	if (!traffic)
		return;
	agenda_clear(traffic->world->agenda, &traffic->item);
	free(traffic->plans);
	free(traffic->slots);
	free(traffic);
}
