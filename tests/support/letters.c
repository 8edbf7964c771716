#include "tests/support/letters.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "proto/certificate.h"
#include "proto/linkage.h"
#include "proto/outside.h"

#include <assert.h>
#include <string.h>

/* Numbers of noise() for what is not the inside of a letter. */
enum { NOISE_LINKAGE = 0x40000000, NOISE_TICKET = 0x50000000, NOISE_ANNOUNCER = 0x60000000, NOISE_SECRET = 0x70000000 };

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

/* Chooses the bucket, signs. */
static struct sample notice_of(struct envelope_header *header, const struct notice *notice, const uint8_t seed[static 32])
{
	header->bucket = (uint8_t)notice_bucket_for(header->extra, notice->body_len);
	struct sample sample = {.len = envelope_size(header->bucket)};
	size_t signed_len = notice_encode(header, notice, sample.bytes);
	sign(NOTICE_DOMAIN, sample.bytes, signed_len, seed, sample.bytes + signed_len);
	finish(&sample);
	return sample;
}

struct sample sample_notice(uint8_t issuer, uint8_t topic, uint32_t seq, const char *body)
{
	uint8_t seed[32];
	seed_of(issuer, seed);
	struct notice notice = {.seq = seq, .issued = SAMPLE_ISSUED, .not_after = SAMPLE_ISSUED + 3600, .verb = NOTICE_INFO, .type = 8};
	sign_public(seed, notice.issuer);
	notice.topic[0] = topic;
	notice.body = (const uint8_t *)body;
	notice.body_len = (uint16_t)strlen(body);
	struct envelope_header header = {.kind = ENVELOPE_NOTICE, .class = CLASS_NEED, .ttl = TTL_24_HOURS, .day = SAMPLE_DAY};
	return notice_of(&header, &notice, seed);
}

