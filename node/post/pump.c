#include "node/post/pump.h"

#include "crypto/wipe.h"
#include "platform/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	OUTPUT_PIECE = 64 * 1024,
	PIECES_A_TURN = 8, /* of one link; a radio that always has room must not hold the turn for ever */
	STALL_MS = 1000,   /* a link that took nothing for so long is perhaps out of reach: others do not wait for it */
	COMPLAIN_MS = 60000,
	FULL_PAUSE_MS = 1000, /* what is due again at once after a full disk waits so long */
};

struct link {
	uint32_t number; /* the post's; 0: free */
	struct radio *radio;
	uint32_t radio_link;
	bool ending;      /* to be closed at the end of the turn; the post knows it no more */
	bool full;        /* its radio owes a writable() */
	uint64_t full_ms; /* boot_ms, since then */
};

/* A link that was asked for. One neighbour may be heard by several networks at once, and one link to it is enough. */
struct dial {
	struct radio *radio; /* NULL: free */
	uint32_t radio_link;
	uint8_t nonce[BEACON_NONCE_SIZE];
};

struct pump {
	struct pump_config config;
	struct radio_listener listener;
	struct lane_listener lane_listener;
	struct lane *lane; /* NULL: none */
	struct radio *radios[PUMP_RADIOS_MAX];
	unsigned radio_count;
	bool urgent;      /* as the radios were told */
	bool beacon_owed; /* to radios that came after the post told it */
	bool has_beacon;
	uint8_t beacon[BEACON_SIZE];
	uint64_t rest_until; /* boot_ms, after a full disk */
	bool touched;        /* something happened since the last settle */
	uint32_t last_number;
	struct link links[PUMP_LINKS_MAX];
	unsigned links_end;    /* no place from there on is in use */
	unsigned links_first;  /* whose turn it is to send: after the last that did */
	uint64_t air_taken_ms; /* boot_ms until which a link waits for another at most; UINT64_MAX: none does */
	struct dial dials[PUMP_DIALS_MAX];
	uint64_t complained_at; /* boot_ms of the last line about a full disk */
	bool complained;
};

static_assert((int)OUTPUT_PIECE >= (int)POST_OUTPUT_MIN, "a piece holds at least one record");

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct moment now_of(const struct pump *pump)
{
	return pump->config.now(pump->config.owner);
}

static struct link *link_of(struct pump *pump, const struct radio *radio, uint32_t radio_link)
{
	for (unsigned i = 0; i < pump->links_end; i++) {
		struct link *link = &pump->links[i];
		if (link->number && link->radio == radio && link->radio_link == radio_link)
			return link;
	}
	return NULL;
}

static void forget_dial(struct pump *pump, const struct radio *radio, uint32_t radio_link)
{
	for (unsigned i = 0; i < PUMP_DIALS_MAX; i++)
		if (pump->dials[i].radio == radio && pump->dials[i].radio_link == radio_link)
			pump->dials[i] = (struct dial){.radio = NULL};
}

/* A place to note the dial in, or NULL if this neighbour is being dialled already or too many are. */
static struct dial *dial_for(struct pump *pump, const uint8_t *nonce)
{
	struct dial *empty = NULL;
	for (unsigned i = 0; i < PUMP_DIALS_MAX; i++) {
		struct dial *dial = &pump->dials[i];
		if (dial->radio && !memcmp(dial->nonce, nonce, BEACON_NONCE_SIZE))
			return NULL;
		if (!dial->radio && !empty)
			empty = dial;
	}
	return empty;
}

static void on_sighting(void *owner, struct radio *radio, const struct radio_sighting *sighting)
{
	struct pump *pump = owner;
	assert(sighting->address_len <= sizeof sighting->address);
	struct dial *dial = dial_for(pump, sighting->beacon);
	if (!dial || !post_sighting(pump->config.post, sighting->beacon, radio->unseen, now_of(pump)))
		return;
	uint32_t radio_link = radio->connect(radio, sighting->address, sighting->address_len);
	if (!radio_link)
		return;
	*dial = (struct dial){.radio = radio, .radio_link = radio_link};
	memcpy(dial->nonce, sighting->beacon, BEACON_NONCE_SIZE);
}

static struct link *free_link(struct pump *pump)
{
	for (unsigned i = 0; i < PUMP_LINKS_MAX; i++)
		if (!pump->links[i].number) {
			pump->links_end = i < pump->links_end ? pump->links_end : i + 1;
			return &pump->links[i];
		}
	return NULL;
}

static void free_place(struct pump *pump, struct link *link)
{
	*link = (struct link){.number = 0};
	while (pump->links_end > 0 && !pump->links[pump->links_end - 1].number)
		pump->links_end--;
}

