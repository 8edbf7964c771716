#include "tests/support/vectors.h"

#include "crypto/digest.h"
#include "crypto/keys.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "node/desk/letter.h"
#include "node/relief/claims.h"
#include "proto/beacon.h"
#include "proto/bundle.h"
#include "proto/grant.h"
#include "proto/lane_group.h"
#include "proto/linkage.h"
#include "proto/payload.h"
#include "proto/reconcile.h"
#include "proto/session.h"
#include "proto/share.h"
#include "tests/support/letters.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

json_t *vectors_hex(const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *at = bytes;
	char *text = malloc(2 * len + 1);
	assert(text != NULL);
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[at[i] >> 4];
		text[2 * i + 1] = digits[at[i] & 15];
	}
	text[2 * len] = '\0';
	json_t *value = json_string(text);
	free(text);
	return value;
}

static json_t *letter_vector(const char *what, const struct sample *sample)
{
	return json_pack("{s:s, s:o, s:o}", "what", what, "envelope", vectors_hex(sample->bytes, sample->len), "id",
			 vectors_hex(sample->id, LETTER_ID_SIZE));
}

static const struct sample_ticket medic = {.role = TICKET_MEDIC, .day = SAMPLE_DAY, .slot = 3};
static const struct sample_ticket marshal = {.person = 1, .role = TICKET_MARSHAL, .day = SAMPLE_DAY, .slot = 0};

/* What revokes the tickets of the first of the two above, and the certificate of announcer 0. */
static void revoked(struct revocation_entry entries[static 2])
{
	entries[0].day = SAMPLE_DAY;
	sample_linkage_seed(medic.person, SAMPLE_DAY, entries[0].secret);
	entries[1].day = 0;
	sample_certificate_secret(0, entries[1].secret);
}

static json_t *letters(void)
{
	struct sample sealed = sample_sealed(1, CLASS_URGENT, 0), notice = sample_notice(0, 1, 5, "bus at five"), control = sample_control(1, 3, 2);
	struct sample receipts = sample_receipts(&sealed, 1);
	struct sample ticketed = sample_ticketed(1, CLASS_URGENT, 1, &medic), witness = sample_witness(&marshal, 1, "shots at the bridge");
	struct revocation_entry entries[2];
	revoked(entries);
	struct sample certified = sample_certified_notice(0, 0, 1, 5, "bus at five");
	struct sample revocation = sample_revocation(0, SAMPLE_ISSUED, entries, 2), joined = sample_ticketed_revocation(&marshal, entries, 1);
	return json_pack("[o, o, o, o, o, o, o, o, o]", letter_vector("sealed, urgent, noise inside", &sealed),
			 letter_vector("notice, seq 5, body 'bus at five'", &notice), letter_vector("control, seq 3, two days", &control),
			 letter_vector("receipts for the first letter", &receipts), letter_vector("sealed with a medic's ticket, urgent", &ticketed),
			 letter_vector("notice with a marshal's ticket", &witness), letter_vector("notice with a certificate", &certified),
			 letter_vector("revocation of two entries by an organisation", &revocation),
			 letter_vector("revocation of one entry with a marshal's ticket", &joined));
}

/* A letter sealed from fixed keys: what a reader with the recipient's key must find. */
static json_t *sealed_letter(void)
{
	uint8_t sender[32], recipient[32], recipient_public[32], ephemeral[32], plain[128], envelope[256];
	memset(sender, 0x11, 32);
	memset(recipient, 0x22, 32);
	memset(ephemeral, 0x33, 32);
	bool usable = key_public(recipient, recipient_public);
	struct payload payload = {.type = 12, .sent_at = 1800000000, .seq = 42, .body = (const uint8_t *)"\xa1\x10\x62hi", .body_len = 5};
	memset(payload.receipt_secret, 0x44, sizeof(payload.receipt_secret));
	payload_encode(&payload, 0, plain);
	struct envelope_header header = {
		.kind = ENVELOPE_SEALED, .class = CLASS_STATUS, .ttl = TTL_24_HOURS, .bucket = 0, .day = day_of_unix(1800000000)};
	receipt_commitment(payload.receipt_secret, header.commitment);
	envelope_header_encode(&header, envelope);
	struct seal_keys keys = {.sender_secret = sender, .recipient_public = recipient_public, .ephemeral_secret = ephemeral};
	bool sealed = seal(&keys, envelope, ENVELOPE_HEADER_SIZE, plain, sizeof(plain), envelope + ENVELOPE_HEADER_SIZE);
	assert(usable && sealed);
	envelope_finish(envelope, sizeof(envelope));
	uint8_t id[LETTER_ID_SIZE];
	envelope_id(envelope, sizeof(envelope), id);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "sender_secret", vectors_hex(sender, 32), "recipient_secret", vectors_hex(recipient, 32),
			 "ephemeral_secret", vectors_hex(ephemeral, 32), "payload", vectors_hex(plain, sizeof(plain)), "envelope",
			 vectors_hex(envelope, sizeof(envelope)), "id", vectors_hex(id, sizeof(id)));
}

