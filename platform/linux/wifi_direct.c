#include "platform/linux/wifi_direct.h"

#include "platform/linux/wpa_group.h"
#include "platform/linux/wpa_scout.h"
#include "platform/log.h"

#include <assert.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

enum { TRY_MS = 150, WATCH_MS = 1000 };

enum lane_state {
	STATE_NONE,
	STATE_FORMING,    /* the group begins */
	STATE_ADDRESSING, /* the maker waits for its own address */
	STATE_CONNECTING, /* the joiner tries to open a link */
	STATE_OPEN,       /* made or joined: links may cross it */
	STATE_ENDING,     /* over for the listener; the group still has to go */
};

struct wifi_direct {
	struct radio radio;
	struct lane lane;
	struct loop *loop;
	struct tcp *tcp;
	const struct lane_listener *upward;
	const char *folder;
	uint16_t port;
	wpa_group_random *random;
	struct wpa_scout *scout;
	struct wpa_group_listener group_listener;
	struct wpa_group *wpa; /* NULL: no group, and none that has to go */
	struct loop_timer *timer;
	enum lane_state state;
	bool making;
	bool owes_over; /* to be told on a later turn */
	unsigned tries; /* to join, this one included */
	bool attempt;   /* a link is being opened */
	struct lane_group group;
	unsigned interface;  /* the group's; 0: none yet */
	bool linked;         /* a link has been up */
	uint64_t crossed;    /* tcp_traffic_at() when it last changed, ... */
	uint64_t crossed_at; /* ... and when; boot_ms as all of these */
	uint64_t linked_at;  /* there was a link last */
	uint64_t give_up_at; /* with forming, addressing, connecting, waiting for a link */
	uint64_t life_ends_at;
	uint64_t pause_until; /* no group is made before */
	uint64_t pause_ms;
};

static uint64_t now_ms(const struct wifi_direct *wifi)
{
	return loop_now(wifi->loop).boot_ms;
}

static void schedule(struct wifi_direct *wifi)
{
	uint64_t now = now_ms(wifi);
	uint64_t at = LOOP_NEVER;
	switch (wifi->state) {
	case STATE_NONE:
		if (wifi->pause_until > now)
			at = wifi->pause_until;
		break;
	case STATE_FORMING:
		at = wifi->give_up_at;
		break;
	case STATE_ADDRESSING:
	case STATE_CONNECTING:
		at = now + TRY_MS;
		break;
	case STATE_OPEN:
		at = now + (wifi->linked ? WATCH_MS : TRY_MS);
		break;
	case STATE_ENDING:
		break;
	}
	loop_timer_set(wifi->timer, wifi->owes_over ? now : at);
}

static bool lives(const struct wifi_direct *wifi)
{
	return wifi->state != STATE_NONE && wifi->state != STATE_ENDING;
}

static void pause_making(struct wifi_direct *wifi)
{
	uint64_t pause_ms = wifi->pause_ms ? 2 * wifi->pause_ms : WIFI_DIRECT_PAUSE_MS;
	wifi->pause_ms = pause_ms < WIFI_DIRECT_PAUSE_MOST ? pause_ms : WIFI_DIRECT_PAUSE_MOST;
	wifi->pause_until = now_ms(wifi) + wifi->pause_ms;
	log_info("no Wi-Fi Direct group could be made; the next try is in %u s at the earliest", (unsigned)(wifi->pause_ms / 1000));
}

/* Begins to end what there is. */
static void wind_up(struct wifi_direct *wifi)
{
	explicit_bzero(&wifi->group, sizeof wifi->group);
	wifi->state = STATE_ENDING;
	wpa_group_end(wifi->wpa);
	schedule(wifi);
}

static void give_up(struct wifi_direct *wifi)
{
	if (wifi->making && (wifi->state == STATE_FORMING || wifi->state == STATE_ADDRESSING))
		pause_making(wifi);
	wind_up(wifi);
	wifi->upward->over(wifi->upward->owner);
}

static struct resolve_address maker_address(const struct wifi_direct *wifi)
{
	struct resolve_address to = {.len = sizeof to.to.v6};
	to.to.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(wifi->group.port), .sin6_scope_id = wifi->interface};
	memcpy(&to.to.v6.sin6_addr, wifi->group.address, sizeof wifi->group.address);
	return to;
}

