#include "platform/linux/wpa_group.h"

#include "platform/chance.h"
#include "platform/linux/wpa.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INTERFACES_MAX = 16, UUID_SIZE = 37, HEX_SIZE = 2 * LANE_SSID_MAX + 1, ADDRESS_LIFETIME = 60, ADDRESS_LIFETIME_MAX = 1000000 };

enum group_state {
	STATE_NEW,
	STATE_ASKING, /* what the station does */
	STATE_SCANNING,
	STATE_FORMING, /* commands are queued, or done and the group begins */
	STATE_FORMED,
	STATE_ENDING, /* what there is of it is taken away */
	STATE_OVER,
};

struct wpa_group {
	struct loop *loop;
	const char *folder;
	struct wpa_scout_found found;
	const struct wpa_group_listener *listener;
	struct wpa *management, *station;
	struct wpa *own; /* the group's own, to mark it; NULL before and after */
	struct loop_timer *timer;
	enum group_state state;
	bool making;
	bool plain;
	bool has_network; /* network is ours, of the station */
	unsigned network;
	bool prepared; /* the station's settings are others than these: */
	unsigned ap_scan, address_lifetime, scan_address;
	wpa_group_random *random;
	enum wpa_group_end how;
	struct lane_group other;
	char interface[IF_NAMESIZE]; /* empty: not known */
	unsigned before_count;
	char before[INTERFACES_MAX][IF_NAMESIZE]; /* interfaces that are none of ours */
	bool before_known;
};

static void end(struct wpa_group *group, enum wpa_group_end how);

static void hush(struct wpa_group *group)
{
	wpa_close(group->own);
	wpa_close(group->management);
	wpa_close(group->station);
	group->own = group->management = group->station = NULL;
	loop_timer_set(group->timer, LOOP_NEVER);
	explicit_bzero(&group->other, sizeof group->other);
}

static void over(struct wpa_group *group, enum wpa_group_end how)
{
	assert(group->state != STATE_OVER);
	hush(group);
	group->state = STATE_OVER;
	group->listener->ended(group->listener->owner, how);
}

static void own_gone(void *owner)
{
	struct wpa_group *group = owner;
	wpa_close(group->own);
	group->own = NULL;
}

static void heard_marked(void *owner, const char *text)
{
	(void)text; /* without a mark the group is ended all the same, unless we are killed */
	own_gone(owner);
}

/* So that the group can be told from the person's own when we are killed and start again. */
static void mark(struct wpa_group *group)
{
	struct wpa_listener listener = {.owner = group, .gone = own_gone};
	if (wpa_open(&group->own, group->loop, group->folder, group->interface, &listener) == ERR_OK)
		wpa_ask(group->own, heard_marked, "SET_NETWORK 0 id_str " WPA_SCOUT_MARK);
}

static bool was_before(const struct wpa_group *group, const char *interface)
{
	for (unsigned i = 0; i < group->before_count; i++)
		if (!strcmp(group->before[i], interface))
			return true;
	return false;
}

static bool may_be_ours(const struct wpa_group *group, const char *interface)
{
	return group->before_known && !was_before(group, interface) && !strncmp(interface, "p2p-", 4);
}

static void heard_all_done(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	(void)text; /* it only says that all before it was answered */
	over(group, group->how);
}

static void heard_interfaces_after(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	char interface[IF_NAMESIZE];
	while (wpa_text_interface(&text, interface))
		if (may_be_ours(group, interface))
			wpa_ask(group->management, NULL, "P2P_GROUP_REMOVE %s", interface);
	wpa_ask(group->management, heard_all_done, "PING");
}

static void heard_quiet(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	(void)text; /* what was queued before is answered, so it is known what there is */
	if (group->has_network)
		wpa_ask(group->station, NULL, "REMOVE_NETWORK %u", group->network);
	if (group->prepared) {
		wpa_ask(group->station, NULL, "AP_SCAN %u", group->ap_scan);
		wpa_ask(group->station, NULL, "SET rand_addr_lifetime %u", group->address_lifetime);
		wpa_ask(group->station, NULL, "SET preassoc_mac_addr %u", group->scan_address);
	}
	wpa_ask(group->station, heard_all_done, "PING");
}

