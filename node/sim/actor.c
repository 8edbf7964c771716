#include "node/sim/actor.h"

#include "node/post/catalogue.h"
#include "node/sim/disk.h"
#include "platform/duty.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATTERY_LOW = 10, BATTERY_USUAL = 80 };

static struct moment turn_now(void *owner)
{
	return actor_now(owner);
}

static void on_happened(void *owner, const struct shelf_watch_event *events, size_t count)
{
	struct actor *actor = owner;
	const struct actor_listener *listener = actor->stage->listener;
	for (size_t i = 0; i < count; i++) {
		if (events[i].put)
			listener->kept(listener->owner, actor, events[i].tag);
		else
			listener->gave_up(listener->owner, actor, events[i].tag);
		actor->kept += events[i].put;
		actor->gave_up += !events[i].put;
	}
}

static void on_due(void *owner)
{
	struct actor *actor = owner;
	const struct actor_listener *listener = actor->stage->listener;
	if (actor->failed != ERR_OK) {
		listener->failed(listener->owner, actor);
		return;
	}
	actor_begin(actor);
	actor_end(actor);
}

void actor_make(struct actor *actor, struct stage *stage, uint32_t number, uint64_t seed)
{
	*actor = (struct actor){.stage = stage, .number = number, .heard_from = UINT32_MAX};
	fate_seed(&actor->fate, seed, number);
	actor->due = (struct agenda_item){.happen = on_due, .owner = actor};
}

struct moment actor_now(const struct actor *actor)
{
	uint64_t now_us = agenda_now_us(actor->stage->air.agenda);
	uint64_t unix_s = SCENARIO_UNIX_S + now_us / 1000000;
	return (struct moment){
		.boot_ms = ACTOR_BOOT_MS + (now_us - actor->booted_us) / 1000,
		.unix_s = (uint64_t)((int64_t)unix_s + actor->clock_off_s),
	};
}

static uint64_t boot_to_us(const struct actor *actor, uint64_t boot_ms)
{
	if (boot_ms == UINT64_MAX)
		return AGENDA_NEVER;
	return boot_ms <= ACTOR_BOOT_MS ? 0 : actor->booted_us + (boot_ms - ACTOR_BOOT_MS) * 1000;
}

void actor_begin(struct actor *actor)
{
	fate_enter(&actor->fate);
}

static void post_turn(struct actor *actor)
{
	if (actor->failed != ERR_OK)
		return;
	enum err err = pump_turn(actor->pump);
	if (err != ERR_OK && err != ERR_FULL) {
		actor->failed = err;
		agenda_set(actor->stage->air.agenda, &actor->due, 0);
		return;
	}
	agenda_set(actor->stage->air.agenda, &actor->due, boot_to_us(actor, pump_next_deadline(actor->pump)));
}

static void classic_end(struct actor *actor)
{
	classic_turn(actor->classic);
	agenda_set(actor->stage->air.agenda, &actor->due, boot_to_us(actor, classic_next_deadline(actor->classic)));
}

void actor_end(struct actor *actor)
{
	if (!actor->on)
		return;
	if (actor->classic)
		classic_end(actor);
	else
		post_turn(actor);
	if (actor->kept + actor->gave_up > 0)
		actor->stage->listener->turned(actor->stage->listener->owner, actor);
	actor->kept = actor->gave_up = 0;
}

uint64_t actor_room(const struct actor *actor)
{
	const struct scenario *scenario = actor->stage->scenario;
	switch (actor->kind) {
	case ACTOR_GATEWAY:
		return scenario->gateway_bytes;
	case ACTOR_BOX:
		return scenario->box_bytes;
	case ACTOR_MEDIC:
	case ACTOR_CIVILIAN:
		break;
	}
	return scenario->phone_bytes;
}

void actor_path(const struct actor *actor, char path[static ACTOR_PATH_SIZE])
{
	(void)snprintf(path, ACTOR_PATH_SIZE, "post-%06u.db", actor->number);
}

static enum err open_post(struct actor *actor)
{
	const struct stage *stage = actor->stage;
	char path[ACTOR_PATH_SIZE];
	actor_path(actor, path);
	if (stage->shared && !actor->shelf)
		actor->shelf = shelf_shared_new();
	actor->watch = (struct shelf_watch){.happened = on_happened, .owner = actor};
	if (stage->shared)
		actor->watch.below = (struct shelf_place){.kind = &shelf_shared, .owner = actor->shelf};
	else
		actor->watch.below = (struct shelf_place){.kind = &shelf_sqlite, .owner = disk_vfs()};
	struct post_config config = {
		.store_path = path,
		.store_max_bytes = actor_room(actor),
		.shelf = &shelf_watch,
		.shelf_owner = &actor->watch,
	};
	if (actor->kind == ACTOR_GATEWAY) {
		config.has_gateway_secret = true;
		memcpy(config.gateway_secret, stage->gateway_secret, DH_KEY_SIZE);
	} else {
		config.has_gateway_key = true;
		memcpy(config.gateway_key, stage->gateway_key, DH_KEY_SIZE);
	}
	enum err err = post_open(&actor->post, &config, actor_now(actor));
	if (err != ERR_OK)
		return err;
	actor->pump = pump_new(&(struct pump_config){.post = actor->post, .now = turn_now, .owner = actor});
	assert(actor->pump);
	if (actor->trusting)
		(void)post_trust(actor->post, stage->trusted, stage->trusted_count, actor_now(actor)); /* there is room for all of them */
	return ERR_OK;
}

