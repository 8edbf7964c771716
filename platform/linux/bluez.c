#include "platform/linux/bluez_inside.h"
#include "platform/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Troubles that pass within this time, as while a service restarts, are not worth a line. */
enum { LOG_AFTER_MS = 3000 };

static enum radio_trouble trouble_of(const struct bluez *bluez)
{
	const struct bluez_candidate *chosen = bluez->chosen;
	if (!bluez->connection)
		return bus_err(bluez->bus) == ERR_PERMISSION ? RADIO_NO_PERMISSION : RADIO_NO_SERVICE;
	if (!bluez->service[0])
		return RADIO_NO_SERVICE;
	if (bluez->denied)
		return RADIO_NO_PERMISSION;
	if (!chosen)
		return bluez->listed ? RADIO_NO_ADAPTER : RADIO_NO_SERVICE;
	if (!chosen->facts.powered)
		return chosen->blocked ? RADIO_BLOCKED : RADIO_UNPOWERED;
	return chosen->facts.central || chosen->facts.peripheral ? RADIO_FINE : RADIO_UNABLE;
}

static void describe(const struct bluez *bluez, struct bluez_adapter *adapter)
{
	const struct bluez_candidate *chosen = bluez->chosen;
	memset(adapter, 0, sizeof *adapter);
	adapter->trouble = trouble_of(bluez);
	if (!chosen)
		return;
	/* Every adapter that can advertise has room for at least one advertisement. */
	unsigned instances = BLUEZ_KNOWS_INSTANCES_FREE | BLUEZ_KNOWS_INSTANCES_USED;
	bool room = (chosen->facts.known & instances) != instances || chosen->facts.instances_free > 0 || chosen->facts.instances_used > 0;
	memcpy(adapter->address, chosen->facts.address, sizeof adapter->address);
	adapter->address_random = chosen->facts.address_random;
	adapter->central = chosen->facts.central;
	adapter->peripheral = chosen->facts.peripheral && chosen->manager && room;
	adapter->low_energy = chosen->facts.central || chosen->facts.peripheral;
	adapter->advertising = bluez->advert.state == ADVERT_SHOWN;
	adapter->scanning = bluez->scan.state == SCAN_ON;
}