static void link_ended(void *owner, enum tcp_end_reason how, uint64_t lived_ms)
{
	struct wifi_direct *wifi = owner;
	(void)lived_ms; /* what a link was good for is not judged here */
	wifi->attempt = false;
	if (how == TCP_END_NEVER_UP || wifi->state != STATE_CONNECTING)
		return;
	/* It came and went between two looks. */
	wifi->state = STATE_OPEN;
	wifi->linked = true;
	wifi->linked_at = wifi->crossed_at = now_ms(wifi);
}

/* The joiner's own address is of no use for a second or two (RFC 4862 5.4), and connect() says so at once. */
static void try_connect(struct wifi_direct *wifi)
{
	unsigned links;
	(void)tcp_traffic_at(wifi->tcp, wifi->interface, &links);
	if (links > 0) {
		wifi->state = STATE_OPEN;
		return;
	}
	if (wifi->attempt)
		return;
	struct resolve_address to = maker_address(wifi);
	struct tcp_origin origin = {.radio = &wifi->radio, .kind = LINK_DIALLED, .ended = link_ended, .owner = wifi};
	wifi->attempt = tcp_connect(wifi->tcp, &to, &origin) != 0;
}

/* Fills in the maker's link-local address. An address the system still checks for duplicates will do: it is ready before
 * anybody has joined. */
static bool read_own_address(struct wifi_direct *wifi)
{
	char name[IF_NAMESIZE];
	struct ifaddrs *found;
	bool has_address = false;
	if (!if_indextoname(wifi->interface, name) || getifaddrs(&found))
		return false;
	for (const struct ifaddrs *each = found; each; each = each->ifa_next) {
		if (!each->ifa_addr || strcmp(each->ifa_name, name) != 0)
			continue;
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)each->ifa_addr;
		if (each->ifa_addr->sa_family != AF_INET6 || !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
			continue;
		memcpy(wifi->group.address, &v6->sin6_addr, sizeof wifi->group.address);
		has_address = true;
	}
	freeifaddrs(found);
	return has_address;
}

static void try_made(struct wifi_direct *wifi)
{
	if (!read_own_address(wifi))
		return;
	uint64_t now = now_ms(wifi);
	wifi->state = STATE_OPEN;
	wifi->pause_ms = 0;
	wifi->give_up_at = now + WIFI_DIRECT_JOIN_MS;
	schedule(wifi);
	wifi->upward->made(wifi->upward->owner, &wifi->group);
}

/* Whether the lane has outlived its use. */
static bool is_spent(struct wifi_direct *wifi)
{
	uint64_t now = now_ms(wifi);
	unsigned links;
	uint64_t crossed = tcp_traffic_at(wifi->tcp, wifi->interface, &links);
	if (links > 0) {
		if (!wifi->linked || crossed != wifi->crossed)
			wifi->crossed_at = now;
		wifi->crossed = crossed;
		wifi->linked_at = now;
		wifi->linked = true;
	}
	if (!wifi->linked)
		return now >= wifi->give_up_at;
	return now - wifi->linked_at >= WIFI_DIRECT_ALONE_MS || now - wifi->crossed_at >= WIFI_DIRECT_IDLE_MS;
}

static void timer_fired(void *owner)
{
	struct wifi_direct *wifi = owner;
	if (wifi->owes_over) {
		wifi->owes_over = false;
		schedule(wifi);
		wifi->upward->over(wifi->upward->owner);
		return;
	}
	uint64_t now = now_ms(wifi);
	switch (wifi->state) {
	case STATE_NONE:
		wifi->upward->able(wifi->upward->owner);
		return;
	case STATE_ENDING:
		return;
	case STATE_ADDRESSING:
		try_made(wifi);
		break;
	case STATE_CONNECTING:
		try_connect(wifi);
		break;
	case STATE_FORMING:
	case STATE_OPEN:
		break;
	}
	if (!lives(wifi))
		return; /* made() ended it */
	bool spent = wifi->state == STATE_OPEN ? is_spent(wifi) : now >= wifi->give_up_at;
	if (spent || now >= wifi->life_ends_at)
		give_up(wifi);
	else
		schedule(wifi);
}

