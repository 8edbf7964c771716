#include "platform/linux/ble.h"

#include "platform/chance.h"
#include "platform/linux/battery.h"
#include "platform/linux/ble_privacy.h"
#include "platform/linux/bluez.h"
#include "platform/log.h"
#include "platform/scout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	LISTEN_AGAIN_MS = 10000,
	REPORT_HEARD_MS = 60000, /* what the report calls near */
	REFRESHES_MAX = 2,
	REFRESH_MS = 3000, /* an adapter that is to take a new address at our start does so within this, or it is in use and will not */
};

static_assert((int)BLUEZ_ADDRESS_SIZE == (int)BLE_LINK_ADDRESS_SIZE, "one kind of address");
static_assert((int)SCOUT_LINKS_MAX == (int)BLE_LINK_MAX, "one bound of links");
static_assert((int)NEAR_ADDRESS_SIZE == BLE_LINK_ADDRESS_SIZE + 1, "a name of a neighbour is its address and the kind of it");

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
	struct scout scout;
	struct battery battery;

	struct ble_link_address own; /* the adapter's identity, while has_own */
	bool has_own;
	enum ble_privacy privacy;
	unsigned refreshes; /* tried */
	uint64_t refresh_until_ms;
	bool listening;
	bool listen_warned;
	uint64_t listen_again_ms;

	bool silent; /* no link may live */
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
	scout_woke(&ble->scout, now_of(ble));
}

static struct near_address name_of(const struct ble_link_address *address)
{
	struct near_address name;
	memcpy(name.bytes, address->bytes, sizeof address->bytes);
	name.bytes[BLE_LINK_ADDRESS_SIZE] = address->kind;
	return name;
}

static struct scout_view describe(struct ble *ble)
{
	const struct bluez_adapter *adapter = bluez_adapter(ble->bluez);
	uint64_t now = now_of(ble);
	bool fine = adapter->trouble == RADIO_FINE;
	struct scout_view view = {
		.able = fine && now >= ble->refresh_until_ms,
		.can_advertise = fine && adapter->peripheral,
		.can_listen = fine && adapter->central,
		.advertising = fine && adapter->advertising,
		.listening = fine && adapter->scanning,
		.battery = battery_level(&ble->battery, now),
	};
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link)
			view.links[view.link_count++] = (struct scout_link){
				.number = link->number,
				.up = link->up,
				.accepted = link->accepted,
				.other = name_of(&link->other),
				.traffic_ms = link->traffic_ms,
			};
	}
	return view;
}

/*
 * After the end of a link, or of an attempt to open one: bluetoothd has a channel of its own on every connection, so that it would live on without
 * ours, through silence and rotation, and be in the way of the next. Forgetting the device ends it, and a device that is none any more is gone, too.
 */
static void let_go(struct ble *ble, uint32_t link, const struct ble_link_address *address)
{
	struct scout_view view = describe(ble);
	struct near_address name = name_of(address);
	if (scout_let_go(&ble->scout, &view, link, &name, now_of(ble)))
		bluez_forget(ble->bluez, address->bytes);
}

/* Ends a link, upward without a word. */
static void drop(struct ble *ble, uint32_t number)
{
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (!link || link->number != number)
			continue;
		struct ble_link_address other = link->other;
		ble_link_end(ble->links, number);
		let_go(ble, number, &other);
	}
}

static void link_up(void *owner, const struct ble_link_facts *link)
{
	struct ble *ble = owner;
	struct near_address name = name_of(&link->other);
	note_wake(ble);
	if (!scout_up(&ble->scout, link->number, &name)) {
		drop(ble, link->number);
		return;
	}
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
	scout_down(&ble->scout, link->number, now_of(ble), chance_below(UINT32_MAX));
	let_go(ble, link->number, &link->other);
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
		scout_address_lost(&ble->scout);
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

/* Shows the listener one after the other who could be dialled, until it dials one. */
static void offer(struct ble *ble)
{
	const struct near_neighbour *neighbour;
	while ((neighbour = scout_offer(&ble->scout, now_of(ble), chance_below(UINT32_MAX))) != NULL) {
		struct radio_sighting sighting = {.address_len = NEAR_ADDRESS_SIZE};
		memcpy(sighting.beacon, neighbour->beacon, BEACON_SIZE);
		memcpy(sighting.address, neighbour->address.bytes, NEAR_ADDRESS_SIZE);
		ble->upward->sighting(ble->upward->owner, &ble->radio, &sighting);
	}
}

static void step(void *owner)
{
	struct ble *ble = owner;
	struct scout_orders orders;
	ble->again = false;
	note_wake(ble);
	note_adapter(ble);
	refresh(ble);
	struct scout_view view = describe(ble);
	scout_step(&ble->scout, &view, now_of(ble), &orders);
	ble->silent = orders.silent;
	for (unsigned i = 0; i < orders.idle_count; i++)
		end_link(ble, orders.idle[i]);
	if (orders.silent)
		end_all(ble);
	if (orders.renew) {
		ble->privacy = ble_privacy_of(ble->own.bytes);
		ble->upward->renew(ble->upward->owner, &ble->radio);
	}
	keep_listening(ble);
	bluez_advertise(ble->bluez, orders.advertise ? scout_shown(&ble->scout) : NULL);
	bluez_scan(ble->bluez, orders.listen);
	if (orders.dial)
		offer(ble);
	uint64_t next = orders.next_ms;
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
	memcpy(from.bytes, heard->address, sizeof from.bytes);
	struct near_address name = name_of(&from);
	if (scout_heard(&ble->scout, heard->beacon, &name, now_of(ble)))
		wake(ble);
}

static void radio_beacon(struct radio *radio, const uint8_t beacon[static BEACON_SIZE])
{
	struct ble *ble = radio->state;
	if (scout_beacon(&ble->scout, beacon, now_of(ble)))
		wake(ble);
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	struct ble *ble = radio->state;
	struct scout_view view = describe(ble);
	if (len != NEAR_ADDRESS_SIZE || !ble->has_own || !scout_may_dial(&ble->scout, &view, now_of(ble)))
		return 0;
	struct ble_link_address to = {.kind = address[BLE_LINK_ADDRESS_SIZE]};
	memcpy(to.bytes, address, sizeof to.bytes);
	uint32_t link = ble_link_connect(ble->links, &ble->own, &to);
	if (!link)
		return 0;
	struct near_address name = name_of(&to);
	scout_dials(&ble->scout, &view, link, &name);
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
	if (scout_hurry(&ble->scout, urgent))
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
		.heard = scout_neighbours(&ble->scout, now_of(ble), REPORT_HEARD_MS),
		.scheduled = true,
		.pace = scout_pace(&ble->scout),
	};
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *link = ble_link_at(ble->links, i);
		if (link && link->up)
			report->links++;
	}
	memcpy(report->airtime, scout_airtime(&ble->scout), sizeof report->airtime);
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
	ble->silent = true;
	scout_open(&ble->scout, chance_below(UINT32_MAX), (uint64_t)config->rotation_s * 1000, now_of(ble));
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
