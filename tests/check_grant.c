#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "crypto/sign.h"
#include "proto/grant.h"

#include <string.h>

enum {
	VERSION_AT = 0,
	FLAGS_AT = 1,
	ROLE_AT = 2,
	TICKETS_AT = 3,
	SHARES_AT = 4,
	FIRST_TICKET_AT = 71,
	TICKET_ENTRY = 77,
	SHARE_ENTRY = 1 + 1 + 2 + 32
};

/* As many tickets and shares; every slot twice as high as its place. */
static struct grant sample_grant(uint8_t tickets, uint8_t shares, bool certificate)
{
	struct grant grant = {
		.role = TICKET_MARSHAL, .day = SAMPLE_DAY, .ticket_count = tickets, .share_count = shares, .has_certificate = certificate};
	sample_organisation(0, grant.organisation);
	memset(grant.key_seed, 0x5a, sizeof(grant.key_seed));
	for (uint8_t i = 0; i < tickets; i++) {
		grant.tickets[i].slot = tickets > TICKET_SLOTS / 2 ? i : (uint8_t)(2 * i);
		memset(grant.tickets[i].linkage, i, sizeof(grant.tickets[i].linkage));
		memset(grant.tickets[i].signature, 0x40 + i, sizeof(grant.tickets[i].signature));
	}
	for (uint8_t i = 0; i < shares; i++) {
		memset(grant.shares[i].colleague, 'a' + i, i % GRANT_NAME_MAX + 1u);
		grant.shares[i].x = (uint8_t)(255 - i);
		grant.shares[i].day = (uint16_t)(SAMPLE_DAY + i);
		memset(grant.shares[i].value, 0x80 + i, sizeof(grant.shares[i].value));
	}
	if (certificate)
		sample_certificate_bytes(0, 0, grant.certificate, grant.certificate_seed);
	return grant;
}

START_TEST(a_grant_comes_back_byte_for_byte)
{
	for (unsigned tickets = 0; tickets <= GRANT_TICKETS_MAX; tickets += 4) {
		for (unsigned shares = 0; shares <= GRANT_SHARES_MAX; shares += 4) {
			for (int certificate = 0; certificate < 2; certificate++) {
				static struct grant grant, back;
				uint8_t bytes[GRANT_SIZE_MAX], again[GRANT_SIZE_MAX];
				grant = sample_grant((uint8_t)tickets, (uint8_t)shares, certificate != 0);
				size_t len = grant_encode(&grant, bytes, sizeof(bytes));
				ck_assert_uint_gt(len, 0);
				ck_assert(grant_decode(bytes, len, &back));
				ck_assert_uint_eq(grant_encode(&back, again, sizeof(again)), len);
				ck_assert_mem_eq(again, bytes, len);
				ck_assert(back.role == TICKET_MARSHAL && back.day == SAMPLE_DAY && back.has_certificate == (certificate != 0));
				ck_assert(tickets == 0 || back.tickets[tickets - 1].slot == grant.tickets[tickets - 1].slot);
				ck_assert(shares == 0 ||
					  strcmp((char *)back.shares[shares - 1].colleague, (char *)grant.shares[shares - 1].colleague) == 0);
				ck_assert_uint_eq(grant_encode(&grant, again, len - 1), 0);
			}
		}
	}
}
END_TEST

START_TEST(a_grant_cut_short_or_with_more_behind_it_is_refused)
{
	static struct grant grant, back;
	uint8_t bytes[GRANT_SIZE_MAX] = {0};
	grant = sample_grant(5, 3, true);
	size_t len = grant_encode(&grant, bytes, sizeof(bytes));
	for (size_t cut = 0; cut < len; cut++)
		ck_assert_msg(!grant_decode(bytes, cut, &back), "%zu", cut);
	ck_assert(!grant_decode(bytes, len + 1, &back));
	ck_assert(grant_decode(bytes, len, &back));
}
END_TEST

