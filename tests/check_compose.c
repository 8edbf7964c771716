/* Sealing and opening between people and organisations. */

#include "tests/support/people.h"
#include "tests/support/suite.h"

#include "crypto/seal.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

static struct keyring *amal, *bashar, *medics;
static struct opened opened;

static void arrange(void)
{
	amal = people_person("Amal");
	bashar = people_person("بشار");
	medics = people_organisation("Medics");
	people_meet(amal, bashar, "Bashar");
	people_meet(bashar, amal, "Amal");
	people_trust(amal, medics);
}

static void clear(void)
{
	keyring_free(amal);
	keyring_free(bashar);
	keyring_free(medics);
}

static struct letter text_letter(size_t len)
{
	struct letter letter = {.type = LETTER_LETTER};
	memset(letter.text, 'a', len);
	return letter;
}

START_TEST(a_contact_opens_and_sees_who_wrote)
{
	struct letter letter = text_letter(10);
	struct composed composed = people_compose(amal, bashar, &letter, PEOPLE_NOW);
	ck_assert(!composed.reduced);
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert_int_eq(opened.sender.kind, SENDER_CONTACT);
	ck_assert_str_eq(opened.sender.name, "Amal");
	ck_assert(!opened.reduced);
	ck_assert(opened.understood);
	ck_assert_str_eq(opened.letter.text, letter.text);
	ck_assert_mem_eq(opened.id, composed.id, sizeof opened.id);
	ck_assert_mem_eq(opened.payload.receipt_secret, composed.secret, sizeof composed.secret);
}
END_TEST

START_TEST(nobody_else_opens_it_not_even_the_writer)
{
	struct letter letter = text_letter(10);
	struct composed composed = people_compose(amal, bashar, &letter, PEOPLE_NOW);
	ck_assert(!people_open(amal, &composed, &opened));
	ck_assert(!people_open(medics, &composed, &opened));
}
END_TEST

START_TEST(a_changed_header_does_not_open)
{
	struct letter letter = text_letter(10);
	struct composed composed = people_compose(amal, bashar, &letter, PEOPLE_NOW);
	composed.envelope[2] ^= 1; /* the class: routine becomes status */
	envelope_finish(composed.envelope, composed.len);
	ck_assert(!people_open(bashar, &composed, &opened));
}
END_TEST

static size_t longest_text(size_t budget)
{
	for (size_t len = BODY_SIZE_MAX - 1; len > 0; len--) {
		struct letter letter = text_letter(len);
		if (letter_encoded_len(&letter) <= budget)
			return len;
	}
	return 0;
}

START_TEST(the_budgets_are_100_356_868_and_3940)
{
	static const size_t budgets[] = {100, 356, 868, 3940}, sizes[] = {256, 512, 1024, 4096};
	for (size_t i = 0; i < 4; i++) {
		size_t len = longest_text(budgets[i]);
		struct letter fits = text_letter(len);
		ck_assert_uint_eq(letter_encoded_len(&fits), budgets[i]);
		ck_assert_uint_eq(people_compose(amal, bashar, &fits, PEOPLE_NOW).len, sizes[i]);
		struct letter longer = text_letter(len + 1);
		if (i < 3)
			ck_assert_uint_eq(people_compose(amal, bashar, &longer, PEOPLE_NOW).len, sizes[i + 1]);
	}
}
END_TEST

START_TEST(too_long_says_how_many_bytes_too_many)
{
	struct letter letter = text_letter(BODY_SIZE_MAX);
	size_t excess = letter_encoded_len(&letter) - BODY_SIZE_MAX;
	struct card card = people_card(bashar);
	struct recipient to = {.card = &card, .identity = card.identity};
	struct composed composed;
	ck_assert_int_eq(compose_letter(amal, &to, &letter, PEOPLE_NOW, &composed), COMPOSE_TOO_LONG);
	ck_assert_uint_eq(composed.excess, excess);
	ck_assert_uint_gt(excess, 0);
}
END_TEST

