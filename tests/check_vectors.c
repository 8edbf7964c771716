#include "tests/support/suite.h"
#include "tests/support/vector.h"
#include "tests/support/vectors.h"

#include "crypto/keys.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "proto/beacon.h"
#include "proto/bundle.h"
#include "proto/card.h"
#include "proto/grant.h"
#include "proto/linkage.h"
#include "proto/outside.h"
#include "proto/payload.h"
#include "proto/receipt.h"
#include "proto/reconcile.h"
#include "proto/revocation.h"
#include "proto/session.h"
#include "proto/share.h"
#include "node/desk/letter.h"
#include "node/relief/claims.h"
#include "proto/sketch.h"

#include <string.h>

START_TEST(the_encoders_make_the_stored_vectors)
{
	json_t *made = vectors_make(), *kept = vector_file("proto");
	const char *name;
	json_t *value;
	json_object_foreach(kept, name, value) ck_assert_msg(json_equal(value, json_object_get(made, name)), "%s", name);
	ck_assert_uint_eq(json_object_size(made), json_object_size(kept));
	json_decref(made);
	json_decref(kept);
}
END_TEST

START_TEST(the_decoders_read_the_stored_letters)
{
	json_t *vectors = vector_file("proto"), *value;
	size_t i;
	static const struct {
		enum envelope_kind kind;
		enum envelope_extra extra;
	} forms[] = {{ENVELOPE_SEALED, EXTRA_NONE},        {ENVELOPE_NOTICE, EXTRA_NONE},   {ENVELOPE_CONTROL, EXTRA_NONE},
		     {ENVELOPE_RECEIPTS, EXTRA_NONE},      {ENVELOPE_SEALED, EXTRA_TICKET}, {ENVELOPE_NOTICE, EXTRA_TICKET},
		     {ENVELOPE_NOTICE, EXTRA_CERTIFICATE}, {ENVELOPE_CONTROL, EXTRA_NONE},  {ENVELOPE_CONTROL, EXTRA_TICKET}};
	json_array_foreach(json_object_get(vectors, "letters"), i, value)
	{
		uint8_t bytes[ENVELOPE_SIZE_MAX], id[LETTER_ID_SIZE];
		size_t len = vector_bytes(value, "envelope", bytes, sizeof(bytes));
		vector_bytes(value, "id", id, sizeof(id));
		struct outside letter;
		ck_assert(outside_examine(bytes, len, &letter));
		ck_assert_mem_eq(letter.id, id, sizeof(id));
		ck_assert_uint_lt(i, sizeof(forms) / sizeof(*forms));
		ck_assert_int_eq(letter.header.kind, forms[i].kind);
		ck_assert_int_eq(letter.header.extra, forms[i].extra);
	}
	ck_assert_uint_eq(i, sizeof(forms) / sizeof(*forms));
	json_decref(vectors);
}
END_TEST

START_TEST(the_stored_sealed_letter_opens)
{
	json_t *vectors = vector_file("proto");
	const json_t *vector = json_object_get(vectors, "sealed_letter");
	uint8_t envelope[256], recipient[32], sender_secret[32], sender[32], expected_sender[32], plain[128], expected[128],
		bound[ENVELOPE_HEADER_SIZE];
	vector_bytes(vector, "envelope", envelope, sizeof(envelope));
	vector_bytes(vector, "recipient_secret", recipient, 32);
	vector_bytes(vector, "sender_secret", sender_secret, 32);
	vector_bytes(vector, "payload", expected, sizeof(expected));
	struct envelope_header header;
	ck_assert_int_eq(envelope_parse(envelope, sizeof(envelope), &header), ENVELOPE_OK);
	envelope_header_encode(&header, bound);
	ck_assert(unseal(recipient, bound, sizeof(bound), envelope + ENVELOPE_HEADER_SIZE, sizeof(envelope) - ENVELOPE_HEADER_SIZE, plain, sender));
	ck_assert_mem_eq(plain, expected, sizeof(plain));
	ck_assert(key_public(sender_secret, expected_sender));
	ck_assert_mem_eq(sender, expected_sender, 32);
	struct payload payload;
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE];
	ck_assert(payload_decode(plain, sizeof(plain), &payload) && payload.seq == 42 && payload.type == 12);
	receipt_commitment(payload.receipt_secret, commitment);
	ck_assert_mem_eq(commitment, header.commitment, sizeof(commitment));
	json_decref(vectors);
}
END_TEST

