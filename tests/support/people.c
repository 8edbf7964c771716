#include "tests/support/people.h"

#include <check.h>
#include <string.h>

struct keyring *people_person(const char *name)
{
	struct keyring *ring = keyring_new();
	ck_assert_ptr_nonnull(ring);
	keyring_make_person(ring, name, PEOPLE_NOW);
	(void)keyring_turn(ring, PEOPLE_NOW); /* the time is known */
	return ring;
}

struct keyring *people_organisation(const char *name)
{
	struct keyring *ring = keyring_new();
	ck_assert_ptr_nonnull(ring);
	keyring_make_organisation(ring, name, PEOPLE_NOW);
	(void)keyring_turn(ring, PEOPLE_NOW); /* the time is known */
	return ring;
}

struct card people_card(const struct keyring *ring)
{
	uint8_t bytes[CARD_SIZE_MAX];
	struct card card;
	size_t used = 0, len = keyring_card(ring, bytes);
	ck_assert(card_parse(bytes, len, &card, &used));
	ck_assert_uint_eq(used, len);
	return card;
}

void people_meet(struct keyring *a, const struct keyring *b, const char *name)
{
	struct card card = people_card(b);
	ck_assert_int_eq(keyring_add_contact(a, name, &card, PEOPLE_NOW), KEYRING_ADDED);
}

void people_trust(struct keyring *a, const struct keyring *b)
{
	struct card card = people_card(b);
	ck_assert_int_eq(keyring_trust_org(a, &card, PEOPLE_NOW), KEYRING_ADDED);
}

struct composed people_compose(struct keyring *from, const struct keyring *to, const struct letter *letter, uint64_t now)
{
	struct card card = people_card(to);
	struct recipient recipient = {.card = &card, .identity = card.identity};
	struct composed composed;
	ck_assert_int_eq(compose_letter(from, &recipient, letter, now, &composed), COMPOSE_OK);
	return composed;
}

bool people_open(const struct keyring *ring, const struct composed *composed, struct opened *opened)
{
	struct envelope_header header;
	ck_assert_int_eq(envelope_parse(composed->envelope, composed->len, &header), ENVELOPE_OK);
	return open_letter(ring, composed->envelope, composed->len, &header, opened);
}
