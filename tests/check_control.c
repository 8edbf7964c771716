/* What a post tells a desk of its radios: the packet, both ways, and the line to a post that is new or old. */

#include "node/desk/postlink.h"
#include "tests/support/fakepost.h"
#include "tests/support/suite.h"

#include <string.h>

static struct control_radios radios;
static uint8_t packet[CONTROL_PACKET_MAX];

static void three_radios(void)
{
	memset(&radios, 0, sizeof radios);
	radios.count = 3;
	struct control_radio *bluetooth = &radios.radio[0];
	strcpy(bluetooth->name, "bluetooth");
	bluetooth->report = (struct radio_report){
		.seen = true, .sees = true, .private_air = true, .heard = 3, .links = 1, .scheduled = true, .pace = RADIO_PACE_SEARCH};
	for (unsigned i = 0; i < RADIO_PACES; i++)
		bluetooth->report.airtime[i] = (struct radio_airtime){
			.in_ms = 1000 + i, .advertise_ms = 200 + i, .scan_ms = 30 + i, .linked_ms = UINT64_MAX - i, .wakes = i};
	strcpy(radios.radio[1].name, "wifi-direct");
	radios.radio[1].report.trouble = RADIO_UNABLE;
	strcpy(radios.radio[2].name, "fifteen-letters");
}

static size_t encoded(void)
{
	size_t len = control_radios_encode(&radios, packet, sizeof packet);
	ck_assert_uint_gt(len, 0);
	return len;
}

START_TEST(every_number_of_every_radio_comes_through)
{
	struct control_radios out;
	ck_assert(control_radios_decode(packet, encoded(), &out));
	ck_assert_uint_eq(out.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct radio_report *in = &radios.radio[i].report, *back = &out.radio[i].report;
		ck_assert_str_eq(out.radio[i].name, radios.radio[i].name);
		ck_assert_int_eq(back->trouble, in->trouble);
		ck_assert(back->seen == in->seen && back->sees == in->sees && back->private_air == in->private_air);
		ck_assert(back->scheduled == in->scheduled && back->pace == in->pace);
		ck_assert_uint_eq(back->heard, in->heard);
		ck_assert_uint_eq(back->links, in->links);
		for (unsigned pace = 0; pace < RADIO_PACES; pace++)
			ck_assert_mem_eq(&back->airtime[pace], &in->airtime[pace], sizeof in->airtime[pace]);
	}
}
END_TEST

START_TEST(a_full_packet_fits_and_none_is_an_answer_too)
{
	struct control_radios out;
	radios.count = CONTROL_RADIOS_MAX;
	for (unsigned i = 0; i < CONTROL_RADIOS_MAX; i++)
		radios.radio[i] = radios.radio[0];
	ck_assert(control_radios_decode(packet, encoded(), &out));
	ck_assert_uint_eq(out.count, CONTROL_RADIOS_MAX);
	radios.count = 0;
	ck_assert(control_radios_decode(packet, encoded(), &out));
	ck_assert_uint_eq(out.count, 0);
}
END_TEST

START_TEST(a_packet_cut_short_or_too_long_is_refused)
{
	struct control_radios out;
	size_t len = encoded();
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t small[CONTROL_PACKET_MAX];
		ck_assert_msg(!control_radios_decode(packet, cut, &out), "%zu bytes", cut);
		ck_assert_uint_eq(control_radios_encode(&radios, small, cut), 0);
	}
	packet[len] = 0;
	ck_assert(!control_radios_decode(packet, len + 1, &out));
}
END_TEST

START_TEST(a_flipped_bit_is_refused_or_means_what_it_says)
{
	struct control_radios out;
	size_t len = encoded();
	unsigned refused = 0;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		uint8_t again[CONTROL_PACKET_MAX];
		packet[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (control_radios_decode(packet, len, &out)) {
			ck_assert_uint_eq(control_radios_encode(&out, again, sizeof again), len);
			ck_assert_mem_eq(again, packet, len);
		} else {
			refused++;
		}
		packet[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	ck_assert_uint_gt(refused, 0);
}
END_TEST

/* Where things stand in the packet of three radios. */
enum { COUNT_AT = 2, NAME_LEN_AT = 3, NAME_AT = 4, TROUBLE_AT = NAME_AT + 9, FLAGS_AT, PACE_AT = FLAGS_AT + 5 };

START_TEST(what_no_post_says_is_refused)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{0, CONTROL_VERSION + 1}, {1, CONTROL_STATUS},    {COUNT_AT, CONTROL_RADIOS_MAX + 1},
		{NAME_LEN_AT, 0},         {NAME_AT, 0x1b},        {NAME_AT, 'B'},
		{NAME_AT + 1, 0},         {NAME_AT + 2, 0xc3},    {TROUBLE_AT, RADIO_UNABLE + 1},
		{FLAGS_AT, 16},           {PACE_AT, RADIO_PACES}, {NAME_LEN_AT, CONTROL_RADIO_NAME_MAX + 1},
	};
	struct control_radios out;
	size_t len = encoded();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint8_t right = packet[wrong[i].at];
		packet[wrong[i].at] = wrong[i].value;
		ck_assert_msg(!control_radios_decode(packet, len, &out), "case %zu", i);
		packet[wrong[i].at] = right;
	}
	ck_assert(control_radios_decode(packet, len, &out));
}
END_TEST

/* Radios of nothing but a name of one length and zeros, as nobody's encoder would write them. */
static size_t bare_radios(uint8_t how_many, uint8_t name_len)
{
	size_t len = 0;
	packet[len++] = CONTROL_VERSION;
	packet[len++] = CONTROL_RADIOS;
	packet[len++] = how_many;
	for (unsigned i = 0; i < how_many; i++) {
		packet[len++] = name_len;
		memset(packet + len, 'a', name_len);
		len += name_len;
		memset(packet + len, 0, 6);
		len += 6;
	}
	return len;
}