START_TEST(the_stored_ticketed_letter_opens_with_its_ticket_alone)
{
	json_t *vectors = vector_file("proto");
	const json_t *vector = json_object_get(vectors, "ticketed_letter");
	enum { BOUND = ENVELOPE_HEADER_SIZE + TICKET_SIZE, SEALED = 512 - ENVELOPE_HEADER_SIZE - TICKET_BLOCK_SIZE, PLAIN = SEALED - SEAL_OVERHEAD };
	uint8_t envelope[512], recipient[32], sender[32], plain[PLAIN], expected[PLAIN], bound[BOUND], id[LETTER_ID_SIZE], key[SIGN_KEY_SIZE];
	vector_exact(vector, "envelope", envelope, sizeof(envelope));
	vector_exact(vector, "recipient_secret", recipient, 32);
	vector_exact(vector, "payload", expected, sizeof(expected));
	vector_exact(vector, "id", id, sizeof(id));
	vector_exact(json_object_get(vectors, "authority"), "organisation", key, sizeof(key));
	struct outside letter;
	ck_assert(outside_examine(envelope, sizeof(envelope), &letter) && ticket_ok(letter.ticket_bytes, key));
	ck_assert_mem_eq(letter.id, id, sizeof(id));
	envelope_header_encode(&letter.header, bound);
	memcpy(bound + ENVELOPE_HEADER_SIZE, letter.ticket_bytes, TICKET_SIZE);
	const uint8_t *sealed = envelope + ENVELOPE_HEADER_SIZE + TICKET_BLOCK_SIZE;
	ck_assert(unseal(recipient, bound, sizeof(bound), sealed, SEALED, plain, sender));
	ck_assert_mem_eq(plain, expected, sizeof(plain));
	ck_assert(!unseal(recipient, bound, ENVELOPE_HEADER_SIZE, sealed, SEALED, plain, sender));
	bound[BOUND - 1] ^= 1;
	ck_assert(!unseal(recipient, bound, sizeof(bound), sealed, SEALED, plain, sender));
	json_decref(vectors);
}
END_TEST

/* Of the stored letters the revocation by the organisation revokes the ticket of the sealed one and the certificate, and no other ticket. */
START_TEST(the_stored_revocation_revokes_what_it_should)
{
	json_t *vectors = vector_file("proto"), *letters = json_object_get(vectors, "letters");
	struct outside letter;
	struct revocation revocation;
	uint8_t bytes[ENVELOPE_SIZE_MAX], commitment[REVOCATION_COMMITMENT_SIZE];
	size_t signed_len, len = vector_bytes(json_array_get(letters, 7), "envelope", bytes, sizeof(bytes));
	ck_assert(revocation_parse(bytes, len, &revocation, &signed_len));
	ck_assert_uint_eq(revocation.count, 2);
	for (size_t i = 4; i < 7; i++) {
		len = vector_bytes(json_array_get(letters, i), "envelope", bytes, sizeof(bytes));
		ck_assert(outside_examine(bytes, len, &letter));
		if (letter.header.extra == EXTRA_TICKET)
			ck_assert(linkage_kills(revocation.entries[0].secret, revocation.entries[0].day, &letter.ticket) == (i == 4));
	}
	revocation_commitment(revocation.entries[1].secret, commitment);
	ck_assert_mem_eq(letter.revocable, commitment, sizeof(commitment));
	json_decref(vectors);
}
END_TEST

