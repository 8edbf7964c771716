#include "node/sim/checks_inside.h"

#include <stdio.h>

/* What must be true once faults have stopped and time has passed, and what all of it comes to. */

enum {
	MET_MS = 60 * 60 * 1000,    /* whoever met nobody for so long before the end need not know what others know */
	ARRIVE_MS = 60 * 60 * 1000, /* what was written later than this before the end may still be under way */
};

static bool met_lately(const struct checks *checks, uint32_t node)
{
	uint64_t now = world_now_ms(checks->world), met = checks->watched[node].met_ms;
	return met != 0 && met + MET_MS > now;
}

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

static void look_at_notice(struct checks *checks, uint32_t number)
{
	struct world *world = checks->world;
	const struct ledger_writing *writing = &ledger_letter(world->ledger, number)->writing;
	uint64_t now = world_now_ms(world);
	uint32_t successor = successor_of(checks, number);
	bool fresh = writing->at_ms + ARRIVE_MS > now || writing->expires_ms < now + MET_MS;
	for (uint32_t node = 0; node < world->count; node++) {
		const struct actor *actor = &world->actors[node];
		if (!actor->on || !actor->post || actor->foe != FOE_NONE || actor->kind == ACTOR_GATEWAY || !actor->trusting ||
		    !met_lately(checks, node))
			continue;
		struct failure failure = {.node = node, .letter = number};
		if (successor != LEDGER_NONE) {
			failure.words = "a notice was kept beside the one that replaced it";
			checks_look(checks, CHECK_WINNERS, !holds(checks, actor, number) || !holds(checks, actor, successor), &failure);
		} else if (!fresh) {
			failure.words = "the newest notice did not reach somebody who met others";
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
	bool deliverable = letter->held > 0 && addressee->on && met_lately(checks, writing->addressee);
	bool arrived = letter->delivered_ms != LEDGER_NEVER;
	if (arrived || deliverable)
		checks_look(checks, CHECK_ARRIVAL, arrived,
			    &(struct failure){.node = writing->addressee,
					      .letter = number,
					      .value = letter->held,
					      .words = "a letter that could have arrived did not"});
}

void checks_end(struct checks *checks)
{
	struct world *world = checks->world;
	checks_sample(checks);
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
