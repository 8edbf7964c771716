/* The notices a keyring keeps: whose they are, which replaces which, and who makes room for whom. */

#include "node/desk/keyring.h"

#include "crypto/sign.h"
#include "proto/certificate.h"

#include <assert.h>
#include <string.h>

enum {
	DAY_S = 86400,
	NOTICE_OVERHEAD = 200,     /* what is kept of each beside its body */
	NOTICE_KEEP_S = 9 * DAY_S, /* after its end, as a tombstone against older ones */
};

const char *keyring_org_name(struct keyring *ring, const uint8_t signing[static SIGN_KEY_SIZE])
{
	const struct pinned_org *org = keyring_org_signing(ring, signing);
	if (org != NULL)
		return org->card.name;
	uint8_t own[SIGN_KEY_SIZE];
	if (!ring->org.present)
		return NULL;
	sign_public(ring->org.sign_seed, own);
	return memcmp(own, signing, SIGN_KEY_SIZE) == 0 ? ring->name : NULL;
}

/* Whose notices push out whose: strangers go first, witnesses next. */
enum standing { STANDING_STRANGER, STANDING_WITNESS, STANDING_ORGANISATION, STANDINGS };

static enum standing standing_of(struct keyring *ring, const struct kept_notice *notice)
{
	if (keyring_org_name(ring, notice->organisation) == NULL)
		return STANDING_STRANGER;
	return notice->extra == EXTRA_TICKET ? STANDING_WITNESS : STANDING_ORGANISATION;
}

static size_t notice_bytes(const struct keyring *ring)
{
	size_t bytes = 0;
	for (unsigned i = 0; i < ring->notices_n; i++)
		bytes += ring->notices[i].body_len + (size_t)NOTICE_OVERHEAD;
	return bytes;
}

static void drop_notice(struct keyring *ring, unsigned index)
{
	memmove(&ring->notices[index], &ring->notices[index + 1], (ring->notices_n - index - 1U) * sizeof ring->notices[0]);
	ring->notices_n--;
}

static void drop_long_expired(struct keyring *ring, uint64_t now)
{
	for (unsigned i = ring->notices_n; i > 0; i--)
		if (now > (uint64_t)ring->notices[i - 1].not_after + NOTICE_KEEP_S)
			drop_notice(ring, i - 1);
}

/* Makes room for one more of this standing and size: drops the oldest of the least standing, never of a higher one than the newcomer's. */
static bool notice_room(struct keyring *ring, enum standing standing, size_t len, uint64_t now)
{
	static const unsigned most[STANDINGS] = {KEYRING_STRANGER_NOTICES_MAX, KEYRING_WITNESS_NOTICES_MAX, KEYRING_NOTICES_MAX};
	drop_long_expired(ring, now);
	for (;;) {
		unsigned n[STANDINGS] = {0}, oldest[STANDINGS] = {0};
		for (unsigned i = 0; i < ring->notices_n; i++) {
			enum standing other = standing_of(ring, &ring->notices[i]);
			if (n[other]++ == 0)
				oldest[other] = i;
		}
		bool full = ring->notices_n == KEYRING_NOTICES_MAX || notice_bytes(ring) + len + NOTICE_OVERHEAD > KEYRING_NOTICE_BYTES;
		if (!full && n[standing] < most[standing])
			return true;
		enum standing victim = full ? STANDING_STRANGER : standing;
		while (victim < standing && n[victim] == 0)
			victim++;
		if (n[victim] == 0)
			return false;
		drop_notice(ring, oldest[victim]);
	}
}

/* A ticket counts on its own day, so that nobody hoards them; its holder's clock may be a day off. */
static bool ticket_of_the_day(const struct notice *notice, const struct ticket *ticket)
{
	unsigned day = day_of_unix(notice->issued);
	return day <= ticket->day + 1U && ticket->day <= day + 1U;
}

static void fill_speaker(struct keyring *ring, enum envelope_extra extra, const struct notice *notice, struct kept_notice *kept)
{
	struct certificate certificate;
	struct ticket ticket;
	bool known = false;
	kept->extra = (uint8_t)extra;
	switch (extra) {
	case EXTRA_NONE:
		known = true;
		memcpy(kept->organisation, notice->issuer, sizeof kept->organisation);
		break;
	case EXTRA_CERTIFICATE:
		if (!certificate_parse(notice->extra, &certificate))
			break;
		known = !keyring_certificate_revoked(ring, certificate.revocation);
		memcpy(kept->organisation, certificate.organisation, sizeof kept->organisation);
		memcpy(kept->revocable, certificate.revocation, sizeof kept->revocable);
		break;
	case EXTRA_TICKET:
		if (!ticket_parse(notice->extra, &ticket))
			break;
		known = keyring_ticket_organisation(ring, notice->extra, kept->organisation) && ticket_of_the_day(notice, &ticket) &&
			!keyring_ticket_revoked(ring, &ticket);
		kept->role = (uint8_t)ticket.role;
		kept->day = ticket.day;
		kept->slot = ticket.slot;
		memcpy(kept->linkage, ticket.linkage, sizeof kept->linkage);
		break;
	}
	if (!known)
		memset(kept->organisation, 0, sizeof kept->organisation);
}

