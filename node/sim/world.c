#include "node/sim/world.h"

#include "crypto/gatekey.h"
#include "node/post/catalogue.h"
#include "node/sim/checks.h"
#include "node/sim/faults.h"
#include "node/sim/foes.h"
#include "node/sim/mail.h"
#include "node/sim/traffic.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_STREAM (UINT64_C(9) << 40)

enum { SAMPLE_US = 60 * 1000000, MILLION = 1000000, PICK_TRIES = 64, ORACLE_LETTERS_MAX = 1 << 16, ORACLE_PAUSE_MS = 1000 };

uint64_t world_now_ms(const struct world *world)
{
	return agenda_now_ms(world->agenda);
}

void world_note(struct world *world, enum journal_event event, uint32_t node, uint32_t other, uint32_t letter, uint64_t value)
{
	journal_note(world->journal,
		     &(struct journal_entry){
			     .at_ms = world_now_ms(world), .value = value, .node = node, .other = other, .letter = letter, .event = event});
}

/* What actors tell. */

static void on_kept(void *owner, struct actor *actor, const uint8_t *tag)
{
	struct world *world = owner;
	uint32_t number = ledger_find(world->ledger, tag);
	assert(number != LEDGER_NONE);
	const struct ledger_writing *writing = &ledger_letter(world->ledger, number)->writing;
	ledger_stored(world->ledger, actor->number, number, world_now_ms(world));
	world_note(world, JOURNAL_STORED, actor->number, actor->heard_from, number, 0);
	checks_kept(world->checks, actor, number);
	if (writing->addressee == actor->number)
		mail_came(world->mail, actor, number);
}

/* Why a letter went, as far as it can be seen from outside. */
static enum journal_drop drop_reason(const struct world *world, uint32_t number)
{
	const struct ledger_letter *letter = ledger_letter(world->ledger, number);
	if (letter->receipted_ms != LEDGER_NEVER)
		return DROP_RECEIPTED;
	if (letter->writing.expires_ms <= world_now_ms(world))
		return DROP_EXPIRED;
	return letter->writing.kind == ENVELOPE_NOTICE ? DROP_SUPERSEDED : DROP_EVICTED;
}

static void on_gave_up(void *owner, struct actor *actor, const uint8_t *tag)
{
	struct world *world = owner;
	uint32_t number = ledger_find(world->ledger, tag);
	assert(number != LEDGER_NONE);
	ledger_dropped(world->ledger, actor->number, number);
	world_note(world, JOURNAL_DROPPED, actor->number, JOURNAL_NONE, number, drop_reason(world, number));
	checks_gave_up(world->checks, actor, number);
}

static void on_turned(void *owner, struct actor *actor)
{
	struct world *world = owner;
	checks_turned(world->checks, actor);
}

/* The daemon ends, and the service manager starts it again. */
static void on_failed(void *owner, struct actor *actor)
{
	struct world *world = owner;
	world_off(world, actor, false, false);
	world_on(world, actor);
}

/* What classics and the oracle tell. */

static void on_stored(void *owner, uint32_t node, uint32_t letter, uint32_t from)
{
	struct world *world = owner;
	ledger_stored(world->ledger, node, letter, world_now_ms(world));
	world_note(world, JOURNAL_STORED, node, from, letter, 0);
}

static void on_dropped(void *owner, uint32_t node, uint32_t letter, enum classic_drop why)
{
	struct world *world = owner;
	ledger_dropped(world->ledger, node, letter);
	world_note(world, JOURNAL_DROPPED, node, JOURNAL_NONE, letter, why == CLASSIC_DROP_EXPIRED ? DROP_EXPIRED : DROP_EVICTED);
}

static void on_delivered(void *owner, uint32_t node, uint32_t letter)
{
	struct world *world = owner;
	mail_came(world->mail, &world->actors[node], letter);
}

/* What the air tells. */

static void on_shown(void *owner, const struct air_overheard *overheard)
{
	struct world *world = owner;
	checks_shown(world->checks, overheard);
}

static void on_link_up(void *owner, enum air_medium medium, uint32_t dialler, uint32_t answerer)
{
	struct world *world = owner;
	world_note(world, JOURNAL_LINK_UP, dialler, answerer, JOURNAL_NONE, medium);
	checks_linked(world->checks, dialler, answerer);
}

