#include "node/post/gossip.h"

#include "crypto/digest.h"
#include "proto/bytes.h"
#include "proto/order.h"

#include <assert.h>
#include <string.h>

enum { KEEPALIVE_MS = 45000, REKEY_MS = 600000 };

/* Equal on both sides exactly when both carry the same letters of the class; bound to the session, so that it says nothing elsewhere. */
static void class_digest(const struct neighbour *neighbour, const struct store_summary *summary, uint8_t class, uint8_t out[static 8])
{
	uint8_t plain[1 + 4 + 32];
	struct writer writer = writer_of(plain, sizeof(plain));
	write_u8(&writer, class);
	write_u32(&writer, summary->count[class]);
	for (size_t lane = 0; lane < 4; lane++)
		write_u64(&writer, summary->sum[class][lane]);
	assert(writer_ok(&writer) && writer.len == sizeof(plain));
	struct digest digest;
	digest_start(&digest, "barid-class-v1", 8);
	digest_add(&digest, session_binding(&neighbour->session), CHANNEL_HASH_SIZE);
	digest_add(&digest, plain, sizeof(plain));
	digest_end(&digest, out);
}

static void greet(struct gossip *gossip, struct neighbour *neighbour)
{
	uint8_t *payload = session_message(&neighbour->session, MESSAGE_HELLO, HELLO_SIZE);
	assert(payload != NULL);
	struct writer writer = writer_of(payload, HELLO_SIZE);
	write_u8(&writer, HELLO_VERSION);
	write_u8(&writer, gossip->is_gateway ? HELLO_GATEWAY : 0);
	write_bytes(&writer, gossip->nonce, BEACON_NONCE_SIZE);
	write_zeros(&writer, 4);
	const struct store_summary *summary = store_summary(gossip->door->store);
	for (uint8_t i = 0; i < LETTER_CLASSES; i++) {
		class_digest(neighbour, summary, i, neighbour->digests[i]);
		write_bytes(&writer, neighbour->digests[i], 8);
	}
	assert(writer_ok(&writer) && writer.len == HELLO_SIZE);
	neighbour->greeted = true;
	neighbour->news_at = gossip->news->head;
}

static bool hello_input(struct neighbour *neighbour, const struct message *message)
{
	struct reader reader = reader_of(message->payload, message->len);
	uint8_t version = read_u8(&reader);
	uint8_t flags = read_u8(&reader);
	read_bytes(&reader, neighbour->nonce, BEACON_NONCE_SIZE);
	read_zeros(&reader, 4);
	for (size_t i = 0; i < LETTER_CLASSES; i++) {
		uint8_t theirs[8];
		read_bytes(&reader, theirs, sizeof(theirs));
		neighbour->same[i] = memcmp(theirs, neighbour->digests[i], sizeof(theirs)) == 0;
	}
	if (!reader_done(&reader) || version != HELLO_VERSION || flags > HELLO_GATEWAY || neighbour->met)
		return false;
	/* Anybody may call himself a gateway; only on the link whose key we know does it count. */
	neighbour->is_gateway = neighbour->kind == LINK_GATEWAY_DIALLED && flags == HELLO_GATEWAY;
	neighbour->met = true;
	return true;
}

static void offered(struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event)
{
	uint64_t lacks = 0;
	for (uint16_t i = 0; i < event->count; i++) {
		const uint8_t *tag = event->tags + (size_t)i * LETTER_TAG_SIZE;
		if (door_lacks(gossip->door, tag) && !sync_awaits(&neighbour->sync, tag))
			lacks |= UINT64_C(1) << i;
	}
	sync_want(&neighbour->sync, event, lacks);
}

static void arrived(struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event, struct moment now)
{
	struct admission admission = door_admit(gossip->door, event->envelope, event->envelope_len, event->tag);
	bool kept = admission.verdict == VERDICT_STORED || admission.verdict == VERDICT_KNOWN || admission.verdict == VERDICT_STALE;
	gossip->must_commit |= kept;
	sync_verdict(&neighbour->sync, kept);
	if (admission.verdict != VERDICT_STORED)
		return;
	neighbour->useful_ms = now.boot_ms;
	news_add(gossip->news, &admission.entry, neighbour->link);
}

