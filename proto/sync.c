#include "proto/sync.h"

#include "proto/bytes.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static_assert(OFFER_SLOTS <= 16 && OFFER_IDS_MAX == 64, "slots and letters of an offer are bits");

void sync_start(struct sync *sync)
{
	memset(sync, 0, offsetof(struct sync, picks));
}

static uint64_t mask_of(size_t count)
{
	assert(count >= 1 && count <= OFFER_IDS_MAX);
	return count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static int free_slot(const struct sync *sync)
{
	for (int i = 0; i < OFFER_SLOTS; i++)
		if (sync->offered[i] == 0)
			return i;
	return -1;
}

bool sync_may_offer(const struct sync *sync)
{
	return free_slot(sync) >= 0;
}

uint32_t sync_unanswered(const struct sync *sync)
{
	uint32_t count = 0;
	for (int i = 0; i < OFFER_SLOTS; i++)
		count += sync->offered[i];
	return count;
}

bool sync_offer(struct sync *sync, struct session *session, const uint32_t *handles, uint8_t (*tags)[LETTER_TAG_SIZE], uint8_t count)
{
	assert(count >= 1 && count <= OFFER_IDS_MAX);
	int slot = free_slot(sync);
	size_t tags_len = (size_t)count * LETTER_TAG_SIZE;
	uint8_t *payload = slot < 0 ? NULL : session_message(session, MESSAGE_OFFER, 2 + tags_len);
	if (payload == NULL)
		return false;
	payload[0] = (uint8_t)slot;
	payload[1] = count;
	memcpy(payload + 2, tags, tags_len);
	sync->offered[slot] = count;
	memcpy(sync->handles[slot], handles, count * sizeof(*handles));
	return true;
}

static void offer_input(const struct sync *sync, struct reader *reader, struct sync_event *event)
{
	event->slot = read_u8(reader);
	event->count = read_u8(reader);
	event->tags = read_view(reader, (size_t)event->count * LETTER_TAG_SIZE);
	if (reader_done(reader) && event->slot < OFFER_SLOTS && event->count >= 1 && event->count <= OFFER_IDS_MAX &&
	    (sync->picks_owed >> event->slot & 1) == 0)
		event->kind = SYNC_OFFERED;
}

static void pick_input(struct sync *sync, struct reader *reader, struct sync_event *event)
{
	uint8_t slot = read_u8(reader);
	uint64_t wanted = read_u64(reader);
	uint8_t count = slot < OFFER_SLOTS ? sync->offered[slot] : 0;
	if (!reader_done(reader) || count == 0 || (wanted & ~mask_of(count)) != 0)
		return;
	for (uint8_t i = 0; i < count; i++)
		if ((wanted >> i & 1) != 0)
			event->handles[event->count++] = sync->handles[slot][i];
	sync->offered[slot] = 0;
	event->kind = SYNC_PICKED;
}

static void letter_input(const struct sync *sync, const struct message *message, struct sync_event *event)
{
	if (sync->verdict_count == UNACKED_LETTERS_MAX)
		return;
	event->envelope = message->payload;
	event->envelope_len = message->len;
	event->kind = SYNC_LETTER;
}

static void ack_input(const struct sync *sync, struct reader *reader, struct sync_event *event)
{
	event->count = read_u16(reader);
	event->verdicts = read_view(reader, ((size_t)event->count + 7) / 8);
	if (reader_done(reader) && event->count >= 1 && event->count <= sync->unacked_count)
		event->kind = SYNC_ACKED;
}

void sync_input(struct sync *sync, const struct message *message, struct sync_event *event)
{
	struct reader reader = reader_of(message->payload, message->len);
	event->kind = SYNC_MALFORMED;
	event->count = 0;
	switch (message->type) {
	case MESSAGE_OFFER:
		offer_input(sync, &reader, event);
		break;
	case MESSAGE_PICK:
		pick_input(sync, &reader, event);
		break;
	case MESSAGE_LETTER:
		letter_input(sync, message, event);
		break;
	case MESSAGE_ACK:
		ack_input(sync, &reader, event);
		break;
	}
}

void sync_pick(struct sync *sync, const struct sync_event *offered, uint64_t wanted)
{
	assert(offered->kind == SYNC_OFFERED && (wanted & ~mask_of(offered->count)) == 0);
	sync->picks[offered->slot] = wanted;
	sync->picks_owed = (uint16_t)(sync->picks_owed | 1u << offered->slot);
}

void sync_verdict(struct sync *sync, bool kept)
{
	assert(sync->verdict_count < UNACKED_LETTERS_MAX);
	uint8_t bit = (uint8_t)(1u << sync->verdict_count % 8);
	uint8_t *byte = &sync->verdicts[sync->verdict_count / 8];
	*byte = (uint8_t)(kept ? *byte | bit : *byte & ~bit);
	sync->verdict_count++;
}

const uint8_t *sync_next_acked(struct sync *sync, const struct sync_event *acked, uint16_t i, bool *kept)
{
	assert(acked->kind == SYNC_ACKED && i < acked->count && sync->unacked_count > 0);
	const uint8_t *tag = sync->unacked[sync->unacked_first];
	sync->unacked_first = (uint16_t)((sync->unacked_first + 1) % UNACKED_LETTERS_MAX);
	sync->unacked_count--;
	*kept = (acked->verdicts[i / 8] >> i % 8 & 1) != 0;
	return tag;
}

bool sync_may_send(const struct sync *sync)
{
	return sync->unacked_count < UNACKED_LETTERS_MAX;
}

void sync_sent(struct sync *sync, const uint8_t tag[static LETTER_TAG_SIZE])
{
	assert(sync_may_send(sync));
	memcpy(sync->unacked[(sync->unacked_first + sync->unacked_count) % UNACKED_LETTERS_MAX], tag, LETTER_TAG_SIZE);
	sync->unacked_count++;
}

void sync_settled(struct sync *sync)
{
	sync->settled_count = sync->verdict_count;
}

static void reply_pick(struct sync *sync, uint8_t slot, struct session *session)
{
	uint8_t *payload = session_message(session, MESSAGE_PICK, 1 + sizeof(sync->picks[slot]));
	if (payload == NULL)
		return;
	struct writer writer = writer_of(payload, 1 + sizeof(sync->picks[slot]));
	write_u8(&writer, slot);
	write_u64(&writer, sync->picks[slot]);
	assert(writer_ok(&writer));
	sync->picks_owed = (uint16_t)(sync->picks_owed & ~(1u << slot));
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
	for (uint8_t slot = 0; sync->picks_owed >> slot != 0; slot++)
		if ((sync->picks_owed >> slot & 1) != 0)
			reply_pick(sync, slot, session);
	if (sync->settled_count > 0)
		reply_ack(sync, session);
}