/* The same with a ticket, which the seal is bound to: spent by the ticket's key. */
static json_t *ticketed_letter(void)
{
	enum { PLAIN = 512 - ENVELOPE_HEADER_SIZE - TICKET_BLOCK_SIZE - SEAL_OVERHEAD, BOUND = ENVELOPE_HEADER_SIZE + TICKET_SIZE };
	uint8_t sender[32], recipient[32], recipient_public[32], ephemeral[32], plain[384], envelope[512], seed[SIGN_KEY_SIZE], id[LETTER_ID_SIZE];
	memset(sender, 0x11, 32);
	memset(recipient, 0x22, 32);
	memset(ephemeral, 0x33, 32);
	bool usable = key_public(recipient, recipient_public);
	struct payload payload = {.type = 12, .sent_at = 1800000000, .seq = 43, .body = (const uint8_t *)"\xa1\x10\x62hi", .body_len = 5};
	memset(payload.receipt_secret, 0x44, sizeof(payload.receipt_secret));
	payload_encode(&payload, 1, plain); /* more zeros than there is room for */
	struct envelope_header header = {
		.kind = ENVELOPE_SEALED, .class = CLASS_URGENT, .extra = EXTRA_TICKET, .ttl = TTL_24_HOURS, .bucket = 1, .day = SAMPLE_DAY};
	receipt_commitment(payload.receipt_secret, header.commitment);
	envelope_header_encode(&header, envelope);
	sample_ticket_bytes(&medic, envelope + ENVELOPE_HEADER_SIZE, seed);
	struct seal_keys keys = {.sender_secret = sender, .recipient_public = recipient_public, .ephemeral_secret = ephemeral};
	bool sealed = seal(&keys, envelope, BOUND, plain, PLAIN, envelope + BOUND + SIGNATURE_SIZE);
	assert(usable && sealed);
	envelope_id(envelope, sizeof(envelope), id);
	sign(TICKET_SPEND_DOMAIN, id, sizeof(id), seed, envelope + BOUND);
	envelope_finish(envelope, sizeof(envelope));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sender_secret", vectors_hex(sender, 32), "recipient_secret",
			 vectors_hex(recipient, 32), "ephemeral_secret", vectors_hex(ephemeral, 32), "ticket_secret", vectors_hex(seed, sizeof(seed)),
			 "payload", vectors_hex(plain, PLAIN), "envelope", vectors_hex(envelope, sizeof(envelope)), "id",
			 vectors_hex(id, sizeof(id)));
}

/* The chain of the medic above, from the day of the ticket on, and what tickets of each day carry. */
static json_t *linkage(void)
{
	uint8_t seed[LINKAGE_SEED_SIZE], carries[TICKET_LINKAGE_SIZE];
	json_t *days = json_array();
	sample_linkage_seed(medic.person, SAMPLE_DAY, seed);
	for (uint16_t day = 0; day <= 60; day++, linkage_next(seed, seed)) {
		if (day > 1 && day < 60)
			continue;
		linkage_of(seed, medic.slot, carries);
		json_array_append_new(days, json_pack("{s:i, s:o, s:i, s:o}", "day", SAMPLE_DAY + day, "seed", vectors_hex(seed, sizeof(seed)),
						      "slot", medic.slot, "linkage", vectors_hex(carries, sizeof(carries))));
	}
	return days;
}