static void acked(struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event, struct moment now)
{
	for (uint16_t i = 0; i < event->count; i++) {
		bool kept;
		uint64_t key = sync_next_acked(&neighbour->sync, event, i, &kept);
		if (!kept)
			continue;
		neighbour->useful_ms = now.boot_ms;
		store_handed(gossip->door->store, key, neighbour->is_gateway, now.unix_s);
	}
}

static bool message_input(struct gossip *gossip, struct neighbour *neighbour, const struct message *message, struct moment now)
{
	if (message->type == MESSAGE_HELLO) {
		if (!hello_input(neighbour, message))
			return false;
		if (neighbour->is_gateway)
			store_set_gateway_last(gossip->door->store, now.unix_s);
		return true;
	}
	if (!neighbour->met)
		return false;
	struct sync_event event = sync_input(&neighbour->sync, message);
	switch (event.kind) {
	case SYNC_NOTHING:
	case SYNC_GONE:
		return true;
	case SYNC_OFFERED:
		offered(gossip, neighbour, &event);
		return true;
	case SYNC_LETTER:
		arrived(gossip, neighbour, &event, now);
		return true;
	case SYNC_ACKED:
		acked(gossip, neighbour, &event, now);
		return true;
	case SYNC_MALFORMED:
		break;
	}
	return false;
}

bool gossip_input(struct gossip *gossip, struct neighbour *neighbour, const uint8_t *bytes, size_t len, struct moment now)
{
	struct session *session = &neighbour->session;
	while (len > 0) {
		bool shaking = session->state == SESSION_HANDSHAKE;
		size_t used = session_input(session, bytes, len);
		bytes += used;
		len -= used;
		if (session->state == SESSION_OPEN) {
			neighbour->heard_ms = now.boot_ms;
			if (!neighbour->greeted)
				greet(gossip, neighbour);
		}
		struct message message;
		while (session_next(session, &message)) {
			if (message_input(gossip, neighbour, &message, now))
				continue;
			gossip->tally->count[TALLY_RECORDS_MALFORMED]++;
			return false;
		}
		if (session->state == SESSION_FORGED || session->state == SESSION_MALFORMED) {
			gossip->tally->count[shaking                            ? TALLY_HANDSHAKES_FAILED
					     : session->state == SESSION_FORGED ? TALLY_RECORDS_FORGED
										: TALLY_RECORDS_MALFORMED]++;
			return false;
		}
	}
	return true;
}

/* Reads a letter to show or send it; 0 if it is gone. One that the disk has spoilt is let go, so that it can come back whole. */
static size_t fetch(struct gossip *gossip, uint64_t seq, uint8_t envelope[static ENVELOPE_SIZE_MAX])
{
	struct store *store = gossip->door->store;
	size_t len = store_get(store, seq, envelope);
	uint64_t key;
	if (len == 0 && store_key_of(store, seq, &key)) {
		store_drop(store, seq, 0);
		gossip->tally->count[TALLY_LETTERS_ROTTEN]++;
	}
	return len;
}

/* Adds a letter to the block; false if it is of another class than the block and so must wait for the next. */
static bool block_add(struct sync_block *block, struct gossip *gossip, const struct store_entry *entry)
{
	enum letter_class class = order_class(entry->position.rank);
	if (block->count > 0 && block->class != class)
		return false;
	uint8_t envelope[ENVELOPE_SIZE_MAX], id[LETTER_ID_SIZE];
	size_t len = fetch(gossip, entry->seq, envelope);
	if (len == 0)
		return true; /* it is gone since: nothing to offer, nothing in the way */
	outside_id(envelope, len, id);
	block->class = class;
	memcpy(block->tags[block->count], id, LETTER_TAG_SIZE);
	block->handles[block->count++] = entry->position.key; /* lasts longer than the letter: it may be gone when it is acknowledged */
	return true;
}

