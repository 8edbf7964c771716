/* What two posts say about a fast lane, message by message, and its payloads. */
#include "node/post/lanes.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { LINK = 7, ENOUGH = LANES_WORTH_BYTES };

static const struct lane_group sample = {
	.frequency_mhz = 2412,
	.port = 0x1234,
	.address = {0xfe, 0x80, [15] = 9},
	.bssid = {2, 3, 4, 5, 6, 7},
	.ssid_len = 9,
	.passphrase_len = 8,
	.ssid = "DIRECT-xy",
	.passphrase = "password",
};

/* One side of a Bluetooth link: what it does about lanes, and a session of its own to say it in. */
struct side {
	struct lanes lanes;
	struct aside aside;
	struct session session;
};

static struct side maker, joiner;

static void arrange(void)
{
	static const uint8_t psk[PSK_SIZE], ephemeral[2][DH_KEY_SIZE] = {{1}, {2}};
	static uint8_t buf[RECORD_WIRE_MAX];
	struct side *sides[] = {&maker, &joiner};
	for (unsigned i = 0; i < 2; i++) {
		*sides[i] = (struct side){.lanes = {.can = LANE_CAN_JOIN | LANE_CAN_MAKE}};
		sides[i]->aside = (struct aside){.slow = true, .initiator = i == 0, .can = LANE_CAN_JOIN | LANE_CAN_MAKE};
		session_start(&sides[i]->session, &(struct session_setup){.initiator = i == 0, .psk = psk, .ephemeral_secret = ephemeral[i]});
	}
	for (unsigned i = 0; i < 2; i++) {
		memset(session_greeting(&sides[i]->session), 0, i == 0 ? GLANCE_SIZE : GREETING_SIZE);
		size_t len = session_output(&sides[i]->session, buf, sizeof(buf), false);
		ck_assert_uint_eq(session_input(&sides[1 - i]->session, buf, len), len);
	}
	ck_assert(maker.session.state == SESSION_OPEN && joiner.session.state == SESSION_OPEN);
}

/* What one side owes the other reaches it. Returns how many messages that was. */
static unsigned talk(struct side *from, struct side *to, uint64_t now_ms)
{
	static uint8_t buf[RECORD_WIRE_MAX];
	lanes_output(&from->lanes, &from->aside, LINK, &from->session);
	size_t len = session_output(&from->session, buf, sizeof(buf), false);
	if (len == 0)
		return 0;
	ck_assert_uint_eq(session_input(&to->session, buf, len), len);
	unsigned count = 0;
	for (struct message message; session_next(&to->session, &message); count++)
		ck_assert(lanes_input(&to->lanes, &to->aside, LINK, &message, now_ms));
	return count;
}

static enum lanes_wish wish_of(struct side *side)
{
	static struct lane_group group;
	memset(&group, 0, sizeof(group));
	enum lanes_wish wish = lanes_next_wish(&side->lanes, &group);
	if (wish == LANES_WISH_JOIN)
		ck_assert_mem_eq(&group, &sample, sizeof(group));
	return wish;
}

START_TEST(a_group_is_read_as_it_was_written_and_at_no_other_length)
{
	uint8_t bytes[LANE_GROUP_SIZE_MAX + 1] = {0};
	struct lane_group group;
	size_t len = lane_group_encode(&sample, bytes);
	ck_assert_uint_eq(len, 2 + 2 + 16 + 6 + 1 + 9 + 1 + 8); /* SPEC.md 7.11 */
	ck_assert(bytes[0] == 0x6c && bytes[1] == 9 && bytes[2] == 0x34 && bytes[3] == 0x12 && bytes[4] == 0xfe && bytes[20] == 2 && bytes[26] == 9);
	for (size_t cut = 0; cut <= len + 1; cut++)
		ck_assert(lane_group_decode(&group, bytes, cut) == (cut == len));
	ck_assert(lane_group_decode(&group, bytes, len));
	ck_assert_mem_eq(&group, &sample, sizeof(group));
}
END_TEST

