#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "crypto/random.h"
#include "proto/record.h"
#include "proto/session.h"
#include "proto/sync.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	struct session a, b;
	uint8_t wire[8 * RECORD_WIRE_MAX];
};

static void start(struct pair *pair, const uint8_t *psk_a, const uint8_t *psk_b)
{
	uint8_t ephemeral[2][32];
	memset(ephemeral[0], 1, 32);
	memset(ephemeral[1], 2, 32);
	struct session_setup a = {.initiator = true, .psk = psk_a, .ephemeral_secret = ephemeral[0]};
	struct session_setup b = {.psk = psk_b, .ephemeral_secret = ephemeral[1]};
	session_start(&pair->a, &a);
	session_start(&pair->b, &b);
}

static const uint8_t zero_psk[PSK_SIZE];

/* Moves one unit from one side to the other in pieces of step bytes. Returns its length. */
static size_t move(struct pair *pair, struct session *from, struct session *to, size_t step)
{
	uint8_t *greeting = session_greeting(from);
	if (greeting != NULL)
		memset(greeting, 0x5e, from == &pair->a ? GLANCE_SIZE : GREETING_SIZE);
	size_t len = session_output(from, pair->wire, RECORD_WIRE_MAX, false);
	for (size_t at = 0; at < len;) {
		size_t part = len - at < step ? len - at : step;
		at += session_input(to, pair->wire + at, part);
	}
	return len;
}

static struct pair *open_pair(void)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	ck_assert_ptr_nonnull(pair);
	start(pair, zero_psk, zero_psk);
	ck_assert_ptr_null(session_greeted(&pair->b));
	ck_assert_uint_eq(move(pair, &pair->a, &pair->b, 7), HANDSHAKE_FIRST_SIZE);
	ck_assert_uint_eq(move(pair, &pair->b, &pair->a, 48), HANDSHAKE_SECOND_SIZE);
	uint8_t greeting[GREETING_SIZE];
	memset(greeting, 0x5e, sizeof(greeting));
	ck_assert_mem_eq(session_greeted(&pair->b), greeting, GLANCE_SIZE);
	ck_assert_mem_eq(session_greeted(&pair->a), greeting, GREETING_SIZE);
	ck_assert_mem_eq(session_glance_salt(&pair->a), session_glance_salt(&pair->b), 32);
	ck_assert_mem_eq(session_greeting_salt(&pair->a), session_greeting_salt(&pair->b), 32);
	ck_assert_mem_ne(session_greeting_salt(&pair->a), session_binding(&pair->a), 32);
	ck_assert_int_eq(pair->a.state, SESSION_OPEN);
	ck_assert_int_eq(pair->b.state, SESSION_OPEN);
	ck_assert_mem_eq(session_binding(&pair->a), session_binding(&pair->b), 32);
	return pair;
}

static void put(struct session *session, enum message_type type, uint8_t fill, size_t len)
{
	uint8_t *payload = session_message(session, type, len);
	ck_assert_ptr_nonnull(payload);
	memset(payload, fill, len);
}

START_TEST(messages_of_every_length_arrive_whole_however_the_bytes_are_cut)
{
	struct pair *pair = open_pair();
	struct message message;
	for (size_t len = 0; len <= MESSAGE_PAYLOAD_MAX; len += 97) {
		put(&pair->a, MESSAGE_OFFER, (uint8_t)len, len);
		bool came = false;
		while (move(pair, &pair->a, &pair->b, 1 + len % 300) > 0)
			while (session_next(&pair->b, &message)) {
				ck_assert_uint_eq(message.len, len);
				for (size_t i = 0; i < len; i++)
					ck_assert_uint_eq(message.payload[i], (uint8_t)len);
				came = true;
			}
		ck_assert(came);
	}
	free(pair);
}
END_TEST

START_TEST(a_record_s_length_tells_only_its_unit_count)
{
	struct pair *pair = open_pair();
	for (size_t len = 1; len < RECORD_DATA_MAX - 3; len += 131) {
		put(&pair->a, MESSAGE_OFFER, 1, len);
		size_t wire = session_output(&pair->a, pair->wire, RECORD_WIRE_MAX, false);
		ck_assert_uint_eq(wire, record_wire_len((uint8_t)((len + 3 + RECORD_UNIT - 1) / RECORD_UNIT)));
	}
	free(pair);
}
END_TEST

