#include "node/sim/writer.h"

#include "crypto/keys.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "proto/linkage.h"
#include "proto/outside.h"
#include "proto/payload.h"

#include <assert.h>
#include <string.h>

/* Names of streams. */
#define WRITER_STREAM (UINT64_C(1) << 40)
#define PERSON_STREAM (UINT64_C(2) << 40)
#define LINKAGE_STREAM (UINT64_C(3) << 40)
#define ORGANISATION_STREAM (UINT64_C(4) << 40)

enum { LETTER_TYPE_MEDEVAC = 1, LETTER_TYPE_TRANSPORT = 8 };

static void person_secret(const struct writer *writer, uint32_t node, uint8_t secret[static DH_KEY_SIZE])
{
	struct fate fate;
	fate_seed(&fate, writer->seed, PERSON_STREAM | node);
	fate_fill(&fate, secret, DH_KEY_SIZE);
}

void writer_open(struct writer *writer, uint64_t seed)
{
	*writer = (struct writer){.seed = seed};
	fate_seed(&writer->fate, seed, WRITER_STREAM);
	for (unsigned i = 0; i < SCENARIO_ORGANISATIONS_MAX; i++) {
		struct fate fate;
		fate_seed(&fate, seed, ORGANISATION_STREAM | i);
		fate_fill(&fate, writer->organisation_seed[i], SIGN_KEY_SIZE);
		fate_fill(&fate, writer->organisation_secret[i], DH_KEY_SIZE);
		sign_public(writer->organisation_seed[i], writer->organisation_key[i]);
		bool good = key_public(writer->organisation_secret[i], writer->organisation_public[i]);
		assert(good);
	}
}

static void finish(struct written *out)
{
	struct outside outside;
	envelope_finish(out->bytes, out->len);
	bool good = outside_examine(out->bytes, out->len, &outside);
	assert(good);
	out->header = outside.header;
	memcpy(out->id, outside.id, sizeof out->id);
}

static void start(const struct writer_wish *wish, struct written *out)
{
	assert(!wish->ticket || wish->bucket > 0);
	*out = (struct written){.len = envelope_size(wish->bucket)};
	out->header = (struct envelope_header){
		.kind = ENVELOPE_SEALED, .class = wish->class, .ttl = wish->ttl, .bucket = wish->bucket, .day = day_of_unix(wish->unix_s)};
}

/* The ticket of this author, day and slot; seed gets the private half of its key. */
static void make_ticket(struct writer *writer, const struct writer_wish *wish, uint16_t day, uint8_t *bytes, uint8_t seed[static SIGN_KEY_SIZE])
{
	struct ticket ticket = {.role = wish->class == CLASS_URGENT ? TICKET_MEDIC : TICKET_CIVILIAN, .slot = wish->slot, .day = day};
	struct fate chain;
	uint8_t linkage[LINKAGE_SEED_SIZE];
	fate_seed(&chain, writer->seed, LINKAGE_STREAM | (uint64_t)day << 20 | wish->author);
	fate_fill(&chain, linkage, sizeof linkage);
	fate_fill(&writer->fate, seed, SIGN_KEY_SIZE);
	sign_public(seed, ticket.key);
	ticket_issuer(writer->organisation_key[0], ticket.issuer);
	linkage_of(linkage, wish->slot, ticket.linkage);
	ticket_encode(&ticket, bytes);
	sign(TICKET_DOMAIN, bytes, TICKET_SIGNED_SIZE, writer->organisation_seed[0], bytes + TICKET_SIGNED_SIZE);
}

static void reader_public(const struct writer *writer, const struct writer_reader *reader, uint8_t key[static DH_KEY_SIZE])
{
	uint8_t secret[DH_KEY_SIZE];
	if (reader->is_organisation) {
		memcpy(key, writer->organisation_public[reader->number], DH_KEY_SIZE);
		return;
	}
	person_secret(writer, reader->number, secret);
	bool good = key_public(secret, key);
	assert(good);
}

