#include "platform/linux/bluez_inside.h"
#include "platform/linux/bluez_rfkill.h"

#include <assert.h>
#include <string.h>

/* bluetoothd switches its adapters off when it ends: what happened so shortly before was no person's doing. */
enum { SHUTDOWN_MS = 10000, LOOK_EVERY_MS = 30000, POWER_TRIES_MAX = 5 };

/* A place for one more: a fresh one, or that of one that is gone. NULL: more are there than anybody has. */
static struct bluez_candidate *candidate_place(struct bluez *bluez)
{
	if (bluez->candidate_count < BLUEZ_ADAPTERS_MAX)
		return &bluez->candidates[bluez->candidate_count++];
	for (unsigned i = 0; i < bluez->candidate_count; i++)
		if (!bluez->candidates[i].present && &bluez->candidates[i] != bluez->chosen)
			return &bluez->candidates[i];
	return NULL;
}

static struct bluez_candidate *candidate_named(struct bluez *bluez, const char *name, bool add)
{
	for (unsigned i = 0; i < bluez->candidate_count; i++)
		if (!strcmp(bluez->candidates[i].name, name))
			return &bluez->candidates[i];
	struct bluez_candidate *candidate = add ? candidate_place(bluez) : NULL;
	if (!candidate)
		return NULL;
	memset(candidate, 0, sizeof *candidate);
	strncpy(candidate->name, name, sizeof candidate->name - 1);
	candidate->may_power = true;
	return candidate;
}

static void note_power(struct bluez *bluez, struct bluez_candidate *candidate, const struct bluez_facts *newer)
{
	if (!(newer->known & BLUEZ_KNOWS_POWERED))
		return;
	if (candidate->facts.powered && !newer->powered)
		candidate->off_at_ms = bluez_now_ms(bluez);
	if (newer->powered) {
		candidate->may_power = false;
		candidate->blocked = false;
		candidate->power_tries = 0;
	}
}

void bluez_adapters_note(struct bluez *bluez, const char *name, const struct bluez_object *object)
{
	struct bluez_candidate *candidate = candidate_named(bluez, name, object->adapter);
	if (!candidate)
		return;
	note_power(bluez, candidate, &object->facts);
	candidate->present = candidate->present || object->adapter;
	candidate->manager = candidate->manager || object->manager;
	bluez_facts_merge(&candidate->facts, &object->facts);
	bluez_wake(bluez);
}

static void forget(struct bluez *bluez, struct bluez_candidate *candidate)
{
	bool switched_off = !candidate->facts.powered && bluez_now_ms(bluez) - candidate->off_at_ms > SHUTDOWN_MS;
	if (candidate->present && !candidate->may_power)
		candidate->may_power = !switched_off;
	candidate->present = candidate->manager = false;
	candidate->power_tries = 0;
	memset(&candidate->facts, 0, sizeof candidate->facts);
}

void bluez_adapters_gone(struct bluez *bluez, const char *name, const struct bluez_object *gone)
{
	struct bluez_candidate *candidate = candidate_named(bluez, name, false);
	if (!candidate)
		return;
	if (gone->manager)
		candidate->manager = false;
	if (gone->adapter)
		forget(bluez, candidate);
	bluez_wake(bluez);
}

void bluez_adapters_lost(struct bluez *bluez)
{
	for (unsigned i = 0; i < bluez->candidate_count; i++)
		forget(bluez, &bluez->candidates[i]);
}

static bool serves(const struct bluez_candidate *candidate)
{
	return candidate->facts.central || candidate->facts.peripheral;
}

/* "hci2" stands before "hci10". */
static bool stands_before(const char *a, const char *b)
{
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);
	return a_len < b_len || (a_len == b_len && strcmp(a, b) < 0);
}

static bool is_better(const struct bluez *bluez, const struct bluez_candidate *a, const struct bluez_candidate *b)
{
	if (!b || serves(a) != serves(b))
		return !b || serves(a);
	/* The one in use is kept for as long as it serves. */
	if (a == bluez->chosen || b == bluez->chosen)
		return a == bluez->chosen;
	return stands_before(a->name, b->name);
}

struct bluez_candidate *bluez_adapters_choose(struct bluez *bluez)
{
	struct bluez_candidate *best = NULL;
	for (unsigned i = 0; i < bluez->candidate_count; i++) {
		struct bluez_candidate *candidate = &bluez->candidates[i];
		bool allowed = !bluez->wanted[0] || !strcmp(candidate->name, bluez->wanted);
		if (candidate->present && allowed && is_better(bluez, candidate, best))
			best = candidate;
	}
	return best;
}

static int power_answered(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	(void)error; /* nobody gets an answer to an answer */
	if (bluez_answered(bluez, answer, &bluez->power_call))
		return 0;
	bluez_retry_later(bluez, &bluez->power_retry);
	if (bluez->chosen && ++bluez->chosen->power_tries == POWER_TRIES_MAX)
		bluez->chosen->may_power = false;
	return 0;
}

static void switch_on(struct bluez *bluez)
{
	sd_bus_message *message = bluez_message(bluez, bluez->path, "org.freedesktop.DBus.Properties", "Set");
	if (message && sd_bus_message_append(message, "ssv", bluez_adapter_interface, "Powered", "b", 1) < 0)
		message = sd_bus_message_unref(message);
	if (!bluez_send(bluez, message, &bluez->power_call, power_answered, bluez))
		bluez_retry_later(bluez, &bluez->power_retry);
}

uint64_t bluez_adapters_power(struct bluez *bluez, struct bluez_candidate *candidate)
{
	assert(candidate == bluez->chosen);
	if (candidate->facts.powered)
		return LOOP_NEVER;
	/* Nobody tells when the kernel's switch is turned, so it is looked at from time to time. */
	candidate->blocked = bluez_rfkill_blocked(BLUEZ_RFKILL_FOLDER, candidate->name);
	if (candidate->blocked || !candidate->may_power || bluez->power_call)
		return bluez_now_ms(bluez) + LOOK_EVERY_MS;
	if (!bluez_retry_due(bluez, &bluez->power_retry))
		return bluez->power_retry.at_ms;
	switch_on(bluez);
	return bluez_now_ms(bluez) + LOOK_EVERY_MS;
}