static void end(struct wpa_group *group, enum wpa_group_end how)
{
	assert(group->state != STATE_OVER);
	if (group->state == STATE_ENDING)
		return;
	group->state = STATE_ENDING;
	group->how = how;
	loop_timer_set(group->timer, LOOP_NEVER);
	/* Commands that were queued before are answered first, so what they made is seen. */
	if (group->plain)
		wpa_ask(group->station, heard_quiet, "PING");
	else if (!*group->interface)
		wpa_ask(group->management, heard_interfaces_after, "INTERFACES");
	else {
		if (how != WPA_GROUP_REMOVED)
			wpa_ask(group->management, NULL, "P2P_GROUP_REMOVE %s", group->interface);
		wpa_ask(group->management, heard_all_done, "PING");
	}
}

static void heard_added(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	if (group->state == STATE_FORMING && strcmp(text, "OK") != 0)
		end(group, WPA_GROUP_REFUSED);
}

static void text_of(const uint8_t *bytes, size_t len, char text[static HEX_SIZE])
{
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void heard_network(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	unsigned network;
	if (!wpa_text_number(text, WPA_TEXT_NETWORK_MAX, &network)) {
		if (group->state == STATE_FORMING)
			end(group, WPA_GROUP_REFUSED);
		return;
	}
	if (group->state == STATE_FORMING) {
		struct wpa *wpa = group->management;
		char ssid[HEX_SIZE];
		text_of(group->other.ssid, group->other.ssid_len, ssid);
		/* The mark first: if we are killed from here on, it is recognized. */
		wpa_ask(wpa, NULL, "SET_NETWORK %u id_str " WPA_SCOUT_MARK, network);
		wpa_ask(wpa, NULL, "SET_NETWORK %u disabled 2", network);
		wpa_ask(wpa, NULL, "SET_NETWORK %u ssid %s", network, ssid);
		/* By it the service finds the group in what was scanned, and with it the one channel to look at. */
		const uint8_t *device = group->other.bssid;
		wpa_ask(wpa, NULL, "SET_NETWORK %u bssid %02x:%02x:%02x:%02x:%02x:%02x", network, device[0], device[1], device[2], device[3],
			device[4], device[5]);
		wpa_ask(wpa, NULL, "SET_NETWORK %u psk \"%.*s\"", network, (int)group->other.passphrase_len, (const char *)group->other.passphrase);
		wpa_ask(wpa, heard_added, "P2P_GROUP_ADD persistent=%u freq=%u", network, (unsigned)group->other.frequency_mhz);
	}
	/* The group has its own copy by now. */
	wpa_ask(group->management, NULL, "REMOVE_NETWORK %u", network);
}

static void heard_interfaces_before(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	group->before_count = 0;
	while (group->before_count < INTERFACES_MAX && wpa_text_interface(&text, group->before[group->before_count]))
		group->before_count++;
	/* Where there are more than fit, none can be said to be new. */
	group->before_known = group->before_count < INTERFACES_MAX;
}

static void random_uuid(char uuid[static UUID_SIZE])
{
	uint32_t random[4];
	for (unsigned i = 0; i < 4; i++)
		random[i] = chance_below(UINT32_MAX);
	snprintf(uuid, UUID_SIZE, "%08x-%04x-4%03x-%04x-%04x%08x", random[0], random[1] >> 16, random[1] & 0xfff, 0x8000 | (random[2] >> 18),
		 random[2] & 0xffff, random[3]);
}

/* What groups, access points and searches show. None of it is saved, and the person's own networks do not use it. */
static void make_unlinkable(struct wpa *wpa)
{
	static const char *const empty[] = {"device_name", "manufacturer", "model_name", "model_number", "serial_number", "p2p_ssid_postfix"};
	char uuid[UUID_SIZE];
	random_uuid(uuid);
	for (unsigned i = 0; i < sizeof empty / sizeof *empty; i++)
		wpa_ask(wpa, NULL, "SET %s ", empty[i]);
	wpa_ask(wpa, NULL, "SET uuid %s", uuid);
}

static void make_group_unlinkable(struct wpa_group *group)
{
	make_unlinkable(group->management);
	wpa_ask(group->management, NULL, "SET p2p_interface_random_mac_addr 1");
	wpa_ask(group->management, NULL, "SET p2p_passphrase_len %u", (unsigned)WPA_GROUP_PASSPHRASE);
}

/* The network of a plain one, which the station then takes. */
static void heard_plain_network(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	struct wpa *wpa = group->station;
	char ssid[HEX_SIZE];
	group->has_network = wpa_text_number(text, WPA_TEXT_NETWORK_MAX, &group->network);
	if (group->state != STATE_FORMING)
		return;
	if (!group->has_network) {
		end(group, WPA_GROUP_REFUSED);
		return;
	}
	unsigned id = group->network;
	unsigned frequency = group->other.frequency_mhz;
	text_of(group->other.ssid, group->other.ssid_len, ssid);
	wpa_ask(wpa, NULL, "SET_NETWORK %u id_str " WPA_SCOUT_MARK, id);
	wpa_ask(wpa, NULL, "SET_NETWORK %u mode %u", id, group->making ? 2u : 0u);
	wpa_ask(wpa, NULL, "SET_NETWORK %u ssid %s", id, ssid);
	wpa_ask(wpa, NULL, "SET_NETWORK %u psk \"%.*s\"", id, (int)group->other.passphrase_len, (const char *)group->other.passphrase);
	wpa_ask(wpa, NULL, "SET_NETWORK %u key_mgmt WPA-PSK", id);
	wpa_ask(wpa, NULL, "SET_NETWORK %u proto RSN", id);
	wpa_ask(wpa, NULL, "SET_NETWORK %u pairwise CCMP", id);
	wpa_ask(wpa, NULL, "SET_NETWORK %u wps_disabled 1", id);
	wpa_ask(wpa, NULL, "SET_NETWORK %u mac_addr 1", id);
	wpa_ask(wpa, NULL, "SET_NETWORK %u %s %u", id, group->making ? "frequency" : "freq_list", frequency);
	wpa_ask(wpa, NULL, "SET_NETWORK %u scan_freq %u", id, frequency);
	/* Without these an access point searches for others, first or as soon as it is on the air. */
	if (group->making) {
		wpa_ask(wpa, NULL, "BSS_FLUSH 0");
		wpa_ask(wpa, NULL, "AP_SCAN 2");
	}
	wpa_ask(wpa, heard_added, "SELECT_NETWORK %u", id);
}

static void heard_ap_scan(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	(void)wpa_text_number(text, 2, &group->ap_scan); /* else it stays what it is unless set otherwise */
}

static void heard_address_lifetime(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	(void)wpa_text_number(text, ADDRESS_LIFETIME_MAX, &group->address_lifetime);
}

static void heard_scan_address(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	(void)wpa_text_number(text, 2, &group->scan_address);
}

/* New addresses each time, while searching too; else they would be the same for a minute, and the card's own. */
static void prepare_plain(struct wpa_group *group)
{
	group->prepared = true;
	wpa_ask(group->station, heard_ap_scan, "GET ap_scan");
	wpa_ask(group->station, heard_address_lifetime, "GET rand_addr_lifetime");
	wpa_ask(group->station, heard_scan_address, "GET preassoc_mac_addr");
	wpa_ask(group->station, NULL, "SET rand_addr_lifetime 0");
	wpa_ask(group->station, NULL, "SET preassoc_mac_addr 1");
	make_unlinkable(group->station);
}

static void form(struct wpa_group *group)
{
	group->state = STATE_FORMING;
	loop_timer_set(group->timer, loop_now(group->loop).boot_ms + WPA_GROUP_FORM_MS);
	if (group->plain) {
		wpa_ask(group->station, heard_plain_network, "ADD_NETWORK");
		return;
	}
	wpa_ask(group->management, heard_interfaces_before, "INTERFACES");
	make_group_unlinkable(group);
	if (group->making)
		wpa_ask(group->management, heard_added, "P2P_GROUP_ADD freq=%u", (unsigned)group->other.frequency_mhz);
	else
		wpa_ask(group->management, heard_network, "ADD_NETWORK");
}

static void heard_scan(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	/* Busy with a scan of its own: the group will be found more slowly. */
	if (group->state == STATE_SCANNING && strcmp(text, "OK") != 0)
		form(group);
}

/* A passive scan of the one channel sends nothing and takes 150 ms, after which the group is known; else every channel is scanned, which takes 4 s or
 * more. */
static void scan(struct wpa_group *group)
{
	group->state = STATE_SCANNING;
	loop_timer_set(group->timer, loop_now(group->loop).boot_ms + WPA_GROUP_SCAN_MS);
	wpa_ask(group->station, heard_scan, "SCAN TYPE=ONLY freq=%u passive=1", (unsigned)group->other.frequency_mhz);
}

static void heard_channels(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	char value[WPA_TEXT_VALUE_SIZE];
	unsigned channels;
	if (group->state != STATE_ASKING)
		return;
	if (wpa_text_value(text, "capa.num_multichan_concurrent", value) && wpa_text_number(value, UINT16_MAX, &channels) && channels > 1)
		scan(group);
	else
		end(group, WPA_GROUP_UNFIT); /* the person's own network would be cut off */
}

/* The frequency of the person's own network; 0: it has none now. */
static unsigned station_frequency(const char *status)
{
	char value[WPA_TEXT_VALUE_SIZE];
	unsigned frequency;
	if (!wpa_text_value(status, "wpa_state", value) || strcmp(value, "COMPLETED") != 0)
		return 0;
	return wpa_text_value(status, "freq", value) && wpa_text_number(value, UINT16_MAX, &frequency) ? frequency : 0;
}

static uint16_t social_frequency(void)
{
	static const uint16_t social_mhz[] = {2412, 2437, 2462};
	return social_mhz[chance_below(3)];
}

static void heard_station(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	if (group->state != STATE_ASKING)
		return;
	unsigned busy_mhz = station_frequency(text);
	if (group->making) {
		/* Most chips are on one channel at a time. */
		group->other.frequency_mhz = busy_mhz ? (uint16_t)busy_mhz : social_frequency();
		form(group);
	} else if (busy_mhz && busy_mhz != group->other.frequency_mhz)
		wpa_ask(group->station, heard_channels, "STATUS-DRIVER");
	else
		scan(group);
}

static void draw_text(struct wpa_group *group, uint8_t *out, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static_assert(sizeof letters == 64 + 1, "six bits are a letter");
	group->random(out, len);
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)letters[out[i] & 63];
}

