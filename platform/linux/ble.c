#include "platform/linux/ble.h"

#include "platform/chance.h"
#include "platform/duty.h"
#include "platform/linux/battery.h"
#include "platform/linux/ble_near.h"
#include "platform/linux/ble_privacy.h"
#include "platform/linux/bluez.h"
#include "platform/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	LISTEN_AGAIN_MS = 10000,
	BUSY_MS = 2000,          /* a link with a byte in so long is busy */
	REPORT_HEARD_MS = 60000, /* what the report calls near */
	REFRESHES_MAX = 2,
	REFRESH_MS = 3000, /* an adapter that is to take a new address at our start does so within this, or it is in use and will not */
	ADDRESS_LEN = BLE_LINK_ADDRESS_SIZE + 1,
};

static_assert((int)BLUEZ_ADDRESS_SIZE == (int)BLE_LINK_ADDRESS_SIZE, "one kind of address");
static_assert(ADDRESS_LEN <= sizeof((struct radio_sighting *)0)->address, "an address fits a sighting");

struct ble {
	struct radio radio;
	struct loop *loop;
	const struct radio_listener *upward;
	struct loop_timer *timer;
	bool again; /* something has changed since step() began */
	struct bluez *bluez;
	struct bluez_listener bluez_listener;
	struct ble_links *links;
	struct ble_link_listener link_listener;
	struct duty duty;
	struct battery battery;
	struct ble_near near;

	struct ble_link_address own; /* the adapter's identity, while has_own */
	bool has_own;
	enum ble_privacy privacy;
	unsigned refreshes; /* tried */
	uint64_t refresh_until_ms;
	bool listening;
	bool listen_warned;
	uint64_t listen_again_ms;

	uint8_t beacon[BEACON_SIZE];
	bool has_beacon; /* of the identity of now */
	bool renewing;   /* a beacon of the next identity is awaited */
	bool silent;     /* no link may live */
	bool scanned;    /* under the identity of now */
	enum radio_pace pace;
	bool urgent;
	uint64_t news_ms;

	uint32_t dial; /* the link being opened; 0: none */
	struct ble_link_address dial_to;
	bool dial_trap; /* a link the other side opened was up when it began */
	unsigned traps;
	uint64_t trap_until_ms;
	uint64_t woke_ms;
};

static uint64_t now_of(const struct ble *ble)
{
	return loop_now(ble->loop).boot_ms;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Lets step() run in the next turn: decisions are made in one place, and never inside a downward call. */
static void wake(struct ble *ble)
{
	ble->again = true;
	loop_timer_set(ble->timer, 0);
}

static void note_wake(struct ble *ble)
{
	uint64_t now = now_of(ble);
	if (ble->woke_ms != now)
		duty_woke(&ble->duty);
	ble->woke_ms = now;
}

static bool has_accepted(const struct ble *ble)
{
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link && link->up && link->accepted)
			return true;
	}
	return false;
}

static bool is_linked_with(const struct ble *ble, const struct ble_link_address *address)
{
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link && !memcmp(link->other.bytes, address->bytes, sizeof address->bytes))
			return true;
	}
	return false;
}

static bool is_trapped(const struct ble *ble)
{
	return now_of(ble) < ble->trap_until_ms && has_accepted(ble);
}

static void dial_ended(struct ble *ble, bool opened)
{
	uint64_t now = now_of(ble);
	ble->dial = 0;
	duty_dialled(&ble->duty, opened);
	if (opened) {
		ble->traps = ble->dial_trap ? 0 : ble->traps;
		return;
	}
	ble_near_failed(&ble->near, &ble->dial_to, now, chance_below(UINT32_MAX));
	if (ble->dial_trap) {
		ble->trap_until_ms = now + ((uint64_t)BLE_TRAP_MS << ble->traps);
		ble->traps += ble->traps < BLE_TRAP_DOUBLINGS_MAX;
	}
}

