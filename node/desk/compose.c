#include "node/desk/compose.h"

#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "crypto/wipe.h"

#include <assert.h>
#include <string.h>

enum { ALERT_IMMEDIATE = 1 };

enum letter_class compose_class(const struct letter *letter)
{
	switch (letter->type) {
	case LETTER_MEDEVAC:
		return CLASS_URGENT;
	case LETTER_ALERT:
		return letter->urgency == ALERT_IMMEDIATE ? CLASS_URGENT : CLASS_NEED;
	case LETTER_PATIENT:
		return letter->triage == TRIAGE_RED ? CLASS_URGENT : CLASS_NEED;
	case LETTER_INCIDENT:
	case LETTER_TRANSPORT:
	case LETTER_FACILITY:
	case LETTER_HEADCOUNT:
	case LETTER_CLAIM:
		return CLASS_NEED;
	case LETTER_SAFE:
	case LETTER_NEED:
	case LETTER_RECEIPT:
	case LETTER_GRANT:
		return CLASS_STATUS;
	default:
		return CLASS_ROUTINE;
	}
}

enum ttl_class compose_ttl(const struct letter *letter)
{
	switch (letter->type) {
	case LETTER_MEDEVAC:
	case LETTER_INCIDENT:
	case LETTER_TRANSPORT:
	case LETTER_ALERT:
	case LETTER_FACILITY:
	case LETTER_HEADCOUNT:
	case LETTER_CLAIM:
		return TTL_24_HOURS;
	case LETTER_RECEIPT:
	case LETTER_GRANT:
		return TTL_72_HOURS;
	default:
		return TTL_7_DAYS;
	}
}

/* The key to seal to: the card's day key, else the key the other side gave for the answer, else the identity. */
static const uint8_t *choose_key(const struct recipient *to, const struct envelope_header *header, bool *reduced)
{
	const uint8_t *key = to->card != NULL ? card_key(to->card, lane_of_ttl(header->ttl), header->day) : NULL;
	if (key == NULL)
		key = to->reply_key;
	*reduced = key == NULL;
	return key != NULL ? key : to->identity;
}

/* Header, ticket if one is spent, its signature over the id, sealed payload: SPEC.md 3.2, 4.1, 12.1. The payload is filled with zeros, so what a
 * ticket takes away at its end is nothing but those. */
static enum compose_result seal_payload(const struct keyring *ring, const struct recipient *to, const uint8_t *key, const struct payload *payload,
					struct composed *out)
{
	uint8_t plain[ENVELOPE_SIZE_MAX], bound[ENVELOPE_HEADER_SIZE + TICKET_SIZE], ephemeral[KEY_SIZE];
	size_t bound_len = ENVELOPE_HEADER_SIZE, begin = ENVELOPE_HEADER_SIZE + envelope_extra_size(ENVELOPE_SEALED, out->header.extra);
	payload_encode(payload, out->header.bucket, plain);
	envelope_header_encode(&out->header, bound);
	if (to->ticket != NULL) {
		memcpy(bound + bound_len, to->ticket->bytes, TICKET_SIZE);
		bound_len += TICKET_SIZE;
	}
	memcpy(out->envelope, bound, bound_len);
	key_random(ephemeral, sizeof ephemeral);
	struct seal_keys keys = {.sender_secret = ring->secret, .recipient_public = key, .ephemeral_secret = ephemeral};
	bool sealed = seal(&keys, bound, bound_len, plain, out->len - begin - SEAL_OVERHEAD, out->envelope + begin);
	wipe(plain, sizeof plain);
	wipe(ephemeral, sizeof ephemeral);
	if (!sealed)
		return COMPOSE_BAD_KEY;
	envelope_id(out->envelope, out->len, out->id);
	if (to->ticket != NULL)
		sign(TICKET_SPEND_DOMAIN, out->id, LETTER_ID_SIZE, to->ticket->seed, out->envelope + bound_len);
	envelope_finish(out->envelope, out->len);
	return COMPOSE_OK;
}