START_TEST(a_medevac_with_a_line_of_arabic_in_each_field_fits_512)
{
	struct letter letter = {.type = LETTER_MEDEVAC,
				.red = 1,
				.yellow = 2,
				.green = 3,
				.litter = 1,
				.walking = 2,
				.children = 1,
				.pregnant = 1,
				.equip = EQUIP_OXYGEN | EQUIP_BLOOD,
				.blood_group = 2,
				.security = SECURITY_DANGER,
				.hazards = HAZARD_SNIPER | HAZARD_RUBBLE,
				.lang = "ar"};
	strcpy(letter.place, "القطاع ٤ قرب الفرن");
	strcpy(letter.marking, "قطعة قماش بيضاء");
	strcpy(letter.callback, "عيادة الشفاء");
	strcpy(letter.text, "نزيف في الساق، ضغط مطبق، قناص على الطريق الشرقي، ادخلوا من الخلف");
	struct composed composed = people_compose(amal, medics, &letter, PEOPLE_NOW);
	ck_assert_uint_eq(composed.len, 512);
	ck_assert_int_eq(composed.header.class, CLASS_URGENT);
	ck_assert_int_eq(composed.header.ttl, TTL_24_HOURS);
	ck_assert(people_open(medics, &composed, &opened));
	ck_assert_str_eq(opened.letter.text, letter.text);
	ck_assert(opened.letter.has_reply_key);
}
END_TEST

START_TEST(every_type_goes_out_as_urgent_and_for_as_long_as_it_should)
{
	static const struct {
		struct letter letter;
		enum letter_class class;
		enum ttl_class ttl;
	} cases[] = {
		{{.type = LETTER_MEDEVAC}, CLASS_URGENT, TTL_24_HOURS},
		{{.type = LETTER_PATIENT}, CLASS_NEED, TTL_7_DAYS},
		{{.type = LETTER_PATIENT, .triage = TRIAGE_YELLOW}, CLASS_NEED, TTL_7_DAYS},
		{{.type = LETTER_PATIENT, .triage = TRIAGE_RED}, CLASS_URGENT, TTL_7_DAYS},
		{{.type = LETTER_ALERT, .urgency = 1}, CLASS_URGENT, TTL_24_HOURS},
		{{.type = LETTER_ALERT, .urgency = 2}, CLASS_NEED, TTL_24_HOURS},
		{{.type = LETTER_INCIDENT}, CLASS_NEED, TTL_24_HOURS},
		{{.type = LETTER_TRANSPORT}, CLASS_NEED, TTL_24_HOURS},
		{{.type = LETTER_FACILITY}, CLASS_NEED, TTL_24_HOURS},
		{{.type = LETTER_HEADCOUNT}, CLASS_NEED, TTL_24_HOURS},
		{{.type = LETTER_SAFE}, CLASS_STATUS, TTL_7_DAYS},
		{{.type = LETTER_NEED}, CLASS_STATUS, TTL_7_DAYS},
		{{.type = LETTER_SEEK}, CLASS_ROUTINE, TTL_7_DAYS},
		{{.type = LETTER_SEEN}, CLASS_ROUTINE, TTL_7_DAYS},
		{{.type = LETTER_LETTER}, CLASS_ROUTINE, TTL_7_DAYS},
		{{.type = LETTER_RECEIPT}, CLASS_STATUS, TTL_72_HOURS},
		{{.type = LETTER_GRANT}, CLASS_STATUS, TTL_72_HOURS},
		{{.type = LETTER_CLAIM}, CLASS_NEED, TTL_24_HOURS},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert_int_eq(compose_class(&cases[i].letter), cases[i].class);
		ck_assert_int_eq(compose_ttl(&cases[i].letter), cases[i].ttl);
	}
}
END_TEST

START_TEST(a_safe_letter_fits_256)
{
	struct letter letter = {.type = LETTER_SAFE, .people = 4};
	strcpy(letter.place, "القطاع ٤");
	strcpy(letter.text, "نحن بخير جميعا، لا تقلقوا");
	ck_assert_uint_eq(people_compose(amal, bashar, &letter, PEOPLE_NOW).len, 256);
}
END_TEST