/* What is urgent waits for the record under way: on a slow link that is a short one, and nothing is lost by it. */
START_TEST(a_slow_link_s_records_are_short)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	ck_assert_ptr_nonnull(pair);
	static const uint8_t zeros[2000];
	uint8_t ephemeral[2][32];
	memset(ephemeral[0], 1, 32);
	memset(ephemeral[1], 2, 32);
	session_start(&pair->a, &(struct session_setup){.initiator = true, .slow = true, .psk = zero_psk, .ephemeral_secret = ephemeral[0]});
	session_start(&pair->b, &(struct session_setup){.psk = zero_psk, .ephemeral_secret = ephemeral[1]});
	(void)move(pair, &pair->a, &pair->b, 1000);
	(void)move(pair, &pair->b, &pair->a, 1000);
	memcpy(session_message(&pair->a, MESSAGE_LETTER, sizeof zeros), zeros, sizeof zeros);
	ck_assert(!session_wants_messages(&pair->a));
	memcpy(session_message(&pair->b, MESSAGE_LETTER, sizeof zeros), zeros, sizeof zeros);
	ck_assert(session_wants_messages(&pair->b));
	ck_assert_uint_eq(move(pair, &pair->a, &pair->b, 1000), record_wire_len(4));
	ck_assert_uint_eq(move(pair, &pair->a, &pair->b, 1000), record_wire_len(4));
	struct message message;
	ck_assert(session_next(&pair->b, &message));
	ck_assert_uint_eq(message.len, sizeof zeros);
	ck_assert_uint_eq(move(pair, &pair->b, &pair->a, 1000), record_wire_len(8));
	free(pair);
}
END_TEST

START_TEST(without_the_community_key_there_is_no_answer)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	uint8_t other[PSK_SIZE] = {1};
	start(pair, other, zero_psk);
	move(pair, &pair->a, &pair->b, 48);
	ck_assert_int_eq(pair->b.state, SESSION_FORGED);
	ck_assert_uint_eq(session_output(&pair->b, pair->wire, RECORD_WIRE_MAX, true), 0);
	free(pair);
}
END_TEST

START_TEST(every_flipped_bit_of_a_record_ends_the_session)
{
	struct pair *pair = open_pair();
	put(&pair->a, MESSAGE_OFFER, 1, 200);
	size_t len = session_output(&pair->a, pair->wire, RECORD_WIRE_MAX, false);
	for (size_t bit = 8; bit < len * 8; bit++) {
		struct session copy = pair->b;
		pair->wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		session_input(&copy, pair->wire, len);
		ck_assert_int_eq(copy.state, SESSION_FORGED);
		pair->wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned units = 0; units < 256; units++) {
		struct session copy = pair->b;
		pair->wire[0] = (uint8_t)units;
		session_input(&copy, pair->wire, len);
		struct message message;
		if (units == 1)
			ck_assert(session_next(&copy, &message));
		else if (units >= 2 && units <= RECORD_UNITS_MAX)
			ck_assert(copy.state == SESSION_OPEN && !session_next(&copy, &message)); /* waits for the rest of a longer record */
		else
			ck_assert_int_eq(copy.state, SESSION_MALFORMED);
	}
	free(pair);
}
END_TEST

START_TEST(replayed_reordered_and_reflected_records_end_the_session)
{
	struct pair *pair = open_pair();
	uint8_t first[RECORD_WIRE_MAX], second[RECORD_WIRE_MAX];
	put(&pair->a, MESSAGE_OFFER, 1, 10);
	size_t first_len = session_output(&pair->a, first, sizeof(first), false);
	put(&pair->a, MESSAGE_OFFER, 2, 10);
	size_t second_len = session_output(&pair->a, second, sizeof(second), false);
	struct session copy = pair->b;
	session_input(&copy, second, second_len);
	ck_assert_int_eq(copy.state, SESSION_FORGED);
	copy = pair->b;
	struct message message;
	session_input(&copy, first, first_len);
	ck_assert(session_next(&copy, &message));
	session_input(&copy, first, first_len);
	ck_assert_int_eq(copy.state, SESSION_FORGED);
	session_input(&pair->a, first, first_len);
	ck_assert_int_eq(pair->a.state, SESSION_FORGED);
	free(pair);
}
END_TEST

START_TEST(bytes_before_our_turn_end_the_handshake)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	start(pair, zero_psk, zero_psk);
	uint8_t junk[48] = {5};
	session_input(&pair->a, junk, sizeof(junk)); /* the initiator has not spoken yet */
	ck_assert_int_eq(pair->a.state, SESSION_MALFORMED);
	free(pair);
}
END_TEST

