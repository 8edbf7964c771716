#include "tests/support/meeting.h"

#include "proto/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FLIGHTS_MAX = 200000, WHO_SIZE = 7 /* flags and nonce of a hello: not for the comparison */ };

static uint64_t state;

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t meeting_draw(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void draw_bytes(uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)meeting_draw();
}

static void open_side(struct meeting_side *side)
{
	uint8_t secret[CATALOGUE_SECRET_SIZE];
	draw_bytes(secret, sizeof(secret));
	side->catalogue = catalogue_new(secret);
	assert(side->catalogue != NULL);
	side->wants = (struct wants){.capacity = 255};
}

void meeting_open(struct meeting *meeting, uint64_t seed)
{
	memset(meeting, 0, sizeof(*meeting));
	state = seed;
	open_side(&meeting->a);
	open_side(&meeting->b);
}

void meeting_close(struct meeting *meeting)
{
	struct meeting_side *sides[] = {&meeting->a, &meeting->b};
	for (size_t i = 0; i < 2; i++) {
		compare_free(sides[i]->compare);
		outbox_free(&sides[i]->outbox);
		marks_free(&sides[i]->offers);
		marks_free(&sides[i]->sent);
		catalogue_free(sides[i]->catalogue);
	}
}

uint32_t meeting_put(struct meeting_side *side, const uint8_t tag[static LETTER_TAG_SIZE], uint8_t rank, uint16_t day)
{
	struct catalogue_entry entry = {.rank = rank, .day = day, .state = CATALOGUE_HELD, .seq = 1};
	memcpy(entry.tag, tag, sizeof(entry.tag));
	uint32_t slot = catalogue_set(side->catalogue, &entry);
	assert(slot != CATALOGUE_NONE);
	catalogue_keep(side->catalogue);
	return slot;
}

void meeting_fill(struct meeting *meeting, uint32_t both, uint32_t only_a, uint32_t only_b, bool mixed)
{
	enum { ROUTINE_512 = 2, DAYS = 7 };
	for (uint32_t i = 0; i < both + only_a + only_b; i++) {
		uint8_t tag[LETTER_TAG_SIZE];
		draw_bytes(tag, sizeof(tag));
		uint8_t rank = mixed ? (uint8_t)(meeting_draw() % ORDER_RANKS) : ROUTINE_512;
		uint16_t day = (uint16_t)(3978 + meeting_draw() % DAYS);
		if (i < both + only_a)
			meeting_put(&meeting->a, tag, rank, day);
		if (i < both || i >= both + only_a)
			meeting_put(&meeting->b, tag, rank, day);
	}
}

static void start_side(struct meeting_side *side, bool initiator)
{
	static const uint8_t psk[PSK_SIZE];
	uint8_t ephemeral[DH_KEY_SIZE];
	draw_bytes(ephemeral, sizeof(ephemeral));
	struct session_setup setup = {.initiator = initiator, .psk = psk, .ephemeral_secret = ephemeral};
	session_start(&side->session, &setup);
	compare_free(side->compare);
	side->compare = NULL;
	outbox_free(&side->outbox);
	outbox_start(&side->outbox);
	marks_free(&side->offers);
	marks_free(&side->sent);
	side->said_bytes = side->wire_bytes = 0;
	memset(side->heard, 0, sizeof(side->heard));
	memset(side->verdicts, 0, sizeof(side->verdicts));
}

static void start_compare(struct meeting_side *side)
{
	struct compare_setup setup = {
		.catalogue = side->catalogue,
		.outbox = &side->outbox,
		.suspects = &side->offers,
		.doubts = &side->offers,
		.binding = session_binding(&side->session),
		.ours = side->wants,
	};
	side->compare = compare_new(&setup);
	assert(side->compare != NULL);
}

/* One unit from one to the other. Returns its length. */
static size_t carry(struct meeting_side *from, struct meeting_side *to)
{
	uint8_t wire[RECORD_WIRE_MAX];
	size_t len = session_output(&from->session, wire, sizeof(wire), false), used = 0;
	from->wire_bytes += len;
	while (used < len)
		used += session_input(&to->session, wire + used, len - used);
	return len;
}