START_TEST(the_stored_chain_shares_and_grant_are_read)
{
	static struct grant grant;
	json_t *vectors = vector_file("proto"), *item;
	const json_t *vector = json_object_get(vectors, "authority"), *stored = json_object_get(vector, "share");
	uint8_t seed[32], there[32], bytes[GRANT_SIZE_MAX], key[SIGN_KEY_SIZE], secret[SHARE_SIZE], joined[SHARE_SIZE], shares[8][SHARE_SIZE];
	size_t i;
	const json_t *days = json_object_get(vector, "linkage");
	vector_exact(json_array_get(days, 0), "seed", seed, sizeof(seed));
	for (int day = 0; day < LINKAGE_DAYS_MAX; day++)
		linkage_next(seed, seed);
	vector_exact(json_array_get(days, json_array_size(days) - 1), "seed", there, sizeof(there));
	ck_assert_mem_eq(seed, there, sizeof(seed));

	vector_exact(stored, "secret", secret, sizeof(secret));
	json_array_foreach(json_object_get(stored, "shares"), i, item)
	{
		uint8_t x = (uint8_t)json_integer_value(json_object_get(item, "x"));
		vector_exact(item, "value", shares[i], sizeof(shares[i]));
		ck_assert(i == 0 || share_join(1, shares[0], x, shares[i], joined));
		ck_assert(i == 0 || memcmp(joined, secret, sizeof(secret)) == 0);
	}
	ck_assert_uint_eq(i, 5);

	size_t len = vector_bytes(json_object_get(vector, "grant"), "grant", bytes, sizeof(bytes));
	ck_assert(grant_decode(bytes, len, &grant) && grant.has_certificate && grant.share_count == 1);
	json_array_foreach(json_object_get(json_object_get(vector, "grant"), "tickets"), i, item)
	{
		uint8_t ticket[TICKET_SIZE];
		vector_exact(item, "ticket", ticket, sizeof(ticket));
		grant_ticket_seed(grant.key_seed, grant.day, grant.tickets[i].slot, seed);
		sign_public(seed, key);
		ck_assert_mem_eq(key, ticket, sizeof(key));
		ck_assert_mem_eq(grant.tickets[i].signature, ticket + TICKET_SIGNED_SIZE, SIGNATURE_SIZE);
		ck_assert(ticket_ok(ticket, grant.organisation));
	}
	ck_assert_uint_eq(i, grant.ticket_count);
	json_decref(vectors);
}
END_TEST

START_TEST(the_stored_card_and_bundle_are_read)
{
	json_t *vectors = vector_file("proto");
	uint8_t bytes[CARD_SIZE_MAX], raw[CARD_SIZE_MAX], file[512];
	const json_t *card_vector = json_object_get(vectors, "card_text");
	size_t len = vector_bytes(card_vector, "card", bytes, sizeof(bytes)), raw_len;
	const char *text = json_string_value(json_object_get(card_vector, "text"));
	struct card card;
	ck_assert(card_from_text(text, strlen(text), &card, raw, &raw_len));
	ck_assert_uint_eq(raw_len, len);
	ck_assert_mem_eq(raw, bytes, len);
	struct bundle_cursor cursor;
	len = vector_bytes(json_object_get(vectors, "bundle"), "file", file, sizeof(file));
	ck_assert(bundle_open(file, len, &cursor) && cursor.count == 1);
	json_decref(vectors);
}
END_TEST

START_TEST(the_stored_bodies_are_read)
{
	json_t *kept = vector_file("proto"), *vector;
	size_t i;
	struct letter letter;
	ck_assert_uint_eq(json_array_size(json_object_get(kept, "bodies")), LETTER_RECEIPT + 1); /* and a claim */
	json_array_foreach(json_object_get(kept, "bodies"), i, vector)
	{
		uint8_t body[BODY_SIZE_MAX];
		size_t len = vector_bytes(vector, "body", body, sizeof body);
		uint8_t type = (uint8_t)json_integer_value(json_object_get(vector, "type"));
		ck_assert(letter_decode(type, body, len, &letter));
		json_t *json = letter_body_json(&letter);
		ck_assert(json_equal(json, json_object_get(vector, "json")));
		json_decref(json);
	}
	json_decref(kept);
}
END_TEST

START_TEST(the_stored_request_has_the_stored_claim_id)
{
	json_t *kept = vector_file("proto");
	const json_t *vector = json_object_get(kept, "claim");
	struct case_letter letter = {.type = (uint8_t)json_integer_value(json_object_get(vector, "type")),
				     .sent_at = (uint32_t)json_integer_value(json_object_get(vector, "sent_at"))};
	uint8_t sender[DH_KEY_SIZE], stored[CASE_CLAIM_SIZE], id[CASE_CLAIM_SIZE];
	letter.body_len = (uint16_t)vector_bytes(vector, "body", letter.body, sizeof(letter.body));
	ck_assert_uint_eq(vector_bytes(vector, "sender", sender, sizeof(sender)), sizeof(sender));
	ck_assert_uint_eq(vector_bytes(vector, "id", stored, sizeof(stored)), sizeof(stored));
	claims_id(sender, &letter, id);
	ck_assert_mem_eq(id, stored, sizeof(id));
	json_decref(kept);
}
END_TEST

