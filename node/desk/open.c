#include "node/desk/open.h"

#include "crypto/seal.h"
#include "crypto/verify.h"
#include "crypto/wipe.h"

#include <assert.h>
#include <string.h>

enum { SLOW_DAYS_MAX = EPOCH_KEEP_SLOW + 2 };

void open_sender(const struct keyring *ring, const uint8_t key[static DH_KEY_SIZE], struct verified *out)
{
	*out = (struct verified){.kind = SENDER_STRANGER};
	memcpy(out->key, key, DH_KEY_SIZE);
	key_fingerprint(key, out->fingerprint);
	struct keyring *lookup = (struct keyring *)(uintptr_t)ring; /* the lookups serve readers and writers; nothing is changed here */
	const struct contact *contact = keyring_contact_keyed(lookup, key);
	const struct pinned_org *org = keyring_org_keyed(lookup, key);
	if (memcmp(key, ring->identity, DH_KEY_SIZE) == 0) {
		out->kind = SENDER_OURSELVES;
		memcpy(out->name, ring->name, sizeof ring->name);
	} else if (org != NULL) {
		out->kind = SENDER_ORGANISATION;
		memcpy(out->name, org->card.name, sizeof org->card.name);
	} else if (contact != NULL) {
		out->kind = SENDER_CONTACT;
		memcpy(out->name, contact->name, sizeof contact->name);
	}
}

/* What one key opens, checked down to the receipt secret. */
static bool open_with(const uint8_t secret[static KEY_SIZE], const uint8_t *envelope, size_t len, struct opened *opened,
		      uint8_t sender[static DH_KEY_SIZE])
{
	uint8_t bound[ENVELOPE_HEADER_SIZE + TICKET_SIZE], commitment[RECEIPT_COMMITMENT_SIZE];
	envelope_header_encode(&opened->header, bound);
	size_t bound_len = ENVELOPE_HEADER_SIZE, begin = ENVELOPE_HEADER_SIZE + envelope_extra_size(ENVELOPE_SEALED, opened->header.extra);
	if (opened->header.extra == EXTRA_TICKET) {
		memcpy(bound + bound_len, envelope + bound_len, TICKET_SIZE);
		bound_len += TICKET_SIZE;
	}
	if (len < begin + SEAL_OVERHEAD + PAYLOAD_HEADER_SIZE)
		return false; /* the smallest envelope has no room behind a ticket */
	size_t sealed_len = len - begin;
	if (!unseal(secret, bound, bound_len, envelope + begin, sealed_len, opened->plain, sender))
		return false;
	if (!payload_decode(opened->plain, sealed_len - SEAL_OVERHEAD, &opened->payload))
		return false;
	receipt_commitment(opened->payload.receipt_secret, commitment);
	return memcmp(commitment, opened->header.commitment, sizeof commitment) == 0;
}

static bool open_with_day(const struct epoch_chain *chain, uint16_t day, const uint8_t *envelope, size_t len, struct opened *opened,
			  uint8_t sender[static DH_KEY_SIZE])
{
	uint8_t secret[KEY_SIZE];
	bool done = epoch_secret(chain, day, secret) && open_with(secret, envelope, len, opened, sender);
	wipe(secret, sizeof secret);
	return done;
}

/* Days of our letters to people who may not have our card: an answer may be sealed to the SLOW key of that day. */
static unsigned waiting_days(const struct keyring *ring, uint16_t days[static SLOW_DAYS_MAX])
{
	struct keyring *lookup = (struct keyring *)(uintptr_t)ring; /* as above */
	unsigned n = 0;
	for (unsigned i = ring->sent_n; i > 0 && n < SLOW_DAYS_MAX; i--) {
		const struct sent *sent = &ring->sent[i - 1];
		bool listed = sent->day < ring->slow.day || sent->type == LETTER_RECEIPT || sent->type == LETTER_CARD;
		for (unsigned j = 0; j < n && !listed; j++)
			listed = days[j] == sent->day;
		if (!listed && keyring_contact_keyed(lookup, sent->recipient) == NULL)
			days[n++] = sent->day;
	}
	return n;
}

enum received_ticket open_ticket(const struct keyring *ring, const uint8_t *envelope, size_t len, const struct envelope_header *header,
				 struct ticket *ticket)
{
	const uint8_t *bytes = envelope + ENVELOPE_HEADER_SIZE;
	uint8_t id[LETTER_ID_SIZE], organisation[SIGN_KEY_SIZE];
	if (header->kind != ENVELOPE_SEALED || header->extra != EXTRA_TICKET || !ticket_parse(bytes, ticket) || ticket->day != header->day)
		return RECEIVED_PLAIN;
	envelope_id(envelope, len, id);
	if (!signature_ok(TICKET_SPEND_DOMAIN, id, sizeof id, bytes + TICKET_SIZE, ticket->key))
		return RECEIVED_PLAIN;
	if (!keyring_ticket_organisation(ring, bytes, organisation))
		return RECEIVED_UNKNOWN;
	if (keyring_ticket_revoked(ring, ticket))
		return RECEIVED_REVOKED;
	for (unsigned i = 0; i < ring->spends_n; i++)
		if (memcmp(ring->spends[i].key, ticket->key, sizeof ring->spends[i].key) == 0 &&
		    memcmp(ring->spends[i].letter, id, sizeof ring->spends[i].letter) != 0)
			return RECEIVED_TWICE;
	return RECEIVED_GOOD;
}

bool open_letter(const struct keyring *ring, const uint8_t *envelope, size_t len, const struct envelope_header *header, struct opened *opened)
{
	assert(header->kind == ENVELOPE_SEALED && len == envelope_size(header->bucket));
	*opened = (struct opened){.header = *header};
	uint8_t sender[DH_KEY_SIZE];
	enum card_lane lane = lane_of_ttl(header->ttl);
	bool done = open_with_day(lane == LANE_FAST ? &ring->fast : &ring->slow, header->day, envelope, len, opened, sender);
	uint16_t days[SLOW_DAYS_MAX];
	unsigned n = done ? 0 : waiting_days(ring, days);
	for (unsigned i = 0; i < n && !done; i++)
		done = (lane != LANE_SLOW || days[i] != header->day) && open_with_day(&ring->slow, days[i], envelope, len, opened, sender);
	if (!done) {
		done = open_with(ring->secret, envelope, len, opened, sender);
		opened->reduced = done;
	}
	if (!done)
		return false;
	envelope_id(envelope, len, opened->id);
	open_sender(ring, sender, &opened->sender);
	struct ticket ticket;
	opened->ticket = open_ticket(ring, envelope, len, header, &ticket);
	opened->role = opened->ticket == RECEIVED_GOOD || opened->ticket == RECEIVED_TWICE ? ticket.role : 0;
	opened->understood = letter_decode(opened->payload.type, opened->payload.body, opened->payload.body_len, &opened->letter);
	return true;
}

void open_rebase(struct opened *opened)
{
	opened->payload.body = opened->plain + PAYLOAD_HEADER_SIZE;
}