START_TEST(a_card_that_ran_out_means_reduced_protection_and_still_opens)
{
	struct letter letter = text_letter(10);
	uint64_t later = PEOPLE_NOW + 40 * (uint64_t)DAY_S;
	struct composed composed = people_compose(amal, bashar, &letter, later);
	ck_assert(composed.reduced);
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert(opened.reduced);
}
END_TEST

START_TEST(a_letter_of_a_forgotten_day_cannot_be_opened_any_more)
{
	struct letter letter = {.type = LETTER_MEDEVAC, .red = 1};
	struct composed composed = people_compose(amal, medics, &letter, PEOPLE_NOW);
	(void)keyring_turn(medics, PEOPLE_NOW + EPOCH_KEEP_FAST * (uint64_t)DAY_S); /* the last day it can */
	ck_assert(people_open(medics, &composed, &opened));
	(void)keyring_turn(medics, PEOPLE_NOW + (EPOCH_KEEP_FAST + 1) * (uint64_t)DAY_S); /* one more */
	ck_assert(!people_open(medics, &composed, &opened));
}
END_TEST

START_TEST(an_organisation_answers_a_stranger_under_the_reply_key)
{
	struct letter request = {.type = LETTER_MEDEVAC, .red = 1};
	struct card card = people_card(medics);
	struct recipient to = {.card = &card, .identity = card.identity};
	struct composed asked = people_compose(amal, medics, &request, PEOPLE_NOW);
	struct sent sent;
	compose_sent(&asked, &to, &request, PEOPLE_NOW, true, &sent);
	ck_assert_ptr_nonnull(keyring_add_sent(amal, &sent, PEOPLE_NOW));
	ck_assert(people_open(medics, &asked, &opened));
	ck_assert_int_eq(opened.sender.kind, SENDER_STRANGER);
	struct letter answer = {.type = LETTER_RECEIPT, .has_ref = true, .stage_plus_one = STAGE_ASSIGNED + 1};
	memcpy(answer.ref, opened.id, LETTER_TAG_SIZE);
	struct recipient back = {.identity = opened.sender.key, .reply_key = opened.letter.reply_key};
	struct composed composed;
	uint64_t next_day = PEOPLE_NOW + DAY_S;
	(void)keyring_turn(amal, next_day); /* a day later */
	ck_assert_int_eq(compose_letter(medics, &back, &answer, next_day, &composed), COMPOSE_OK);
	ck_assert(!composed.reduced);
	static struct opened got;
	ck_assert(people_open(amal, &composed, &got));
	ck_assert(!got.reduced);
	ck_assert_int_eq(got.sender.kind, SENDER_ORGANISATION);
	ck_assert_str_eq(got.sender.name, "Medics");
}
END_TEST

START_TEST(a_payload_whose_secret_does_not_fit_the_outside_is_refused)
{
	/* A writer who seals one secret and commits to another outside could make carriers drop a letter that was never opened. */
	for (int honest = 0; honest < 2; honest++) {
		struct composed forged = {.header = {.kind = ENVELOPE_SEALED, .ttl = TTL_7_DAYS, .day = day_of_unix(PEOPLE_NOW)},
					  .len = ENVELOPE_SIZE_MIN};
		struct payload payload = {.type = LETTER_LETTER, .body_len = 1, .body = (const uint8_t[]){0xA0}};
		memset(payload.receipt_secret, 1, sizeof payload.receipt_secret);
		memset(forged.secret, honest ? 1 : 2, sizeof forged.secret);
		receipt_commitment(forged.secret, forged.header.commitment);
		uint8_t plain[ENVELOPE_SIZE_MIN], ephemeral[KEY_SIZE];
		payload_encode(&payload, 0, plain);
		key_random(ephemeral, sizeof ephemeral);
		envelope_header_encode(&forged.header, forged.envelope);
		struct seal_keys keys = {.sender_secret = amal->secret, .recipient_public = bashar->identity, .ephemeral_secret = ephemeral};
		ck_assert(seal(&keys, forged.envelope, ENVELOPE_HEADER_SIZE, plain, payload_size(0), forged.envelope + ENVELOPE_HEADER_SIZE));
		envelope_finish(forged.envelope, forged.len);
		ck_assert(people_open(bashar, &forged, &opened) == (honest == 1));
	}
}
END_TEST