struct sample sample_control(uint8_t issuer, uint32_t seq, uint8_t days)
{
	uint8_t seed[32], bytes[CARD_SIZE_MAX];
	seed_of(issuer, seed);
	struct card card = {
		.kind = CARD_ORGANISATION, .first_day = SAMPLE_DAY, .days = days, .seq = seq, .issued = SAMPLE_ISSUED, .name_len = 4, .name = "Clin"};
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

void sample_organisation_seed(uint8_t organisation, uint8_t seed[static SIGN_KEY_SIZE])
{
	seed_of(organisation, seed);
}

void sample_organisation(uint8_t organisation, uint8_t key[static SIGN_KEY_SIZE])
{
	uint8_t seed[32];
	seed_of(organisation, seed);
	sign_public(seed, key);
}

void sample_linkage_seed(uint8_t person, uint16_t day, uint8_t seed[static LINKAGE_SEED_SIZE])
{
	assert(day >= SAMPLE_LINKAGE_DAY);
	noise(NOISE_LINKAGE | person, seed, LINKAGE_SEED_SIZE);
	for (uint16_t d = SAMPLE_LINKAGE_DAY; d < day; d++)
		linkage_next(seed, seed);
}

static void ticket_seed(const struct sample_ticket *which, uint8_t seed[static SIGN_KEY_SIZE])
{
	enum { PEOPLE = 64, DAYS = 1024 };
	uint32_t days = (uint32_t)(which->day - SAMPLE_LINKAGE_DAY);
	assert(which->organisation < PEOPLE && which->person < PEOPLE && days < DAYS);
	uint32_t number = ((uint32_t)which->organisation * PEOPLE + which->person) * DAYS + days;
	noise(NOISE_TICKET | number * TICKET_SLOTS | which->slot, seed, SIGN_KEY_SIZE);
}

void sample_ticket_bytes(const struct sample_ticket *which, uint8_t ticket[static TICKET_SIZE], uint8_t seed[static SIGN_KEY_SIZE])
{
	struct ticket made = {.role = which->role, .slot = which->slot, .day = which->day};
	uint8_t organisation[SIGN_KEY_SIZE], organisation_seed[SIGN_KEY_SIZE], linkage_seed[LINKAGE_SEED_SIZE];
	sample_organisation(which->organisation, organisation);
	sample_organisation_seed(which->organisation, organisation_seed);
	ticket_issuer(organisation, made.issuer);
	sample_linkage_seed(which->person, which->day, linkage_seed);
	linkage_of(linkage_seed, which->slot, made.linkage);
	ticket_seed(which, seed);
	sign_public(seed, made.key);
	ticket_encode(&made, ticket);
	sign(TICKET_DOMAIN, ticket, TICKET_SIGNED_SIZE, organisation_seed, ticket + TICKET_SIGNED_SIZE);
}

struct sample sample_ticketed(uint32_t number, enum letter_class class, uint8_t bucket, const struct sample_ticket *which)
{
	assert(bucket >= 1);
	struct sample sample = {.len = envelope_size(bucket)};
	struct envelope_header header = {
		.kind = ENVELOPE_SEALED, .class = class, .extra = EXTRA_TICKET, .ttl = TTL_72_HOURS, .bucket = bucket, .day = which->day};
	uint8_t seed[SIGN_KEY_SIZE], id[LETTER_ID_SIZE], *extra = sample.bytes + ENVELOPE_HEADER_SIZE;
	noise(number ^ 0x80000000u, sample.secret, sizeof(sample.secret));
	receipt_commitment(sample.secret, header.commitment);
	envelope_header_encode(&header, sample.bytes);
	sample_ticket_bytes(which, extra, seed);
	noise(number, extra + TICKET_BLOCK_SIZE, sample.len - ENVELOPE_HEADER_SIZE - TICKET_BLOCK_SIZE);
	envelope_id(sample.bytes, sample.len, id);
	sign(TICKET_SPEND_DOMAIN, id, sizeof(id), seed, extra + TICKET_SIZE);
	finish(&sample);
	return sample;
}

/* A word about a bus by the key that a ticket or a certificate begins with. */
static struct notice said_by(const uint8_t *extra, uint8_t topic, uint32_t seq, const char *body)
{
	struct notice notice = {.extra = extra,
				.topic = {topic},
				.seq = seq,
				.issued = SAMPLE_ISSUED,
				.not_after = SAMPLE_ISSUED + 3600,
				.verb = NOTICE_INFO,
				.type = 8,
				.body = (const uint8_t *)body,
				.body_len = (uint16_t)strlen(body)};
	memcpy(notice.issuer, extra, sizeof(notice.issuer));
	return notice;
}

struct sample sample_witness(const struct sample_ticket *which, uint8_t topic, const char *body)
{
	uint8_t ticket[TICKET_SIZE], seed[SIGN_KEY_SIZE];
	sample_ticket_bytes(which, ticket, seed);
	struct notice notice = said_by(ticket, topic, 1, body);
	struct envelope_header header = {.kind = ENVELOPE_NOTICE, .class = CLASS_NEED, .extra = EXTRA_TICKET, .ttl = TTL_24_HOURS, .day = which->day};
	return notice_of(&header, &notice, seed);
}

void sample_certificate_secret(uint8_t announcer, uint8_t secret[static LINKAGE_SEED_SIZE])
{
	noise(NOISE_SECRET | announcer, secret, LINKAGE_SEED_SIZE);
}

void sample_certificate_bytes(uint8_t organisation, uint8_t announcer, uint8_t certificate[static CERTIFICATE_SIZE],
			      uint8_t seed[static SIGN_KEY_SIZE])
{
	struct certificate made = {.scope = SCOPE_ALL, .not_before = SAMPLE_ISSUED - 86400, .not_after = SAMPLE_ISSUED + 20 * 86400};
	uint8_t secret[LINKAGE_SEED_SIZE], organisation_seed[SIGN_KEY_SIZE];
	noise(NOISE_ANNOUNCER | announcer, seed, SIGN_KEY_SIZE);
	sign_public(seed, made.subject);
	sample_organisation(organisation, made.organisation);
	sample_organisation_seed(organisation, organisation_seed);
	sample_certificate_secret(announcer, secret);
	revocation_commitment(secret, made.revocation);
	certificate_encode(&made, certificate);
	sign(CERTIFICATE_DOMAIN, certificate, CERTIFICATE_SIGNED_SIZE, organisation_seed, certificate + CERTIFICATE_SIGNED_SIZE);
}

struct sample sample_certified_notice(uint8_t organisation, uint8_t announcer, uint8_t topic, uint32_t seq, const char *body)
{
	uint8_t certificate[CERTIFICATE_SIZE], seed[SIGN_KEY_SIZE];
	sample_certificate_bytes(organisation, announcer, certificate, seed);
	struct notice notice = said_by(certificate, topic, seq, body);
	struct envelope_header header = {
		.kind = ENVELOPE_NOTICE, .class = CLASS_NEED, .extra = EXTRA_CERTIFICATE, .ttl = TTL_24_HOURS, .day = SAMPLE_DAY};
	return notice_of(&header, &notice, seed);
}

static struct sample revocation_of(const struct revocation *revocation, const uint8_t *ticket, const uint8_t seed[static 32])
{
	struct sample sample = {.len = 0};
	size_t signed_len = revocation_encode(revocation, ticket, sample.bytes, &sample.len);
	sign(REVOCATION_DOMAIN, sample.bytes, signed_len, seed, sample.bytes + signed_len);
	finish(&sample);
	return sample;
}

struct sample sample_revocation(uint8_t organisation, uint32_t issued, const struct revocation_entry *entries, uint8_t n)
{
	struct revocation revocation = {.issued = issued, .count = n};
	uint8_t seed[SIGN_KEY_SIZE];
	sample_organisation_seed(organisation, seed);
	sign_public(seed, revocation.issuer);
	memcpy(revocation.entries, entries, n * sizeof(*entries));
	return revocation_of(&revocation, NULL, seed);
}

struct sample sample_ticketed_revocation(const struct sample_ticket *which, const struct revocation_entry *entries, uint8_t n)
{
	struct revocation revocation = {.issued = SAMPLE_ISSUED, .count = n};
	uint8_t ticket[TICKET_SIZE], seed[SIGN_KEY_SIZE];
	sample_ticket_bytes(which, ticket, seed);
	memcpy(revocation.issuer, ticket, sizeof(revocation.issuer));
	memcpy(revocation.entries, entries, n * sizeof(*entries));
	return revocation_of(&revocation, ticket, seed);
}