/*
 * After the end of a link, or of an attempt to open one: bluetoothd has a channel of its own on every connection, so that it would live on without
 * ours, through silence and rotation, and be in the way of the next. Forgetting the device ends it, and a device that is none any more is gone, too.
 */
static void let_go(struct ble *ble, const struct ble_link_address *address)
{
	if (is_linked_with(ble, address))
		return;
	bluez_forget(ble->bluez, address->bytes);
	ble_near_rest(&ble->near, address, now_of(ble) + BLE_REST_MS);
}

/* Ends a link, upward without a word. */
static void drop(struct ble *ble, uint32_t number)
{
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (!link || link->number != number)
			continue;
		struct ble_link_address other = link->other;
		ble->dial = number == ble->dial ? 0 : ble->dial;
		ble_link_end(ble->links, number);
		let_go(ble, &other);
	}
}

static void link_up(void *owner, const struct ble_link_facts *link)
{
	struct ble *ble = owner;
	note_wake(ble);
	if (link->number == ble->dial)
		dial_ended(ble, true);
	if (ble->silent) {
		drop(ble, link->number);
		return;
	}
	ble_near_linked(&ble->near, &link->other);
	wake(ble);
	ble->upward->up(ble->upward->owner, &ble->radio, link->number, link->accepted ? LINK_ANSWERED : LINK_DIALLED);
}

static void link_input(void *owner, uint32_t link, const uint8_t *bytes, size_t len)
{
	struct ble *ble = owner;
	note_wake(ble);
	ble->upward->input(ble->upward->owner, &ble->radio, link, bytes, len);
}

static void link_writable(void *owner, uint32_t link)
{
	struct ble *ble = owner;
	note_wake(ble);
	ble->upward->writable(ble->upward->owner, &ble->radio, link);
}

static void link_down(void *owner, const struct ble_link_facts *link)
{
	struct ble *ble = owner;
	note_wake(ble);
	if (link->number == ble->dial)
		dial_ended(ble, false);
	let_go(ble, &link->other);
	wake(ble);
	ble->upward->down(ble->upward->owner, &ble->radio, link->number);
}

/* Ends a link of ours by our own decision, and says so. */
static void end_link(struct ble *ble, uint32_t link)
{
	drop(ble, link);
	ble->upward->down(ble->upward->owner, &ble->radio, link);
}

static void end_all(struct ble *ble)
{
	ble_link_deaf(ble->links);
	ble->listening = false;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link)
			end_link(ble, link->number);
	}
}

/* Links without traffic, if their time has come. The moment the next one's comes. */
static uint64_t end_idle(struct ble *ble, const struct duty_view *view)
{
	uint64_t now = now_of(ble);
	bool crowded = view->waiting > 0 && (view->links >= view->links_max || view->dialled >= DUTY_DIALLED_MAX);
	uint64_t most = crowded ? BLE_IDLE_CROWDED_MS : BLE_IDLE_MS;
	uint64_t next = LOOP_NEVER;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (!link || !link->up)
			continue;
		if (link->traffic_ms + most <= now) {
			end_link(ble, link->number);
			ble->again = true;
			continue;
		}
		next = earlier(next, link->traffic_ms + most);
	}
	return next;
}

/* The service alone may be away while adapter, address and links stay as they are. */
static bool is_adapter_gone(enum radio_trouble trouble)
{
	return trouble != RADIO_FINE && trouble != RADIO_NO_SERVICE && trouble != RADIO_NO_PERMISSION;
}