static void heard_networks(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	unsigned network;
	bool stored_group;
	bool idle = true;
	if (group->state != STATE_ASKING)
		return;
	while (wpa_text_network(&text, &network, &stored_group))
		idle = idle && stored_group;
	bool can_plain = idle && group->found.plain;
	if (group->making && can_plain) {
		group->plain = true;
		group->other.frequency_mhz = social_frequency();
		group->other.ssid_len = WPA_GROUP_SSID;
		group->other.passphrase_len = WPA_GROUP_PASSPHRASE;
		draw_text(group, group->other.ssid, WPA_GROUP_SSID);
		draw_text(group, group->other.passphrase, WPA_GROUP_PASSPHRASE);
		prepare_plain(group);
		form(group);
	} else if (group->plain && can_plain) {
		prepare_plain(group);
		scan(group);
	} else if (!group->plain && group->found.p2p)
		wpa_ask(group->station, heard_station, "STATUS");
	else
		end(group, WPA_GROUP_UNFIT);
}

static bool is_expected(const struct wpa_group *group, const struct wpa_text_group *started)
{
	if (started->maker != group->making || was_before(group, started->interface))
		return false;
	return group->making || (started->ssid_len == group->other.ssid_len && !memcmp(started->ssid, group->other.ssid, started->ssid_len));
}

