#include "node/sim/checks_inside.h"

#include <stdio.h>

/* What must be true once faults have stopped and time has passed, and what all of it comes to. */

enum {
	KEEP_MS = 60 * 60 * 1000,    /* what expires so soon after the end may be on its way out */
	ARRIVE_MS = 60 * 60 * 1000,  /* what was written later than this before the end may still be under way */
	STARTS_LEAST = 64,           /* of so many links */
	STARTS_PART = 4,             /* no byte is the same in a quarter by chance */
	FOLLOW_MS = 15 * 1000,       /* a link that is idle ends after twice that */
	RELEASE_MS = 10 * 60 * 1000, /* a writer's own post keeps a letter back for so long at most */
};

/* The next notice of the same issuer and topic, or LEDGER_NONE. */
static uint32_t successor_of(const struct checks *checks, uint32_t number)
{
	const struct ledger *ledger = checks->world->ledger;
	const struct ledger_notice *old = &ledger_letter(ledger, number)->writing.notice;
	for (uint32_t i = number + 1; i < ledger_count(ledger); i++) {
		const struct ledger_writing *other = &ledger_letter(ledger, i)->writing;
		if (other->kind == ENVELOPE_NOTICE && other->notice.topic == old->topic && other->notice.issuer == old->issuer &&
		    other->notice.seq > old->seq)
			return i;
	}
	return LEDGER_NONE;
}

static bool holds(const struct checks *checks, const struct actor *actor, uint32_t number)
{
	const struct catalogue *catalogue = post_catalogue(actor->post);
	uint32_t slot = catalogue_find(catalogue, ledger_letter(checks->world->ledger, number)->writing.id);
	return slot != CATALOGUE_NONE && catalogue_at(catalogue, slot)->state == CATALOGUE_HELD;
}

/* The letter's way begins with everybody who holds it now. */
static void follow_letter(struct checks *checks, uint32_t number)
{
	struct world *world = checks->world;
	uint32_t place = reach_letter(checks->reach, number);
	for (uint32_t node = 0; node < world->count && place < REACH_LETTERS_MAX; node++) {
		const struct actor *actor = &world->actors[node];
		if (actor->on && actor->post && actor->foe == FOE_NONE && holds(checks, actor, number))
			reach_held(checks->reach, node, place);
	}
}

static void on_follow(void *owner)
{
	struct checks *checks = owner;
	const struct ledger *ledger = checks->world->ledger;
	reach_count(checks->reach);
	agenda_set(checks->world->agenda, &checks->follow, agenda_now_us(checks->world->agenda) + FOLLOW_MS * 1000ull);
	for (; checks->follow_next < ledger_count(ledger); checks->follow_next++) {
		const struct ledger_letter *letter = ledger_letter(ledger, checks->follow_next);
		if (letter->writing.at_ms + RELEASE_MS > world_now_ms(checks->world))
			return;
		bool under_way = letter->writing.addressee != LEDGER_NONE && letter->delivered_ms == LEDGER_NEVER;
		if (!letter->writing.idle && (under_way || letter->writing.kind == ENVELOPE_NOTICE))
			follow_letter(checks, checks->follow_next);
	}
}

void checks_follow(struct checks *checks)
{
	checks->follow = (struct agenda_item){.happen = on_follow, .owner = checks};
	checks->follows = true;
	on_follow(checks);
}

static bool could_have(const struct checks *checks, uint32_t node, uint32_t number)
{
	uint32_t place = reach_find(checks->reach, number);
	return place < REACH_LETTERS_MAX && reach_could(checks->reach, node, place);
}

static void look_at_notice(struct checks *checks, uint32_t number)
{
	struct world *world = checks->world;
	const struct ledger_writing *writing = &ledger_letter(world->ledger, number)->writing;
	uint64_t now = world_now_ms(world);
	uint32_t successor = successor_of(checks, number);
	bool fresh = writing->at_ms + ARRIVE_MS > now || writing->expires_ms < now + KEEP_MS;
	if (successor == LEDGER_NONE && !fresh)
		checks_look(checks, CHECK_WINNERS, ledger_letter(world->ledger, number)->held > 0,
			    &(struct failure){.node = writing->writer, .letter = number, .words = "the newest notice is nowhere"});
	for (uint32_t node = 0; node < world->count; node++) {
		const struct actor *actor = &world->actors[node];
		if (!actor->on || !actor->post || actor->foe != FOE_NONE || actor->kind == ACTOR_GATEWAY || !actor->trusting)
			continue;
		struct failure failure = {.node = node, .letter = number};
		if (successor != LEDGER_NONE) {
			failure.words = "a notice was kept beside the one that replaced it";
			checks_look(checks, CHECK_WINNERS, !holds(checks, actor, number) || !holds(checks, actor, successor), &failure);
		} else if (!fresh && could_have(checks, node, number)) {
			failure.words = "the newest notice did not reach somebody it could have reached";
			checks_look(checks, CHECK_WINNERS, holds(checks, actor, number), &failure);
		}
	}
}