/* What has become of the adapter since the last step. */
static void note_adapter(struct ble *ble)
{
	const struct bluez_adapter *adapter = bluez_adapter(ble->bluez);
	bool fine = adapter->trouble == RADIO_FINE;
	struct ble_link_address own = {.kind = adapter->address_random ? BLE_LINK_RANDOM : BLE_LINK_PUBLIC};
	memcpy(own.bytes, adapter->address, sizeof own.bytes);
	bool other = fine && ble->has_own && memcmp(&own, &ble->own, sizeof own) != 0;
	if (ble->has_own && (other || is_adapter_gone(adapter->trouble))) {
		ble->has_own = false;
		ble->refresh_until_ms = 0;
		/* Who was off has a new address; of another adapter that is not known. */
		ble->refreshes = other ? 0 : REFRESHES_MAX;
		duty_address_lost(&ble->duty);
		end_all(ble);
	}
	if (fine && !ble->has_own) {
		ble->own = own;
		ble->has_own = true;
		ble->privacy = ble_privacy_of(own.bytes);
	}
	ble->radio.unseen = fine && !adapter->peripheral;
}

/*
 * How old the address is that somebody before us left is not known. The kernel would change it in the midst of our first identity, and of every one
 * after that, and who watches could follow from beacon to address to beacon. A connection that keeps the adapter from taking a new one may be the
 * last of our own predecessor and end within seconds, so it is tried twice.
 */
static void refresh(struct ble *ble)
{
	uint64_t now = now_of(ble);
	if (bluez_adapter(ble->bluez)->trouble != RADIO_FINE || ble->refreshes >= REFRESHES_MAX || now < ble->refresh_until_ms)
		return;
	ble->refreshes++;
	if (ble->privacy != BLE_PRIVACY_OFF && bluez_refresh(ble->bluez))
		ble->refresh_until_ms = now + REFRESH_MS;
}

static void keep_listening(struct ble *ble)
{
	uint64_t now = now_of(ble);
	if (ble->listening || ble->silent || !ble->has_own || now < ble->listen_again_ms)
		return;
	enum err err = ble_link_listen(ble->links, &ble->own);
	ble->listening = err == ERR_OK;
	if (!ble->listening) {
		ble->listen_again_ms = now + LISTEN_AGAIN_MS;
		if (!ble->listen_warned)
			log_warn("Bluetooth takes no links: %s", err_text(err));
	}
	ble->listen_warned = !ble->listening;
}

static void describe(struct ble *ble, struct ble_near_counts *counts, struct duty_view *view)
{
	const struct bluez_adapter *adapter = bluez_adapter(ble->bluez);
	uint64_t now = now_of(ble);
	*counts = ble_near_count(&ble->near, now, DUTY_HEARD_MS);
	bool fine = adapter->trouble == RADIO_FINE;
	*view = (struct duty_view){
		.able = fine && now >= ble->refresh_until_ms,
		.can_advertise = fine && adapter->peripheral,
		.can_listen = fine && adapter->central,
		.advertising = fine && adapter->advertising,
		.listening = fine && adapter->scanning,
		.urgent = ble->urgent,
		.dialling = ble->dial != 0,
		.battery = battery_level(&ble->battery, now),
		.heard = counts->heard,
		.fresh = counts->fresh,
		.waiting = is_trapped(ble) ? 0 : counts->waiting,
		.links_max = BLE_LINKS_MAX,
		.news_ms = ble->news_ms,
	};
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (!link || !link->up)
			continue;
		view->links++;
		if (!link->accepted)
			view->dialled++;
		view->busy = view->busy || link->traffic_ms + BUSY_MS > now;
	}
}

/*
 * An identity begins by listening. The kernel does not change the address it listens and dials from while it advertises (on an adapter with extended
 * advertising the advertisement has one of its own), so that address would otherwise outlive all identities.
 */
static bool may_advertise(struct ble *ble, const struct duty_view *view)
{
	ble->scanned = ble->scanned || view->listening || !view->can_listen;
	return ble->has_beacon && ble->scanned;
}