static void management_event(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	const char *event = wpa_text_event(text);
	struct wpa_text_group started;
	if (group->state == STATE_FORMING && wpa_text_group(event, &started) && is_expected(group, &started)) {
		memcpy(group->interface, started.interface, sizeof group->interface);
		group->state = STATE_FORMED;
		loop_timer_set(group->timer, LOOP_NEVER);
		mark(group);
		group->listener->formed(group->listener->owner, &started);
	} else if (group->state == STATE_FORMED && wpa_text_removed(event, group->interface))
		end(group, WPA_GROUP_REMOVED);
	else if (group->state == STATE_FORMED && group->making && wpa_text_is(event, "AP-STA-DISCONNECTED"))
		group->listener->left(group->listener->owner);
	else if (group->state == STATE_FORMING && !group->making && wpa_text_is(event, "P2P-GROUP-FORMATION-FAILURE"))
		end(group, WPA_GROUP_REFUSED);
	explicit_bzero(&started, sizeof started);
}

/* A plain one is there. */
static void plain_formed(struct wpa_group *group)
{
	struct wpa_text_group formed = {.maker = group->making, .frequency_mhz = group->other.frequency_mhz};
	memcpy(formed.interface, group->found.station, sizeof formed.interface);
	formed.ssid_len = group->other.ssid_len;
	formed.passphrase_len = group->other.passphrase_len;
	memcpy(formed.ssid, group->other.ssid, sizeof formed.ssid);
	memcpy(formed.passphrase, group->other.passphrase, sizeof formed.passphrase);
	group->state = STATE_FORMED;
	loop_timer_set(group->timer, LOOP_NEVER);
	group->listener->formed(group->listener->owner, &formed);
	explicit_bzero(&formed, sizeof formed);
}

