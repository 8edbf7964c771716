#include "node/relief/roster.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/desk/text.h"
#include "proto/linkage.h"
#include "proto/share.h"

#include <assert.h>
#include <string.h>

enum { DAY_S = 86400 };

static const char *const words[] = {"", "medic", "marshal", "civilian", "announcer"};

const char *roster_role_word(enum member_role role)
{
	assert(role >= MEMBER_MEDIC && role <= MEMBER_ANNOUNCER);
	return words[role];
}

enum member_role roster_role_of_word(const char *word)
{
	for (unsigned i = MEMBER_MEDIC; i <= MEMBER_ANNOUNCER; i++)
		if (strcmp(words[i], word) == 0)
			return (enum member_role)i;
	return 0;
}

unsigned roster_quota(enum member_role role)
{
	static const unsigned quotas[] = {0, 24, 12, 4, 0};
	return quotas[role];
}

unsigned roster_days_ahead(enum member_role role)
{
	return role == MEMBER_CIVILIAN ? 7 : 2;
}

/* Who may be revoked by colleagues, and holds shares of others. Civilians know nobody of the others. */
static bool shares_in(const struct member *member)
{
	return member->role != MEMBER_CIVILIAN;
}

static uint8_t free_place(const struct member *members, size_t n)
{
	bool taken[ROSTER_PLACES + 1] = {false};
	for (size_t i = 0; i < n; i++)
		taken[members[i].x] = true;
	for (unsigned x = 1; x <= ROSTER_PLACES; x++)
		if (!taken[x])
			return (uint8_t)x;
	return 0;
}

void roster_enroll(struct member *member, const struct member *members, size_t n, uint16_t today)
{
	member->day = today;
	member->granted_until = 0;
	member->x = shares_in(member) ? free_place(members, n) : 0;
	key_random(member->linkage, sizeof(member->linkage));
	key_random(member->keys, sizeof(member->keys));
}

void roster_certify(struct member *member, const struct keyring *ring, uint64_t now)
{
	assert(member->role == MEMBER_ANNOUNCER);
	struct certificate certificate = {
		.scope = member->scope, .not_before = (uint32_t)now, .not_after = (uint32_t)(now + ROSTER_CERTIFICATE_DAYS * DAY_S)};
	key_random(member->secret, sizeof(member->secret));
	key_random(member->slope, sizeof(member->slope));
	key_random(member->certificate_seed, sizeof(member->certificate_seed));
	sign_public(member->certificate_seed, certificate.subject);
	sign_public(ring->org.sign_seed, certificate.organisation);
	revocation_commitment(member->secret, certificate.revocation);
	certificate_encode(&certificate, member->certificate);
	sign(CERTIFICATE_DOMAIN, member->certificate, CERTIFICATE_SIGNED_SIZE, ring->org.sign_seed, member->certificate + CERTIFICATE_SIGNED_SIZE);
}

static void step(uint8_t linkage[static LINKAGE_SEED_SIZE], uint8_t keys[static LINKAGE_SEED_SIZE])
{
	uint8_t next[LINKAGE_SEED_SIZE];
	linkage_next(linkage, linkage);
	digest_of("barid-roster-step-v1", keys, LINKAGE_SEED_SIZE, next, sizeof(next));
	memcpy(keys, next, sizeof(next));
	wipe(next, sizeof(next));
}

void roster_turn(struct member *member, uint16_t today)
{
	for (; member->day < today; member->day++)
		step(member->linkage, member->keys);
}

struct member *roster_named(struct member *members, size_t n, const char *name)
{
	char wanted[4 * GRANT_NAME_MAX + 1], folded[4 * GRANT_NAME_MAX + 1];
	text_fold(name, wanted, sizeof(wanted));
	for (size_t i = 0; i < n; i++) {
		text_fold(members[i].name, folded, sizeof(folded));
		if (strcmp(wanted, folded) == 0)
			return &members[i];
	}
	return NULL;
}

/* What a member's day is made of: seeds of the linkage, the keys, the slope of the shares. */
struct day_secrets {
	uint8_t linkage[LINKAGE_SEED_SIZE], keys[LINKAGE_SEED_SIZE], key_seed[LINKAGE_SEED_SIZE], slope[LINKAGE_SEED_SIZE];
};