/* Shows the listener one after the other who could be dialled, until it dials one. */
static void offer(struct ble *ble)
{
	while (!ble->dial) {
		const struct ble_near_neighbour *neighbour = ble_near_choose(&ble->near, now_of(ble), chance_below(UINT32_MAX));
		if (!neighbour)
			return;
		struct radio_sighting sighting = {.address_len = ADDRESS_LEN};
		memcpy(sighting.beacon, neighbour->beacon, BEACON_SIZE);
		memcpy(sighting.address, neighbour->address.bytes, BLE_LINK_ADDRESS_SIZE);
		sighting.address[BLE_LINK_ADDRESS_SIZE] = neighbour->address.kind;
		ble->upward->sighting(ble->upward->owner, &ble->radio, &sighting);
	}
}

static void step(void *owner)
{
	struct ble *ble = owner;
	struct ble_near_counts counts;
	struct duty_view view;
	struct duty_orders orders;
	ble->again = false;
	note_wake(ble);
	note_adapter(ble);
	refresh(ble);
	describe(ble, &counts, &view);
	uint64_t next = end_idle(ble, &view);
	duty_step(&ble->duty, &view, now_of(ble), &orders);
	ble->pace = orders.pace;
	ble->silent = orders.silent;
	if (orders.silent)
		end_all(ble);
	if (orders.renew) {
		ble->renewing = true;
		ble->has_beacon = ble->scanned = false;
		ble_near_begin(&ble->near, now_of(ble));
		ble->privacy = ble_privacy_of(ble->own.bytes);
		ble->upward->renew(ble->upward->owner, &ble->radio);
	}
	keep_listening(ble);
	bluez_advertise(ble->bluez, orders.advertise && may_advertise(ble, &view) ? ble->beacon : NULL);
	bluez_scan(ble->bluez, orders.listen);
	if (orders.dial)
		offer(ble);
	next = earlier(next, orders.next_ms);
	if (!is_trapped(ble))
		next = earlier(next, counts.next_wait_ms);
	if (ble->refresh_until_ms > now_of(ble))
		next = earlier(next, ble->refresh_until_ms);
	if (!ble->listening && !ble->silent && ble->has_own)
		next = earlier(next, ble->listen_again_ms);
	loop_timer_set(ble->timer, ble->again ? 0 : next);
}

static void adapter_changed(void *owner)
{
	struct ble *ble = owner;
	note_wake(ble);
	wake(ble);
}

static void device_heard(void *owner, const struct bluez_sighting *heard)
{
	struct ble *ble = owner;
	struct ble_link_address from = {.kind = heard->address_random ? BLE_LINK_RANDOM : BLE_LINK_PUBLIC};
	note_wake(ble);
	if (ble->has_beacon && !memcmp(heard->beacon, ble->beacon, BEACON_NONCE_SIZE))
		return;
	memcpy(from.bytes, heard->address, sizeof from.bytes);
	(void)ble_near_heard(&ble->near, heard->beacon, &from, now_of(ble), DUTY_FRESH_MS); /* step() counts them */
	wake(ble);
}

static void radio_beacon(struct radio *radio, const uint8_t beacon[static BEACON_SIZE])
{
	struct ble *ble = radio->state;
	uint64_t now = now_of(ble);
	bool changed = !ble->has_beacon || memcmp(ble->beacon, beacon, BEACON_SIZE) != 0;
	memcpy(ble->beacon, beacon, BEACON_SIZE);
	ble->has_beacon = true;
	if (ble->renewing) {
		ble->renewing = false;
		duty_renewed(&ble->duty);
	} else if (changed) {
		ble->news_ms = now;
		ble_near_news(&ble->near, now, DUTY_FRESH_MS);
	}
	if (changed)
		wake(ble);
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	struct ble *ble = radio->state;
	if (len != ADDRESS_LEN || ble->dial || ble->silent || !ble->has_own || is_trapped(ble))
		return 0;
	struct ble_link_address to = {.kind = address[BLE_LINK_ADDRESS_SIZE]};
	memcpy(to.bytes, address, sizeof to.bytes);
	uint32_t link = ble_link_connect(ble->links, &ble->own, &to);
	if (!link)
		return 0;
	ble->dial = link;
	ble->dial_to = to;
	ble->dial_trap = has_accepted(ble);
	wake(ble);
	return link;
}

