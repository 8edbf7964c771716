#include "node/sim/checks_inside.h"

#include "node/sim/disk.h"

#include <stdlib.h>
#include <string.h>

enum {
	HOUR_MS = 3600000,
	KNOWN_SLACK = 1024,    /* what is forgotten is forgotten some at a time */
	DISK_SLACK = 17 << 20, /* the write-ahead log may grow to 16 MB */
	DISK_LETTER_PARTS = 2, /* and the rest to so many times the letters */
	GO_SLACK_MS = 1000,    /* clocks show seconds */
};

static const char *const names[CHECKS] = {
	[CHECK_KEPT] = "nothing_acknowledged_is_lost",
	[CHECK_PREIMAGE] = "no_purge_without_receipt",
	[CHECK_POOLS] = "pool_floors_hold",
	[CHECK_BOUNDS] = "bounds_hold",
	[CHECK_GO] = "no_expired_go_is_shown",
	[CHECK_WINNERS] = "notices_converge",
	[CHECK_ROTATION] = "nothing_constant_across_rotations",
	[CHECK_ARRIVAL] = "everything_deliverable_arrives",
};

void checks_look(struct checks *checks, enum check check, bool good, const struct failure *otherwise)
{
	checks->seen[check]++;
	if (good)
		return;
	struct failure failure = *otherwise;
	failure.at_ms = world_now_ms(checks->world);
	if (checks->failed[check]++ == 0)
		checks->first[check] = failure;
	world_note(checks->world, JOURNAL_CHECK_FAILED, failure.node, JOURNAL_NONE, failure.letter, check);
}

const char *checks_name(enum check check)
{
	return names[check];
}

static uint64_t head_of(const uint8_t *tag)
{
	uint64_t head;
	memcpy(&head, tag, sizeof head);
	return head;
}

struct checks *checks_new(struct world *world)
{
	struct checks *checks = calloc(1, sizeof *checks);
	if (!checks)
		return NULL;
	checks->world = world;
	checks->watched = calloc(world->count, sizeof *checks->watched);
	checks->readers = readers_new(&world->writer, world->scenario->organisations);
	checks->reach = reach_new(world->count);
	if (!checks->watched || !checks->readers || !checks->reach) {
		checks_free(checks);
		return NULL;
	}
	/* Evenly among the people. */
	uint32_t people = world->count - world->medics_at;
	for (uint32_t i = 0; i < READERS_MAX && world->scenario->notice_count > 0 && people > 0; i++)
		readers_add(checks->readers, world->medics_at + (uint32_t)((uint64_t)people * i / READERS_MAX));
	return checks;
}

void checks_free(struct checks *checks)
{
	if (!checks)
		return;
	agenda_clear(checks->world->agenda, &checks->follow);
	readers_free(checks->readers);
	reach_free(checks->reach);
	free(checks->watched);
	free(checks);
}

static void note_told(struct checks *checks, unsigned place, uint32_t number)
{
	const struct ledger_notice *notice = &ledger_letter(checks->world->ledger, number)->writing.notice;
	uint32_t *newest = &checks->told[place].newest[notice->issuer][notice->topic];
	if (*newest == 0 || ledger_letter(checks->world->ledger, *newest - 1)->writing.notice.seq <= notice->seq)
		*newest = number + 1;
}

void checks_kept(struct checks *checks, const struct actor *actor, uint32_t number)
{
	struct world *world = checks->world;
	const struct ledger_letter *letter = ledger_letter(world->ledger, number);
	checks->watched[actor->number].held_sum += head_of(letter->writing.id);
	checks->kept_any = true;
	unsigned place = readers_place(checks->readers, actor->number);
	if (letter->writing.kind == ENVELOPE_NOTICE && place < READERS_MAX) {
		struct written notice;
		note_told(checks, place, number);
		world_letter(world, number, &notice);
		readers_take(checks->readers, actor->number, &notice, actor_now(actor).unix_s);
	}
}

void checks_gave_up(struct checks *checks, const struct actor *actor, uint32_t number)
{
	checks->watched[actor->number].held_sum -= head_of(ledger_letter(checks->world->ledger, number)->writing.id);
	if (checks->given_up_count < GIVEN_UP_MAX)
		checks->given_up[checks->given_up_count] = number;
	checks->given_up_count++;
}