enum compose_result compose_letter_as(struct keyring *ring, const struct recipient *to, const struct letter *letter,
				      const struct envelope_header *wish, uint64_t now, struct composed *out)
{
	assert(to->identity != NULL);
	*out = (struct composed){.header = {.kind = ENVELOPE_SEALED, .class = wish->class, .ttl = wish->ttl, .day = day_of_unix(now)}};
	out->header.extra = to->ticket != NULL ? EXTRA_TICKET : EXTRA_NONE;
	size_t extra = envelope_extra_size(ENVELOPE_SEALED, out->header.extra);
	struct letter full = *letter;
	bool may_lack_our_card = to->card == NULL || to->card->kind == CARD_ORGANISATION;
	bool answered = letter->type != LETTER_RECEIPT && letter->type != LETTER_CARD && letter->type != LETTER_GRANT && letter->type != LETTER_CLAIM;
	if (may_lack_our_card && answered)
		full.has_reply_key = keyring_reply_key(ring, out->header.day, full.reply_key);
	uint8_t body[BODY_SIZE_MAX];
	size_t needed = letter_encoded_len(&full);
	if (needed > sizeof body - extra) {
		out->excess = needed - (sizeof body - extra);
		return COMPOSE_TOO_LONG;
	}
	size_t body_len = letter_encode(&full, body, sizeof body);
	assert(body_len == needed);
	out->header.bucket = (uint8_t)payload_bucket_for(body_len + extra);
	out->len = envelope_size(out->header.bucket);
	key_random(out->secret, sizeof out->secret);
	receipt_commitment(out->secret, out->header.commitment);
	struct payload payload = {
		.type = letter->type, .sent_at = (uint32_t)now, .seq = ++ring->letter_seq, .body_len = (uint16_t)body_len, .body = body};
	memcpy(payload.receipt_secret, out->secret, sizeof payload.receipt_secret);
	enum compose_result result = seal_payload(ring, to, choose_key(to, &out->header, &out->reduced), &payload, out);
	wipe(body, sizeof body);
	wipe(&full, sizeof full);
	return result;
}

enum compose_result compose_letter(struct keyring *ring, const struct recipient *to, const struct letter *letter, uint64_t now, struct composed *out)
{
	struct envelope_header wish = {.class = compose_class(letter), .ttl = compose_ttl(letter)};
	return compose_letter_as(ring, to, letter, &wish, now, out);
}

enum compose_result compose_card(const struct keyring *ring, struct composed *out)
{
	assert(ring->org.present);
	*out = (struct composed){0};
	uint8_t card[CARD_SIZE_MAX];
	size_t card_len = keyring_card(ring, card);
	out->len = control_encode(card, card_len, out->envelope);
	struct card parsed;
	size_t signed_len = 0;
	if (envelope_parse(out->envelope, out->len, &out->header) != ENVELOPE_OK || !control_parse(out->envelope, out->len, &parsed, &signed_len))
		return COMPOSE_BAD_KEY;
	envelope_id(out->envelope, signed_len, out->id);
	return COMPOSE_OK;
}

void compose_receipts(const struct receipt *receipts, size_t n, enum letter_class class, uint64_t now, struct composed *out)
{
	assert(n >= 1 && n <= RECEIPTS_MAX);
	*out = (struct composed){0};
	struct receipt shuffled[RECEIPTS_MAX];
	for (size_t i = 0; i < n; i++) {
		size_t j = random_below((uint32_t)i + 1);
		shuffled[i] = shuffled[j];
		shuffled[j] = receipts[i];
	}
	out->len = receipts_encode(day_of_unix(now), class, shuffled, n, out->envelope);
	enum envelope_fault fault = envelope_parse(out->envelope, out->len, &out->header);
	assert(fault == ENVELOPE_OK);
	(void)fault; /* only asserted */
	envelope_id(out->envelope, out->len, out->id);
}

void compose_sent(const struct composed *composed, const struct recipient *to, const struct letter *letter, uint64_t now, bool send_now,
		  struct sent *out)
{
	*out = (struct sent){.type = letter->type,
			     .action = letter->action,
			     .class = composed->header.class,
			     .ttl = composed->header.ttl,
			     .day = composed->header.day,
			     .reduced = composed->reduced,
			     .send_now = send_now,
			     .has_ref = letter->has_ref,
			     .created = now,
			     .pending_len = (uint16_t)composed->len};
	memcpy(out->id, composed->id, sizeof out->id);
	memcpy(out->secret, composed->secret, sizeof out->secret);
	memcpy(out->recipient, to->identity, sizeof out->recipient);
	memcpy(out->ref, letter->ref, sizeof out->ref);
	memcpy(out->pending, composed->envelope, composed->len);
}