static void on_link_down(void *owner, enum air_medium medium, uint32_t dialler, uint32_t answerer, uint64_t bytes)
{
	struct world *world = owner;
	world_note(world, JOURNAL_LINK_DOWN, dialler, answerer, (uint32_t)medium, bytes);
	checks_unlinked(world->checks, dialler, answerer);
}

static void on_carried(void *owner, enum air_medium medium, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len)
{
	struct world *world = owner;
	(void)medium; /* whatever it came by */
	checks_carried(world->checks, from, to, bytes, len);
	world->actors[to].heard_from = from;
}

static void on_turn_begin(void *owner, uint32_t node)
{
	struct world *world = owner;
	actor_begin(&world->actors[node]);
}

static void on_turn_end(void *owner, uint32_t node)
{
	struct world *world = owner;
	actor_end(&world->actors[node]);
}

/* What the ground tells. */

static void on_met(void *owner, uint32_t a, uint32_t b)
{
	struct world *world = owner;
	world_note(world, JOURNAL_MET, a, b, JOURNAL_NONE, 0);
	if (world->oracle)
		oracle_met(world->oracle, a, b, world_now_ms(world));
	else
		le_met(world->stage.le, a, b);
}

static void on_parted(void *owner, uint32_t a, uint32_t b)
{
	struct world *world = owner;
	world_note(world, JOURNAL_PARTED, a, b, JOURNAL_NONE, 0);
	if (world->oracle)
		return; /* it asks the ether */
	le_parted(world->stage.le, a, b);
	wifi_parted(world->stage.wifi, a, b);
}

/* Letters. */

uint32_t world_wrote(struct world *world, const struct written *letter, const struct ledger_writing *writing)
{
	struct ledger_writing full = *writing;
	full.kind = (uint8_t)letter->header.kind;
	full.bytes = (uint32_t)letter->len;
	memcpy(full.id, letter->id, sizeof full.id);
	uint32_t before = ledger_count(world->ledger), number = ledger_write(world->ledger, &full);
	if (number < before)
		return number;
	if (number >= world->letter_cap) {
		world->letter_cap = world->letter_cap ? world->letter_cap * 2 : 1024;
		world->letters = realloc(world->letters, world->letter_cap * sizeof *world->letters);
		assert(world->letters);
	}
	world->letters[number] = malloc(letter->len);
	assert(world->letters[number]);
	memcpy(world->letters[number], letter->bytes, letter->len);
	uint64_t value = (uint64_t)full.class | (uint64_t)full.kind << 8 | (uint64_t)full.bytes << 16 | (full.idle ? JOURNAL_WRITTEN_IDLE : 0);
	world_note(world, JOURNAL_WRITTEN, full.writer, full.addressee, number, value);
	return number;
}

void world_letter(const struct world *world, uint32_t number, struct written *out)
{
	const struct ledger_writing *writing = &ledger_letter(world->ledger, number)->writing;
	*out = (struct written){.len = writing->bytes};
	memcpy(out->bytes, world->letters[number], out->len);
	memcpy(out->id, writing->id, sizeof out->id);
	envelope_header_decode(out->bytes, &out->header);
}

bool world_submit(struct world *world, struct actor *actor, uint32_t number, uint8_t flags)
{
	const struct ledger_writing *writing = &ledger_letter(world->ledger, number)->writing;
	struct classic_letter plain = {
		.number = number, .addressee = writing->addressee, .bytes = writing->bytes, .expires_ms = ACTOR_BOOT_MS + writing->expires_ms};
	if (world->oracle && number < ORACLE_LETTERS_MAX)
		oracle_write(world->oracle, actor->number, &plain);
	if (world->oracle || !actor->on)
		return world->oracle != NULL;
	if (actor->classic) {
		actor_write(actor, &plain);
		return true;
	}
	enum control_verdict verdict = actor_submit(actor, world->letters[number], writing->bytes, flags);
	return verdict == VERDICT_STORED || verdict == VERDICT_KNOWN;
}

/* Life and death. */

static void count_alive(struct world *world, int change)
{
	world->alive = (uint32_t)((int64_t)world->alive + change);
	ledger_alive(world->ledger, world->alive > 0 ? world->alive : 1);
}

void world_on(struct world *world, struct actor *actor)
{
	if (actor->on || world->oracle)
		return;
	enum err err = actor_on(actor);
	if (err != ERR_OK) {
		checks_stuck(world->checks, actor);
		return; /* its disk does not let it: it stays off, until it is tried again */
	}
	count_alive(world, 1);
	if (actor->lives == 1 && actor->foe != FOE_NONE)
		foes_on(world->foes, actor);
	if (actor->crashed)
		world_note(world, JOURNAL_RESTARTED, actor->number, JOURNAL_NONE, JOURNAL_NONE, actor->lives);
	checks_restarted(world->checks, actor);
}