START_TEST(a_group_with_a_field_out_of_range_is_none)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {{1, 8}, {1, 0x1c}, {4, 0x20}, {5, 0xc0}, {26, 0}, {26, 33}, {36, 7}, {36, 64}, {37, 0x1f}, {44, 0x7f}};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		uint8_t bytes[LANE_GROUP_SIZE_MAX] = {0};
		size_t len = lane_group_encode(&sample, bytes);
		struct lane_group group;
		bytes[wrong[i].at] = wrong[i].value;
		ck_assert_msg(!lane_group_decode(&group, bytes, len), "byte %zu as %u", wrong[i].at, wrong[i].value);
	}
	uint8_t bytes[LANE_GROUP_SIZE_MAX] = {0};
	size_t len = lane_group_encode(&sample, bytes);
	struct lane_group group;
	bytes[2] = bytes[3] = 0; /* no port */
	ck_assert(!lane_group_decode(&group, bytes, len));
}
END_TEST

START_TEST(a_backlog_that_pays_makes_a_lane_and_the_other_side_joins)
{
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH - 1, 0);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_MAKE);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE); /* said once */
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 0);
	lanes_made(&maker.lanes, &sample);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 1);
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_JOIN);
	ck_assert_uint_eq(talk(&joiner, &maker, 0), 1);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	ck_assert_int_eq(maker.lanes.state, LANES_MADE);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 0);
}
END_TEST

START_TEST(who_cannot_make_asks_and_who_can_makes)
{
	maker.lanes.can = joiner.aside.can = LANE_CAN_JOIN;
	for (unsigned i = 0; i < 3; i++)
		lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 1); /* once */
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_MAKE);
	lanes_made(&joiner.lanes, &sample);
	ck_assert_uint_eq(talk(&joiner, &maker, 0), 1);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_JOIN);
}
END_TEST

START_TEST(nobody_who_cannot_is_asked_to_and_no_fast_link_gets_a_lane)
{
	maker.aside.can = LANE_CAN_MAKE; /* it could make one, and so could we: but it cannot join ours */
	maker.lanes.can = LANE_CAN_MAKE;
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 0);
	arrange();
	maker.aside.slow = false;
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
}
END_TEST

START_TEST(of_two_lanes_for_one_link_the_initiators_stands)
{
	struct side *sides[] = {&maker, &joiner};
	for (unsigned i = 0; i < 2; i++) {
		lanes_consider(&sides[i]->lanes, &sides[i]->aside, LINK, ENOUGH, 0);
		ck_assert_int_eq(wish_of(sides[i]), LANES_WISH_MAKE);
		lanes_made(&sides[i]->lanes, &sample);
	}
	ck_assert_uint_eq(talk(&joiner, &maker, 0), 1); /* the responder's group: refused */
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 2); /* the answer and the initiator's group */
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_JOIN);
	ck_assert_uint_eq(talk(&joiner, &maker, 0), 1);
	ck_assert_int_eq(maker.lanes.state, LANES_MADE);
}
END_TEST

START_TEST(a_refused_lane_ends_and_rests)
{
	joiner.lanes.state = LANES_JOINING; /* another one */
	joiner.lanes.link = LINK + 1;
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 1000);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_MAKE);
	lanes_made(&maker.lanes, &sample);
	ck_assert_uint_eq(talk(&maker, &joiner, 1000), 1);
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_NONE);
	ck_assert_uint_eq(talk(&joiner, &maker, 1000), 1);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_END);
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 1000 + LANES_REST_MS - 1);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 1000 + LANES_REST_MS);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_MAKE);
}
END_TEST

START_TEST(a_link_that_a_faster_one_doubles_needs_no_lane)
{
	static const uint8_t binding[32] = {1};
	lanes_double(&joiner.aside, binding);
	lanes_consider(&joiner.lanes, &joiner.aside, LINK, ENOUGH, 0);
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_NONE);
	maker.lanes.can = LANE_CAN_JOIN;
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 1); /* asked in vain */
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_NONE);
	lanes_made(&maker.lanes, &sample);
	ck_assert_uint_eq(talk(&joiner, &maker, 0), 1); /* the TWIN */
	ck_assert(maker.aside.twin_heard && !memcmp(maker.aside.heard_twin, joiner.aside.twin, TWIN_SIZE));
}
END_TEST