START_TEST(the_stored_letters_shown_give_the_stored_digests)
{
	json_t *vectors = vector_file("proto");
	const json_t *vector = json_object_get(vectors, "carried");
	struct carried carried = {.count = {0}};
	uint8_t tag[LETTER_TAG_SIZE], salt[32], digest[CARRIED_DIGEST_SIZE], stored[BEACON_SIZE];
	json_t *item;
	size_t i;
	json_array_foreach(json_object_get(vector, "letters"), i, item)
	{
		vector_bytes(item, "tag", tag, sizeof(tag));
		carried_add(&carried, (uint8_t)json_integer_value(json_object_get(item, "tier")), tag);
	}
	vector_bytes(vector, "salt", salt, sizeof(salt));
	json_array_foreach(json_object_get(vector, "tier_digests"), i, item)
	{
		carried_tier_digest(&carried, (uint8_t)i, salt, digest);
		vector_exact(item, "digest", stored, sizeof(digest));
		ck_assert_mem_eq(digest, stored, sizeof(digest));
	}
	ck_assert_uint_eq(i, LETTER_TIERS);
	carried_digest(&carried, salt, sizeof(salt), digest);
	vector_bytes(vector, "glance", stored, sizeof(stored));
	ck_assert_mem_eq(digest, stored, sizeof(digest));
	vector_bytes(vector, "beacon", stored, sizeof(stored));
	ck_assert(beacon_carries(stored, &carried));
	carried_remove(&carried, 3, tag);
	ck_assert(!beacon_carries(stored, &carried));
	json_decref(vectors);
}
END_TEST

START_TEST(the_stored_tags_give_the_stored_short_ids)
{
	json_t *vectors = vector_file("proto");
	const json_t *vector = json_object_get(vectors, "short_ids");
	uint8_t binding[32], key[SHORTHASH_KEY_SIZE], tag[LETTER_TAG_SIZE], counters[ESTIMATE_COUNTERS];
	struct estimate estimate = {.count = 0};
	vector_bytes(vector, "handshake_hash", binding, sizeof(binding));
	short_id_key(binding, key);
	json_t *item;
	size_t i;
	json_array_foreach(json_object_get(vector, "ids"), i, item)
	{
		vector_bytes(item, "tag", tag, sizeof(tag));
		uint32_t id = short_id(key, tag);
		ck_assert_uint_eq(id, (uint32_t)json_integer_value(json_object_get(item, "id")));
		estimate_add(&estimate, &id, 1);
	}
	vector_bytes(vector, "counters", counters, sizeof(counters));
	uint8_t wire[4 + ESTIMATE_COUNTERS];
	struct writer writer = writer_of(wire, sizeof(wire));
	estimate_write(&writer, &estimate);
	ck_assert(writer_ok(&writer));
	ck_assert_mem_eq(wire + 4, counters, sizeof(counters));
	json_decref(vectors);
}
END_TEST

/* Each side alone against the stored bytes of the other. */
static void replay(const json_t *vector, bool gateway, bool initiator)
{
	static struct session session;
	uint8_t psk[32], secret[32], public_key[32], ephemeral[32], wire[RECORD_WIRE_MAX], stored_wire[RECORD_WIRE_MAX];
	vector_bytes(vector, "psk", psk, sizeof(psk));
	vector_bytes(vector, "gateway_secret", secret, sizeof(secret));
	vector_bytes(vector, initiator ? "initiator_ephemeral" : "responder_ephemeral", ephemeral, sizeof(ephemeral));
	if (gateway)
		ck_assert(key_public(secret, public_key));
	struct session_setup setup = {.gateway = gateway, .initiator = initiator, .ephemeral_secret = ephemeral};
	setup.psk = gateway ? NULL : psk;
	setup.static_secret = gateway && !initiator ? secret : NULL;
	setup.remote_static = gateway && initiator ? public_key : NULL;
	session_start(&session, &setup);
	const char *me = initiator ? "initiator" : "responder";
	json_t *line;
	size_t i;
	json_array_foreach(json_object_get(vector, "script"), i, line)
	{
		size_t len = vector_bytes(line, "wire", stored_wire, sizeof(stored_wire));
		json_t *said = json_object_get(line, "message");
		bool mine = strcmp(json_string_value(json_object_get(line, "from")), me) == 0;
		if (!mine) {
			ck_assert_uint_eq(session_input(&session, stored_wire, len), len);
			struct message message;
			ck_assert(session_next(&session, &message) == (said != NULL));
			ck_assert(session.state != SESSION_FORGED && session.state != SESSION_MALFORMED);
			continue;
		}
		if (said != NULL) {
			uint8_t payload[512];
			size_t payload_len = vector_bytes(said, "payload", payload, sizeof(payload));
			memcpy(session_message(&session, (enum message_type)json_integer_value(json_object_get(said, "type")), payload_len), payload,
			       payload_len);
		} else if (i >= 2) {
			session_rekey(&session);
		} else {
			memset(session_greeting(&session), 9, i == 0 ? GLANCE_SIZE : GREETING_SIZE);
		}
		ck_assert_uint_eq(session_output(&session, wire, sizeof(wire), false), len);
		ck_assert_mem_eq(wire, stored_wire, len);
	}
	uint8_t hash[32];
	vector_bytes(vector, "handshake_hash", hash, sizeof(hash));
	ck_assert_mem_eq(session_binding(&session), hash, sizeof(hash));
}