/* What of the letters given up this turn could be the reason. */
struct reasons {
	unsigned receipted, old, replaceable;
	uint64_t bytes;
};

static struct reasons reasons_of(const struct checks *checks)
{
	struct reasons reasons = {0};
	uint64_t now = world_now_ms(checks->world);
	for (unsigned i = 0; i < checks->given_up_count; i++) {
		const struct ledger_letter *letter = ledger_letter(checks->world->ledger, checks->given_up[i]);
		const struct ledger_writing *writing = &letter->writing;
		reasons.receipted += letter->receipted_ms != LEDGER_NEVER;
		reasons.old += now + HOUR_MS >= writing->expires_ms; /* a store counts whole hours of its own */
		reasons.replaceable += writing->kind == ENVELOPE_NOTICE || writing->kind == ENVELOPE_CONTROL;
		reasons.bytes += writing->bytes;
	}
	return reasons;
}

/* Letters may go because their time has come, because their receipt is there, because a newer one of their kind is, and because there is no room. */
static void look_at_reasons(struct checks *checks, const struct actor *actor, const struct catalogue *catalogue, const struct control_status *status)
{
	struct watched *watched = &checks->watched[actor->number];
	struct reasons reasons = reasons_of(checks);
	uint64_t evicted = status->counter[TALLY_LETTERS_EVICTED] - watched->evicted;
	uint64_t expired = status->counter[TALLY_LETTERS_EXPIRED] - watched->expired;
	uint64_t purged = status->counter[TALLY_LETTERS_PURGED] - watched->purged;
	uint64_t counted = evicted + expired + purged;
	uint64_t others = checks->given_up_count > counted ? checks->given_up_count - counted : 0;
	uint32_t letter = checks->given_up[0];
	checks_look(checks, CHECK_PREIMAGE, purged <= reasons.receipted,
		    &(struct failure){.node = actor->number, .letter = letter, .words = "a letter was purged whose receipt nobody has published"});
	checks_look(checks, CHECK_KEPT, expired <= reasons.old,
		    &(struct failure){.node = actor->number, .letter = letter, .words = "a letter was given up as expired before its time"});
	checks_look(checks, CHECK_KEPT, others <= reasons.replaceable,
		    &(struct failure){.node = actor->number, .letter = letter, .words = "a letter was given up for no reason"});
	bool was_full = catalogue_bytes(catalogue) + reasons.bytes + ENVELOPE_SIZE_MAX > status->store_max_bytes;
	checks_look(checks, CHECK_KEPT, evicted == 0 || was_full,
		    &(struct failure){.node = actor->number, .letter = letter, .words = "a letter was driven out of a store that had room"});
	bool only_evicted = evicted == checks->given_up_count;
	for (unsigned pool = 0; pool < POOLS && only_evicted; pool++) {
		uint64_t before = watched->pool_bytes[pool], after = catalogue_pool_bytes(catalogue, (enum pool)pool);
		uint64_t share = pool_share((enum pool)pool, status->store_max_bytes);
		checks_look(checks, CHECK_POOLS, after >= before || before + ENVELOPE_SIZE_MAX > share,
			    &(struct failure){.node = actor->number, .letter = letter, .value = pool, .words = "a pool was driven below its share"});
	}
}

static void note_counters(struct watched *watched, const struct control_status *status)
{
	watched->evicted = status->counter[TALLY_LETTERS_EVICTED];
	watched->expired = status->counter[TALLY_LETTERS_EXPIRED];
	watched->purged = status->counter[TALLY_LETTERS_PURGED];
	watched->undone = status->counter[TALLY_COMMITS_FAILED];
}

void checks_turned(struct checks *checks, struct actor *actor)
{
	if (actor->post && (checks->given_up_count > 0 || checks->kept_any)) {
		struct watched *watched = &checks->watched[actor->number];
		const struct catalogue *catalogue = post_catalogue(actor->post);
		if (checks->given_up_count > 0) {
			struct control_status status;
			post_status(actor->post, &status, actor_now(actor));
			/* A post counts what it drops, and goes on counting it when the turn is taken back; then the counters say too much. */
			if (checks->given_up_count <= GIVEN_UP_MAX && status.counter[TALLY_COMMITS_FAILED] == watched->undone)
				look_at_reasons(checks, actor, catalogue, &status);
			note_counters(watched, &status);
		}
		for (unsigned pool = 0; pool < POOLS; pool++)
			watched->pool_bytes[pool] = catalogue_pool_bytes(catalogue, (enum pool)pool);
	}
	checks->given_up_count = 0;
	checks->kept_any = false;
}