static const struct radio_listener *listener_of(const struct actor *actor)
{
	return actor->classic ? classic_listener(actor->classic) : pump_listener(actor->pump);
}

static void add_radio(struct actor *actor, struct radio *radio)
{
	if (actor->classic)
		classic_add_radio(actor->classic, radio);
	else
		pump_add_radio(actor->pump, radio);
}

static void open_radios(struct actor *actor)
{
	struct stage *stage = actor->stage;
	const struct radio_listener *listener = listener_of(actor);
	if (actor->kind != ACTOR_GATEWAY) {
		struct le_port_config le = {.node = actor->number, .listener = listener, .fate = &actor->fate};
		le.battery = actor->kind == ACTOR_BOX ? DUTY_BATTERY_MAINS : actor->low ? BATTERY_LOW : BATTERY_USUAL;
		actor->le = le_on(stage->le, &le);
		assert(actor->le);
		add_radio(actor, le_radio(actor->le));
	}
	if (actor->lane && actor->pump) {
		struct wifi_port_config wifi = {
			.node = actor->number, .listener = listener, .lane_listener = pump_lane_listener(actor->pump), .fate = &actor->fate};
		actor->wifi = wifi_on(stage->wifi, &wifi);
		assert(actor->wifi);
		add_radio(actor, wifi_radio(actor->wifi));
		pump_set_lane(actor->pump, wifi_lane(actor->wifi));
	}
	struct net_port_config net = {.node = actor->number,
				      .listener = listener,
				      .fate = &actor->fate,
				      .is_gateway = actor->kind == ACTOR_GATEWAY,
				      .gateway = stage->gateway};
	actor->net = net_on(stage->net, &net);
	assert(actor->net);
	add_radio(actor, net_radio(actor->net));
	net_online(actor->net, actor->online || actor->kind == ACTOR_GATEWAY);
}

enum err actor_on(struct actor *actor)
{
	assert(!actor->on);
	actor_begin(actor);
	actor->booted_us = agenda_now_us(actor->stage->air.agenda);
	actor->failed = ERR_OK;
	if (!actor->stage->classics) {
		enum err err = open_post(actor);
		if (err != ERR_OK)
			return err;
	} else if (!actor->classic) {
		actor->classic = classic_new(&(struct classic_config){.policy = actor->stage->policy,
								      .node = actor->number,
								      .store_max_bytes = actor_room(actor),
								      .now = turn_now,
								      .owner = actor,
								      .events = actor->stage->classics});
		assert(actor->classic);
	}
	open_radios(actor);
	actor->on = true;
	actor->lives++;
	agenda_set(actor->stage->air.agenda, &actor->due, 0);
	return ERR_OK;
}

void actor_kill(struct actor *actor, bool torn)
{
	char path[ACTOR_PATH_SIZE];
	if (!actor->on)
		return;
	actor_begin(actor);
	actor->on = false;
	agenda_clear(actor->stage->air.agenda, &actor->due);
	le_off(actor->le);
	wifi_off(actor->wifi);
	net_off(actor->net);
	actor->le = NULL;
	actor->wifi = NULL;
	actor->net = NULL;
	pump_free(actor->pump);
	actor->pump = NULL;
	actor_path(actor, path);
	if (!actor->stage->shared && actor->post && torn)
		disk_crash(path, &actor->fate);
	post_close(actor->post);
	actor->post = NULL;
	if (actor->classic)
		classic_cut(actor->classic);
}

void actor_wipe(struct actor *actor)
{
	char path[ACTOR_PATH_SIZE];
	assert(!actor->on);
	actor_path(actor, path);
	if (actor->shelf)
		shelf_shared_free(actor->shelf);
	else
		disk_remove(path);
	actor->shelf = NULL;
	classic_free(actor->classic);
	actor->classic = NULL;
}

void actor_free(struct actor *actor)
{
	actor_kill(actor, false);
	actor_wipe(actor);
}

void actor_online(struct actor *actor, bool online)
{
	actor->online = online;
	if (!actor->on || actor->kind == ACTOR_GATEWAY)
		return;
	actor_begin(actor);
	net_online(actor->net, online);
	actor_end(actor);
}

static bool is_held(const struct actor *actor, const uint8_t *id)
{
	const struct catalogue *catalogue = post_catalogue(actor->post);
	uint32_t slot = catalogue_find(catalogue, id);
	return slot != CATALOGUE_NONE && catalogue_at(catalogue, slot)->state == CATALOGUE_HELD;
}

enum control_verdict actor_submit(struct actor *actor, const uint8_t *envelope, size_t len, uint8_t flags)
{
	uint8_t id[LETTER_ID_SIZE];
	assert(actor->on && actor->post);
	actor_begin(actor);
	actor->heard_from = UINT32_MAX;
	enum control_verdict verdict = post_submit(actor->post, envelope, len, flags, id, actor_now(actor));
	pump_touch(actor->pump);
	actor_end(actor);
	/* A desk is answered when the turn is durable; a disk that is full takes the letter back. */
	return verdict == VERDICT_STORED && !is_held(actor, id) ? VERDICT_FULL : verdict;
}

void actor_write(struct actor *actor, const struct classic_letter *letter)
{
	assert(actor->on && actor->classic);
	actor_begin(actor);
	actor->heard_from = UINT32_MAX;
	classic_write(actor->classic, letter);
	actor_end(actor);
}