static void on_up(void *owner, struct radio *radio, uint32_t radio_link, enum link_kind kind)
{
	struct pump *pump = owner;
	forget_dial(pump, radio, radio_link);
	assert(!link_of(pump, radio, radio_link));
	struct link *link = free_link(pump);
	/* The sum of what the radios allow is below the bound. */
	assert(link);
	pump->last_number = pump->last_number == UINT32_MAX ? 1 : pump->last_number + 1;
	*link = (struct link){.number = pump->last_number, .radio = radio, .radio_link = radio_link};
	link->ending = !post_link_up(pump->config.post, link->number, kind, radio->slow, now_of(pump));
	pump->touched = true;
}

static void on_input(void *owner, struct radio *radio, uint32_t radio_link, const uint8_t *bytes, size_t len)
{
	struct pump *pump = owner;
	struct link *link = link_of(pump, radio, radio_link);
	if (!link || link->ending)
		return;
	link->ending = !post_link_input(pump->config.post, link->number, bytes, len, now_of(pump));
	pump->touched = true;
}

static void on_writable(void *owner, struct radio *radio, uint32_t radio_link)
{
	struct pump *pump = owner;
	struct link *link = link_of(pump, radio, radio_link);
	if (link)
		link->full = false;
	pump->touched = true;
}

static void on_down(void *owner, struct radio *radio, uint32_t radio_link)
{
	struct pump *pump = owner;
	forget_dial(pump, radio, radio_link);
	struct link *link = link_of(pump, radio, radio_link);
	if (!link)
		return;
	if (!link->ending)
		post_link_down(pump->config.post, link->number, now_of(pump));
	free_place(pump, link);
	pump->touched = true;
}

static void on_renew(void *owner, struct radio *radio)
{
	struct pump *pump = owner;
	(void)radio; /* whichever it is, the post shows one beacon by all */
	post_renew(pump->config.post, now_of(pump));
	pump->touched = true;
}

static void on_lane_made(void *owner, const struct lane_group *group)
{
	struct pump *pump = owner;
	post_lane_made(pump->config.post, group);
	pump->touched = true;
}

static void on_lane_over(void *owner)
{
	struct pump *pump = owner;
	post_lane_over(pump->config.post, now_of(pump));
	pump->touched = true;
}

static void on_lane_able(void *owner)
{
	struct pump *pump = owner;
	post_lane_can(pump->config.post, (uint8_t)pump->lane->can(pump->lane));
	pump->touched = true;
}

static void on_turn_end(void *owner)
{
	(void)pump_turn(owner); /* who cares for the answer calls pump_turn() */
}

static void end_links(struct pump *pump)
{
	uint32_t number;
	while (post_next_closed(pump->config.post, &number))
		for (unsigned i = 0; i < pump->links_end; i++)
			if (pump->links[i].number == number)
				pump->links[i].ending = true;
	for (unsigned i = 0; i < pump->links_end; i++) {
		struct link *link = &pump->links[i];
		if (!link->number || !link->ending)
			continue;
		link->radio->close(link->radio, link->radio_link);
		free_place(pump, link);
	}
}

/* Whether this link leaves the air to another one of the same slow radio, which is sending. */
static bool waits_for_air(struct pump *pump, const struct link *link, struct moment now)
{
	for (unsigned i = 0; link->radio->slow && i < pump->links_end; i++) {
		const struct link *other = &pump->links[i];
		if (other == link || other->radio != link->radio || !other->full || other->full_ms + STALL_MS <= now.boot_ms)
			continue;
		pump->air_taken_ms = earlier(pump->air_taken_ms, other->full_ms + STALL_MS);
		return true;
	}
	return false;
}

/* True if anything went out. */
static bool send_link(struct pump *pump, struct link *link, struct moment now)
{
	static uint8_t output[OUTPUT_PIECE]; /* of no meaning between calls: one thread may have many pumps */
	bool lesser = !waits_for_air(pump, link, now);
	for (unsigned piece = 0; piece < PIECES_A_TURN; piece++) {
		size_t room = link->radio->room(link->radio, link->radio_link);
		if (room == 0) {
			link->full = true;
			link->full_ms = now.boot_ms;
		}
		if (room < POST_OUTPUT_MIN)
			return piece > 0;
		size_t cap = room < sizeof output ? room : sizeof output;
		size_t len = post_link_output(pump->config.post, link->number, lesser, output, cap, now);
		assert(len <= cap);
		if (len == 0)
			return piece > 0;
		link->radio->send(link->radio, link->radio_link, output, len);
	}
	/* More is waiting, and the radio owes no writable() for it. */
	pump->touched = true;
	return true;
}