static size_t radio_room(struct radio *radio, uint32_t link)
{
	const struct ble *ble = radio->state;
	return ble_link_room(ble->links, link);
}

static void radio_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	const struct ble *ble = radio->state;
	ble_link_send(ble->links, link, bytes, len);
}

static void radio_close(struct radio *radio, uint32_t link)
{
	struct ble *ble = radio->state;
	drop(ble, link);
	wake(ble);
}

static void radio_hurry(struct radio *radio, bool urgent)
{
	struct ble *ble = radio->state;
	if (ble->urgent == urgent)
		return;
	ble->urgent = urgent;
	wake(ble);
}

static void radio_report(struct radio *radio, struct radio_report *report)
{
	const struct ble *ble = radio->state;
	const struct bluez_adapter *adapter = bluez_adapter(ble->bluez);
	bool fine = adapter->trouble == RADIO_FINE;
	*report = (struct radio_report){
		.trouble = adapter->trouble,
		.seen = fine && adapter->peripheral,
		.sees = fine && adapter->central,
		.private_air = fine && ble->privacy == BLE_PRIVACY_ON,
		.heard = ble_near_count(&ble->near, now_of(ble), REPORT_HEARD_MS).heard,
		.scheduled = true,
		.pace = ble->pace,
	};
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link && link->up)
			report->links++;
	}
	memcpy(report->airtime, duty_airtime(&ble->duty), sizeof report->airtime);
}

static void radio_free(struct radio *radio)
{
	ble_close(radio->state);
}

enum err ble_open(struct ble **out, struct loop *loop, const struct radio_listener *listener, const struct ble_config *config)
{
	assert(listener->renew && config->malformed);
	*out = NULL;
	struct ble *ble = calloc(1, sizeof *ble);
	if (!ble)
		return ERR_MEMORY;
	ble->radio = (struct radio){
		.name = "bluetooth",
		.state = ble,
		.slow = true,
		.beacon = radio_beacon,
		.connect = radio_connect,
		.room = radio_room,
		.send = radio_send,
		.close = radio_close,
		.hurry = radio_hurry,
		.report = radio_report,
		.free = radio_free,
	};
	ble->loop = loop;
	ble->upward = listener;
	ble->pace = RADIO_PACE_SEARCH;
	ble->silent = true;
	ble->news_ms = now_of(ble);
	duty_open(&ble->duty, chance_below(UINT32_MAX), (uint64_t)config->rotation_s * 1000);
	battery_open(&ble->battery, config->supplies);
	ble->bluez_listener = (struct bluez_listener){ble, adapter_changed, device_heard};
	ble->link_listener = (struct ble_link_listener){ble, link_up, link_input, link_writable, link_down};
	enum err err = ERR_MEMORY;
	ble->timer = loop_timer_new(loop, step, ble);
	if (ble->timer)
		err = ble_link_open(&ble->links, loop, &ble->link_listener);
	if (err == ERR_OK)
		err = bluez_open(&ble->bluez, loop, config->adapter, &ble->bluez_listener, config->malformed);
	if (err != ERR_OK) {
		ble_link_close(ble->links);
		loop_timer_free(ble->timer);
		free(ble);
		return err;
	}
	wake(ble);
	*out = ble;
	return ERR_OK;
}

void ble_close(struct ble *ble)
{
	if (!ble)
		return;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link)
			drop(ble, link->number);
	}
	ble_link_close(ble->links);
	bluez_close(ble->bluez);
	loop_timer_free(ble->timer);
	free(ble);
}

struct radio *ble_radio(struct ble *ble)
{
	return &ble->radio;
}