void writer_seal(struct writer *writer, const struct writer_wish *wish, struct written *out)
{
	uint8_t plain[ENVELOPE_SIZE_MAX], body[BODY_SIZE_MAX], own[DH_KEY_SIZE], theirs[DH_KEY_SIZE], ephemeral[DH_KEY_SIZE],
		ticket_seed[SIGN_KEY_SIZE];
	struct payload payload = {.type = LETTER_TYPE_MEDEVAC, .sent_at = (uint32_t)wish->unix_s, .body = body};
	start(wish, out);
	size_t bound = ENVELOPE_HEADER_SIZE, begin = ENVELOPE_HEADER_SIZE;
	if (wish->ticket) {
		out->header.extra = EXTRA_TICKET;
		make_ticket(writer, wish, out->header.day, out->bytes + bound, ticket_seed);
		bound += TICKET_SIZE;
		begin += TICKET_BLOCK_SIZE;
	}
	payload.body_len = (uint16_t)(payload_body_max(wish->bucket) - (begin - ENVELOPE_HEADER_SIZE));
	fate_fill(&writer->fate, body, payload.body_len);
	fate_fill(&writer->fate, payload.receipt_secret, sizeof payload.receipt_secret);
	fate_fill(&writer->fate, ephemeral, sizeof ephemeral);
	receipt_commitment(payload.receipt_secret, out->header.commitment);
	envelope_header_encode(&out->header, out->bytes);
	payload_encode(&payload, wish->bucket, plain);
	person_secret(writer, wish->author, own);
	reader_public(writer, &wish->to, theirs);
	struct seal_keys keys = {.sender_secret = own, .recipient_public = theirs, .ephemeral_secret = ephemeral};
	bool sealed = seal(&keys, out->bytes, bound, plain, out->len - begin - SEAL_OVERHEAD, out->bytes + begin);
	assert(sealed);
	if (wish->ticket) {
		envelope_id(out->bytes, out->len, out->id);
		sign(TICKET_SPEND_DOMAIN, out->id, LETTER_ID_SIZE, ticket_seed, out->bytes + bound);
	}
	finish(out);
}

void writer_noise(struct writer *writer, const struct writer_wish *wish, struct written *out)
{
	start(wish, out);
	fate_fill(&writer->fate, out->header.commitment, sizeof out->header.commitment);
	envelope_header_encode(&out->header, out->bytes);
	fate_fill(&writer->fate, out->bytes + ENVELOPE_HEADER_SIZE, out->len - ENVELOPE_HEADER_SIZE);
	finish(out);
}

bool writer_unseal(const struct writer *writer, const struct writer_reader *reader, const struct written *letter,
		   uint8_t secret[static RECEIPT_SECRET_SIZE])
{
	uint8_t own[DH_KEY_SIZE], plain[ENVELOPE_SIZE_MAX], sender[DH_KEY_SIZE], bound_bytes[ENVELOPE_HEADER_SIZE + TICKET_SIZE];
	size_t bound = ENVELOPE_HEADER_SIZE, begin = ENVELOPE_HEADER_SIZE + envelope_extra_size(ENVELOPE_SEALED, letter->header.extra);
	struct payload payload;
	if (reader->is_organisation)
		memcpy(own, writer->organisation_secret[reader->number], sizeof own);
	else
		person_secret(writer, reader->number, own);
	envelope_header_encode(&letter->header, bound_bytes);
	if (letter->header.extra == EXTRA_TICKET) {
		memcpy(bound_bytes + bound, letter->bytes + bound, TICKET_SIZE);
		bound += TICKET_SIZE;
	}
	if (!unseal(own, bound_bytes, bound, letter->bytes + begin, letter->len - begin, plain, sender) ||
	    !payload_decode(plain, letter->len - begin - SEAL_OVERHEAD, &payload))
		return false;
	memcpy(secret, payload.receipt_secret, RECEIPT_SECRET_SIZE);
	return true;
}

void writer_topic(uint8_t topic, uint8_t out[static NOTICE_TOPIC_SIZE])
{
	memset(out, 0, NOTICE_TOPIC_SIZE);
	out[0] = topic;
	out[1] = 1; /* never all zero */
}

void writer_notice(struct writer *writer, const struct writer_saying *saying, struct written *out)
{
	static const uint8_t body[] = {0xa0}; /* CBOR: a map with nothing in it; the verb says it all */
	struct notice notice = {.seq = saying->seq,
				.issued = (uint32_t)saying->unix_s,
				.not_after = (uint32_t)saying->unix_s + saying->valid_s,
				.verb = saying->verb,
				.type = LETTER_TYPE_TRANSPORT,
				.body = body,
				.body_len = sizeof body};
	struct envelope_header header = {.kind = ENVELOPE_NOTICE, .class = CLASS_NEED, .ttl = TTL_24_HOURS, .day = day_of_unix(saying->unix_s)};
	memcpy(notice.issuer, writer->organisation_key[saying->organisation], SIGN_KEY_SIZE);
	writer_topic(saying->topic, notice.topic);
	header.bucket = (uint8_t)notice_bucket_for(EXTRA_NONE, notice.body_len);
	*out = (struct written){.len = envelope_size(header.bucket)};
	size_t signed_len = notice_encode(&header, &notice, out->bytes);
	uint8_t bytes[ENVELOPE_SIZE_MAX];
	size_t len = envelope_sign_bytes(out->bytes, signed_len, bytes, sizeof bytes);
	sign(NOTICE_DOMAIN, bytes, len, writer->organisation_seed[saying->organisation], out->bytes + signed_len);
	finish(out);
}

void writer_receipts(const struct receipt *receipts, size_t n, enum letter_class class, uint64_t unix_s, struct written *out)
{
	assert(n >= 1 && n <= RECEIPTS_MAX);
	*out = (struct written){.len = 0};
	out->len = receipts_encode(day_of_unix(unix_s), class, receipts, n, out->bytes);
	finish(out);
}