void checks_restarted(struct checks *checks, const struct actor *actor)
{
	if (!actor->post)
		return;
	const struct catalogue *catalogue = post_catalogue(actor->post);
	struct watched *watched = &checks->watched[actor->number];
	uint64_t sum = 0;
	for (uint32_t slot = 0; slot < catalogue_slots(catalogue); slot++)
		if (catalogue_at(catalogue, slot)->state == CATALOGUE_HELD)
			sum += head_of(catalogue_at(catalogue, slot)->tag);
	if (actor->lives > 1)
		checks_look(checks, CHECK_KEPT, sum == watched->held_sum,
			    &(struct failure){.node = actor->number,
					      .letter = JOURNAL_NONE,
					      .words = "after a crash a post does not hold what it had acknowledged"});
	watched->evicted = watched->expired = watched->purged = watched->undone = 0;
	for (unsigned pool = 0; pool < POOLS; pool++)
		watched->pool_bytes[pool] = catalogue_pool_bytes(catalogue, (enum pool)pool);
}

/* Nothing but a full disk keeps a post from starting on what it held. */
void checks_stuck(struct checks *checks, const struct actor *actor)
{
	char path[ACTOR_PATH_SIZE];
	actor_path(actor, path);
	checks_look(checks, CHECK_KEPT, !checks->world->stage.shared && disk_is_full(path),
		    &(struct failure){.node = actor->number, .letter = JOURNAL_NONE, .words = "a post does not start on the disk that it left"});
}

void checks_gone(struct checks *checks, const struct actor *actor)
{
	checks->watched[actor->number].held_sum = 0;
	checks->watched[actor->number].shown = false;
}

/* What goes by somebody who means harm, or whose clock is wrong, may end there. */
static bool relays(const struct checks *checks, uint32_t dialler, uint32_t answerer)
{
	return checks->world->actors[dialler].foe == FOE_NONE && checks->world->actors[answerer].foe == FOE_NONE;
}

void checks_linked(struct checks *checks, uint32_t dialler, uint32_t answerer)
{
	checks->watched[dialler].opening = answerer + 1;
	if (relays(checks, dialler, answerer))
		reach_up(checks->reach, dialler, answerer);
}

/* Whoever listens to the air sees how links begin: no byte of it may be the same in many. That two links never begin alike cannot be seen here, for
 * simulated posts draw their keys from a store of them (chance.h). */
void checks_carried(struct checks *checks, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len)
{
	struct watched *watched = &checks->watched[from];
	if (watched->opening != to + 1 || checks->world->stage.classics)
		return;
	watched->opening = 0;
	if (len < START_SIZE || checks->world->actors[from].foe != FOE_NONE)
		return;
	checks->start_count++;
	for (unsigned i = 0; i < START_SIZE; i++)
		checks->start_values[i][bytes[i]]++;
}

void checks_unlinked(struct checks *checks, uint32_t dialler, uint32_t answerer)
{
	if (relays(checks, dialler, answerer))
		reach_down(checks->reach, dialler, answerer);
}

/* An address that changes must change with everything else that is shown, and everything else with it. */
void checks_shown(struct checks *checks, const struct air_overheard *overheard)
{
	if (checks->world->stage.classics)
		return; /* they show the same for ever, and promise nothing */
	struct watched *watched = &checks->watched[overheard->node];
	bool same_address = !memcmp(watched->address, overheard->address, AIR_NAME_SIZE);
	bool same_nonce = !memcmp(watched->beacon, overheard->beacon, BEACON_NONCE_SIZE);
	bool same_digest = !memcmp(watched->beacon + BEACON_NONCE_SIZE, overheard->beacon + BEACON_NONCE_SIZE, BEACON_DIGEST_SIZE);
	struct failure failure = {.node = overheard->node, .letter = JOURNAL_NONE};
	if (watched->shown && !same_address) {
		failure.words = same_nonce ? "a beacon's nonce outlived its address" : "a beacon's digest outlived its address";
		checks_look(checks, CHECK_ROTATION, !same_nonce && !same_digest, &failure);
	} else if (watched->shown && !same_nonce) {
		failure.words = "an address outlived its beacon's nonce";
		checks_look(checks, CHECK_ROTATION, false, &failure);
	}
	watched->shown = true;
	memcpy(watched->address, overheard->address, AIR_NAME_SIZE);
	memcpy(watched->beacon, overheard->beacon, BEACON_SIZE);
}