START_TEST(too_many_radios_and_names_of_no_length_or_too_much_are_refused)
{
	struct control_radios out;
	ck_assert(control_radios_decode(packet, bare_radios(CONTROL_RADIOS_MAX, 1), &out));
	ck_assert(control_radios_decode(packet, bare_radios(1, CONTROL_RADIO_NAME_MAX), &out));
	ck_assert(!control_radios_decode(packet, bare_radios(CONTROL_RADIOS_MAX + 1, 1), &out));
	ck_assert(!control_radios_decode(packet, bare_radios(UINT8_MAX, 1), &out));
	ck_assert(!control_radios_decode(packet, bare_radios(1, 0), &out));
	ck_assert(!control_radios_decode(packet, bare_radios(1, CONTROL_RADIO_NAME_MAX + 1), &out));
}
END_TEST

START_TEST(the_question_is_two_bytes_and_nothing_more)
{
	struct control_request request;
	size_t len = control_request_encode(&(struct control_request){.op = CONTROL_RADIOS}, packet, sizeof packet);
	ck_assert_uint_eq(len, 2);
	ck_assert(control_request_decode(packet, len, &request));
	ck_assert_int_eq(request.op, CONTROL_RADIOS);
	packet[len] = 0;
	ck_assert(!control_request_decode(packet, len + 1, &request));
	packet[1] = CONTROL_TRUST + 1;
	ck_assert(!control_request_decode(packet, len, &request));
}
END_TEST

START_TEST(a_desk_names_at_most_sixteen_organisations_and_whole_keys)
{
	uint8_t keys[(CONTROL_TRUST_MAX + 1) * SIGN_KEY_SIZE];
	memset(keys, 7, sizeof keys);
	struct control_request request, asked = {.op = CONTROL_TRUST, .trust_count = CONTROL_TRUST_MAX, .trust_keys = keys};
	size_t len = control_request_encode(&asked, packet, sizeof packet);
	ck_assert_uint_eq(len, 3 + CONTROL_TRUST_MAX * SIGN_KEY_SIZE);
	ck_assert(control_request_decode(packet, len, &request));
	ck_assert_uint_eq(request.trust_count, CONTROL_TRUST_MAX);
	ck_assert_mem_eq(request.trust_keys, keys, CONTROL_TRUST_MAX * SIGN_KEY_SIZE);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!control_request_decode(packet, cut, &request));
	asked.trust_count++;
	ck_assert(!control_request_decode(packet, control_request_encode(&asked, packet, sizeof packet), &request));
	asked.trust_count = 0;
	ck_assert(!control_request_decode(packet, control_request_encode(&asked, packet, sizeof packet), &request));
}
END_TEST

START_TEST(the_answer_to_a_trust_is_one_bit)
{
	struct control_trusted out;
	size_t len = control_trusted_encode(&(struct control_trusted){.kept = true}, packet, sizeof packet);
	ck_assert(control_trusted_decode(packet, len, &out) && out.kept);
	packet[len - 1] = 0;
	ck_assert(control_trusted_decode(packet, len, &out) && !out.kept);
	packet[len - 1] = 2;
	ck_assert(!control_trusted_decode(packet, len, &out));
	ck_assert(!control_trusted_decode(packet, len - 1, &out));
}
END_TEST

START_TEST(a_desk_hears_of_the_radios_of_its_post)
{
	struct fakepost *post = fakepost_start();
	struct postlink link;
	struct control_radios out;
	post->radios = radios;
	ck_assert_int_eq(postlink_open(&link, post->path), ERR_OK);
	ck_assert_int_eq(postlink_radios(&link, &out), ERR_OK);
	ck_assert_uint_eq(out.count, 3);
	ck_assert_str_eq(out.radio[1].name, "wifi-direct");
	postlink_close(&link);
	fakepost_stop(post);
}
END_TEST

START_TEST(a_post_from_before_radios_hangs_up_after_a_good_status)
{
	struct fakepost *post = fakepost_start();
	struct postlink link;
	struct control_radios out;
	struct control_status status;
	post->before_radios = true;
	ck_assert_int_eq(postlink_open(&link, post->path), ERR_OK);
	ck_assert_int_eq(postlink_status(&link, &status), ERR_OK);
	ck_assert_int_eq(postlink_radios(&link, &out), ERR_NO_POST);
	ck_assert_int_eq(link.fd, -1);
	fakepost_stop(post);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("control");
	TCase *tcase = tcase_create("control");
	tcase_add_checked_fixture(tcase, three_radios, NULL);
	tcase_add_test(tcase, every_number_of_every_radio_comes_through);
	tcase_add_test(tcase, a_full_packet_fits_and_none_is_an_answer_too);
	tcase_add_test(tcase, a_packet_cut_short_or_too_long_is_refused);
	tcase_add_test(tcase, a_flipped_bit_is_refused_or_means_what_it_says);
	tcase_add_test(tcase, what_no_post_says_is_refused);
	tcase_add_test(tcase, too_many_radios_and_names_of_no_length_or_too_much_are_refused);
	tcase_add_test(tcase, the_question_is_two_bytes_and_nothing_more);
	tcase_add_test(tcase, a_desk_names_at_most_sixteen_organisations_and_whole_keys);
	tcase_add_test(tcase, the_answer_to_a_trust_is_one_bit);
	tcase_add_test(tcase, a_desk_hears_of_the_radios_of_its_post);
	tcase_add_test(tcase, a_post_from_before_radios_hangs_up_after_a_good_status);
	suite_add_tcase(suite, tcase);
	return suite;
}
