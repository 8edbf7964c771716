#include "node/sim/classics_inside.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of two who hear each other the one with the lower number dials; the other waits so long before it does. PRoPHET's table wants meetings even where
 * there is nothing to give: one so often is enough. */
enum { PATIENCE_MS = 8000, MEET_AGAIN_MS = 300000, COPIES_MAX = 0xffff };

/* A simulation without memory has no result. */
void *classic_need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

uint64_t classic_now_ms(const struct classic *classic)
{
	return classic->config.now(classic->config.owner).boot_ms;
}

static struct strand *strand_find(const struct classic *classic, const struct radio *radio, uint32_t link)
{
	for (uint32_t i = 0; i < classic->strand_count; i++)
		if (strand_is(classic->strands[i], radio, link))
			return classic->strands[i];
	return NULL;
}

static bool is_linked(const struct classic *classic, uint32_t node)
{
	for (uint32_t i = 0; i < classic->strand_count; i++)
		if (strand_node(classic->strands[i]) == node)
			return true;
	for (unsigned i = 0; i < CLASSIC_DIALS_MAX; i++)
		if (classic->dials[i].radio != NULL && classic->dials[i].node == node)
			return true;
	return false;
}

/* What is remembered of a node; of a new one, in the place of whoever was of use longest ago. */
static struct classic_peer *peer_of(struct classic *classic, uint32_t node)
{
	struct classic_peer *oldest = &classic->peers[0];
	for (unsigned i = 0; i < CLASSIC_PEERS; i++) {
		struct classic_peer *peer = &classic->peers[i];
		if (peer->used > 0 && peer->node == node) {
			peer->used = ++classic->uses;
			return peer;
		}
		if (peer->used < oldest->used)
			oldest = peer;
	}
	*oldest = (struct classic_peer){.node = node, .used = ++classic->uses};
	return oldest;
}

void classic_settled(struct classic *classic, uint32_t node, uint32_t digest)
{
	struct classic_peer *peer = peer_of(classic, node);
	peer->settled = true;
	peer->settled_digest = digest;
	peer->settled_generation = classic->buffer.generation;
	peer->settled_ms = classic_now_ms(classic);
}

static bool has_news(const struct classic *classic, const struct classic_peer *peer, uint64_t now_ms)
{
	bool settled = peer->settled && peer->settled_digest == peer->digest && peer->settled_generation == classic->buffer.generation;
	if (!settled && peer->digest != classic->buffer.digest)
		return true;
	return classic->config.policy == CLASSIC_PROPHET && (!peer->settled || now_ms - peer->settled_ms >= MEET_AGAIN_MS);
}

static bool is_worth_dialling(struct classic *classic, uint32_t node, uint32_t digest, bool unseen)
{
	if (node == classic->config.node || is_linked(classic, node) || classic->strand_count == CLASSIC_LINKS_MAX)
		return false;
	uint64_t now_ms = classic_now_ms(classic);
	struct classic_peer *peer = peer_of(classic, node);
	peer->digest = digest;
	if (!has_news(classic, peer, now_ms)) {
		peer->news = false;
		return false;
	}
	if (!peer->news) {
		peer->news = true;
		peer->since_ms = now_ms;
	}
	return unseen || classic->config.node < node || now_ms - peer->since_ms >= PATIENCE_MS;
}

static struct classic_dial *free_dial(struct classic *classic)
{
	for (unsigned i = 0; i < CLASSIC_DIALS_MAX; i++)
		if (classic->dials[i].radio == NULL)
			return &classic->dials[i];
	return NULL;
}

static void on_sighting(void *owner, struct radio *radio, const struct radio_sighting *sighting)
{
	struct classic *classic = owner;
	struct reader reader = reader_of(sighting->beacon, BEACON_SIZE);
	uint32_t node = read_u32(&reader);
	(void)read_u16(&reader); /* the rest of the nonce */
	uint32_t digest = read_u32(&reader);
	struct classic_dial *dial = free_dial(classic);
	if (dial == NULL || !is_worth_dialling(classic, node, digest, radio->unseen))
		return;
	uint32_t link = radio->connect(radio, sighting->address, sighting->address_len);
	if (link != 0)
		*dial = (struct classic_dial){.radio = radio, .link = link, .node = node};
}