static void look_at_bounds(struct checks *checks, const struct actor *actor)
{
	const struct catalogue *catalogue = post_catalogue(actor->post);
	struct failure failure = {.node = actor->number, .letter = JOURNAL_NONE, .value = catalogue_bytes(catalogue)};
	uint64_t most = actor_room(actor);
	failure.words = "a store holds more than it may";
	checks_look(checks, CHECK_BOUNDS, catalogue_bytes(catalogue) <= most, &failure);
	failure.words = "a catalogue remembers more than it may";
	checks_look(checks, CHECK_BOUNDS, catalogue_known(catalogue) <= STORE_KNOWN_MAX + KNOWN_SLACK, &failure);
	if (checks->world->stage.shared)
		return;
	char path[ACTOR_PATH_SIZE];
	actor_path(actor, path);
	failure.words = "a store's files grow beyond what its letters need";
	checks_look(checks, CHECK_BOUNDS, disk_bytes(path) <= DISK_LETTER_PARTS * most + DISK_SLACK, &failure);
}

/* The newest notice of each organisation that this reader's post was given, as the truth has it: whether one of them is a STOP that still counts. */
static bool is_stopped(const struct checks *checks, unsigned place, uint8_t topic)
{
	for (unsigned i = 0; i < SCENARIO_ORGANISATIONS_MAX; i++) {
		uint32_t newest = checks->told[place].newest[i][topic];
		if (newest == 0)
			continue;
		const struct ledger_notice *notice = &ledger_letter(checks->world->ledger, newest - 1)->writing.notice;
		if (notice->verb == NOTICE_STOP && world_now_ms(checks->world) + GO_SLACK_MS < notice->valid_until_ms)
			return true;
	}
	return false;
}

/* The clock of an honest machine is right; what a liar's shows him is his own affair. */
static void look_at_board(struct checks *checks, const struct actor *actor, unsigned place)
{
	struct reader_word words[READERS_WORDS_MAX];
	uint64_t now = world_now_ms(checks->world);
	unsigned n = readers_look(checks->readers, actor->number, actor_now(actor).unix_s, words);
	for (unsigned i = 0; i < n; i++) {
		uint32_t newest = checks->told[place].newest[words[i].organisation][words[i].topic];
		if (newest == 0 || words[i].verb != NOTICE_GO)
			continue;
		const struct ledger_notice *notice = &ledger_letter(checks->world->ledger, newest - 1)->writing.notice;
		struct failure failure = {.node = actor->number, .letter = newest - 1};
		failure.words = "a GO was shown as current after its end";
		checks_look(checks, CHECK_GO, !words[i].current || now <= notice->valid_until_ms + GO_SLACK_MS, &failure);
		failure.words = "a GO was shown as current after it was replaced";
		checks_look(checks, CHECK_GO, !words[i].current || (words[i].seq == notice->seq && notice->verb == NOTICE_GO), &failure);
		failure.words = "a GO was shown as current beside a STOP";
		checks_look(checks, CHECK_GO, !words[i].current || !is_stopped(checks, place, words[i].topic), &failure);
	}
}

void checks_sample(struct checks *checks)
{
	struct world *world = checks->world;
	if (world->calm && !checks->follows)
		checks_follow(checks);
	for (uint32_t i = 0; i < world->count; i++) {
		const struct actor *actor = &world->actors[i];
		if (!actor->on || !actor->post)
			continue;
		look_at_bounds(checks, actor);
		unsigned place = readers_place(checks->readers, i);
		if (actor->foe == FOE_NONE && place < READERS_MAX)
			look_at_board(checks, actor, place);
	}
}