/* A secret among five places, two of which join. */
static json_t *share_vector(const uint8_t secret[static SHARE_SIZE])
{
	static const uint8_t places[] = {1, 2, 3, 0x83, 255};
	uint8_t slope[SHARE_SIZE], value[SHARE_SIZE];
	json_t *shares = json_array();
	for (uint8_t i = 0; i < SHARE_SIZE; i++)
		slope[i] = (uint8_t)(0x57 + i);
	for (size_t i = 0; i < sizeof(places); i++) {
		share_make(secret, slope, places[i], value);
		json_array_append_new(shares, json_pack("{s:i, s:o}", "x", places[i], "value", vectors_hex(value, sizeof(value))));
	}
	return json_pack("{s:o, s:o, s:o}", "secret", vectors_hex(secret, SHARE_SIZE), "slope", vectors_hex(slope, sizeof(slope)), "shares", shares);
}

/* Two tickets with their keys made of the grant's seed, one share, a certificate. */
static json_t *grant(void)
{
	static struct grant grant;
	uint8_t bytes[GRANT_SIZE_MAX], organisation_seed[SIGN_KEY_SIZE], linkage_seed[LINKAGE_SEED_SIZE];
	struct ticket ticket = {.role = TICKET_MEDIC, .day = SAMPLE_DAY};
	grant = (struct grant){.role = TICKET_MEDIC, .day = SAMPLE_DAY, .ticket_count = 2, .share_count = 1, .has_certificate = true};
	memset(grant.key_seed, 0x5a, sizeof(grant.key_seed));
	sample_organisation(0, grant.organisation);
	sample_organisation_seed(0, organisation_seed);
	sample_linkage_seed(0, SAMPLE_DAY, linkage_seed);
	ticket_issuer(grant.organisation, ticket.issuer);
	json_t *tickets = json_array();
	for (uint8_t i = 0; i < grant.ticket_count; i++) {
		uint8_t seed[SIGN_KEY_SIZE], encoded[TICKET_SIZE];
		ticket.slot = grant.tickets[i].slot = (uint8_t)(4 + 3 * i);
		grant_ticket_seed(grant.key_seed, grant.day, ticket.slot, seed);
		sign_public(seed, ticket.key);
		linkage_of(linkage_seed, ticket.slot, ticket.linkage);
		ticket_encode(&ticket, encoded);
		sign(TICKET_DOMAIN, encoded, TICKET_SIGNED_SIZE, organisation_seed, encoded + TICKET_SIGNED_SIZE);
		memcpy(grant.tickets[i].linkage, ticket.linkage, sizeof(ticket.linkage));
		memcpy(grant.tickets[i].signature, encoded + TICKET_SIGNED_SIZE, SIGNATURE_SIZE);
		json_array_append_new(
			tickets, json_pack("{s:o, s:o}", "ticket", vectors_hex(encoded, sizeof(encoded)), "secret", vectors_hex(seed, sizeof(seed))));
	}
	memcpy(grant.shares[0].colleague, "\xd8\xa3\xd9\x85\xd9\x84", 6);
	grant.shares[0].x = 2;
	grant.shares[0].day = SAMPLE_DAY - 7;
	memset(grant.shares[0].value, 0x77, sizeof(grant.shares[0].value));
	sample_certificate_bytes(0, 0, grant.certificate, grant.certificate_seed);
	size_t len = grant_encode(&grant, bytes, sizeof(bytes));
	assert(len > 0);
	return json_pack("{s:o, s:o, s:s, s:o}", "grant", vectors_hex(bytes, len), "tickets", tickets, "colleague", "\xd8\xa3\xd9\x85\xd9\x84",
			 "certificate_secret", vectors_hex(grant.certificate_seed, SIGN_KEY_SIZE));
}

/* What section 12 needs beyond letters: who the organisation is, whom its revocation names. */
static json_t *authority(void)
{
	uint8_t seed[SIGN_KEY_SIZE], key[SIGN_KEY_SIZE], issuer[TICKET_ISSUER_SIZE], secret[LINKAGE_SEED_SIZE];
	sample_organisation_seed(0, seed);
	sample_organisation(0, key);
	ticket_issuer(key, issuer);
	sample_certificate_secret(0, secret);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "organisation_secret", vectors_hex(seed, sizeof(seed)), "organisation",
			 vectors_hex(key, sizeof(key)), "issuer", vectors_hex(issuer, sizeof(issuer)), "revokes_certificate",
			 vectors_hex(secret, sizeof(secret)), "linkage", linkage(), "grant", grant(), "share", share_vector(secret));
}