/* Whom it was to reach; CLASSIC_EVERYBODY if it was none of ours. */
static uint32_t forget_dial(struct classic *classic, const struct radio *radio, uint32_t link)
{
	for (unsigned i = 0; i < CLASSIC_DIALS_MAX; i++) {
		struct classic_dial *dial = &classic->dials[i];
		if (dial->radio != radio || dial->link != link)
			continue;
		dial->radio = NULL;
		return dial->node;
	}
	return CLASSIC_EVERYBODY;
}

static void on_up(void *owner, struct radio *radio, uint32_t link, enum link_kind kind)
{
	struct classic *classic = owner;
	uint32_t node = forget_dial(classic, radio, link);
	struct strand *strand = strand_open(radio, link, kind == LINK_DIALLED || kind == LINK_GATEWAY_DIALLED, node);
	if (classic->strand_count >= CLASSIC_LINKS_MAX)
		strand_end(strand);
	classic->strands = classic_need(realloc(classic->strands, (classic->strand_count + 1) * sizeof(struct strand *)));
	classic->strands[classic->strand_count++] = strand;
	classic->touched = true;
}

static void on_input(void *owner, struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	struct classic *classic = owner;
	struct strand *strand = strand_find(classic, radio, link);
	if (strand == NULL || strand_is_ending(strand))
		return;
	strand_input(classic, strand, bytes, len);
	classic->touched = true;
}

static void on_writable(void *owner, struct radio *radio, uint32_t link)
{
	struct classic *classic = owner;
	(void)radio; /* every link with room is served at the end of the turn */
	(void)link;
	classic->touched = true;
}

static void strand_drop(struct classic *classic, uint32_t i)
{
	strand_free(classic->strands[i]);
	classic->strand_count--;
	memmove(&classic->strands[i], &classic->strands[i + 1], (classic->strand_count - i) * sizeof *classic->strands);
}

static void on_down(void *owner, struct radio *radio, uint32_t link)
{
	struct classic *classic = owner;
	(void)forget_dial(classic, radio, link); /* whoever it was */
	for (uint32_t i = 0; i < classic->strand_count; i++)
		if (strand_is(classic->strands[i], radio, link)) {
			strand_drop(classic, i);
			return;
		}
}

static void on_renew(void *owner, struct radio *radio)
{
	struct classic *classic = owner;
	for (uint32_t i = 0; i < classic->strand_count; i++)
		if (strand_of_radio(classic->strands[i], radio))
			strand_end(classic->strands[i]);
	classic->beacon_owed = true;
	classic->touched = true;
}

static void on_turn_end(void *owner)
{
	classic_turn(owner);
}

struct classic *classic_new(const struct classic_config *config)
{
	assert(config->store_max_bytes >= CLASSIC_LETTER_MAX);
	assert(config->copies <= COPIES_MAX);
	struct classic *classic = calloc(1, sizeof *classic);
	if (classic == NULL)
		return NULL;
	classic->config = *config;
	if (classic->config.copies == 0)
		classic->config.copies = CLASSIC_COPIES;
	if (classic->config.policy != CLASSIC_SPRAY)
		classic->config.copies = 1;
	classic->listener = (struct radio_listener){.owner = classic,
						    .sighting = on_sighting,
						    .up = on_up,
						    .input = on_input,
						    .writable = on_writable,
						    .down = on_down,
						    .renew = on_renew,
						    .turn_end = on_turn_end};
	classic->beacon_owed = true;
	classic->touched = true;
	return classic;
}

void classic_cut(struct classic *classic)
{
	while (classic->strand_count > 0)
		strand_drop(classic, classic->strand_count - 1);
	memset(classic->dials, 0, sizeof classic->dials);
	memset(classic->peers, 0, sizeof classic->peers);
	classic->radio_count = 0;
	classic->beacon_owed = true;
	classic->touched = true;
}

void classic_free(struct classic *classic)
{
	if (classic == NULL)
		return;
	classic_cut(classic);
	free(classic->strands);
	buffer_free(&classic->buffer);
	prophet_free(&classic->prophet);
	free(classic);
}

const struct radio_listener *classic_listener(struct classic *classic)
{
	return &classic->listener;
}