START_TEST(notices_count_up_by_topic_and_topics_fold)
{
	struct letter one = {.type = LETTER_TRANSPORT, .line = "Line 1", .verb = TRANSPORT_PLANNED},
		      same = {.type = LETTER_TRANSPORT, .line = "  line  ١ "}, other = {.type = LETTER_TRANSPORT, .line = "Line 2"};
	struct notice_wish wish = {.verb = NOTICE_INFO, .not_after = PEOPLE_NOW + 3600};
	static const uint32_t seqs[] = {1, 2, 1};
	const struct letter *letters[] = {&one, &same, &other};
	for (size_t i = 0; i < 3; i++) {
		struct composed composed;
		struct envelope_header header;
		struct notice notice;
		size_t signed_len = 0;
		ck_assert_int_eq(compose_notice(medics, letters[i], &wish, PEOPLE_NOW, &composed), COMPOSE_OK);
		ck_assert_int_eq(envelope_parse(composed.envelope, composed.len, &header), ENVELOPE_OK);
		ck_assert(notice_parse(composed.envelope, composed.len, &notice, &signed_len));
		ck_assert_uint_eq(notice.seq, seqs[i]);
		ck_assert_uint_eq(notice.not_after, PEOPLE_NOW + 3600);
	}
}
END_TEST

START_TEST(receipts_come_out_whole_in_some_order)
{
	struct receipt receipts[RECEIPTS_MAX], back[RECEIPTS_MAX];
	for (unsigned i = 0; i < RECEIPTS_MAX; i++) {
		memset(&receipts[i], 0, sizeof receipts[i]);
		receipts[i].tag[0] = receipts[i].secret[0] = (uint8_t)i;
	}
	struct composed composed;
	compose_receipts(receipts, RECEIPTS_MAX, CLASS_URGENT, PEOPLE_NOW, &composed);
	size_t n = 0;
	ck_assert(receipts_parse(composed.envelope, composed.len, back, &n));
	ck_assert_uint_eq(n, RECEIPTS_MAX);
	bool seen[RECEIPTS_MAX] = {0}, moved = false;
	for (unsigned i = 0; i < n; i++) {
		ck_assert_uint_eq(back[i].tag[0], back[i].secret[0]);
		ck_assert(!seen[back[i].tag[0]]);
		seen[back[i].tag[0]] = true;
		moved |= back[i].tag[0] != i;
	}
	ck_assert(moved);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("compose");
	TCase *tests = tcase_create("compose");
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, a_contact_opens_and_sees_who_wrote);
	tcase_add_test(tests, nobody_else_opens_it_not_even_the_writer);
	tcase_add_test(tests, a_changed_header_does_not_open);
	tcase_add_test(tests, the_budgets_are_100_356_868_and_3940);
	tcase_add_test(tests, too_long_says_how_many_bytes_too_many);
	tcase_add_test(tests, a_medevac_with_a_line_of_arabic_in_each_field_fits_512);
	tcase_add_test(tests, every_type_goes_out_as_urgent_and_for_as_long_as_it_should);
	tcase_add_test(tests, a_safe_letter_fits_256);
	tcase_add_test(tests, a_card_that_ran_out_means_reduced_protection_and_still_opens);
	tcase_add_test(tests, a_letter_of_a_forgotten_day_cannot_be_opened_any_more);
	tcase_add_test(tests, an_organisation_answers_a_stranger_under_the_reply_key);
	tcase_add_test(tests, a_payload_whose_secret_does_not_fit_the_outside_is_refused);
	tcase_add_test(tests, notices_count_up_by_topic_and_topics_fold);
	tcase_add_test(tests, receipts_come_out_whole_in_some_order);
	suite_add_tcase(suite, tests);
	return suite;
}