static void secrets_of(const struct member *member, uint16_t day, struct day_secrets *out)
{
	assert(day >= member->day);
	memcpy(out->linkage, member->linkage, sizeof(out->linkage));
	memcpy(out->keys, member->keys, sizeof(out->keys));
	for (uint16_t at = member->day; at < day; at++)
		step(out->linkage, out->keys);
	digest_of("barid-roster-key-v1", out->keys, sizeof(out->keys), out->key_seed, sizeof(out->key_seed));
	digest_of("barid-roster-slope-v1", out->keys, sizeof(out->keys), out->slope, sizeof(out->slope));
}

static void sign_ticket(const struct keyring *ring, const struct grant *grant, const uint8_t linkage[static LINKAGE_SEED_SIZE],
			struct grant_ticket *out)
{
	struct ticket ticket = {.role = grant->role, .slot = out->slot, .day = grant->day};
	uint8_t bytes[TICKET_SIZE], seed[SIGN_KEY_SIZE];
	grant_ticket_seed(grant->key_seed, grant->day, out->slot, seed);
	sign_public(seed, ticket.key);
	ticket_issuer(grant->organisation, ticket.issuer);
	linkage_of(linkage, out->slot, out->linkage);
	memcpy(ticket.linkage, out->linkage, sizeof(ticket.linkage));
	ticket_encode(&ticket, bytes);
	sign(TICKET_DOMAIN, bytes, TICKET_SIGNED_SIZE, ring->org.sign_seed, out->signature);
	wipe(seed, sizeof(seed));
}

void roster_tickets(const struct member *member, const struct keyring *ring, uint16_t day, uint8_t first, uint8_t count, struct grant *out)
{
	unsigned quota = roster_quota(member->role);
	struct day_secrets secrets;
	secrets_of(member, day, &secrets);
	*out = (struct grant){.role = member->role == MEMBER_ANNOUNCER ? TICKET_MEDIC : (enum ticket_role)member->role, .day = day};
	sign_public(ring->org.sign_seed, out->organisation);
	memcpy(out->key_seed, secrets.key_seed, sizeof(out->key_seed));
	for (unsigned slot = first; slot < quota && out->ticket_count < count; slot++) {
		struct grant_ticket *ticket = &out->tickets[out->ticket_count++];
		ticket->slot = (uint8_t)slot;
		sign_ticket(ring, out, secrets.linkage, ticket);
	}
	wipe(&secrets, sizeof(secrets));
}

void roster_certificate(const struct member *member, const struct keyring *ring, struct grant *out)
{
	assert(member->role == MEMBER_ANNOUNCER);
	*out = (struct grant){.role = TICKET_MEDIC, .day = member->day, .has_certificate = true};
	sign_public(ring->org.sign_seed, out->organisation);
	memcpy(out->certificate, member->certificate, CERTIFICATE_SIZE);
	memcpy(out->certificate_seed, member->certificate_seed, SIGN_KEY_SIZE);
}

bool roster_holds(const struct member *members, size_t n, const struct member *holder, const struct member *about)
{
	if (!shares_in(holder) || !shares_in(about))
		return false;
	unsigned before = 0; /* how many others come first, counting round from the holder */
	for (size_t i = 1; i < n; i++) {
		const struct member *at = &members[((size_t)(holder - members) + i) % n];
		if (at == about)
			return before < GRANT_SHARES_MAX;
		before += shares_in(at);
	}
	return false;
}

bool roster_share(const struct member *holder, const struct member *about, uint16_t day, struct grant *out)
{
	if (holder->x == 0 || out->share_count == GRANT_SHARES_MAX)
		return false;
	struct grant_share *share = &out->shares[out->share_count++];
	struct day_secrets secrets;
	bool certificate = about->role == MEMBER_ANNOUNCER;
	*share = (struct grant_share){.x = holder->x, .day = certificate ? 0 : day};
	memcpy(share->colleague, about->name, strlen(about->name));
	secrets_of(about, day, &secrets);
	share_make(certificate ? about->secret : secrets.linkage, certificate ? about->slope : secrets.slope, holder->x, share->value);
	wipe(&secrets, sizeof(secrets));
	return true;
}

uint8_t roster_revoke(const struct member *member, uint16_t today, struct revocation_entry *out)
{
	struct day_secrets secrets;
	if (member->role == MEMBER_ANNOUNCER) {
		out->day = today;
		memcpy(out->secret, member->secret, sizeof(out->secret));
		return 1;
	}
	secrets_of(member, today, &secrets);
	out->day = today;
	memcpy(out->secret, secrets.linkage, sizeof(out->secret));
	wipe(&secrets, sizeof(secrets));
	return 1;
}