void classic_add_radio(struct classic *classic, struct radio *radio)
{
	assert(classic->radio_count < CLASSIC_RADIOS_MAX);
	classic->radios[classic->radio_count++] = radio;
	classic->beacon_owed = true;
	classic->touched = true;
}

static void drop(struct classic *classic, uint32_t number, enum classic_drop why)
{
	buffer_remove(&classic->buffer, number);
	classic->config.events->dropped(classic->config.events->owner, classic->config.node, number, why);
}

/* First in, first out. */
static void make_room(struct classic *classic, uint32_t bytes)
{
	while (classic->buffer.bytes + bytes > classic->config.store_max_bytes) {
		const struct held *oldest = buffer_oldest(&classic->buffer, classic->config.node);
		assert(oldest != NULL);
		drop(classic, oldest->number, CLASSIC_DROP_EVICTED);
	}
}

/* What has arrived stays known, so that nobody brings it again, and takes no room: it went to a person. */
bool classic_take(struct classic *classic, const struct classic_letter *letter, uint32_t copies, uint32_t from)
{
	if (letter->expires_ms <= classic_now_ms(classic) || buffer_find(&classic->buffer, letter->number) != NULL)
		return false;
	const struct classic_events *events = classic->config.events;
	struct classic_letter kept = *letter;
	bool arrived = letter->addressee == classic->config.node;
	if (arrived)
		kept.bytes = 0;
	make_room(classic, kept.bytes);
	(void)buffer_add(&classic->buffer, &kept, copies); /* as it should be */
	events->stored(events->owner, classic->config.node, letter->number, from);
	if (arrived)
		events->delivered(events->owner, classic->config.node, letter->number);
	classic->touched = true;
	return true;
}

void classic_write(struct classic *classic, const struct classic_letter *letter)
{
	assert(letter->bytes >= CLASSIC_LETTER_MIN && letter->bytes <= CLASSIC_LETTER_MAX);
	(void)classic_take(classic, letter, classic->config.copies, CLASSIC_EVERYBODY); /* one that is expired already is nobody's loss */
}

static void end_strands(struct classic *classic)
{
	for (uint32_t i = 0; i < classic->strand_count;) {
		if (!strand_is_ending(classic->strands[i])) {
			i++;
			continue;
		}
		strand_close(classic->strands[i]);
		strand_drop(classic, i);
	}
}

static void show_beacon(struct classic *classic)
{
	if (!classic->beacon_owed && classic->shown == classic->buffer.digest)
		return;
	uint8_t beacon[BEACON_SIZE];
	struct writer writer = writer_of(beacon, sizeof beacon);
	write_u32(&writer, classic->config.node);
	write_u16(&writer, 0);
	write_u32(&writer, classic->buffer.digest);
	assert(writer_ok(&writer));
	for (unsigned i = 0; i < classic->radio_count; i++)
		if (classic->radios[i]->beacon != NULL)
			classic->radios[i]->beacon(classic->radios[i], beacon);
	classic->shown = classic->buffer.digest;
	classic->beacon_owed = false;
}

void classic_turn(struct classic *classic)
{
	uint64_t now_ms = classic_now_ms(classic);
	if (classic_next_deadline(classic) > now_ms)
		return;
	classic->touched = false;
	const struct held *expired;
	while ((expired = buffer_expired(&classic->buffer, now_ms)) != NULL)
		drop(classic, expired->number, CLASSIC_DROP_EXPIRED);
	end_strands(classic);
	for (uint32_t i = 0; i < classic->strand_count; i++)
		strand_serve(classic, classic->strands[i]);
	end_strands(classic);
	show_beacon(classic);
}

uint64_t classic_next_deadline(const struct classic *classic)
{
	if (classic->touched)
		return 0;
	uint64_t due_ms = classic->buffer.count > 0 ? classic->buffer.next_expiry_ms : UINT64_MAX;
	for (uint32_t i = 0; i < classic->strand_count; i++)
		if (strand_deadline(classic->strands[i]) < due_ms)
			due_ms = strand_deadline(classic->strands[i]);
	return due_ms;
}

bool classic_holds(const struct classic *classic, uint32_t letter)
{
	return buffer_find(&classic->buffer, letter) != NULL;
}

uint64_t classic_bytes(const struct classic *classic)
{
	return classic->buffer.bytes;
}

uint32_t classic_count(const struct classic *classic)
{
	return classic->buffer.count;
}