/* Nobody will ever find again what it held. */
static void lose_all(struct world *world, const struct actor *actor)
{
	if (!actor->post)
		return;
	const struct catalogue *catalogue = post_catalogue(actor->post);
	for (uint32_t slot = 0; slot < catalogue_slots(catalogue); slot++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
		uint32_t number = entry->state == CATALOGUE_HELD ? ledger_find(world->ledger, entry->tag) : LEDGER_NONE;
		if (number != LEDGER_NONE)
			ledger_dropped(world->ledger, actor->number, number);
	}
}

void world_off(struct world *world, struct actor *actor, bool torn, bool gone)
{
	if (actor->on) {
		if (gone)
			lose_all(world, actor);
		actor_kill(actor, torn);
		count_alive(world, -1);
		actor->crashed = !gone;
		if (!gone)
			world_note(world, JOURNAL_CRASHED, actor->number, JOURNAL_NONE, JOURNAL_NONE, torn);
	}
	if (!gone)
		return;
	actor_wipe(actor);
	checks_gone(world->checks, actor);
}

void world_online(struct world *world, struct actor *actor, bool online)
{
	if (actor->online == online)
		return;
	world_note(world, online ? JOURNAL_ONLINE : JOURNAL_OFFLINE, actor->number, JOURNAL_NONE, JOURNAL_NONE, 0);
	actor_online(actor, online);
	if (world->oracle)
		oracle_online(world->oracle, actor->number, world->stage.gateway, online);
}

bool world_takes_part(const struct world *world, uint32_t node)
{
	return world->actors[node].on || world->oracle;
}

static bool is_fit(const struct world *world, uint32_t node)
{
	return world->actors[node].foe == FOE_NONE && world_takes_part(world, node);
}

uint32_t world_pick(struct world *world, struct fate *fate, uint32_t first, uint32_t last)
{
	if (first >= last)
		return UINT32_MAX;
	uint32_t node = first;
	for (unsigned i = 0; i < PICK_TRIES; i++) {
		node = first + fate_below(fate, last - first);
		if (is_fit(world, node))
			return node;
	}
	for (uint32_t i = first; i < last; i++) {
		node = node + 1 < last ? node + 1 : first;
		if (is_fit(world, node))
			return node;
	}
	return UINT32_MAX;
}

/* The world itself. */

static void on_sample(void *owner)
{
	struct world *world = owner;
	struct journal_sample sample = {
		.at_ms = world_now_ms(world),
		.le_bytes = world->stage.air.sums.le_bytes,
		.wifi_bytes = world->stage.air.sums.wifi_bytes,
		.net_bytes = world->stage.air.sums.net_bytes,
		.advertise_ms = world->stage.air.sums.advertise_ms,
		.scan_ms = world->stage.air.sums.scan_ms,
		.linked_ms = world->stage.air.sums.linked_ms,
		.alive = world->alive,
		.links = world->stage.air.sums.links,
	};
	for (uint32_t i = 0; i < world->count; i++) {
		const struct actor *actor = &world->actors[i];
		if (world->ground && ether_has_place(world->ether, i)) {
			struct ether_place place = ether_place_of(world->ether, i);
			journal_place(world->journal, sample.at_ms, i, place.x_mm, place.y_mm);
		}
		if (!actor->on || !actor->post)
			continue;
		const struct catalogue *catalogue = post_catalogue(actor->post);
		sample.store_bytes += catalogue_bytes(catalogue);
		sample.store_max_bytes += actor_room(actor);
		for (unsigned class = 0; class < LETTER_CLASSES; class ++)
			sample.letters_held += catalogue_held(catalogue, (enum letter_class) class);
	}
	journal_sample(world->journal, &sample);
	checks_sample(world->checks);
	agenda_set(world->agenda, &world->sample, agenda_now_us(world->agenda) + SAMPLE_US);
}

static void on_tick(void *owner)
{
	struct world *world = owner;
	oracle_tick(world->oracle, world_now_ms(world));
	agenda_set(world->agenda, &world->tick, agenda_now_us(world->agenda) + ORACLE_PAUSE_MS * 1000);
}

