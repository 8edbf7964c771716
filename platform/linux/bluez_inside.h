#ifndef BARID_PLATFORM_LINUX_BLUEZ_INSIDE_H
#define BARID_PLATFORM_LINUX_BLUEZ_INSIDE_H
/*
 * What the files of bluez share: bluez.c decides; bluez_service.c finds the service on the bus and takes in what it says, of adapters to
 * bluez_adapters.c, of devices to bluez_sight.c; bluez_advert.c and bluez_scan.c each bring BlueZ to one wish. Nobody else includes it. Handlers of
 * messages only note what came and call bluez_wake(); what follows from it is decided in one place, bluez.c's step().
 */

#include "platform/linux/bluez_devices.h"
#include "platform/linux/bus.h"

enum { BLUEZ_ADAPTERS_MAX = 8, BLUEZ_LOOKUPS_MAX = 4, BLUEZ_FORGETS_MAX = 8, BLUEZ_MATCHES = 3, BLUEZ_SERVICE_MAX = 64 };

/* Pauses between attempts: each twice the one before, between bounds. */
struct bluez_retry {
	uint64_t at_ms;
	uint64_t delay_ms; /* 0: nothing failed */
};

enum bluez_advert_state {
	ADVERT_NONE,
	ADVERT_ADDING,
	ADVERT_SHOWN,
	ADVERT_REMOVING,
};

struct bluez_advert {
	bool wanted;
	bool anew;  /* it was not wanted in between: another registration, which has another private address */
	bool again; /* what BlueZ has is to be put on the air again */
	uint8_t wish[BEACON_SIZE];
	enum bluez_advert_state state;
	uint8_t beacon[BEACON_SIZE]; /* what BlueZ has, except in ADVERT_NONE */
	uint64_t changed_ms;         /* when BlueZ was last given one */
	uint32_t serial;
	char path[BLUEZ_PATH_MAX]; /* of the object that is registered; another one for each registration */
	sd_bus_slot *object;
	sd_bus_slot *call;
	struct bluez_retry retry;
};

enum bluez_scan_state {
	SCAN_OFF,
	SCAN_CLEARING, /* ends what may be left of a discovery of ours */
	SCAN_FILTERING,
	SCAN_STARTING,
	SCAN_ON,
	SCAN_STOPPING,
};

struct bluez_scan {
	bool wanted;
	enum bluez_scan_state state;
	bool stuck;            /* BlueZ will never answer, nor let us ask again while we are on the bus */
	bool unclear;          /* BlueZ may believe that we discover already */
	uint64_t silent_at_ms; /* when BlueZ stopped discovering by itself; 0: it did not */
	sd_bus_slot *reports;  /* the match for changes of devices */
	sd_bus_slot *call;
	struct bluez_retry retry;
};

/* An adapter that was seen since the program began. */
struct bluez_candidate {
	char name[BLUEZ_ADAPTER_MAX];
	bool present;
	bool manager;         /* of advertisements */
	bool may_power;       /* nobody has switched it off while we ran */
	bool blocked;         /* as far as it is known: looked up while it is off */
	uint64_t off_at_ms;   /* when it was last switched off */
	unsigned power_tries; /* failed ones */
	struct bluez_facts facts;
};

/* A question about a device that is not answered yet. */
struct bluez_lookup {
	struct bluez *bluez;
	sd_bus_slot *call;
	uint8_t key[BLUEZ_ADDRESS_SIZE];
};

struct bluez {
	struct loop *loop;
	struct loop_timer *timer;
	struct bus *bus;
	struct bus_listener bus_listener;
	const struct bluez_listener *listener;
	uint64_t *malformed;
	char wanted[BLUEZ_ADAPTER_MAX]; /* empty: any */

	sd_bus *connection; /* NULL: none */
	sd_bus_slot *owner_match;
	sd_bus_slot *owner_call;
	char service[BLUEZ_SERVICE_MAX]; /* bluetoothd's own name on the bus; empty: it does not run */
	sd_bus_slot *matches[BLUEZ_MATCHES];
	sd_bus_slot *list_call;
	bool asked;  /* whether the service runs is known */
	bool listed; /* what objects there are is known */
	bool denied; /* it does not let us in */
	struct bluez_retry list_retry;