/* Whether somebody else gives the station a network: it is theirs. */
static bool is_claimed(const struct wpa_group *group, const char *event)
{
	static const char word[] = "CTRL-EVENT-NETWORK-ADDED ";
	unsigned network;
	return !strncmp(event, word, sizeof word - 1) && wpa_text_number(event + sizeof word - 1, WPA_TEXT_NETWORK_MAX, &network) &&
	       network != group->network;
}

static void plain_event(struct wpa_group *group, const char *event)
{
	bool formed = group->state == STATE_FORMED;
	if (!formed && group->state != STATE_FORMING)
		return;
	if (is_claimed(group, event))
		end(group, WPA_GROUP_REMOVED);
	else if (!formed && wpa_text_is(event, group->making ? "AP-ENABLED" : "CTRL-EVENT-CONNECTED"))
		plain_formed(group);
	else if (formed && wpa_text_is(event, group->making ? "AP-DISABLED" : "CTRL-EVENT-DISCONNECTED"))
		end(group, WPA_GROUP_REMOVED);
	else if (!formed && wpa_text_is(event, group->making ? "AP-DISABLED" : "CTRL-EVENT-SSID-TEMP-DISABLED"))
		end(group, WPA_GROUP_REFUSED);
	else if (formed && group->making && wpa_text_is(event, "AP-STA-DISCONNECTED"))
		group->listener->left(group->listener->owner);
}

static void station_event(void *owner, const char *text)
{
	struct wpa_group *group = owner;
	const char *event = wpa_text_event(text);
	if (group->state == STATE_SCANNING && (wpa_text_is(event, "CTRL-EVENT-SCAN-RESULTS") || wpa_text_is(event, "CTRL-EVENT-SCAN-FAILED")))
		form(group);
	else if (group->plain && group->has_network)
		plain_event(group, event);
}

