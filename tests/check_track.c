/* The ladder of a sent letter: only evidence moves it. */

#include "tests/support/people.h"
#include "tests/support/suite.h"

#include "node/desk/track.h"

#include <string.h>

static struct keyring *amal, *medics, *stranger;
static struct sent *sent;
static struct opened opened;

static void arrange(void)
{
	amal = people_person("Amal");
	stranger = people_person("Stranger");
	medics = people_organisation("Medics");
	people_trust(amal, medics);
	struct letter letter = {.type = LETTER_MEDEVAC, .red = 1};
	struct composed composed = people_compose(amal, medics, &letter, PEOPLE_NOW);
	struct card card = people_card(medics);
	struct recipient to = {.card = &card, .identity = card.identity};
	struct sent fresh;
	compose_sent(&composed, &to, &letter, PEOPLE_NOW, false, &fresh);
	sent = keyring_add_sent(amal, &fresh, PEOPLE_NOW);
	ck_assert_ptr_nonnull(sent);
}

static void clear(void)
{
	keyring_free(amal);
	keyring_free(stranger);
	keyring_free(medics);
}

static int stage_now(uint64_t now)
{
	uint64_t at = 0;
	return track_stage(sent, now, &at);
}

START_TEST(a_letter_no_post_has_is_not_saved)
{
	ck_assert_int_eq(stage_now(PEOPLE_NOW), -1);
}
END_TEST

START_TEST(the_posts_word_moves_it_and_never_back)
{
	ck_assert(track_reach(sent, STAGE_SAVED, PEOPLE_NOW, 0));
	ck_assert_int_eq(stage_now(PEOPLE_NOW), STAGE_SAVED);
	struct control_track held = {.place = PLACE_HELD}, carried = {.place = PLACE_HELD, .copies = 2, .handed_at = PEOPLE_NOW + 1},
			     gateway = {.place = PLACE_HELD, .copies = 3, .gateway_at = PEOPLE_NOW + 5}, forgotten = {.place = PLACE_UNKNOWN};
	ck_assert(!track_post(sent, &held, PEOPLE_NOW + 10));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 10), STAGE_SAVED);
	ck_assert(track_post(sent, &carried, PEOPLE_NOW + 10));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 10), STAGE_CARRIED);
	ck_assert_uint_eq(sent->at[STAGE_CARRIED], PEOPLE_NOW + 1);
	ck_assert(track_post(sent, &gateway, PEOPLE_NOW + 10));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 10), STAGE_GATEWAY);
	ck_assert(!track_post(sent, &gateway, PEOPLE_NOW + 20));
	ck_assert(!track_post(sent, &forgotten, PEOPLE_NOW + 20));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 20), STAGE_GATEWAY);
	ck_assert_uint_eq(sent->copies, 3);
}
END_TEST

START_TEST(a_post_with_a_wrong_clock_does_not_date_the_stage)
{
	struct control_track early = {.copies = 1, .handed_at = 100};
	(void)track_post(sent, &early, PEOPLE_NOW + 10); /* what it dates is looked at */
	ck_assert_uint_eq(sent->at[STAGE_CARRIED], PEOPLE_NOW + 10);
}
END_TEST

static struct receipt true_receipt(void)
{
	struct receipt receipt;
	memcpy(receipt.tag, sent->id, sizeof receipt.tag);
	memcpy(receipt.secret, sent->secret, sizeof receipt.secret);
	return receipt;
}

START_TEST(only_the_secret_makes_it_received)
{
	struct receipt forged = true_receipt(), receipt = true_receipt();
	forged.secret[15] ^= 1;
	ck_assert(!track_receipt(amal, &forged, PEOPLE_NOW + 1));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 1), -1);
	ck_assert(track_receipt(amal, &receipt, PEOPLE_NOW + 1));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 1), STAGE_RECEIVED);
	ck_assert(!track_receipt(amal, &receipt, PEOPLE_NOW + 2));
	ck_assert_uint_eq(sent->at[STAGE_RECEIVED], PEOPLE_NOW + 1);
}
END_TEST

START_TEST(our_own_withdrawal_is_no_receipt)
{
	struct receipt receipt = true_receipt();
	sent->cancelled_at = PEOPLE_NOW;
	ck_assert(!track_receipt(amal, &receipt, PEOPLE_NOW + 1));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 1), -1);
}
END_TEST