static void on_calm(void *owner)
{
	struct world *world = owner;
	world->calm = true;
	foes_stop(world->foes);
	faults_stop(world->faults);
}

static const char *kind_name(const struct actor *actor)
{
	static const char *const kinds[] = {[ACTOR_GATEWAY] = "gateway", [ACTOR_BOX] = "box", [ACTOR_MEDIC] = "medic", [ACTOR_CIVILIAN] = "civilian"};
	static const char *const foes[] = {[FOE_BLACK_HOLE] = "civilian+black_hole",
					   [FOE_FLOODER] = "civilian+flooder",
					   [FOE_LIAR] = "civilian+liar",
					   [FOE_SYBIL] = "civilian+sybil",
					   [FOE_REPLAYER] = "civilian+replayer"};
	return actor->foe == FOE_NONE ? kinds[actor->kind] : foes[actor->foe];
}

static void make_actors(struct world *world)
{
	const struct scenario *scenario = world->scenario;
	struct fate fate;
	fate_seed(&fate, scenario->seed, WORLD_STREAM);
	for (uint32_t i = 0; i < world->count; i++) {
		struct actor *actor = &world->actors[i];
		actor_make(actor, &world->stage, i, scenario->seed);
		actor->kind = i < world->boxes_at       ? ACTOR_GATEWAY
			      : i < world->medics_at    ? ACTOR_BOX
			      : i < world->civilians_at ? ACTOR_MEDIC
							: ACTOR_CIVILIAN;
		bool phone = actor->kind == ACTOR_MEDIC || actor->kind == ACTOR_CIVILIAN;
		actor->trusting = fate_happens(&fate, scenario->trusting) || !phone;
		actor->lane = actor->kind == ACTOR_BOX || (phone && fate_happens(&fate, scenario->radio.wifi_share));
		actor->low = phone && fate_happens(&fate, scenario->radio.battery_low);
	}
}

static void make_stage(struct world *world, const struct world_config *config)
{
	const struct scenario *scenario = world->scenario;
	struct stage *stage = &world->stage;
	world->observer =
		(struct air_observer){.owner = world, .shown = on_shown, .link_up = on_link_up, .link_down = on_link_down, .carried = on_carried};
	world->actor_listener =
		(struct actor_listener){.owner = world, .kept = on_kept, .gave_up = on_gave_up, .turned = on_turned, .failed = on_failed};
	stage->air = (struct air){.agenda = world->agenda,
				  .ether = world->ether,
				  .observer = &world->observer,
				  .turn_begin = on_turn_begin,
				  .turn_end = on_turn_end,
				  .owner = world};
	stage->listener = &world->actor_listener;
	stage->scenario = scenario;
	world->classic_events = (struct classic_events){.owner = world, .stored = on_stored, .dropped = on_dropped, .delivered = on_delivered};
	stage->classics = config->classic ? &world->classic_events : NULL;
	stage->policy = config->policy;
	stage->trusted = world->writer.organisation_key[0];
	stage->trusted_count = scenario->organisations;
	struct fate fate;
	fate_seed(&fate, scenario->seed, WORLD_STREAM + 1);
	fate_fill(&fate, stage->gateway_secret, sizeof stage->gateway_secret);
	bool good = gatekey_public(stage->gateway_secret, stage->gateway_key);
	assert(good);
	const struct scenario_radio *radio = &scenario->radio;
	stage->le = le_new(&stage->air, &(struct le_config){.rate_bps = radio->le_rate_bps,
							    .latency_ms = radio->le_latency_ms,
							    .loss = radio->le_loss,
							    .rotation_ms = radio->rotation_s * 1000});
	stage->wifi = wifi_new(&stage->air, &(struct wifi_config){.rate_bps = radio->wifi_rate_bps,
								  .latency_ms = radio->le_latency_ms,
								  .range_mm = radio->wifi_range_mm,
								  .setup_ms = radio->wifi_setup_ms});
	stage->net = net_new(&stage->air, &(struct net_config){.rate_bps = radio->net_rate_bps, .latency_ms = radio->net_latency_ms});
	stage->shared = scenario->shared_store;
}

static bool make_ground(struct world *world, char error[static SCENARIO_ERROR_MAX])
{
	const struct scenario *scenario = world->scenario;
	world->ether_listener = (struct ether_listener){.owner = world, .met = on_met, .parted = on_parted};
	ether_listen(world->ether, &world->ether_listener);
	if (*scenario->trace) {
		world->trace = trace_open(scenario->trace, error);
		if (world->trace)
			trace_run(world->trace, world->agenda, world->ether, world->medics_at, world->count - world->medics_at);
		return world->trace != NULL;
	}
	world->ground = ground_new(world->agenda, world->ether, scenario);
	return world->ground != NULL;
}

