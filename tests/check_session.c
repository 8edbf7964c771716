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
	ck_assert_uint_eq(move(pair, &pair->a, &pair->b, 7), HANDSHAKE_MESSAGE_SIZE);
	ck_assert_uint_eq(move(pair, &pair->b, &pair->a, 48), HANDSHAKE_MESSAGE_SIZE);
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
		ck_assert_uint_eq(wire, record_wire_len((uint8_t)((len + 3 + 253) / 254)));
	}
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
		else if (units >= 2 && units <= 16)
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
		ck_assert(came == (type >= MESSAGE_HELLO && type <= MESSAGE_ACK));
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

/* sync alone, over a loop-back of messages */

static struct message message_of(enum message_type type, const uint8_t *payload, size_t len)
{
	return (struct message){.type = (uint8_t)type, .payload = payload, .len = len};
}

START_TEST(sync_refuses_what_was_not_agreed)
{
	struct sync *sync = calloc(1, sizeof(*sync));
	sync_start(sync);
	uint8_t offer[2 + 64 * LETTER_TAG_SIZE] = {0, 2}, want[9] = {0}, letter[258] = {0}, ack[3] = {1, 0, 0};
	struct {
		enum message_type type;
		const uint8_t *payload;
		size_t len;
	} wrong[] = {
		{MESSAGE_OFFER, offer, 1}, {MESSAGE_OFFER, offer, 33},    {MESSAGE_OFFER, offer, 35},
		{MESSAGE_WANT, want, 9},   {MESSAGE_LETTER, letter, 258}, {MESSAGE_LETTER, letter, 1},
		{MESSAGE_ACK, ack, 3},     {MESSAGE_ACK, ack, 2},         {MESSAGE_HELLO, offer, 2},
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct message message = message_of(wrong[i].type, wrong[i].payload, wrong[i].len);
		ck_assert_msg(sync_input(sync, &message).kind == SYNC_MALFORMED, "case %zu", i);
	}
	uint8_t high_slot[18] = {16, 1}, none[2] = {0, 0};
	struct message message = message_of(MESSAGE_OFFER, high_slot, sizeof(high_slot));
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED);
	message = message_of(MESSAGE_OFFER, none, sizeof(none));
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED);
	/* A proper offer, answered; a second one on the same slot while letters are to come. */
	message = message_of(MESSAGE_OFFER, offer, 2 + 2 * LETTER_TAG_SIZE);
	struct sync_event event = sync_input(sync, &message);
	ck_assert_int_eq(event.kind, SYNC_OFFERED);
	sync_want(sync, &event, 1);
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED);
	message = message_of(MESSAGE_LETTER, letter, sizeof(letter));
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED); /* our WANT has not left yet */
	sync->wanted[0].owed = false;
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_LETTER);
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED); /* once only */
	free(sync);
}
END_TEST

START_TEST(sync_sends_the_urgent_slot_first_and_bounds_what_is_unacknowledged)
{
	struct pair *pair = open_pair();
	struct sync *sync = calloc(1, sizeof(*sync));
	sync_start(sync);
	struct sync_block bulk = {.count = OFFER_IDS_MAX, .class = CLASS_ROUTINE}, urgent = {.count = 1, .class = CLASS_URGENT, .handles = {7}};
	struct sync_pick pick;
	size_t slots = 0;
	for (size_t i = 0; i < OFFER_IDS_MAX; i++)
		bulk.handles[i] = 1000 + i;
	while (sync_offer(sync, &pair->a, &bulk)) {
		slots++;
		session_output(&pair->a, pair->wire, RECORD_WIRE_MAX, false);
		session_output(&pair->a, pair->wire, RECORD_WIRE_MAX, false);
	}
	ck_assert_uint_eq(slots, OFFER_SLOTS_BULK);
	ck_assert(!sync_may_offer(sync, CLASS_NEED) && sync_may_offer(sync, CLASS_URGENT));
	uint8_t want[9];
	memset(want, 0xff, sizeof(want));
	for (uint8_t slot = 0; slot < slots; slot++) {
		want[0] = slot;
		struct message message = message_of(MESSAGE_WANT, want, sizeof(want));
		ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_NOTHING);
		ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED); /* answered already */
	}
	ck_assert(sync_next(sync, &pick) && pick.handle == 1000);
	ck_assert(sync_offer(sync, &pair->a, &urgent));
	want[0] = (uint8_t)slots;
	memset(want + 1, 0, 8);
	want[1] = 3; /* asks for a letter that was not offered */
	struct message message = message_of(MESSAGE_WANT, want, sizeof(want));
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_MALFORMED);
	want[1] = 1;
	ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_NOTHING);
	ck_assert(sync_next(sync, &pick) && pick.handle == 7);
	sync_sent(sync, &pick, false);
	size_t sent = 1;
	while (sync_next(sync, &pick)) {
		sync_sent(sync, &pick, false);
		sent++;
		if (sync_may_offer(sync, CLASS_ROUTINE) && sync_offer(sync, &pair->a, &bulk)) {
			session_output(&pair->a, pair->wire, RECORD_WIRE_MAX, false);
			want[0] = pick.slot;
			memset(want + 1, 0xff, 8);
			message = message_of(MESSAGE_WANT, want, sizeof(want));
			ck_assert_int_eq(sync_input(sync, &message).kind, SYNC_NOTHING);
		}
		ck_assert_uint_le(sent, UNACKED_LETTERS_MAX);
	}
	ck_assert_uint_eq(sent, UNACKED_LETTERS_MAX);
	free(sync);
	free(pair);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("session");
	TCase *test_case = tcase_create("session");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, messages_of_every_length_arrive_whole_however_the_bytes_are_cut);
	tcase_add_test(test_case, a_record_s_length_tells_only_its_unit_count);
	tcase_add_test(test_case, without_the_community_key_there_is_no_answer);
	tcase_add_test(test_case, every_flipped_bit_of_a_record_ends_the_session);
	tcase_add_test(test_case, replayed_reordered_and_reflected_records_end_the_session);
	tcase_add_test(test_case, bytes_before_our_turn_end_the_handshake);
	tcase_add_test(test_case, unknown_and_oversize_messages_end_the_session);
	tcase_add_test(test_case, keys_change_in_step_with_bulk_under_way);
	tcase_add_test(test_case, a_wiped_session_keeps_no_key);
	tcase_add_test(test_case, sync_refuses_what_was_not_agreed);
	tcase_add_test(test_case, sync_sends_the_urgent_slot_first_and_bounds_what_is_unacknowledged);
	suite_add_tcase(suite, test_case);
	return suite;
}