/* A flipped bit gives another grant or none: no two strings of bytes are one grant. */
START_TEST(a_flipped_bit_never_gives_the_same_grant)
{
	static struct grant grant, back;
	uint8_t bytes[GRANT_SIZE_MAX], again[GRANT_SIZE_MAX];
	grant = sample_grant(5, 3, true);
	size_t len = grant_encode(&grant, bytes, sizeof(bytes));
	for (size_t bit = 0; bit < 8 * len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (grant_decode(bytes, len, &back)) {
			ck_assert_uint_eq(grant_encode(&back, again, sizeof(again)), len);
			ck_assert_mem_eq(again, bytes, len);
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

START_TEST(values_out_of_bounds_are_refused)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{VERSION_AT, 0},
		{VERSION_AT, 2},
		{FLAGS_AT, 2},
		{FLAGS_AT, 1},
		{ROLE_AT, 0},
		{ROLE_AT, 4},
		{TICKETS_AT, 0},
		{TICKETS_AT, 3},
		{TICKETS_AT, GRANT_TICKETS_MAX + 1},
		{SHARES_AT, 0},
		{SHARES_AT, 2},
		{SHARES_AT, GRANT_SHARES_MAX + 1},
		{FIRST_TICKET_AT, 2}, /* the next is 2 too: slots rise */
		{FIRST_TICKET_AT, 3},
		{FIRST_TICKET_AT + TICKET_ENTRY, 32},
		{FIRST_TICKET_AT + 2 * TICKET_ENTRY, 0}, /* length of a name */
		{FIRST_TICKET_AT + 2 * TICKET_ENTRY, GRANT_NAME_MAX + 1},
		{FIRST_TICKET_AT + 2 * TICKET_ENTRY + 1, '\n'}, /* in a name */
		{FIRST_TICKET_AT + 2 * TICKET_ENTRY + 1, 0},
		{FIRST_TICKET_AT + 2 * TICKET_ENTRY + 2, 0}, /* x */
	};
	static struct grant grant, back;
	uint8_t bytes[GRANT_SIZE_MAX];
	grant = sample_grant(2, 1, false);
	size_t len = grant_encode(&grant, bytes, sizeof(bytes));
	ck_assert_uint_eq(len, FIRST_TICKET_AT + 2 * TICKET_ENTRY + SHARE_ENTRY + 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		uint8_t was = bytes[wrong[i].at];
		bytes[wrong[i].at] = wrong[i].value;
		ck_assert_msg(!grant_decode(bytes, len, &back), "case %zu", i);
		bytes[wrong[i].at] = was;
	}
	ck_assert(grant_decode(bytes, len, &back));
}
END_TEST

START_TEST(the_largest_grant_fits_its_letter)
{
	static struct grant grant, back;
	uint8_t bytes[GRANT_SIZE_MAX];
	grant = sample_grant(GRANT_TICKETS_MAX, GRANT_SHARES_MAX, true);
	for (int i = 0; i < GRANT_SHARES_MAX; i++)
		memset(grant.shares[i].colleague, 'x', GRANT_NAME_MAX);
	size_t len = grant_encode(&grant, bytes, sizeof(bytes));
	ck_assert_uint_eq(len, FIRST_TICKET_AT + GRANT_TICKETS_MAX * TICKET_ENTRY + GRANT_SHARES_MAX * (SHARE_ENTRY + GRANT_NAME_MAX) + 188);
	ck_assert(grant_decode(bytes, len, &back));
	ck_assert_str_eq((char *)back.shares[GRANT_SHARES_MAX - 1].colleague, (char *)grant.shares[0].colleague);
	ck_assert_uint_eq(grant_encode(&grant, bytes, len - 1), 0);
	ck_assert_uint_le(len + 4, BODY_SIZE_MAX); /* with the heads of its map and its field */
}
END_TEST

START_TEST(each_day_and_slot_has_its_ticket_key)
{
	uint8_t seed[LINKAGE_SEED_SIZE] = {1}, one[SIGN_KEY_SIZE], other[SIGN_KEY_SIZE];
	grant_ticket_seed(seed, 0x0201, 3, one);
	static const struct {
		uint16_t day;
		uint8_t slot;
	} others[] = {{0x0102, 3}, {0x0201, 4}, {0x0301, 3}, {0x0202, 3}};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		grant_ticket_seed(seed, others[i].day, others[i].slot, other);
		ck_assert_mem_ne(one, other, sizeof(one));
	}
	seed[0] = 2;
	grant_ticket_seed(seed, 0x0201, 3, other);
	ck_assert_mem_ne(one, other, sizeof(one));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("grant");
	TCase *test_case = tcase_create("grant");
	tcase_add_test(test_case, a_grant_comes_back_byte_for_byte);
	tcase_add_test(test_case, a_grant_cut_short_or_with_more_behind_it_is_refused);
	tcase_add_test(test_case, a_flipped_bit_never_gives_the_same_grant);
	tcase_add_test(test_case, values_out_of_bounds_are_refused);
	tcase_add_test(test_case, the_largest_grant_fits_its_letter);
	tcase_add_test(test_case, each_day_and_slot_has_its_ticket_key);
	suite_add_tcase(suite, test_case);
	return suite;
}