static void look_at_letter(struct checks *checks, uint32_t number)
{
	struct world *world = checks->world;
	const struct ledger_letter *letter = ledger_letter(world->ledger, number);
	const struct ledger_writing *writing = &letter->writing;
	uint64_t now = world_now_ms(world);
	if (writing->idle || writing->addressee == LEDGER_NONE || writing->at_ms + ARRIVE_MS > now || writing->expires_ms < now)
		return;
	const struct actor *addressee = &world->actors[writing->addressee];
	bool deliverable = letter->held > 0 && addressee->on && could_have(checks, writing->addressee, number);
	bool arrived = letter->delivered_ms != LEDGER_NEVER;
	if (arrived || deliverable)
		checks_look(checks, CHECK_ARRIVAL, arrived,
			    &(struct failure){.node = writing->addressee,
					      .letter = number,
					      .value = letter->held,
					      .words = "a letter that could have arrived did not"});
}

/* A few of the bytes that were taken for the beginning of a link were in the middle of an older one between the two. */
static void look_at_starts(struct checks *checks)
{
	for (unsigned i = 0; i < START_SIZE && checks->start_count >= STARTS_LEAST; i++) {
		uint32_t most = 0;
		for (unsigned value = 0; value < 256; value++)
			most = checks->start_values[i][value] > most ? checks->start_values[i][value] : most;
		struct failure failure = {.node = JOURNAL_NONE, .letter = JOURNAL_NONE, .value = i, .words = "many links begin with the same byte"};
		checks_look(checks, CHECK_ROTATION, most < checks->start_count / STARTS_PART, &failure);
	}
}

void checks_end(struct checks *checks)
{
	struct world *world = checks->world;
	checks_sample(checks);
	look_at_starts(checks);
	if (world->scenario->calm_ms == 0 || world->stage.classics || world->oracle)
		return;
	for (uint32_t number = 0; number < ledger_count(world->ledger); number++) {
		if (ledger_letter(world->ledger, number)->writing.kind == ENVELOPE_NOTICE)
			look_at_notice(checks, number);
		look_at_letter(checks, number);
	}
}

bool checks_passed(const struct checks *checks)
{
	for (unsigned check = 0; check < CHECKS; check++)
		if (checks->failed[check] > 0)
			return false;
	return true;
}

json_t *checks_json(const struct checks *checks)
{
	json_t *object = json_object();
	for (unsigned check = 0; object && check < CHECKS; check++)
		if (checks->seen[check] > 0)
			(void)json_object_set_new(object, checks_name((enum check)check),
						  json_boolean(checks->failed[check] == 0)); /* no memory: it is missing */
	return object;
}

json_t *checks_idle_json(const struct checks *checks)
{
	json_t *list = json_array();
	for (unsigned check = 0; list && check < CHECKS; check++)
		if (checks->seen[check] == 0)
			(void)json_array_append_new(list, json_string(checks_name((enum check)check))); /* likewise */
	return list;
}

void checks_print(const struct checks *checks)
{
	for (unsigned check = 0; check < CHECKS; check++) {
		const struct failure *first = &checks->first[check];
		if (checks->failed[check] == 0)
			continue;
		(void)fprintf(stderr, "barid-sim: %s failed %llu times of %llu; first at %llu.%03llu s, node %u, letter %lld (value %llu): %s\n",
			      checks_name((enum check)check), (unsigned long long)checks->failed[check], (unsigned long long)checks->seen[check],
			      (unsigned long long)(first->at_ms / 1000), (unsigned long long)(first->at_ms % 1000), first->node,
			      first->letter == JOURNAL_NONE ? -1 : (long long)first->letter, (unsigned long long)first->value, first->words);
	}
}
