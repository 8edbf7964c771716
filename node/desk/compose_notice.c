/* Public notices: what they are about, how long they count, and their signing by an organisation, its announcer or a witness. */

#include "node/desk/compose.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "node/desk/text.h"

#include <assert.h>
#include <string.h>

enum { ALERT_IMMEDIATE = 1, VALID_SHORT_S = 6 * 3600 };

void compose_topic(const struct letter *letter, uint8_t topic[static NOTICE_TOPIC_SIZE])
{
	char folded[4 * LETTER_LINE_MAX + 1];
	const char *about = letter->type == LETTER_TRANSPORT ? letter->line : letter->type == LETTER_HEADCOUNT ? letter->place : letter->area;
	text_fold(about, folded, sizeof folded);
	struct digest digest;
	digest_start(&digest, "barid-topic-v1", NOTICE_TOPIC_SIZE);
	digest_add(&digest, &letter->type, 1);
	digest_add(&digest, folded, strlen(folded));
	if (letter->status != STATUS_ACTUAL) /* folded text holds no such byte: an exercise replaces nothing that is real */
		digest_add(&digest, &letter->status, 1);
	digest_end(&digest, topic);
}

enum notice_verb compose_verb(const struct letter *letter)
{
	if (letter->action == ACTION_CANCEL)
		return NOTICE_CANCEL;
	if (letter->type != LETTER_TRANSPORT)
		return NOTICE_INFO;
	switch (letter->verb) {
	case TRANSPORT_TURNED_BACK:
		return NOTICE_STOP;
	case TRANSPORT_CANCELLED:
		return NOTICE_CANCEL;
	default:
		return NOTICE_INFO;
	}
}

enum notice_verb compose_witness_verb(const struct letter *letter)
{
	bool danger = letter->type == LETTER_ALERT && letter->urgency == ALERT_IMMEDIATE;
	return danger || compose_verb(letter) != NOTICE_INFO ? NOTICE_STOP : NOTICE_INFO;
}

uint32_t compose_valid_max(uint8_t type, enum notice_verb verb)
{
	bool leads = verb == NOTICE_GO || verb == NOTICE_SAFE || verb == NOTICE_COMPLETE;
	return leads || type == LETTER_TRANSPORT ? (uint32_t)VALID_SHORT_S : (uint32_t)NOTICE_VALID_MAX;
}

/* The last second it may count: not past what its kind may, nor past what 32 bits hold. */
static uint32_t last_second(const struct notice_wish *wish, uint8_t type, uint32_t issued)
{
	uint64_t last = (uint64_t)issued + compose_valid_max(type, wish->verb), end = wish->not_after;
	if (end > last)
		end = last;
	if (end > UINT32_MAX)
		end = UINT32_MAX;
	return end <= issued ? issued + 1 : (uint32_t)end;
}

/* The number of a word on this topic by this signer; 0: no room for another topic. */
static uint32_t next_seq(struct keyring *ring, const struct notice_signer *signer, const uint8_t topic[static NOTICE_TOPIC_SIZE])
{
	if (signer->ticket != NULL)
		return 1; /* a ticket is good for one letter, so a witness's word is always their first */
	return signer->certificate != NULL ? keyring_next_certificate_seq(signer->certificate, topic) : keyring_next_notice_seq(ring, topic);
}

static void sign_notice(const struct notice *notice, const uint8_t seed[static SIGN_KEY_SIZE], struct composed *out)
{
	out->header.bucket = (uint8_t)notice_bucket_for(out->header.extra, notice->body_len);
	out->len = envelope_size(out->header.bucket);
	size_t signed_len = notice_encode(&out->header, notice, out->envelope);
	sign(NOTICE_DOMAIN, out->envelope, signed_len, seed, out->envelope + signed_len);
	envelope_finish(out->envelope, out->len);
	envelope_id(out->envelope, signed_len, out->id);
}

enum compose_result compose_notice_as(struct keyring *ring, const struct notice_signer *signer, const struct letter *letter,
				      const struct notice_wish *wish, uint64_t now, struct composed *out)
{
	const struct held_certificate *held = signer->certificate;
	assert(held != NULL || signer->ticket != NULL || ring->org.present);
	const uint8_t *seed = held != NULL ? held->seed : signer->ticket != NULL ? signer->ticket->seed : ring->org.sign_seed;
	*out = (struct composed){.header = {.kind = ENVELOPE_NOTICE, .class = compose_class(letter), .ttl = TTL_72_HOURS, .day = day_of_unix(now)}};
	out->header.extra = held != NULL ? EXTRA_CERTIFICATE : signer->ticket != NULL ? EXTRA_TICKET : EXTRA_NONE;
	uint8_t body[NOTICE_BODY_MAX];
	size_t needed = letter_encoded_len(letter), room = sizeof body - envelope_extra_size(ENVELOPE_NOTICE, out->header.extra);
	if (needed > room) {
		out->excess = needed - room;
		return COMPOSE_TOO_LONG;
	}
	uint32_t issued = now < UINT32_MAX ? (uint32_t)now : UINT32_MAX - 1;
	struct notice notice = {.extra = held != NULL             ? held->bytes
					 : signer->ticket != NULL ? signer->ticket->bytes
								  : NULL,
				.issued = issued,
				.not_after = last_second(wish, letter->type, issued),
				.verb = wish->verb,
				.type = letter->type,
				.body_len = (uint16_t)letter_encode(letter, body, room),
				.body = body};
	sign_public(seed, notice.issuer);
	if (wish->verb != NOTICE_HEARTBEAT)
		compose_topic(letter, notice.topic);
	notice.seq = next_seq(ring, signer, notice.topic);
	if (notice.seq == 0)
		return COMPOSE_LIMIT;
	if (notice.not_after - notice.issued <= ttl_hours(TTL_24_HOURS) * 3600)
		out->header.ttl = TTL_24_HOURS;
	sign_notice(&notice, seed, out);
	if (out->header.extra == EXTRA_NONE)
		ring->org.last_word = now;
	return COMPOSE_OK;
}

enum compose_result compose_notice(struct keyring *ring, const struct letter *letter, const struct notice_wish *wish, uint64_t now,
				   struct composed *out)
{
	const struct notice_signer organisation = {0};
	return compose_notice_as(ring, &organisation, letter, wish, now, out);
}

enum compose_result compose_heartbeat(struct keyring *ring, uint64_t now, struct composed *out)
{
	struct letter letter = {.type = LETTER_ALERT, .headline = "here"};
	struct notice_wish wish = {.verb = NOTICE_HEARTBEAT, .not_after = UINT32_MAX};
	return compose_notice(ring, &letter, &wish, now, out);
}