static void shake(struct meeting *meeting)
{
	struct meeting_side *a = &meeting->a, *b = &meeting->b;
	const struct carried *shown_a = catalogue_shown(a->catalogue), *shown_b = catalogue_shown(b->catalogue);
	carried_digest(shown_a, session_glance_salt(&a->session), 32, session_greeting(&a->session));
	carry(a, b);
	uint8_t glance[GLANCE_SIZE];
	carried_digest(shown_b, session_glance_salt(&b->session), 32, glance);
	bool differ = memcmp(glance, session_greeted(&b->session), sizeof(glance)) != 0;
	struct greeting greeting = {.hello.wants = b->wants}, heard;
	greeting_show(&greeting, shown_b, session_greeting_salt(&b->session));
	greeting_encode(&greeting, session_greeting(&b->session));
	carry(b, a);
	start_compare(b);
	start_compare(a);
	if (differ)
		compare_open(b->compare);
	bool good = greeting_decode(&heard, session_greeted(&a->session));
	assert(good);
	uint8_t tiers = greeting_differs(&heard, shown_a, session_greeting_salt(&a->session));
	compare_learn(a->compare, &heard.hello.wants, tiers);
	struct hello hello = {.wants = a->wants};
	hello_encode(&hello, tiers, session_message(&a->session, MESSAGE_HELLO, HELLO_SIZE));
	a->said_bytes = GLANCE_SIZE; /* its HELLO is counted as it leaves */
	b->said_bytes = GREETING_SIZE - WHO_SIZE;
}

/* A copy of the message with a few bytes changed: never those that only say which letters are meant, so that the lie is believed. */
static struct message corrupted(const struct message *message, uint8_t copy[static MESSAGE_PAYLOAD_MAX])
{
	enum { BELIEVED = 5 };
	memcpy(copy, message->payload, message->len);
	for (unsigned i = 0; i < 4 && message->len > BELIEVED; i++)
		copy[BELIEVED + meeting_draw() % (message->len - BELIEVED)] = (uint8_t)meeting_draw();
	return (struct message){.type = message->type, .len = message->len, .payload = copy};
}

/* A copy of an ESTIMATE that says just what the hearer would say itself. */
static struct message understated(const struct meeting_side *hearer, const struct message *message, uint8_t copy[static MESSAGE_PAYLOAD_MAX])
{
	uint8_t key[SHORTHASH_KEY_SIZE];
	struct unit unit;
	struct reader reader = reader_of(message->payload, message->len);
	bool good = unit_read(&reader, &unit);
	assert(good);
	struct unit_filter filter = unit_filter(&unit);
	struct estimate estimate = {.count = 0};
	short_id_key(session_binding(&hearer->session), key);
	for (uint32_t slot = 0; slot < catalogue_slots(hearer->catalogue); slot++) {
		const struct catalogue_entry *entry = catalogue_at(hearer->catalogue, slot);
		uint32_t id = short_id(key, entry->tag);
		if (entry->shown && unit_has(&filter, entry->rank, entry->day, id))
			estimate_add(&estimate, &id, 1);
	}
	struct writer writer = writer_of(copy, message->len);
	unit_write(&writer, &unit);
	estimate_write(&writer, &estimate);
	assert(writer_ok(&writer));
	return (struct message){.type = message->type, .len = message->len, .payload = copy};
}

static void count_heard(struct meeting_side *side, const struct message *message)
{
	side->heard[message->type]++;
	if (message->type == MESSAGE_NEED)
		side->verdicts[message->payload[0]]++;
}

