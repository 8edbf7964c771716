#ifndef BARID_TESTS_SUPPORT_PEOPLE_H
#define BARID_TESTS_SUPPORT_PEOPLE_H
/* Keyrings of people and organisations for tests, and letters between them. */

#include "node/desk/compose.h"
#include "node/desk/open.h"

enum { PEOPLE_NOW = 1481691600 }; /* 2016-12-14T05:00:00Z */

/* A fresh keyring at PEOPLE_NOW; the caller frees. */
struct keyring *people_person(const char *name);
struct keyring *people_organisation(const char *name);
/* Their card as others get it. */
struct card people_card(const struct keyring *ring);
/* a knows b by this name. */
void people_meet(struct keyring *a, const struct keyring *b, const char *name);
/* a trusts organisation b. */
void people_trust(struct keyring *a, const struct keyring *b);
/* Composes to the holder of b's card; fails the test if it cannot. */
struct composed people_compose(struct keyring *from, const struct keyring *to, const struct letter *letter, uint64_t now);
/* Opens, or returns false. */
bool people_open(const struct keyring *ring, const struct composed *composed, struct opened *opened);

#endif
