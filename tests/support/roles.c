#include "tests/support/roles.h"

#include "tests/support/people.h"

#include <check.h>
#include <string.h>

uint16_t roles_today(void)
{
	return day_of_unix(PEOPLE_NOW);
}

struct member roles_member(const struct keyring *org, const struct keyring *holder, const char *name, enum member_role role)
{
	struct member member = {.role = role, .scope = SCOPE_ALL, .card = people_card(holder)};
	strcpy(member.name, name);
	roster_enroll(&member, NULL, 0, roles_today());
	if (role == MEMBER_ANNOUNCER)
		roster_certify(&member, org, PEOPLE_NOW);
	return member;
}

size_t roles_grant(const struct keyring *org, const struct member *member, uint16_t day, uint8_t bytes[static GRANT_SIZE_MAX])
{
	struct grant grant;
	if (member->role == MEMBER_ANNOUNCER)
		roster_certificate(member, org, &grant);
	else
		roster_tickets(member, org, day, 0, GRANT_TICKETS_MAX, &grant);
	size_t len = grant_encode(&grant, bytes, GRANT_SIZE_MAX);
	ck_assert_uint_gt(len, 0);
	return len;
}

enum wallet_result roles_give(const struct keyring *org, const struct member *member, struct keyring *holder, uint16_t day)
{
	uint8_t bytes[GRANT_SIZE_MAX];
	struct grant grant;
	size_t len = roles_grant(org, member, day, bytes);
	return wallet_take(holder, org->identity, bytes, len, &grant);
}