static bool hear(const struct meeting *meeting, struct meeting_side *side, const struct meeting_side *other)
{
	struct message message;
	uint8_t copy[MESSAGE_PAYLOAD_MAX];
	while (session_next(&side->session, &message)) {
		struct hello hello;
		uint8_t tiers;
		count_heard(side, &message);
		if (message.type != MESSAGE_HELLO) {
			if (meeting->understate && message.type == MESSAGE_ESTIMATE)
				message = understated(side, &message, copy);
			if (meeting->corrupt_one_in > 0 && meeting_draw() % meeting->corrupt_one_in == 0)
				message = corrupted(&message, copy);
			if (!compare_input(side->compare, &message))
				return false;
		} else if (hello_decode(&hello, &tiers, message.payload, message.len)) {
			compare_learn(side->compare, &other->wants, tiers);
		}
	}
	return side->session.state == SESSION_OPEN;
}

static void empty_outbox(struct meeting_side *side, const struct meeting_side *other)
{
	uint32_t slot;
	while (marks_take(&side->outbox.lacks, &slot))
		marks_set(&side->sent, slot);
	while (marks_take(&side->offers, &slot))
		if (catalogue_find(other->catalogue, catalogue_at(side->catalogue, slot)->tag) == CATALOGUE_NONE)
			marks_set(&side->sent, slot);
}

/* All that one side has to say now. Returns false if it is nothing. */
static bool flight(struct meeting *meeting, struct meeting_side *from, struct meeting_side *to)
{
	bool said = false;
	for (;;) {
		empty_outbox(from, to);
		compare_output(from->compare, &from->session);
		size_t out = from->session.out_len;
		if (carry(from, to) == 0)
			return said;
		from->said_bytes += out - from->session.out_len;
		said = true;
		meeting->ended |= !hear(meeting, to, from);
	}
}

void meeting_corrupt(struct meeting *meeting, unsigned one_in)
{
	meeting->corrupt_one_in = one_in;
}

void meeting_understate(struct meeting *meeting)
{
	meeting->understate = true;
}

void meeting_forget(struct meeting *meeting, unsigned flight)
{
	meeting->forget_at = flight;
}

static void forget_a_third(struct meeting_side *side)
{
	for (uint32_t slot = 0; slot < catalogue_slots(side->catalogue); slot++)
		if (catalogue_at(side->catalogue, slot)->state != CATALOGUE_FREE && meeting_draw() % 3 == 0)
			if (!catalogue_forget(side->catalogue, slot))
				abort();
}

void meeting_run_flights(struct meeting *meeting, unsigned flights)
{
	start_side(&meeting->a, true);
	start_side(&meeting->b, false);
	meeting->ended = false;
	shake(meeting);
	meeting->flights = 1; /* the greeting */
	flight(meeting, &meeting->b, &meeting->a);
	for (unsigned turn = 0; turn + 1 < flights && !meeting->ended; turn++) {
		struct meeting_side *from = turn % 2 == 0 ? &meeting->a : &meeting->b, *to = turn % 2 == 0 ? &meeting->b : &meeting->a;
		if (meeting->forget_at == turn + 2) {
			forget_a_third(&meeting->a);
			forget_a_third(&meeting->b);
		}
		if (!flight(meeting, from, to))
			break;
		meeting->flights++;
	}
	empty_outbox(&meeting->a, &meeting->b);
	empty_outbox(&meeting->b, &meeting->a);
}

void meeting_run(struct meeting *meeting)
{
	meeting_run_flights(meeting, FLIGHTS_MAX);
	meeting->a.said_bytes -= WHO_SIZE;
}

static uint32_t mistakes_of(const struct meeting_side *side, const struct meeting_side *other)
{
	uint32_t mistakes = 0;
	for (uint32_t slot = 0; slot < catalogue_slots(side->catalogue); slot++) {
		const struct catalogue_entry *entry = catalogue_at(side->catalogue, slot);
		if (entry->state != CATALOGUE_HELD)
			continue;
		uint32_t there = catalogue_find(other->catalogue, entry->tag);
		bool lacking = there == CATALOGUE_NONE && entry->shown;
		mistakes += marks_has(&side->sent, slot) != lacking;
	}
	return mistakes;
}

uint32_t meeting_mistakes(const struct meeting *meeting)
{
	return mistakes_of(&meeting->a, &meeting->b) + mistakes_of(&meeting->b, &meeting->a);
}