/* A stage letter about our letter from this writer, opened by us. */
static void answer_from(struct keyring *writer, uint8_t type, uint64_t stage_plus_one)
{
	struct letter letter = {.type = type, .has_ref = true};
	if (type == LETTER_RECEIPT)
		letter.stage_plus_one = stage_plus_one;
	memcpy(letter.ref, sent->id, LETTER_TAG_SIZE);
	struct composed composed = people_compose(writer, amal, &letter, PEOPLE_NOW + 60);
	ck_assert(people_open(amal, &composed, &opened));
}

START_TEST(only_the_recipient_moves_it_further)
{
	answer_from(stranger, LETTER_RECEIPT, STAGE_CLOSED + 1);
	ck_assert(!track_opened(amal, &opened, PEOPLE_NOW + 60));
	answer_from(stranger, LETTER_LETTER, 0);
	ck_assert(!track_opened(amal, &opened, PEOPLE_NOW + 60));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 60), -1);
	answer_from(medics, LETTER_RECEIPT, STAGE_ASSIGNED + 1);
	ck_assert(track_opened(amal, &opened, PEOPLE_NOW + 70));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 70), STAGE_ASSIGNED);
	ck_assert_uint_eq(sent->at[STAGE_ASSIGNED], PEOPLE_NOW + 70);
	ck_assert_uint_eq(sent->said[STAGE_ASSIGNED], PEOPLE_NOW + 60);
}
END_TEST

START_TEST(a_late_lower_stage_does_not_pull_it_back)
{
	answer_from(medics, LETTER_RECEIPT, STAGE_CLOSED + 1);
	ck_assert(track_opened(amal, &opened, PEOPLE_NOW + 60));
	answer_from(medics, LETTER_RECEIPT, STAGE_OPENED + 1);
	ck_assert(track_opened(amal, &opened, PEOPLE_NOW + 70));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 70), STAGE_CLOSED);
}
END_TEST

START_TEST(a_stage_letter_cannot_claim_what_only_the_post_knows)
{
	answer_from(medics, LETTER_RECEIPT, STAGE_SAVED + 1);
	(void)track_opened(amal, &opened, PEOPLE_NOW + 60); /* it is received, that much is true */
	ck_assert_uint_eq(sent->at[STAGE_SAVED], 0);
	answer_from(medics, LETTER_RECEIPT, 200);
	(void)track_opened(amal, &opened, PEOPLE_NOW + 60); /* as above */
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 60), STAGE_RECEIVED);
}
END_TEST

START_TEST(an_answer_counts_as_answered)
{
	answer_from(medics, LETTER_LETTER, 0);
	ck_assert(track_opened(amal, &opened, PEOPLE_NOW + 60));
	ck_assert_int_eq(stage_now(PEOPLE_NOW + 60), STAGE_ANSWERED);
}
END_TEST

START_TEST(it_expires_after_its_time_unless_it_was_received)
{
	uint64_t last = PEOPLE_NOW + 24 * 3600;
	(void)track_reach(sent, STAGE_CARRIED, PEOPLE_NOW, 0); /* arranged */
	ck_assert_int_eq(stage_now(last), STAGE_CARRIED);
	ck_assert_int_eq(stage_now(last + 1), STAGE_EXPIRED);
	struct receipt receipt = true_receipt();
	ck_assert(track_receipt(amal, &receipt, last + 100));
	ck_assert_int_eq(stage_now(last + 100), STAGE_RECEIVED);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("track");
	TCase *tests = tcase_create("track");
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, a_letter_no_post_has_is_not_saved);
	tcase_add_test(tests, the_posts_word_moves_it_and_never_back);
	tcase_add_test(tests, a_post_with_a_wrong_clock_does_not_date_the_stage);
	tcase_add_test(tests, only_the_secret_makes_it_received);
	tcase_add_test(tests, our_own_withdrawal_is_no_receipt);
	tcase_add_test(tests, only_the_recipient_moves_it_further);
	tcase_add_test(tests, a_late_lower_stage_does_not_pull_it_back);
	tcase_add_test(tests, a_stage_letter_cannot_claim_what_only_the_post_knows);
	tcase_add_test(tests, an_answer_counts_as_answered);
	tcase_add_test(tests, it_expires_after_its_time_unless_it_was_received);
	suite_add_tcase(suite, tests);
	return suite;
}