static bool make_parts(struct world *world, const struct world_config *config, char error[static SCENARIO_ERROR_MAX])
{
	(void)snprintf(error, SCENARIO_ERROR_MAX, "the simulated world does not fit into memory; try fewer --nodes");
	const struct scenario *scenario = world->scenario;
	world->agenda = agenda_new(0);
	world->ether = ether_new(&(struct ether_config){.nodes = world->count, .range_mm = scenario->radio.le_range_mm});
	world->ledger = ledger_new(world->count);
	world->actors = calloc(world->count, sizeof *world->actors);
	if (!world->agenda || !world->ether || !world->ledger || !world->actors)
		return false;
	writer_open(&world->writer, scenario->seed);
	make_stage(world, config);
	make_actors(world);
	fate_seed(&world->fate, scenario->seed, WORLD_STREAM + 2);
	if (config->oracle)
		world->oracle = oracle_new(&(struct oracle_config){.ether = world->ether,
								   .nodes = world->count,
								   .letters_max = ORACLE_LETTERS_MAX,
								   .pause_ms = ORACLE_PAUSE_MS,
								   .fate = &world->fate,
								   .events = &world->classic_events});
	world->foes = foes_new(world);
	world->checks = checks_new(world);
	world->mail = mail_new(world);
	world->faults = faults_new(world);
	world->traffic = traffic_new(world);
	if (!world->foes || !world->checks || !world->mail || !world->faults || !world->traffic)
		return false;
	for (uint32_t i = 0; i < world->count; i++)
		journal_node(world->journal, i, kind_name(&world->actors[i]));
	return make_ground(world, error);
}

struct world *world_new(const struct world_config *config, char error[static SCENARIO_ERROR_MAX])
{
	struct world *world = calloc(1, sizeof *world);
	if (!world)
		return NULL;
	const struct scenario *scenario = config->scenario;
	world->scenario = scenario;
	world->journal = config->journal;
	world->count = scenario_nodes(scenario);
	world->boxes_at = scenario->gateways;
	world->medics_at = world->boxes_at + scenario->boxes;
	world->civilians_at = world->medics_at + scenario->medics;
	if (!make_parts(world, config, error)) {
		world_free(world);
		return NULL;
	}
	world->sample = (struct agenda_item){.happen = on_sample, .owner = world};
	world->calm_begins = (struct agenda_item){.happen = on_calm, .owner = world};
	for (uint32_t i = 0; i < world->count; i++)
		world_on(world, &world->actors[i]);
	agenda_set(world->agenda, &world->sample, 0);
	world->tick = (struct agenda_item){.happen = on_tick, .owner = world};
	if (world->oracle)
		agenda_set(world->agenda, &world->tick, ORACLE_PAUSE_MS * 1000);
	if (scenario->calm_ms > 0)
		agenda_set(world->agenda, &world->calm_begins, (scenario->run_ms - scenario->calm_ms) * 1000);
	return world;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	traffic_free(world->traffic);
	faults_free(world->faults);
	mail_free(world->mail);
	foes_free(world->foes);
	for (uint32_t i = 0; i < world->count && world->actors; i++)
		actor_free(&world->actors[i]);
	checks_free(world->checks);
	oracle_free(world->oracle);
	ground_free(world->ground);
	trace_free(world->trace);
	le_free(world->stage.le);
	wifi_free(world->stage.wifi);
	net_free(world->stage.net);
	for (uint32_t i = 0; world->ledger && i < ledger_count(world->ledger); i++)
		free(world->letters[i]);
	free(world->letters);
	ledger_free(world->ledger);
	ether_free(world->ether);
	agenda_free(world->agenda);
	free(world->actors);
	free(world);
}

bool world_run(struct world *world, uint64_t until_ms, char error[static SCENARIO_ERROR_MAX])
{
	uint64_t until_us = until_ms * 1000;
	while (agenda_step(world->agenda, until_us))
		continue;
	if (!world->trace || !trace_broke(world->trace))
		return true;
	(void)snprintf(error, SCENARIO_ERROR_MAX, "the trace has changed, or could not be read to its end; try again");
	return false;
}

void world_end(struct world *world)
{
	checks_end(world->checks);
}