static json_t *card_text(void)
{
	struct card card = {.kind = CARD_PERSON,
			    .first_day = 3978,
			    .days = 1,
			    .seq = 2,
			    .issued = 1800000000,
			    .name_len = 8,
			    .name = "\xd8\xa3\xd9\x85\xd9\x84\xd8\xa1"};
	memset(card.identity, 7, sizeof(card.identity));
	memset(card.keys, 9, CARD_DAY_SIZE);
	uint8_t bytes[CARD_SIZE_MAX];
	char text[CARD_TEXT_MAX];
	size_t len = card_encode(&card, bytes, sizeof(bytes));
	(void)card_to_text(bytes, len, text); /* its length is the string's */
	return json_pack("{s:o, s:s}", "card", vectors_hex(bytes, len), "text", text);
}

/* Three letters shown, two of them in tier 0 and one in tier 3, and what is said of them under salts. */
static json_t *carried(void)
{
	static const uint8_t tiers[] = {0, 0, 3};
	struct carried carried = {.count = {0}};
	json_t *letters = json_array();
	for (uint8_t i = 0; i < sizeof(tiers); i++) {
		uint8_t tag[LETTER_TAG_SIZE];
		memset(tag, 0x10 + i, sizeof(tag));
		carried_add(&carried, tiers[i], tag);
		json_array_append_new(letters, json_pack("{s:i, s:o}", "tier", tiers[i], "tag", vectors_hex(tag, sizeof(tag))));
	}
	uint8_t salt[32], digest[CARRIED_DIGEST_SIZE], shown[BEACON_SIZE];
	memset(salt, 4, sizeof(salt));
	json_t *digests = json_array();
	for (uint8_t c = 0; c < LETTER_TIERS; c++) {
		carried_tier_digest(&carried, c, salt, digest);
		json_array_append_new(digests, json_pack("{s:o}", "digest", vectors_hex(digest, sizeof(digest))));
	}
	carried_digest(&carried, salt, sizeof(salt), digest);
	beacon_make((const uint8_t *)"\1\2\3\4\5\6", &carried, shown);
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "letters", letters, "salt", vectors_hex(salt, sizeof(salt)), "tier_digests", digests, "glance",
			 vectors_hex(digest, sizeof(digest)), "beacon", vectors_hex(shown, sizeof(shown)));
}

/* Short ids of three tags under a handshake hash, and the estimate of the three. */
static json_t *short_ids(void)
{
	uint8_t binding[32], key[SHORTHASH_KEY_SIZE], tag[LETTER_TAG_SIZE];
	struct estimate estimate = {.count = 0};
	memset(binding, 5, sizeof(binding));
	short_id_key(binding, key);
	json_t *ids = json_array();
	for (uint8_t i = 0; i < 3; i++) {
		memset(tag, 0x20 + i, sizeof(tag));
		uint32_t id = short_id(key, tag);
		estimate_add(&estimate, &id, 1);
		json_array_append_new(ids, json_pack("{s:o, s:I}", "tag", vectors_hex(tag, sizeof(tag)), "id", (json_int_t)id));
	}
	uint8_t wire[4 + ESTIMATE_COUNTERS];
	struct writer writer = writer_of(wire, sizeof(wire));
	estimate_write(&writer, &estimate);
	return json_pack("{s:o, s:o, s:o, s:o}", "handshake_hash", vectors_hex(binding, sizeof(binding)), "key", vectors_hex(key, sizeof(key)), "ids",
			 ids, "counters", vectors_hex(wire + 4, ESTIMATE_COUNTERS));
}

static json_t *bundle(void)
{
	struct sample sample = sample_sealed(1, CLASS_URGENT, 0);
	uint8_t file[BUNDLE_HEADER_SIZE + 1 + 256 + 1 + BUNDLE_TRAILER_SIZE], digest[32];
	bundle_header(file);
	file[16] = 0;
	memcpy(file + 17, sample.bytes, sample.len);
	file[273] = BUNDLE_END;
	digest_of("barid-bundle-v1", file, 274, digest, sizeof(digest));
	bundle_trailer(1, digest, file + 274);
	return json_pack("{s:o}", "file", vectors_hex(file, sizeof(file)));
}