START_TEST(unknown_and_oversize_messages_end_the_session)
{
	for (unsigned type = 0; type < 256; type++) {
		struct pair *pair = open_pair();
		put(&pair->a, MESSAGE_OFFER, 0, 4);
		pair->a.out[0] = (uint8_t)type;
		move(pair, &pair->a, &pair->b, 4096);
		struct message message;
		bool came = session_next(&pair->b, &message);
		ck_assert(came == (type >= MESSAGE_HELLO && type <= MESSAGE_TWIN && type != MESSAGE_REKEY));
		ck_assert_int_eq(pair->b.state, came ? SESSION_OPEN : SESSION_MALFORMED);
		free(pair);
	}
	struct pair *pair = open_pair();
	put(&pair->a, MESSAGE_OFFER, 0, 4);
	pair->a.out[1] = (MESSAGE_PAYLOAD_MAX + 1) & 0xff;
	pair->a.out[2] = (MESSAGE_PAYLOAD_MAX + 1) >> 8;
	move(pair, &pair->a, &pair->b, 4096);
	struct message message;
	ck_assert(!session_next(&pair->b, &message));
	ck_assert_int_eq(pair->b.state, SESSION_MALFORMED);
	free(pair);
}
END_TEST

START_TEST(keys_change_in_step_with_bulk_under_way)
{
	struct pair *pair = open_pair();
	struct message message;
	size_t came = 0;
	uint8_t key[32];
	memcpy(key, pair->a.channel.send.key, sizeof(key));
	for (size_t i = 0; i < 200; i++) {
		while (session_wants_messages(&pair->a))
			put(&pair->a, MESSAGE_LETTER, 3, 514);
		if (i % 10 == 3)
			session_rekey(&pair->a);
		move(pair, &pair->a, &pair->b, 4096);
		while (session_next(&pair->b, &message))
			came++;
		ck_assert_int_eq(pair->b.state, SESSION_OPEN);
	}
	ck_assert_uint_gt(came, 1300);
	ck_assert_mem_ne(key, pair->a.channel.send.key, sizeof(key));
	ck_assert_mem_eq(pair->b.channel.receive.key, pair->a.channel.send.key, sizeof(key));
	free(pair);
}
END_TEST

START_TEST(a_wiped_session_keeps_no_key)
{
	struct pair *pair = open_pair();
	uint8_t key[32];
	memcpy(key, pair->a.channel.send.key, sizeof(key));
	session_wipe(&pair->a);
	const uint8_t *bytes = (const uint8_t *)&pair->a;
	for (size_t at = 0; at + sizeof(key) <= sizeof(pair->a); at++)
		ck_assert_mem_ne(bytes + at, key, sizeof(key));
	free(pair);
}
END_TEST

/* What was taken long ago and what never left are text alike; a smaller message has come since. */
START_TEST(a_wiped_session_keeps_no_text)
{
	struct pair *pair = open_pair();
	struct message message;
	uint8_t text[64];
	memset(text, 'x', sizeof(text));
	put(&pair->a, MESSAGE_LETTER, 'x', 3000);
	while (move(pair, &pair->a, &pair->b, 4096) > 0)
		while (session_next(&pair->b, &message))
			continue;
	put(&pair->a, MESSAGE_ACK, 'y', 10);
	(void)move(pair, &pair->a, &pair->b, 4096);
	put(&pair->b, MESSAGE_LETTER, 'x', 3000);
	session_wipe(&pair->a);
	session_wipe(&pair->b);
	for (size_t at = 0; at + sizeof(text) <= sizeof(pair->b.plain); at++)
		ck_assert_mem_ne(pair->b.plain + at, text, sizeof(text));
	for (size_t at = 0; at + sizeof(text) <= sizeof(pair->b.out); at++) {
		ck_assert_mem_ne(pair->a.out + at, text, sizeof(text));
		ck_assert_mem_ne(pair->b.out + at, text, sizeof(text));
	}
	free(pair);
}
END_TEST

/* sync alone, over a loop-back of messages */

static struct message message_of(enum message_type type, const uint8_t *payload, size_t len)
{
	return (struct message){.type = (uint8_t)type, .payload = payload, .len = len};
}

static struct sync_event input(struct sync *sync, enum message_type type, const uint8_t *payload, size_t len)
{
	struct message message = message_of(type, payload, len);
	struct sync_event event;
	sync_input(sync, &message, &event);
	return event;
}