START_TEST(each_side_of_the_stored_sessions_replays)
{
	json_t *vectors = vector_file("proto");
	for (int initiator = 0; initiator < 2; initiator++) {
		replay(json_object_get(vectors, "neighbour_session"), false, initiator != 0);
		replay(json_object_get(vectors, "gateway_session"), true, initiator != 0);
	}
	json_decref(vectors);
}
END_TEST

static void read_table(const json_t *vector, const char *key, uint8_t capacity, struct sketch *table)
{
	uint8_t bytes[4 * SKETCH_SUMS_MAX];
	sketch_start(table, (uint16_t)json_integer_value(json_object_get(vector, "cells")), capacity);
	struct reader reader = reader_of(bytes, vector_bytes(vector, key, bytes, sizeof(bytes)));
	sketch_decode(table, &reader);
	ck_assert(reader_done(&reader));
}

/* The first is solved by the sums it has, the others need the continuation. */
START_TEST(the_stored_sketches_are_solved)
{
	static struct sketch table, more;
	static struct sketch_solution solution;
	json_t *vectors = vector_file("proto"), *value;
	size_t i;
	json_array_foreach(json_object_get(vectors, "sketch"), i, value)
	{
		uint8_t bytes[1024];
		const size_t len = vector_bytes(value, "ids", bytes, sizeof(bytes));
		struct reader ids = reader_of(bytes, len);
		read_table(value, "sums", (uint8_t)json_integer_value(json_object_get(value, "capacity")), &table);
		read_table(value, "next", 1, &more);
		ck_assert(sketch_solve(&solution, &table) == (i == 0));
		ck_assert(i == 0 || sketch_solve_more(&solution, &more));
		ck_assert_uint_eq(solution.count, len / 4);
		while (ids.left > 0) {
			const uint32_t id = read_u32(&ids);
			size_t at = 0;
			while (at < solution.count && solution.found[at] != id)
				at++;
			ck_assert_uint_lt(at, solution.count);
		}
	}
	ck_assert_uint_eq(i, 3);
	json_decref(vectors);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("vectors");
	TCase *test_case = tcase_create("vectors");
	tcase_add_test(test_case, the_encoders_make_the_stored_vectors);
	tcase_add_test(test_case, the_decoders_read_the_stored_letters);
	tcase_add_test(test_case, the_stored_sealed_letter_opens);
	tcase_add_test(test_case, the_stored_ticketed_letter_opens_with_its_ticket_alone);
	tcase_add_test(test_case, the_stored_revocation_revokes_what_it_should);
	tcase_add_test(test_case, the_stored_chain_shares_and_grant_are_read);
	tcase_add_test(test_case, the_stored_card_and_bundle_are_read);
	tcase_add_test(test_case, the_stored_bodies_are_read);
	tcase_add_test(test_case, the_stored_request_has_the_stored_claim_id);
	tcase_add_test(test_case, the_stored_letters_shown_give_the_stored_digests);
	tcase_add_test(test_case, the_stored_tags_give_the_stored_short_ids);
	tcase_add_test(test_case, the_stored_sketches_are_solved);
	tcase_add_test(test_case, each_side_of_the_stored_sessions_replays);
	suite_add_tcase(suite, test_case);
	return suite;
}
