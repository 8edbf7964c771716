#ifndef BARID_TESTS_SUPPORT_ROLES_H
#define BARID_TESTS_SUPPORT_ROLES_H
/* Members of an organisation and the grants they get, for tests of wallets, rosters and ticketed letters. */

#include "node/desk/wallet.h"
#include "node/relief/roster.h"

/* PEOPLE_NOW's day. */
uint16_t roles_today(void);
/* A member enrolled today with the holder's card; an announcer with a certificate. */
struct member roles_member(const struct keyring *org, const struct keyring *holder, const char *name, enum member_role role);
/* The grant of that day as the organisation encodes it. Returns its length. */
size_t roles_grant(const struct keyring *org, const struct member *member, uint16_t day, uint8_t bytes[static GRANT_SIZE_MAX]);
/* The same, put into the holder's wallet as if it had come sealed by the organisation. */
enum wallet_result roles_give(const struct keyring *org, const struct member *member, struct keyring *holder, uint16_t day);

#endif