static void say(struct session *from, struct session *to, json_t *script, const char *who)
{
	uint8_t wire[RECORD_WIRE_MAX], *greeting = session_greeting(from);
	if (greeting != NULL)
		memset(greeting, 9, from->channel.step == 0 ? GLANCE_SIZE : GREETING_SIZE);
	size_t len = session_output(from, wire, sizeof(wire), false);
	size_t used = session_input(to, wire, len);
	assert(len > 0 && used == len);
	struct message message;
	json_t *line = json_pack("{s:s, s:o}", "from", who, "wire", vectors_hex(wire, len));
	if (session_next(to, &message))
		json_object_set_new(line, "message",
				    json_pack("{s:i, s:o}", "type", message.type, "payload", vectors_hex(message.payload, message.len)));
	json_array_append_new(script, line);
}

/* Handshake, a message each way, a change of keys, a message under the new ones. */
static json_t *session_script(bool gateway)
{
	static struct session a, b;
	uint8_t psk[32] = {0}, ephemeral_a[32], ephemeral_b[32], secret[32], public_key[32];
	memset(ephemeral_a, 1, 32);
	memset(ephemeral_b, 2, 32);
	memset(secret, 3, 32);
	bool usable = key_public(secret, public_key);
	assert(usable);
	struct session_setup setup_a = {.gateway = gateway,
					.initiator = true,
					.psk = gateway ? NULL : psk,
					.remote_static = gateway ? public_key : NULL,
					.ephemeral_secret = ephemeral_a};
	struct session_setup setup_b = {
		.gateway = gateway, .psk = gateway ? NULL : psk, .static_secret = gateway ? secret : NULL, .ephemeral_secret = ephemeral_b};
	session_start(&a, &setup_a);
	session_start(&b, &setup_b);
	json_t *script = json_array();
	say(&a, &b, script, "initiator");
	say(&b, &a, script, "responder");
	memset(session_message(&a, MESSAGE_PICK, 9), 6, 9);
	say(&a, &b, script, "initiator");
	memset(session_message(&b, MESSAGE_LETTER, 300), 7, 300);
	say(&b, &a, script, "responder");
	session_rekey(&a);
	say(&a, &b, script, "initiator");
	memset(session_message(&a, MESSAGE_PICK, 9), 8, 9);
	say(&a, &b, script, "initiator");
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "psk", vectors_hex(psk, gateway ? 0 : 32), "gateway_secret",
			 vectors_hex(secret, gateway ? 32 : 0), "initiator_ephemeral", vectors_hex(ephemeral_a, 32), "responder_ephemeral",
			 vectors_hex(ephemeral_b, 32), "handshake_hash", vectors_hex(session_binding(&a), 32), "script", script);
}

static json_t *sketch_bytes(const struct sketch *sketch)
{
	uint8_t bytes[4 * SKETCH_SUMS_MAX];
	struct writer writer = writer_of(bytes, sizeof(bytes));
	sketch_encode(sketch, &writer);
	assert(writer_ok(&writer));
	return vectors_hex(bytes, writer.len);
}

/* A table of some ids, as little-endian u32 one after another, and the next power sum of each of its cells. */
static json_t *sketch_vector(uint16_t cells, uint8_t capacity, uint8_t ids)
{
	static struct sketch sketch, more;
	uint8_t bytes[4 * UINT8_MAX];
	struct writer writer = writer_of(bytes, sizeof(bytes));
	sketch_start(&sketch, cells, capacity);
	sketch_start(&more, cells, 1);
	for (uint32_t i = 1; i <= ids; i++) {
		const uint32_t id = i * 0x9e3779b1;
		uint32_t power;
		sketch_toggle(&sketch, &id, &power, 1);
		sketch_toggle_next(&more, &id, &power, 1);
		write_u32(&writer, id);
	}
	return json_pack("{s:i, s:i, s:o, s:o, s:o}", "cells", cells, "capacity", capacity, "ids", vectors_hex(bytes, writer.len), "sums",
			 sketch_bytes(&sketch), "next", sketch_bytes(&more));
}

