#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "proto/linkage.h"

#include <string.h>

START_TEST(a_chain_goes_on_in_place_and_each_slot_has_its_own)
{
	uint8_t seed[LINKAGE_SEED_SIZE], next[LINKAGE_SEED_SIZE], linkages[TICKET_SLOTS][TICKET_LINKAGE_SIZE];
	sample_linkage_seed(0, SAMPLE_DAY, seed);
	linkage_next(seed, next);
	ck_assert_mem_ne(next, seed, sizeof(seed));
	linkage_next(seed, seed);
	ck_assert_mem_eq(next, seed, sizeof(seed));
	sample_linkage_seed(0, SAMPLE_DAY + 1, seed);
	ck_assert_mem_eq(next, seed, sizeof(seed));
	for (uint8_t slot = 0; slot < TICKET_SLOTS; slot++) {
		linkage_of(seed, slot, linkages[slot]);
		for (uint8_t before = 0; before < slot; before++)
			ck_assert_mem_ne(linkages[slot], linkages[before], TICKET_LINKAGE_SIZE);
	}
}
END_TEST

static bool kills(uint16_t published, const struct sample_ticket *which)
{
	uint8_t seed[LINKAGE_SEED_SIZE], bytes[TICKET_SIZE], unused[SIGN_KEY_SIZE];
	struct ticket ticket;
	sample_linkage_seed(0, published, seed);
	sample_ticket_bytes(which, bytes, unused);
	ck_assert(ticket_parse(bytes, &ticket));
	return linkage_kills(seed, published, &ticket);
}

START_TEST(a_published_seed_kills_its_day_and_sixty_more)
{
	struct sample_ticket which = {.role = TICKET_MEDIC, .slot = 5};
	for (int days = -3; days <= LINKAGE_DAYS_MAX + 3; days++) {
		which.day = (uint16_t)(SAMPLE_DAY + days);
		which.slot = (uint8_t)((days + 3) % TICKET_SLOTS);
		which.person = 0;
		ck_assert_msg(kills(SAMPLE_DAY, &which) == (days >= 0 && days <= LINKAGE_DAYS_MAX), "%d days", days);
		which.person = 1;
		ck_assert_msg(!kills(SAMPLE_DAY, &which), "somebody else's of %d days", days);
	}
}
END_TEST

/* Who has the seed of a day and lies about the day finds no earlier ticket; and nothing else ties two tickets of one person. */
START_TEST(nothing_links_tickets_of_days_before)
{
	struct sample_ticket which = {.role = TICKET_MEDIC, .day = SAMPLE_DAY - 1, .slot = 5};
	uint8_t seed[LINKAGE_SEED_SIZE], bytes[TICKET_SIZE], other[TICKET_SIZE], unused[SIGN_KEY_SIZE];
	struct ticket ticket, later;
	sample_linkage_seed(0, SAMPLE_DAY, seed);
	sample_ticket_bytes(&which, bytes, unused);
	ck_assert(ticket_parse(bytes, &ticket));
	for (uint16_t claimed = SAMPLE_DAY - 40; claimed <= SAMPLE_DAY; claimed++)
		ck_assert(!linkage_kills(seed, claimed, &ticket));
	which.slot = 6;
	sample_ticket_bytes(&which, other, unused);
	ck_assert(ticket_parse(other, &later));
	ck_assert_mem_ne(ticket.key, later.key, SIGN_KEY_SIZE);
	ck_assert_mem_ne(ticket.linkage, later.linkage, TICKET_LINKAGE_SIZE);
	later.slot = 5; /* linkage is for one slot */
	sample_linkage_seed(0, SAMPLE_DAY - 1, seed);
	ck_assert(linkage_kills(seed, SAMPLE_DAY - 1, &ticket) && !linkage_kills(seed, SAMPLE_DAY - 1, &later));
}
END_TEST

/* At the end of time nothing goes round, and a seed speaks of no day before the one it is said to be of. */
START_TEST(the_last_days_are_days_too)
{
	struct ticket ticket = {.role = TICKET_MEDIC, .day = UINT16_MAX};
	uint8_t seed[LINKAGE_SEED_SIZE] = {1}, later[LINKAGE_SEED_SIZE];
	linkage_next(seed, later);
	linkage_of(later, 0, ticket.linkage);
	ck_assert(linkage_kills(seed, UINT16_MAX - 1, &ticket));
	linkage_of(seed, 0, ticket.linkage);
	ticket.day = SAMPLE_DAY;
	ck_assert(linkage_kills(seed, SAMPLE_DAY, &ticket));
	ck_assert(!linkage_kills(seed, SAMPLE_DAY + 1, &ticket)); /* a day it is not of */
	ck_assert(!linkage_kills(seed, UINT16_MAX, &ticket));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("linkage");
	TCase *test_case = tcase_create("linkage");
	tcase_add_test(test_case, a_chain_goes_on_in_place_and_each_slot_has_its_own);
	tcase_add_test(test_case, a_published_seed_kills_its_day_and_sixty_more);
	tcase_add_test(test_case, nothing_links_tickets_of_days_before);
	tcase_add_test(test_case, the_last_days_are_days_too);
	suite_add_tcase(suite, test_case);
	return suite;
}
