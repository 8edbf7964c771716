#include "tests/support/voices.h"

#include "tests/support/people.h"

#include "crypto/sign.h"
#include "proto/certificate.h"
#include "proto/linkage.h"
#include "proto/revocation.h"

#include <check.h>
#include <string.h>

struct held_certificate voices_announcer(const struct keyring *organisation, uint8_t scope, const uint8_t secret[static LINKAGE_SEED_SIZE])
{
	struct held_certificate held = {0};
	struct certificate certificate = {.scope = scope, .not_before = PEOPLE_NOW - 3600, .not_after = PEOPLE_NOW + 86400};
	key_random(held.seed, sizeof held.seed);
	sign_public(held.seed, certificate.subject);
	sign_public(organisation->org.sign_seed, certificate.organisation);
	revocation_commitment(secret, certificate.revocation);
	certificate_encode(&certificate, held.bytes);
	sign(CERTIFICATE_DOMAIN, held.bytes, CERTIFICATE_SIGNED_SIZE, organisation->org.sign_seed, held.bytes + CERTIFICATE_SIGNED_SIZE);
	return held;
}

struct wallet_ticket voices_ticket(const struct keyring *organisation, enum ticket_role role, uint8_t slot,
				   const uint8_t seed[static LINKAGE_SEED_SIZE])
{
	struct wallet_ticket out;
	uint8_t signing[SIGN_KEY_SIZE];
	struct ticket ticket = {.role = role, .slot = slot, .day = day_of_unix(PEOPLE_NOW)};
	key_random(out.seed, sizeof out.seed);
	sign_public(out.seed, ticket.key);
	sign_public(organisation->org.sign_seed, signing);
	ticket_issuer(signing, ticket.issuer);
	linkage_of(seed, slot, ticket.linkage);
	ticket_encode(&ticket, out.bytes);
	sign(TICKET_DOMAIN, out.bytes, TICKET_SIGNED_SIZE, organisation->org.sign_seed, out.bytes + TICKET_SIGNED_SIZE);
	return out;
}

void voices_give(struct keyring *ring, const struct keyring *organisation, enum ticket_role role, uint8_t slot,
		 const uint8_t seed[static LINKAGE_SEED_SIZE])
{
	struct wallet_ticket ticket = voices_ticket(organisation, role, slot, seed);
	struct ticket parsed;
	ck_assert(ticket_parse(ticket.bytes, &parsed));
	unsigned i = 0;
	while (i < ring->batches_n && ring->batches[i].role != role)
		i++;
	struct ticket_batch *batch = &ring->batches[i];
	if (i == ring->batches_n) {
		ring->batches_n++;
		*batch = (struct ticket_batch){.role = role, .day = parsed.day};
		sign_public(organisation->org.sign_seed, batch->organisation);
	}
	batch->slots |= 1U << slot;
	struct held_ticket *held = &batch->tickets[batch->tickets_n++];
	held->slot = slot;
	memcpy(held->linkage, parsed.linkage, sizeof held->linkage);
	memcpy(held->signature, parsed.signature, sizeof held->signature);
	memcpy(held->seed, ticket.seed, sizeof held->seed);
}

struct composed voices_say(struct keyring *ring, const struct notice_signer *signer, const struct letter *letter, enum notice_verb verb, uint64_t now,
			   unsigned hours)
{
	static const struct notice_signer organisation;
	struct composed composed;
	uint64_t end = now + hours * 3600ULL;
	struct notice_wish wish = {.verb = verb, .not_after = end < UINT32_MAX ? (uint32_t)end : UINT32_MAX};
	ck_assert_int_eq(compose_notice_as(ring, signer != NULL ? signer : &organisation, letter, &wish, now, &composed), COMPOSE_OK);
	return composed;
}

bool voices_hear(struct keyring *reader, const struct composed *composed, uint64_t now)
{
	struct envelope_header header;
	struct notice notice;
	size_t signed_len = 0;
	ck_assert_int_eq(envelope_parse(composed->envelope, composed->len, &header), ENVELOPE_OK);
	ck_assert(notice_parse(composed->envelope, composed->len, &notice, &signed_len));
	return keyring_add_notice(reader, header.extra, &notice, composed->id, now);
}
