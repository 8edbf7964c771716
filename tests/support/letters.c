#include "tests/support/letters.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "proto/outside.h"

#include <assert.h>
#include <string.h>

enum { SAMPLE_DAY = 3978 };

/* Deterministic noise: BLAKE2b of number and block index. */
static void noise(uint32_t number, uint8_t *out, size_t len)
{
	for (size_t at = 0, block = 0; at < len; block++) {
		uint8_t hash[DIGEST_SIZE], seed[12] = {0};
		memcpy(seed, &number, sizeof(number));
		memcpy(seed + 4, &block, sizeof(block));
		digest_of("test-noise", seed, sizeof(seed), hash, sizeof(hash));
		size_t part = len - at < sizeof(hash) ? len - at : sizeof(hash);
		memcpy(out + at, hash, part);
		at += part;
	}
}

static void seed_of(uint8_t issuer, uint8_t seed[static 32])
{
	memset(seed, issuer + 1, 32);
}

static void finish(struct sample *sample)
{
	envelope_finish(sample->bytes, sample->len);
	struct outside letter;
	bool good = outside_examine(sample->bytes, sample->len, &letter);
	assert(good);
	memcpy(sample->id, letter.id, sizeof(sample->id));
}

struct sample sample_sealed(uint32_t number, enum letter_class class, uint8_t bucket)
{
	struct sample sample = {.len = envelope_size(bucket)};
	struct envelope_header header = {.kind = ENVELOPE_SEALED, .class = class, .ttl = TTL_72_HOURS, .bucket = bucket, .day = SAMPLE_DAY};
	noise(number ^ 0x80000000u, sample.secret, sizeof(sample.secret));
	receipt_commitment(sample.secret, header.commitment);
	envelope_header_encode(&header, sample.bytes);
	noise(number, sample.bytes + ENVELOPE_HEADER_SIZE, sample.len - ENVELOPE_HEADER_SIZE);
	finish(&sample);
	return sample;
}

struct sample sample_notice(uint8_t issuer, uint8_t topic, uint32_t seq, const char *body)
{
	uint8_t seed[32];
	seed_of(issuer, seed);
	struct notice notice = {.seq = seq, .issued = 1800000000, .not_after = 1800003600, .verb = NOTICE_INFO, .type = 8};
	sign_public(seed, notice.issuer);
	notice.topic[0] = topic;
	notice.body = (const uint8_t *)body;
	notice.body_len = (uint16_t)strlen(body);
	struct envelope_header header = {.kind = ENVELOPE_NOTICE, .class = CLASS_NEED, .ttl = TTL_24_HOURS, .day = SAMPLE_DAY};
	header.bucket = (uint8_t)notice_bucket_for(notice.body_len);
	struct sample sample = {.len = envelope_size(header.bucket)};
	size_t signed_len = notice_encode(&header, &notice, sample.bytes);
	sign("barid-notice-v1", sample.bytes, signed_len, seed, sample.bytes + signed_len);
	finish(&sample);
	return sample;
}

struct sample sample_control(uint8_t issuer, uint32_t seq, uint8_t days)
{
	uint8_t seed[32], bytes[CARD_SIZE_MAX];
	seed_of(issuer, seed);
	struct card card = {
		.kind = CARD_ORGANISATION, .first_day = SAMPLE_DAY, .days = days, .seq = seq, .issued = 1800000000, .name_len = 4, .name = "Clin"};
	sign_public(seed, card.signing);
	noise(issuer, card.identity, sizeof(card.identity));
	noise(seq, &card.keys[0][0][0], sizeof(card.keys));
	size_t len = card_encode(&card, bytes, sizeof(bytes));
	sign("barid-card-v1", bytes, len, seed, bytes + len);
	struct sample sample = {.len = control_encode(bytes, len + SIGNATURE_SIZE, sample.bytes)};
	finish(&sample);
	return sample;
}

struct sample sample_receipts(const struct sample *letters, size_t n)
{
	struct receipt receipts[RECEIPTS_MAX];
	assert(n <= RECEIPTS_MAX);
	for (size_t i = 0; i < n; i++) {
		memcpy(receipts[i].tag, letters[i].id, LETTER_TAG_SIZE);
		memcpy(receipts[i].secret, letters[i].secret, RECEIPT_SECRET_SIZE);
	}
	struct sample sample;
	sample.len = receipts_encode(SAMPLE_DAY, CLASS_NEED, receipts, n, sample.bytes);
	finish(&sample);
	return sample;
}