/* Letters that came after the walk had passed their place. */
static void gather_news(struct gossip *gossip, struct neighbour *neighbour, struct sync_block *block)
{
	bool lost;
	for (;;) {
		uint64_t before = neighbour->news_at;
		const struct news_item *item = news_next(gossip->news, &neighbour->news_at, &lost);
		if (lost)
			neighbour->started = neighbour->finished = false;
		if (item == NULL || block->count == OFFER_IDS_MAX) {
			neighbour->news_at = item == NULL ? neighbour->news_at : before;
			return;
		}
		const struct store_position *position = &item->entry.position;
		bool passed = neighbour->finished || neighbour->same[order_class(position->rank)] ||
			      (neighbour->started && !store_before(&neighbour->position, position));
		if (!passed || item->link == neighbour->link)
			continue;
		if (!block_add(block, gossip, &item->entry)) {
			neighbour->news_at = before;
			return;
		}
	}
}

/* Goes on through the store in the order of letters, over classes in which both sides were equal when they met. */
static void gather_walk(struct gossip *gossip, struct neighbour *neighbour, struct sync_block *block)
{
	struct store_entry entries[OFFER_IDS_MAX];
	while (!neighbour->finished && block->count < OFFER_IDS_MAX) {
		size_t n = store_next(gossip->door->store, neighbour->started ? &neighbour->position : NULL, entries, OFFER_IDS_MAX - block->count);
		neighbour->finished = n == 0;
		for (size_t i = 0; i < n; i++) {
			enum letter_class class = order_class(entries[i].position.rank);
			bool same = neighbour->same[class];
			if (!same && !holdback_has(gossip->holdback, entries[i].seq) && !block_add(block, gossip, &entries[i]))
				return;
			neighbour->started = true;
			neighbour->position = entries[i].position;
			if (same) {
				neighbour->position = (struct store_position){.rank = (uint8_t)(class * 16), .day = 0, .key = (uint64_t)INT64_MIN};
				break;
			}
		}
	}
}

static void offer_more(struct gossip *gossip, struct neighbour *neighbour)
{
	while (session_wants_messages(&neighbour->session) && sync_may_offer(&neighbour->sync, CLASS_URGENT)) {
		uint64_t news_at = neighbour->news_at;
		struct sync_block block = {.count = 0};
		gather_news(gossip, neighbour, &block);
		bool bulk_may = sync_may_offer(&neighbour->sync, CLASS_ROUTINE);
		if (block.count == 0 && bulk_may)
			gather_walk(gossip, neighbour, &block);
		if (block.count == 0)
			return;
		if (!sync_offer(&neighbour->sync, &neighbour->session, &block)) {
			assert(!bulk_may); /* only news of a lesser class may find its slots taken */
			neighbour->news_at = news_at;
			return;
		}
	}
}

static bool send_letter(struct gossip *gossip, struct neighbour *neighbour)
{
	struct sync_pick pick;
	if (!session_wants_messages(&neighbour->session) || !sync_next(&neighbour->sync, &pick))
		return false;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	size_t len = store_get_as_is(gossip->door->store, pick.handle, envelope);
	uint8_t *payload = session_message(&neighbour->session, MESSAGE_LETTER, 2 + len);
	if (payload == NULL)
		return false;
	payload[0] = pick.slot;
	payload[1] = pick.index;
	memcpy(payload + 2, envelope, len);
	sync_sent(&neighbour->sync, &pick, len == 0);
	gossip->tally->count[TALLY_LETTERS_SENT] += len > 0;
	return true;
}

static void fill(struct gossip *gossip, struct neighbour *neighbour)
{
	if (!neighbour->greeted)
		greet(gossip, neighbour);
	sync_reply(&neighbour->sync, &neighbour->session);
	if (!neighbour->met)
		return;
	offer_more(gossip, neighbour);
	while (send_letter(gossip, neighbour))
		;
}

size_t gossip_output(struct gossip *gossip, struct neighbour *neighbour, uint8_t *buf, size_t cap, struct moment now)
{
	size_t len = 0;
	while (cap - len >= RECORD_WIRE_MAX) {
		if (neighbour->session.state == SESSION_OPEN) {
			if (now.boot_ms - neighbour->rekey_ms >= REKEY_MS) {
				session_rekey(&neighbour->session);
				neighbour->rekey_ms = now.boot_ms;
			}
			fill(gossip, neighbour);
		}
		bool keepalive = now.boot_ms - neighbour->sent_ms >= KEEPALIVE_MS;
		size_t more = session_output(&neighbour->session, buf + len, cap - len, keepalive);
		if (more == 0)
			break;
		neighbour->sent_ms = now.boot_ms;
		len += more;
	}
	return len;
}