	struct bluez_candidate candidates[BLUEZ_ADAPTERS_MAX];
	unsigned candidate_count;
	struct bluez_candidate *chosen; /* ours; NULL: there is none */
	char path[BLUEZ_PATH_MAX];      /* of it */
	sd_bus_slot *power_call;
	sd_bus_slot *refresh_call;
	struct bluez_retry power_retry;

	struct bluez_advert advert;
	struct bluez_scan scan;
	struct bluez_devices devices;
	struct bluez_lookup lookups[BLUEZ_LOOKUPS_MAX];
	struct bluez_lookup forgets[BLUEZ_FORGETS_MAX]; /* one for each link an adapter can have, and one */

	struct bluez_adapter known; /* as the listener knows it */
	enum radio_trouble logged;
	uint64_t log_at_ms;
};

/* Lets step() run in the next turn. */
void bluez_wake(struct bluez *bluez);
uint64_t bluez_now_ms(struct bluez *bluez);
/* A call to the service, without starting one. NULL: no memory. */
sd_bus_message *bluez_message(struct bluez *bluez, const char *path, const char *interface, const char *member);
/* Sends and takes it (NULL: fails). The slot, which must be empty, holds the call until the answer; NULL: no answer is wanted. False: it is not out.
 */
bool bluez_send(struct bluez *bluez, sd_bus_message *message, sd_bus_slot **slot, sd_bus_message_handler_t answered, void *owner);
/* Gives back the slot of the call that is answered. True for success; notes refusals of permission either way. */
bool bluez_answered(struct bluez *bluez, sd_bus_message *answer, sd_bus_slot **slot);
void bluez_release(sd_bus_slot **slot);
/* Calls visit for each object in an answer to GetManagedObjects, which stands at its beginning. False: it cannot be read to its end. */
bool bluez_objects(sd_bus_message *message, void (*visit)(void *owner, const char *path, const struct bluez_object *object), void *owner);
/* What the bus says to a match that was asked for. */
int bluez_match_answered(sd_bus_message *answer, void *owner, sd_bus_error *error);

/* Begins the pause after a failure. */
void bluez_retry_later(struct bluez *bluez, struct bluez_retry *retry);
/* Whether the pause is over, or nothing failed. */
bool bluez_retry_due(struct bluez *bluez, const struct bluez_retry *retry);

/* bluez_service.c: the bus' listener (owner: the struct bluez), and what it tells the rest. */

void bluez_service_up(void *owner, sd_bus *connection);
void bluez_service_down(void *owner);
/* Asks the service for its objects if need be. The moment to be called again. */
uint64_t bluez_service_step(struct bluez *bluez);

/* bluez_sight.c */

/* Takes in what PropertiesChanged says of a device. */
void bluez_sight_report(struct bluez *bluez, sd_bus_message *message);
/* Takes in what was said of the device of that address. */
void bluez_sight_note(struct bluez *bluez, const uint8_t key[static BLUEZ_ADDRESS_SIZE], const struct bluez_facts *facts);

/* Forgets all devices, and what was asked about them. */
void bluez_sight_reset(struct bluez *bluez);

/* bluez_adapters.c */

/* What was said of the adapter of that name. */
void bluez_adapters_note(struct bluez *bluez, const char *name, const struct bluez_object *object);
void bluez_adapters_gone(struct bluez *bluez, const char *name, const struct bluez_object *gone);
/* The service is gone, and with it all adapters. */
void bluez_adapters_lost(struct bluez *bluez);
/* Which adapter is ours now; NULL: none. */
struct bluez_candidate *bluez_adapters_choose(struct bluez *bluez);
/* Switches it on if that is ours to do. The moment to be called again. */
uint64_t bluez_adapters_power(struct bluez *bluez, struct bluez_candidate *candidate);

/* bluez_refresh.c */

/* Ends a refresh halfway. */
void bluez_refresh_reset(struct bluez *bluez);

/* bluez_advert.c, bluez_scan.c */

/* Brings BlueZ one step nearer to the wish. The adapter must be powered; able: it is of the kind that can. Says when to be called again; LOOP_NEVER:
 * after an event. */
uint64_t bluez_advert_step(struct bluez *bluez, bool able);
/* Forgets what BlueZ has of it and, as far as there is somebody to tell, tells it to forget that, too. */
void bluez_advert_reset(struct bluez *bluez);
/* As bluez_advert_step(). */
uint64_t bluez_scan_step(struct bluez *bluez, bool able);
/* As bluez_advert_reset(). */
void bluez_scan_reset(struct bluez *bluez);

#endif