static void choose(struct bluez *bluez)
{
	struct bluez_candidate *chosen = bluez->listed ? bluez_adapters_choose(bluez) : NULL;
	if (chosen == bluez->chosen)
		return;
	if (bluez->chosen) {
		bluez_advert_reset(bluez);
		bluez_scan_reset(bluez);
		bluez_release(&bluez->power_call);
		bluez_refresh_reset(bluez);
		bluez->scan.unclear = false;
	}
	bluez_sight_reset(bluez);
	bluez->power_retry.delay_ms = 0;
	bluez->chosen = chosen;
	if (chosen)
		(void)snprintf(bluez->path, sizeof bluez->path, "/org/bluez/%s", chosen->name);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t work(struct bluez *bluez)
{
	uint64_t next = bluez_service_step(bluez);
	choose(bluez);
	if (!bluez->chosen)
		return next;
	next = earlier(next, bluez_adapters_power(bluez, bluez->chosen));
	if (!bluez->chosen->facts.powered) {
		bluez_advert_reset(bluez);
		bluez_scan_reset(bluez);
		return next;
	}
	struct bluez_adapter able;
	describe(bluez, &able);
	next = earlier(next, bluez_advert_step(bluez, able.peripheral));
	return earlier(next, bluez_scan_step(bluez, able.central));
}

static const char *sentence(enum radio_trouble trouble)
{
	switch (trouble) {
	case RADIO_FINE:
		return "Bluetooth is ready";
	case RADIO_NO_SERVICE:
		return "Bluetooth cannot be used: the system's Bluetooth service (bluetoothd) does not run";
	case RADIO_NO_PERMISSION:
		return "Bluetooth cannot be used: the system does not let this user in";
	case RADIO_NO_ADAPTER:
		return "Bluetooth cannot be used: there is no adapter";
	case RADIO_BLOCKED:
		return "Bluetooth cannot be used: airplane mode or a switch blocks it";
	case RADIO_UNPOWERED:
		return "Bluetooth cannot be used: it is switched off";
	case RADIO_UNABLE:
		return "Bluetooth cannot be used: the adapter has no low energy";
	case RADIO_OFF:
		break;
	}
	return "Bluetooth is off";
}

/* Writes a line when a trouble has lasted. The moment to look again. */
static uint64_t note_trouble(struct bluez *bluez, enum radio_trouble trouble)
{
	uint64_t now_ms = bluez_now_ms(bluez);
	if (trouble == bluez->logged) {
		bluez->log_at_ms = LOOP_NEVER;
		return LOOP_NEVER;
	}
	if (bluez->log_at_ms == LOOP_NEVER)
		bluez->log_at_ms = now_ms + (trouble == RADIO_FINE ? 0 : LOG_AFTER_MS);
	if (bluez->log_at_ms > now_ms)
		return bluez->log_at_ms;
	bluez->logged = trouble;
	bluez->log_at_ms = LOOP_NEVER;
	if (trouble == RADIO_FINE)
		log_info("%s", sentence(trouble));
	else
		log_warn("%s", sentence(trouble));
	return LOOP_NEVER;
}

/* Everything that follows from what the bus, the service and the caller said. It runs at most once a turn, and only after one of them said something
 * or a time is due. */
static void step(void *owner)
{
	struct bluez *bluez = owner;
	if (bluez->scan.stuck) {
		bluez->scan.stuck = false;
		bus_leave(bluez->bus);
	}
	uint64_t next = bluez->service[0] ? work(bluez) : LOOP_NEVER;
	struct bluez_adapter adapter;
	describe(bluez, &adapter);
	if (bluez->asked)
		next = earlier(next, note_trouble(bluez, adapter.trouble));
	bool differs = memcmp(&adapter, &bluez->known, sizeof adapter) != 0;
	bluez->known = adapter;
	loop_timer_set(bluez->timer, next);
	bus_settle(bluez->bus);
	/* Last: what it calls may want another step. */
	if (differs)
		bluez->listener->changed(bluez->listener->owner);
}

enum err bluez_open(struct bluez **out, struct loop *loop, const char *adapter, const struct bluez_listener *listener, uint64_t *malformed)
{
	assert(listener->changed && listener->heard && malformed);
	*out = NULL;
	struct bluez *bluez = calloc(1, sizeof *bluez);
	if (!bluez)
		return ERR_MEMORY;
	bluez->loop = loop;
	bluez->listener = listener;
	bluez->malformed = malformed;
	if (strcmp(adapter, "auto"))
		strncpy(bluez->wanted, adapter, sizeof bluez->wanted - 1);
	bluez->known.trouble = RADIO_NO_SERVICE;
	bluez->logged = RADIO_OFF;
	bluez->log_at_ms = LOOP_NEVER;
	bluez->bus_listener = (struct bus_listener){bluez, bluez_service_up, bluez_service_down};
	bluez->timer = loop_timer_new(loop, step, bluez);
	if (bluez->timer && bus_open(&bluez->bus, loop, &bluez->bus_listener) == ERR_OK) {
		*out = bluez;
		return ERR_OK;
	}
	loop_timer_free(bluez->timer);
	free(bluez);
	return ERR_MEMORY;
}

void bluez_close(struct bluez *bluez)
{
	if (!bluez)
		return;
	/* bluetoothd takes back what a program had of it when that leaves the bus; this only makes it sooner. */
	bluez_advert_reset(bluez);
	bluez_scan_reset(bluez);
	bluez_service_down(bluez);
	bus_close(bluez->bus);
	loop_timer_free(bluez->timer);
	free(bluez);
}

const struct bluez_adapter *bluez_adapter(const struct bluez *bluez)
{
	return &bluez->known;
}

void bluez_advertise(struct bluez *bluez, const uint8_t *beacon)
{
	bluez->advert.wanted = beacon != NULL;
	bluez->advert.anew = bluez->advert.anew || !beacon;
	if (beacon)
		memcpy(bluez->advert.wish, beacon, BEACON_SIZE);
	bluez_wake(bluez);
}

void bluez_show(struct bluez *bluez)
{
	bluez->advert.again = true;
	bluez_wake(bluez);
}

void bluez_scan(struct bluez *bluez, bool on)
{
	bluez->scan.wanted = on;
	bluez_wake(bluez);
}