START_TEST(a_lane_nobody_can_be_told_of_is_ended_and_one_in_use_outlives_its_slow_link)
{
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	(void)wish_of(&maker);
	lanes_link_down(&maker.lanes, LINK + 1);
	ck_assert_int_eq(maker.lanes.state, LANES_MAKING);
	lanes_link_down(&maker.lanes, LINK);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_END);
	lanes_made(&maker.lanes, &sample); /* too late */
	ck_assert_int_eq(maker.lanes.state, LANES_NONE);
	arrange();
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	(void)wish_of(&maker);
	lanes_made(&maker.lanes, &sample);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 1);
	lanes_link_down(&maker.lanes, LINK);
	lanes_link_down(&joiner.lanes, LINK);
	ck_assert_int_eq(wish_of(&maker), LANES_WISH_NONE);
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_JOIN);
	lanes_over(&maker.lanes, 5);
	ck_assert(maker.lanes.state == LANES_NONE && wish_of(&maker) == LANES_WISH_NONE && maker.lanes.rest_until_ms == 5 + LANES_REST_MS);
}
END_TEST

START_TEST(a_passphrase_is_forgotten_with_its_lane)
{
	static const struct lane_group none;
	lanes_consider(&maker.lanes, &maker.aside, LINK, ENOUGH, 0);
	lanes_made(&maker.lanes, &sample);
	ck_assert_uint_eq(talk(&maker, &joiner, 0), 1);
	ck_assert_int_eq(wish_of(&joiner), LANES_WISH_JOIN);
	ck_assert_mem_eq(&joiner.lanes.group, &none, sizeof(none));
	lanes_over(&maker.lanes, 0);
	ck_assert_mem_eq(&maker.lanes.group, &none, sizeof(none));
}
END_TEST

START_TEST(malformed_words_are_no_words)
{
	static const struct {
		enum message_type type;
		size_t len;
		uint8_t first;
		bool good;
	} words[] = {
		{MESSAGE_LANE, 0, 0, true},         {MESSAGE_LANE, 1, 0, false},       {MESSAGE_LANE_ANSWER, 0, 0, false},
		{MESSAGE_LANE_ANSWER, 1, 0, true},  {MESSAGE_LANE_ANSWER, 1, 1, true}, {MESSAGE_LANE_ANSWER, 1, 2, false},
		{MESSAGE_LANE_ANSWER, 2, 0, false}, {MESSAGE_TWIN, 16, 0, true},       {MESSAGE_TWIN, 15, 0, false},
		{MESSAGE_TWIN, 17, 0, false},       {MESSAGE_TWIN, 0, 0, false},
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		arrange();
		uint8_t payload[32] = {words[i].first};
		struct message message = {.type = (uint8_t)words[i].type, .len = words[i].len, .payload = payload};
		ck_assert_msg(lanes_input(&joiner.lanes, &joiner.aside, LINK, &message, 0) == words[i].good, "word %zu", i);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("lanes");
	TCase *test_case = tcase_create("lanes");
	tcase_add_checked_fixture(test_case, arrange, NULL);
	tcase_add_test(test_case, a_group_is_read_as_it_was_written_and_at_no_other_length);
	tcase_add_test(test_case, a_group_with_a_field_out_of_range_is_none);
	tcase_add_test(test_case, a_backlog_that_pays_makes_a_lane_and_the_other_side_joins);
	tcase_add_test(test_case, who_cannot_make_asks_and_who_can_makes);
	tcase_add_test(test_case, nobody_who_cannot_is_asked_to_and_no_fast_link_gets_a_lane);
	tcase_add_test(test_case, of_two_lanes_for_one_link_the_initiators_stands);
	tcase_add_test(test_case, a_refused_lane_ends_and_rests);
	tcase_add_test(test_case, a_lane_nobody_can_be_told_of_is_ended_and_one_in_use_outlives_its_slow_link);
	tcase_add_test(test_case, a_link_that_a_faster_one_doubles_needs_no_lane);
	tcase_add_test(test_case, a_passphrase_is_forgotten_with_its_lane);
	tcase_add_test(test_case, malformed_words_are_no_words);
	suite_add_tcase(suite, test_case);
	return suite;
}
