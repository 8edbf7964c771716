#include "proto/sync.h"

#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

void sync_start(struct sync *sync)
{
	memset(sync, 0, sizeof(*sync));
}

static uint64_t mask_of(size_t count)
{
	assert(count >= 1 && count <= OFFER_IDS_MAX);
	return count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

/* A free slot of ours, or -1. Bulk leaves the last slots to urgent letters. */
static int free_slot(const struct sync *sync, enum letter_class class)
{
	int limit = class == CLASS_URGENT ? OFFER_SLOTS : OFFER_SLOTS_BULK;
	for (int i = 0; i < limit; i++)
		if (!sync->offered[i].used)
			return i;
	return -1;
}

bool sync_may_offer(const struct sync *sync, enum letter_class class)
{
	return free_slot(sync, class) >= 0;
}

bool sync_offer(struct sync *sync, struct session *session, const struct sync_block *block)
{
	assert(block->count >= 1 && block->count <= OFFER_IDS_MAX);
	int slot = free_slot(sync, block->class);
	size_t tags_len = (size_t)block->count * LETTER_TAG_SIZE;
	uint8_t *payload = slot < 0 ? NULL : session_message(session, MESSAGE_OFFER, 2 + tags_len);
	if (payload == NULL)
		return false;
	payload[0] = (uint8_t)slot;
	payload[1] = block->count;
	memcpy(payload + 2, block->tags, tags_len);
	struct sync_offered *offered = &sync->offered[slot];
	*offered = (struct sync_offered){.used = true, .count = block->count, .class = block->class};
	memcpy(offered->handles, block->handles, block->count * sizeof(*block->handles));
	return true;
}

static struct sync_event offer_input(const struct sync *sync, struct reader *reader)
{
	uint8_t slot = read_u8(reader);
	uint8_t count = read_u8(reader);
	const uint8_t *tags = read_view(reader, (size_t)count * LETTER_TAG_SIZE);
	if (!reader_done(reader) || slot >= OFFER_SLOTS || count < 1 || count > OFFER_IDS_MAX || sync->wanted[slot].wanted != 0 ||
	    sync->wanted[slot].owed)
		return (struct sync_event){.kind = SYNC_MALFORMED};
	return (struct sync_event){.kind = SYNC_OFFERED, .slot = slot, .count = count, .tags = tags};
}

static struct sync_event want_input(struct sync *sync, struct reader *reader)
{
	uint8_t slot = read_u8(reader);
	uint64_t lacks = read_u64(reader);
	struct sync_offered *block = slot < OFFER_SLOTS ? &sync->offered[slot] : NULL;
	if (!reader_done(reader) || block == NULL || !block->used || block->answered || (lacks & ~mask_of(block->count)) != 0)
		return (struct sync_event){.kind = SYNC_MALFORMED};
	block->answered = true;
	block->wanted = lacks;
	block->used = lacks != 0;
	return (struct sync_event){.kind = SYNC_NOTHING};
}

static struct sync_event letter_input(struct sync *sync, struct reader *reader)
{
	uint8_t slot = read_u8(reader);
	uint8_t index = read_u8(reader);
	size_t len = reader->left;
	const uint8_t *envelope = read_view(reader, len);
	if (!reader_done(reader) || slot >= OFFER_SLOTS || index >= OFFER_IDS_MAX)
		return (struct sync_event){.kind = SYNC_MALFORMED};
	struct sync_wanted *block = &sync->wanted[slot];
	uint64_t bit = UINT64_C(1) << index;
	if (block->owed || (block->wanted & bit) == 0)
		return (struct sync_event){.kind = SYNC_MALFORMED};
	block->wanted &= ~bit;
	if (len == 0)
		return (struct sync_event){.kind = SYNC_GONE};
	if (sync->verdict_count == UNACKED_LETTERS_MAX)
		return (struct sync_event){.kind = SYNC_MALFORMED};
	return (struct sync_event){.kind = SYNC_LETTER, .slot = slot, .envelope = envelope, .envelope_len = len, .tag = block->tags[index]};
}

static struct sync_event ack_input(const struct sync *sync, struct reader *reader)
{
	uint16_t count = read_u16(reader);
	const uint8_t *verdicts = read_view(reader, ((size_t)count + 7) / 8);
	if (!reader_done(reader) || count == 0 || count > sync->unacked_count)
		return (struct sync_event){.kind = SYNC_MALFORMED};
	return (struct sync_event){.kind = SYNC_ACKED, .count = count, .verdicts = verdicts};
}

struct sync_event sync_input(struct sync *sync, const struct message *message)
{
	struct reader reader = reader_of(message->payload, message->len);
	switch (message->type) {
	case MESSAGE_OFFER:
		return offer_input(sync, &reader);
	case MESSAGE_WANT:
		return want_input(sync, &reader);
	case MESSAGE_LETTER:
		return letter_input(sync, &reader);
	case MESSAGE_ACK:
		return ack_input(sync, &reader);
	}
	return (struct sync_event){.kind = SYNC_MALFORMED};
}

void sync_want(struct sync *sync, const struct sync_event *offered, uint64_t lacks)
{
	assert(offered->kind == SYNC_OFFERED && (lacks & ~mask_of(offered->count)) == 0);
	struct sync_wanted *block = &sync->wanted[offered->slot];
	assert(block->wanted == 0 && !block->owed);
	block->owed = true;
	block->count = (uint8_t)offered->count;
	block->wanted = lacks;
	memcpy(block->tags, offered->tags, (size_t)offered->count * LETTER_TAG_SIZE);
}

static uint64_t tag_head(const uint8_t *tag)
{
	uint64_t head;
	memcpy(&head, tag, sizeof(head));
	return head;
}

bool sync_awaits(const struct sync *sync, const uint8_t tag[static LETTER_TAG_SIZE])
{
	/* Asked once for every letter offered, against all that are on their way: most are told apart by their first bytes. */
	uint64_t head = tag_head(tag);
	for (size_t slot = 0; slot < OFFER_SLOTS; slot++) {
		const struct sync_wanted *block = &sync->wanted[slot];
		for (size_t i = 0; block->wanted != 0 && i < block->count; i++)
			if (tag_head(block->tags[i]) == head && (block->wanted >> i & 1) != 0 && memcmp(block->tags[i], tag, LETTER_TAG_SIZE) == 0)
				return true;
	}
	return false;
}

void sync_verdict(struct sync *sync, bool kept)
{
	assert(sync->verdict_count < UNACKED_LETTERS_MAX);
	uint8_t bit = (uint8_t)(1u << sync->verdict_count % 8);
	uint8_t *byte = &sync->verdicts[sync->verdict_count / 8];
	*byte = (uint8_t)(kept ? *byte | bit : *byte & ~bit);
	sync->verdict_count++;
}

uint64_t sync_next_acked(struct sync *sync, const struct sync_event *acked, uint16_t i, bool *kept)
{
	assert(acked->kind == SYNC_ACKED && i < acked->count && sync->unacked_count > 0);
	uint64_t handle = sync->unacked[sync->unacked_first];
	sync->unacked_first = (uint16_t)((sync->unacked_first + 1) % UNACKED_LETTERS_MAX);
	sync->unacked_count--;
	*kept = (acked->verdicts[i / 8] >> i % 8 & 1) != 0;
	return handle;
}

bool sync_next(const struct sync *sync, struct sync_pick *pick)
{
	if (sync->unacked_count == UNACKED_LETTERS_MAX)
		return false;
	const struct sync_offered *best = NULL;
	for (size_t slot = 0; slot < OFFER_SLOTS; slot++) {
		const struct sync_offered *block = &sync->offered[slot];
		if (block->used && block->wanted != 0 && (best == NULL || block->class > best->class))
			best = block;
	}
	if (best == NULL)
		return false;
	pick->slot = (uint8_t)(best - sync->offered);
	pick->index = (uint8_t)__builtin_ctzll(best->wanted);
	pick->handle = best->handles[pick->index];
	return true;
}

void sync_sent(struct sync *sync, const struct sync_pick *pick, bool gone)
{
	struct sync_offered *block = &sync->offered[pick->slot];
	uint64_t bit = UINT64_C(1) << pick->index;
	assert(block->used && (block->wanted & bit) != 0);
	block->wanted &= ~bit;
	block->used = block->wanted != 0;
	if (gone)
		return;
	assert(sync->unacked_count < UNACKED_LETTERS_MAX);
	sync->unacked[(sync->unacked_first + sync->unacked_count) % UNACKED_LETTERS_MAX] = pick->handle;
	sync->unacked_count++;
}

void sync_settled(struct sync *sync)
{
	sync->settled_count = sync->verdict_count;
}

static void reply_want(struct sync_wanted *block, uint8_t slot, struct session *session)
{
	uint8_t *payload = session_message(session, MESSAGE_WANT, 1 + sizeof(block->wanted));
	if (payload == NULL)
		return;
	struct writer writer = writer_of(payload, 1 + sizeof(block->wanted));
	write_u8(&writer, slot);
	write_u64(&writer, block->wanted);
	assert(writer_ok(&writer));
	block->owed = false;
}

static void reply_ack(struct sync *sync, struct session *session)
{
	uint16_t count = sync->settled_count;
	assert(count == sync->verdict_count);
	size_t bitmap = ((size_t)count + 7) / 8;
	uint8_t *payload = session_message(session, MESSAGE_ACK, sizeof(count) + bitmap);
	if (payload == NULL)
		return;
	struct writer writer = writer_of(payload, sizeof(count) + bitmap);
	write_u16(&writer, count);
	write_bytes(&writer, sync->verdicts, bitmap);
	assert(writer_ok(&writer));
	memset(sync->verdicts, 0, sizeof(sync->verdicts));
	sync->verdict_count = sync->settled_count = 0;
}

void sync_reply(struct sync *sync, struct session *session)
{
	for (uint8_t slot = 0; slot < OFFER_SLOTS; slot++)
		if (sync->wanted[slot].owed)
			reply_want(&sync->wanted[slot], slot, session);
	if (sync->settled_count > 0)
		reply_ack(sync, session);
}