/* How to join a fast lane, as in LANE; and how TWIN names a link. */
static json_t *lane(void)
{
	static const uint8_t handshake_hash[32] = {1, 2, 3};
	struct lane_group group = {
		.frequency_mhz = 2437, .port = 40000, .address = {0xfe, 0x80, [8] = 2, [15] = 9}, .bssid = {2, 0x11, 0x22, 0x33, 0x44, 0x55}};
	group.ssid_len = 9;
	memcpy(group.ssid, "DIRECT-xy", 9);
	group.passphrase_len = 12;
	memcpy(group.passphrase, "a passphrase", 12);
	uint8_t bytes[LANE_GROUP_SIZE_MAX], twin[TWIN_SIZE];
	size_t len = lane_group_encode(&group, bytes);
	lane_group_twin(handshake_hash, twin);
	return json_pack("{s:i, s:i, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "frequency_mhz", group.frequency_mhz, "port", group.port, "address",
			 vectors_hex(group.address, sizeof(group.address)), "bssid", vectors_hex(group.bssid, sizeof(group.bssid)), "ssid",
			 "DIRECT-xy", "passphrase", "a passphrase", "payload", vectors_hex(bytes, len), "handshake_hash",
			 vectors_hex(handshake_hash, sizeof(handshake_hash)), "twin", vectors_hex(twin, sizeof(twin)));
}

static json_t *sketches(void)
{
	return json_pack("[o, o, o]", sketch_vector(1, 4, 3), sketch_vector(1, 3, 3), sketch_vector(8, 3, 22));
}

/* The common keys and every field of a type said: of a number its own key, of words the second, of bits the lowest two. */
static void fill_letter(uint8_t type, struct letter *letter)
{
	*letter = (struct letter){
		.type = type, .action = ACTION_UPDATE, .status = STATUS_EXERCISE, .lang = "ar", .has_ref = true, .expires = SAMPLE_ISSUED};
	memset(letter->ref, 0x11, sizeof(letter->ref));
	for (const struct letter_field *field = letter_fields(type); field->json != NULL; field++) {
		void *member = (char *)letter + field->offset;
		if (field->kind == FIELD_TEXT)
			strcpy(member, "مُحَمَّد");
		else if (field->kind == FIELD_CLAIM)
			letter->has_claim = memset(letter->claim, 0x33, sizeof(letter->claim)) != NULL;
		else
			*(uint64_t *)member = field->kind == FIELD_COUNT  ? field->key
					      : field->kind == FIELD_TIME ? SAMPLE_ISSUED
					      : field->kind == FIELD_WORD ? 2
									  : 3;
	}
}

/* How every organisation that got a request names it: of who wrote it, when, and its body. */
static json_t *claim(void)
{
	uint8_t sender[DH_KEY_SIZE], id[CASE_CLAIM_SIZE];
	struct case_letter *request = calloc(1, sizeof(*request));
	struct letter *letter = malloc(sizeof(*letter));
	assert(request != NULL);
	assert(letter != NULL);
	memset(sender, 0x44, sizeof(sender));
	fill_letter(LETTER_MEDEVAC, letter);
	request->type = LETTER_MEDEVAC;
	request->sent_at = SAMPLE_ISSUED;
	request->body_len = (uint16_t)letter_encode(letter, request->body, sizeof(request->body));
	claims_id(sender, request, id);
	json_t *vector =
		json_pack("{s:o, s:i, s:I, s:o, s:o}", "sender", vectors_hex(sender, sizeof(sender)), "type", request->type, "sent_at",
			  (json_int_t)request->sent_at, "body", vectors_hex(request->body, request->body_len), "id", vectors_hex(id, sizeof(id)));
	free(request);
	free(letter);
	return vector;
}

/* A body of every type that people and organisations write, and what it says in JSON. */
static json_t *bodies(void)
{
	json_t *all = json_array();
	uint8_t body[BODY_SIZE_MAX];
	for (uint8_t type = LETTER_SAFE; type <= LETTER_CLAIM; type++) {
		if (type == LETTER_CARD || type == LETTER_GRANT)
			continue;
		struct letter *letter = malloc(sizeof(*letter));
		assert(letter != NULL);
		fill_letter(type, letter);
		size_t len = letter_encode(letter, body, sizeof(body));
		char scratch[12];
		json_t *vector = json_pack("{s:i, s:s, s:o, s:o}", "type", type, "name", letter_type_word(type, scratch), "body",
					   vectors_hex(body, len), "json", letter_body_json(letter));
		json_array_append_new(all, vector);
		free(letter);
	}
	return all;
}

json_t *vectors_make(void)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "letters", letters(), "sealed_letter",
			 sealed_letter(), "ticketed_letter", ticketed_letter(), "authority", authority(), "bodies", bodies(), "claim", claim(),
			 "card_text", card_text(), "carried", carried(), "short_ids", short_ids(), "sketch", sketches(), "lane", lane(), "bundle",
			 bundle(), "neighbour_session", session_script(false), "gateway_session", session_script(true));
}