static void group_formed(void *owner, const struct wpa_text_group *formed)
{
	struct wifi_direct *wifi = owner;
	if (!lives(wifi))
		return;
	wifi->interface = if_nametoindex(formed->interface);
	if (wifi->making) {
		wifi->group.frequency_mhz = formed->frequency_mhz;
		wifi->group.port = wifi->port;
		wifi->group.ssid_len = formed->ssid_len;
		wifi->group.passphrase_len = formed->passphrase_len;
		memcpy(wifi->group.bssid, formed->device, sizeof wifi->group.bssid);
		memcpy(wifi->group.ssid, formed->ssid, sizeof wifi->group.ssid);
		memcpy(wifi->group.passphrase, formed->passphrase, sizeof wifi->group.passphrase);
	}
	/* A service that does not tell the passphrase cannot be of use. */
	if (wifi->interface == 0 || (wifi->making && formed->passphrase_len < LANE_PASSPHRASE_MIN)) {
		give_up(wifi);
		return;
	}
	wifi->state = wifi->making ? STATE_ADDRESSING : STATE_CONNECTING;
	schedule(wifi);
}

/* Frames get lost. False: it was tried often enough, or the service is gone. */
static bool join_again(struct wifi_direct *wifi)
{
	if (wifi->tries == WIFI_DIRECT_TRIES || (wifi->state != STATE_FORMING && wifi->state != STATE_CONNECTING))
		return false;
	wpa_group_close(wifi->wpa);
	wifi->wpa = NULL;
	const struct wpa_scout_found *found = wpa_scout_found(wifi->scout);
	if (wpa_group_open(&wifi->wpa, wifi->loop, wifi->folder, found, &wifi->group_listener) != ERR_OK)
		return false;
	wifi->tries++;
	wifi->state = STATE_FORMING;
	wifi->interface = 0;
	schedule(wifi);
	wpa_group_join(wifi->wpa, &wifi->group);
	return true;
}

/* Before a link was up it was only a try. */
static void group_left(void *owner)
{
	struct wifi_direct *wifi = owner;
	if (wifi->state == STATE_OPEN && wifi->linked)
		give_up(wifi);
}

static void group_ended(void *owner, enum wpa_group_end how)
{
	struct wifi_direct *wifi = owner;
	bool tell = lives(wifi);
	bool refused = how == WPA_GROUP_REFUSED || how == WPA_GROUP_UNFIT;
	if (tell && wifi->making && wifi->state == STATE_FORMING && refused)
		pause_making(wifi);
	bool failed = how == WPA_GROUP_REFUSED || how == WPA_GROUP_REMOVED;
	if (tell && !wifi->making && failed && join_again(wifi))
		return;
	wpa_group_close(wifi->wpa);
	wifi->wpa = NULL;
	explicit_bzero(&wifi->group, sizeof wifi->group);
	wifi->state = STATE_NONE;
	wpa_scout_busy(wifi->scout, false);
	/* What was found is not so any more. */
	if (how == WPA_GROUP_GONE || how == WPA_GROUP_UNFIT)
		wpa_scout_lost(wifi->scout);
	schedule(wifi);
	if (tell)
		wifi->upward->over(wifi->upward->owner);
	wifi->upward->able(wifi->upward->owner);
}

/* False: over() is told instead, on a later turn. */
static bool begin(struct wifi_direct *wifi, bool making)
{
	assert(!lives(wifi));
	const struct wpa_scout_found *found = wpa_scout_found(wifi->scout);
	bool can = wifi->state == STATE_NONE && found->trouble == RADIO_FINE;
	if (!can || wpa_group_open(&wifi->wpa, wifi->loop, wifi->folder, found, &wifi->group_listener) != ERR_OK) {
		if (can)
			wpa_scout_lost(wifi->scout);
		wifi->owes_over = true;
		schedule(wifi);
		return false;
	}
	wpa_scout_busy(wifi->scout, true);
	uint64_t now = now_ms(wifi);
	wifi->state = STATE_FORMING;
	wifi->making = making;
	wifi->tries = 1;
	wifi->attempt = wifi->linked = false;
	wifi->interface = 0;
	wifi->crossed = 0;
	wifi->give_up_at = now + (making ? WIFI_DIRECT_MAKE_MS : WIFI_DIRECT_JOIN_MS);
	wifi->life_ends_at = now + WIFI_DIRECT_LIFE_MS;
	schedule(wifi);
	return true;
}

static unsigned lane_can(const struct lane *lane)
{
	const struct wifi_direct *wifi = lane->state;
	if (wifi->state != STATE_NONE || wpa_scout_found(wifi->scout)->trouble != RADIO_FINE)
		return 0;
	return LANE_CAN_JOIN | (now_ms(wifi) >= wifi->pause_until ? LANE_CAN_MAKE : 0);
}