static void fill_notice(struct keyring *ring, enum envelope_extra extra, const struct notice *notice, uint64_t now, struct kept_notice *kept)
{
	*kept = (struct kept_notice){.seq = notice->seq,
				     .issued = notice->issued,
				     .not_after = notice->not_after,
				     .verb = notice->verb,
				     .arrived = now,
				     .type = notice->type,
				     .body_len = notice->body_len};
	memcpy(kept->issuer, notice->issuer, sizeof kept->issuer);
	memcpy(kept->topic, notice->topic, sizeof kept->topic);
	memcpy(kept->body, notice->body, notice->body_len);
	fill_speaker(ring, extra, notice, kept);
}

static bool stops(enum notice_verb verb)
{
	return verb == NOTICE_STOP || verb == NOTICE_CANCEL;
}

/* Which of two with one number is kept does not depend on which came first. */
static bool outranks(const struct notice *notice, const uint8_t id[static LETTER_ID_SIZE], const struct kept_notice *kept)
{
	if (stops(notice->verb) != stops(kept->verb))
		return stops(notice->verb);
	return memcmp(id, kept->id, LETTER_ID_SIZE) < 0;
}

bool keyring_add_notice(struct keyring *ring, enum envelope_extra extra, const struct notice *notice, const uint8_t id[static LETTER_ID_SIZE],
			uint64_t now)
{
	assert(notice->body_len <= NOTICE_BODY_MAX);
	bool conflict = false;
	for (unsigned i = 0; i < ring->notices_n; i++) {
		struct kept_notice *kept = &ring->notices[i];
		if (memcmp(kept->issuer, notice->issuer, sizeof kept->issuer) != 0 || memcmp(kept->topic, notice->topic, sizeof kept->topic) != 0)
			continue;
		if (notice->seq < kept->seq || memcmp(kept->id, id, LETTER_ID_SIZE) == 0)
			return false;
		conflict = notice->seq == kept->seq;
		if (conflict && !outranks(notice, id, kept)) {
			bool news = !kept->conflict;
			kept->conflict = true;
			return news;
		}
		drop_notice(ring, i);
		break;
	}
	struct kept_notice fresh;
	fill_notice(ring, extra, notice, now, &fresh);
	if (!notice_room(ring, standing_of(ring, &fresh), notice->body_len, now))
		return false;
	memcpy(fresh.id, id, LETTER_ID_SIZE);
	fresh.conflict = conflict;
	ring->notices[ring->notices_n++] = fresh;
	return true;
}

/* The next number of a topic in a table of n with room for max. */
static uint32_t next_seq(struct topic_seq *topics, unsigned *n, unsigned max, const uint8_t topic[static NOTICE_TOPIC_SIZE])
{
	for (unsigned i = 0; i < *n; i++)
		if (memcmp(topics[i].topic, topic, NOTICE_TOPIC_SIZE) == 0)
			return topics[i].seq == UINT32_MAX ? 0 : ++topics[i].seq;
	if (*n == max)
		return 0;
	struct topic_seq *fresh = &topics[(*n)++];
	memcpy(fresh->topic, topic, NOTICE_TOPIC_SIZE);
	return fresh->seq = 1;
}

uint32_t keyring_next_notice_seq(struct keyring *ring, const uint8_t topic[static NOTICE_TOPIC_SIZE])
{
	unsigned n = ring->org.topics_n;
	uint32_t seq = next_seq(ring->org.topics, &n, KEYRING_TOPICS_MAX, topic);
	ring->org.topics_n = (uint16_t)n;
	return seq;
}

uint32_t keyring_next_certificate_seq(struct held_certificate *held, const uint8_t topic[static NOTICE_TOPIC_SIZE])
{
	unsigned n = held->topics_n;
	uint32_t seq = next_seq(held->topics, &n, KEYRING_CERTIFICATE_TOPICS_MAX, topic);
	held->topics_n = (uint8_t)n;
	return seq;
}