/* One after the other, and not always the same one first. */
static void send_links(struct pump *pump)
{
	struct moment now = now_of(pump);
	unsigned first = pump->links_first, end = pump->links_end;
	pump->air_taken_ms = UINT64_MAX;
	for (unsigned i = 0; i < end; i++) {
		unsigned at = (first + i) % end;
		struct link *link = &pump->links[at];
		if (link->number && !link->full && post_link_may_speak(pump->config.post, link->number) && send_link(pump, link, now))
			pump->links_first = at + 1;
	}
}

static void serve_lane(struct pump *pump)
{
	struct lane_group group;
	enum lanes_wish wish = pump->lane ? post_lane_wish(pump->config.post, &group) : LANES_WISH_NONE;
	if (wish == LANES_WISH_NONE)
		return;
	pump->lane->end(pump->lane);
	if (wish == LANES_WISH_MAKE)
		pump->lane->make(pump->lane);
	if (wish == LANES_WISH_JOIN)
		pump->lane->join(pump->lane, &group);
	wipe(&group, sizeof group);
}

static void hurry(struct pump *pump, struct moment now)
{
	bool urgent = post_urgent(pump->config.post, now);
	if (urgent == pump->urgent)
		return;
	pump->urgent = urgent;
	for (unsigned i = 0; i < pump->radio_count; i++)
		if (pump->radios[i]->hurry)
			pump->radios[i]->hurry(pump->radios[i], urgent);
}

static void show_beacon(struct pump *pump)
{
	if (post_beacon(pump->config.post, pump->beacon)) {
		pump->has_beacon = true;
		pump->beacon_owed = true;
	}
	if (!pump->has_beacon || !pump->beacon_owed)
		return;
	for (unsigned i = 0; i < pump->radio_count; i++)
		if (pump->radios[i]->beacon)
			pump->radios[i]->beacon(pump->radios[i], pump->beacon);
	pump->beacon_owed = false;
}

static void complain_full(struct pump *pump, struct moment now)
{
	if (pump->complained && now.boot_ms - pump->complained_at < COMPLAIN_MS)
		return;
	pump->complained = true;
	pump->complained_at = now.boot_ms;
	log_error("the disk is full: nothing new is kept until there is space again");
}

uint64_t pump_next_deadline(const struct pump *pump)
{
	if (pump->touched)
		return 0;
	uint64_t due = earlier(post_next_deadline(pump->config.post), pump->air_taken_ms);
	return due > pump->rest_until ? due : pump->rest_until;
}

enum err pump_turn(struct pump *pump)
{
	struct moment now = now_of(pump);
	if (pump_next_deadline(pump) > now.boot_ms)
		return ERR_OK;
	pump->touched = false;
	enum err err = post_settle(pump->config.post, now);
	if (err == ERR_FULL || err == ERR_AWAY) {
		if (err == ERR_FULL)
			complain_full(pump, now); /* of a database that is away its shelf has told */
		pump->rest_until = now.boot_ms + FULL_PAUSE_MS;
	} else if (err != ERR_OK) {
		return err;
	}
	end_links(pump);
	send_links(pump);
	/* Output may have shown a link to be of no more use. */
	end_links(pump);
	serve_lane(pump);
	hurry(pump, now);
	show_beacon(pump);
	return err;
}

void pump_touch(struct pump *pump)
{
	pump->touched = true;
}

const struct radio_listener *pump_listener(struct pump *pump)
{
	return &pump->listener;
}

const struct lane_listener *pump_lane_listener(struct pump *pump)
{
	return &pump->lane_listener;
}

void pump_set_lane(struct pump *pump, struct lane *lane)
{
	assert(!pump->lane);
	pump->lane = lane;
	on_lane_able(pump);
}

struct radio *const *pump_radios(const struct pump *pump, unsigned *count)
{
	*count = pump->radio_count;
	return pump->radios;
}

void pump_add_radio(struct pump *pump, struct radio *radio)
{
	assert(pump->radio_count < PUMP_RADIOS_MAX);
	pump->radios[pump->radio_count++] = radio;
	pump->beacon_owed = true;
	pump->touched = true;
}

struct pump *pump_new(const struct pump_config *config)
{
	assert(config->post && config->now);
	struct pump *pump = calloc(1, sizeof *pump);
	if (!pump)
		return NULL;
	pump->config = *config;
	pump->listener = (struct radio_listener){
		.owner = pump,
		.sighting = on_sighting,
		.up = on_up,
		.input = on_input,
		.writable = on_writable,
		.down = on_down,
		.renew = on_renew,
		.turn_end = on_turn_end,
	};
	pump->lane_listener = (struct lane_listener){.owner = pump, .made = on_lane_made, .over = on_lane_over, .able = on_lane_able};
	pump->air_taken_ms = UINT64_MAX;
	pump->touched = true;
	return pump;
}

void pump_free(struct pump *pump)
{
	free(pump);
}