static void lane_make(struct lane *lane)
{
	struct wifi_direct *wifi = lane->state;
	if (begin(wifi, true))
		wpa_group_make(wifi->wpa, wifi->random);
}

static void lane_join(struct lane *lane, const struct lane_group *group)
{
	struct wifi_direct *wifi = lane->state;
	if (begin(wifi, false)) {
		wifi->group = *group;
		wpa_group_join(wifi->wpa, group);
	}
}

static void lane_end(struct lane *lane)
{
	struct wifi_direct *wifi = lane->state;
	wifi->owes_over = false;
	if (lives(wifi))
		wind_up(wifi);
	else
		schedule(wifi);
}

static void scout_changed(void *owner)
{
	struct wifi_direct *wifi = owner;
	wifi->upward->able(wifi->upward->owner);
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	(void)radio; /* links are opened by joining */
	(void)address;
	(void)len;
	return 0;
}

static size_t radio_room(struct radio *radio, uint32_t link)
{
	const struct wifi_direct *wifi = radio->state;
	return tcp_room(wifi->tcp, link);
}

static void radio_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	const struct wifi_direct *wifi = radio->state;
	tcp_send(wifi->tcp, link, bytes, len);
}

static void radio_close(struct radio *radio, uint32_t link)
{
	const struct wifi_direct *wifi = radio->state;
	tcp_end(wifi->tcp, link);
}

static void radio_report(struct radio *radio, struct radio_report *report)
{
	const struct wifi_direct *wifi = radio->state;
	unsigned links = 0;
	if (lives(wifi) && wifi->interface)
		(void)tcp_traffic_at(wifi->tcp, wifi->interface, &links);
	*report = (struct radio_report){.trouble = wpa_scout_found(wifi->scout)->trouble, .links = (uint16_t)links};
	report->private_air = wpa_scout_found(wifi->scout)->plain || wpa_scout_found(wifi->scout)->private_device;
}

static void radio_free(struct radio *radio)
{
	wifi_direct_close(radio->state);
}

enum err wifi_direct_open(struct wifi_direct **out, struct loop *loop, struct tcp *tcp, const struct radio_listener *listener,
			  const struct lane_listener *lane_listener, const struct wifi_direct_config *config)
{
	(void)listener; /* tcp.c speaks to it, on behalf of this radio */
	assert(config->port != 0);
	assert(config->random);
	*out = NULL;
	struct wifi_direct *wifi = calloc(1, sizeof *wifi);
	if (!wifi)
		return ERR_MEMORY;
	*wifi = (struct wifi_direct){
		.loop = loop, .tcp = tcp, .upward = lane_listener, .folder = config->folder, .port = config->port, .random = config->random};
	wifi->radio = (struct radio){
		.name = "wifi-direct",
		.state = wifi,
		.connect = radio_connect,
		.room = radio_room,
		.send = radio_send,
		.close = radio_close,
		.report = radio_report,
		.free = radio_free,
	};
	wifi->lane = (struct lane){.state = wifi, .can = lane_can, .make = lane_make, .join = lane_join, .end = lane_end};
	wifi->group_listener = (struct wpa_group_listener){.owner = wifi, .formed = group_formed, .left = group_left, .ended = group_ended};
	wifi->timer = loop_timer_new(loop, timer_fired, wifi);
	enum err err = wifi->timer ? wpa_scout_open(&wifi->scout, loop, config->folder, config->interface, scout_changed, wifi) : ERR_MEMORY;
	if (err != ERR_OK) {
		if (wifi->timer)
			loop_timer_free(wifi->timer);
		free(wifi);
		return err;
	}
	*out = wifi;
	return ERR_OK;
}

void wifi_direct_close(struct wifi_direct *wifi)
{
	if (!wifi)
		return;
	wpa_group_close(wifi->wpa);
	wpa_scout_close(wifi->scout);
	loop_timer_free(wifi->timer);
	explicit_bzero(wifi, sizeof *wifi);
	free(wifi);
}

struct lane *wifi_direct_lane(struct wifi_direct *wifi)
{
	return &wifi->lane;
}

struct radio *wifi_direct_radio(struct wifi_direct *wifi)
{
	return &wifi->radio;
}