static void gone(void *owner)
{
	over(owner, WPA_GROUP_GONE);
}

static void timer_fired(void *owner)
{
	struct wpa_group *group = owner;
	if (group->state == STATE_SCANNING)
		form(group);
	else
		end(group, WPA_GROUP_REFUSED);
}

void wpa_group_make(struct wpa_group *group, wpa_group_random *random)
{
	assert(group->state == STATE_NEW);
	group->state = STATE_ASKING;
	group->making = true;
	group->random = random;
	wpa_ask(group->station, heard_networks, "LIST_NETWORKS");
}

void wpa_group_join(struct wpa_group *group, const struct lane_group *other)
{
	static const uint8_t zero[sizeof other->bssid];
	assert(group->state == STATE_NEW);
	assert(other->ssid_len > 0 && other->ssid_len <= LANE_SSID_MAX);
	assert(other->passphrase_len <= LANE_PASSPHRASE_MAX);
	group->state = STATE_ASKING;
	group->other = *other;
	group->plain = !memcmp(other->bssid, zero, sizeof zero);
	wpa_ask(group->station, heard_networks, "LIST_NETWORKS");
}

void wpa_group_end(struct wpa_group *group)
{
	if (group->state != STATE_OVER)
		end(group, WPA_GROUP_ENDED);
}

enum err wpa_group_open(struct wpa_group **out, struct loop *loop, const char *folder, const struct wpa_scout_found *found,
			const struct wpa_group_listener *listener)
{
	assert(found->trouble == RADIO_FINE);
	*out = NULL;
	struct wpa_group *group = calloc(1, sizeof *group);
	if (!group)
		return ERR_MEMORY;
	*group = (struct wpa_group){
		.loop = loop, .folder = folder, .found = *found, .listener = listener, .ap_scan = 1, .address_lifetime = ADDRESS_LIFETIME};
	group->timer = loop_timer_new(loop, timer_fired, group);
	if (!group->timer) {
		free(group);
		return ERR_MEMORY;
	}
	struct wpa_listener management = {.owner = group, .event = management_event, .gone = gone};
	struct wpa_listener station = {.owner = group, .event = station_event, .gone = gone};
	enum err err = wpa_open(&group->management, loop, folder, found->management, &management);
	if (err == ERR_OK)
		err = wpa_open(&group->station, loop, folder, found->station, &station);
	if (err != ERR_OK) {
		wpa_group_close(group);
		return err;
	}
	*out = group;
	return ERR_OK;
}

/* The program ends: what there is of a group is told to go. */
static void abandon(struct wpa_group *group)
{
	char text[WPA_TEXT_MAX + 1];
	char interface[IF_NAMESIZE];
	const char *at = text;
	if (group->has_network)
		wpa_tell(group->station, "REMOVE_NETWORK %u", group->network);
	if (group->prepared) {
		wpa_tell(group->station, "AP_SCAN %u", group->ap_scan);
		wpa_tell(group->station, "SET rand_addr_lifetime %u", group->address_lifetime);
		wpa_tell(group->station, "SET preassoc_mac_addr %u", group->scan_address);
	} else if (*group->interface)
		wpa_tell(group->management, "P2P_GROUP_REMOVE %s", group->interface);
	else if (group->before_known && wpa_final(group->management, "INTERFACES", text))
		while (wpa_text_interface(&at, interface))
			if (may_be_ours(group, interface))
				wpa_tell(group->management, "P2P_GROUP_REMOVE %s", interface);
}

void wpa_group_close(struct wpa_group *group)
{
	if (!group)
		return;
	if (group->management && group->state != STATE_OVER)
		abandon(group);
	hush(group);
	loop_timer_free(group->timer);
	explicit_bzero(group, sizeof *group);
	free(group);
}