START_TEST(sync_refuses_what_was_not_agreed)
{
	struct sync *sync = calloc(1, sizeof(*sync));
	sync_start(sync);
	uint8_t offer[2 + 64 * LETTER_TAG_SIZE] = {0, 2}, pick[9] = {0}, ack[3] = {1, 0, 0}, high_slot[18] = {16, 1}, none[2] = {0, 0};
	struct {
		enum message_type type;
		const uint8_t *payload;
		size_t len;
	} wrong[] = {
		{MESSAGE_OFFER, offer, 1}, {MESSAGE_OFFER, offer, 33}, {MESSAGE_OFFER, offer, 35},   {MESSAGE_OFFER, high_slot, 18},
		{MESSAGE_OFFER, none, 2},  {MESSAGE_PICK, pick, 9},    {MESSAGE_PICK, high_slot, 9}, {MESSAGE_ACK, ack, 3},
		{MESSAGE_ACK, ack, 2},     {MESSAGE_HELLO, offer, 2},
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(input(sync, wrong[i].type, wrong[i].payload, wrong[i].len).kind == SYNC_MALFORMED, "case %zu", i);
	/* A proper offer, and a second one in the same slot before it is answered. */
	struct sync_event event = input(sync, MESSAGE_OFFER, offer, 2 + 2 * LETTER_TAG_SIZE);
	ck_assert_int_eq(event.kind, SYNC_OFFERED);
	sync_pick(sync, &event, 1);
	ck_assert_int_eq(input(sync, MESSAGE_OFFER, offer, 2 + 2 * LETTER_TAG_SIZE).kind, SYNC_MALFORMED);
	free(sync);
}
END_TEST

START_TEST(an_offer_is_answered_once_and_frees_its_slot)
{
	struct pair *pair = open_pair();
	struct sync *sync = calloc(1, sizeof(*sync));
	sync_start(sync);
	uint32_t handles[3] = {70, 80, 90};
	uint8_t tags[3][LETTER_TAG_SIZE] = {{1}, {2}, {3}}, pick[9] = {0, 5};
	size_t slots = 0;
	while (sync_offer(sync, &pair->a, handles, tags, 3))
		slots++;
	ck_assert_uint_eq(slots, OFFER_SLOTS);
	ck_assert(!sync_may_offer(sync));
	pick[0] = 4;
	struct sync_event event = input(sync, MESSAGE_PICK, pick, sizeof(pick));
	ck_assert_int_eq(event.kind, SYNC_PICKED);
	ck_assert_uint_eq(event.count, 2);
	ck_assert_uint_eq(event.handles[0], 70);
	ck_assert_uint_eq(event.handles[1], 90);
	ck_assert_int_eq(input(sync, MESSAGE_PICK, pick, sizeof(pick)).kind, SYNC_MALFORMED); /* answered already */
	ck_assert(sync_may_offer(sync));
	pick[0] = 5;
	pick[1] = 8; /* a letter that was not offered */
	ck_assert_int_eq(input(sync, MESSAGE_PICK, pick, sizeof(pick)).kind, SYNC_MALFORMED);
	free(sync);
	free(pair);
}
END_TEST

START_TEST(letters_without_an_answer_are_bounded_and_answered_in_order)
{
	struct sync *sync = calloc(1, sizeof(*sync));
	sync_start(sync);
	size_t sent = 0;
	for (; sync_may_send(sync); sent++)
		sync_sent(sync, (uint8_t[LETTER_TAG_SIZE]){(uint8_t)sent, (uint8_t)(sent >> 8)});
	ck_assert_uint_eq(sent, UNACKED_LETTERS_MAX);
	uint8_t ack[2 + 2] = {9, 0, 0x05, 0x01};
	struct sync_event event = input(sync, MESSAGE_ACK, ack, sizeof(ack));
	ck_assert_int_eq(event.kind, SYNC_ACKED);
	for (uint16_t i = 0; i < event.count; i++) {
		bool kept;
		const uint8_t *tag = sync_next_acked(sync, &event, i, &kept);
		ck_assert_uint_eq(tag[0], i);
		ck_assert(kept == (i == 0 || i == 2 || i == 8));
	}
	ck_assert(sync_may_send(sync));
	ack[0] = 0xff;
	ack[1] = 0xff;
	ck_assert_int_eq(input(sync, MESSAGE_ACK, ack, sizeof(ack)).kind, SYNC_MALFORMED);
	free(sync);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("session");
	TCase *test_case = tcase_create("session");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, messages_of_every_length_arrive_whole_however_the_bytes_are_cut);
	tcase_add_test(test_case, a_record_s_length_tells_only_its_unit_count);
	tcase_add_test(test_case, a_slow_link_s_records_are_short);
	tcase_add_test(test_case, without_the_community_key_there_is_no_answer);
	tcase_add_test(test_case, every_flipped_bit_of_a_record_ends_the_session);
	tcase_add_test(test_case, replayed_reordered_and_reflected_records_end_the_session);
	tcase_add_test(test_case, bytes_before_our_turn_end_the_handshake);
	tcase_add_test(test_case, unknown_and_oversize_messages_end_the_session);
	tcase_add_test(test_case, keys_change_in_step_with_bulk_under_way);
	tcase_add_test(test_case, a_wiped_session_keeps_no_key);
	tcase_add_test(test_case, a_wiped_session_keeps_no_text);
	tcase_add_test(test_case, sync_refuses_what_was_not_agreed);
	tcase_add_test(test_case, an_offer_is_answered_once_and_frees_its_slot);
	tcase_add_test(test_case, letters_without_an_answer_are_bounded_and_answered_in_order);
	suite_add_tcase(suite, test_case);
	return suite;
}
