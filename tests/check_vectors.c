#include "tests/support/suite.h"
#include "tests/support/vector.h"
#include "tests/support/vectors.h"

#include "crypto/keys.h"
#include "crypto/seal.h"
#include "proto/beacon.h"
#include "proto/bundle.h"
#include "proto/card.h"
#include "proto/outside.h"
#include "proto/payload.h"
#include "proto/receipt.h"
#include "proto/reconcile.h"
#include "proto/session.h"
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
	static const enum envelope_kind kinds[] = {ENVELOPE_SEALED, ENVELOPE_NOTICE, ENVELOPE_CONTROL, ENVELOPE_RECEIPTS};
	json_array_foreach(json_object_get(vectors, "letters"), i, value)
	{
		uint8_t bytes[ENVELOPE_SIZE_MAX], id[LETTER_ID_SIZE];
		size_t len = vector_bytes(value, "envelope", bytes, sizeof(bytes));
		vector_bytes(value, "id", id, sizeof(id));
		struct outside letter;
		ck_assert(outside_examine(bytes, len, &letter));
		ck_assert_mem_eq(letter.id, id, sizeof(id));
		ck_assert_int_eq(letter.header.kind, kinds[i]);
	}
	ck_assert_uint_eq(i, 4);
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
		carried_add(&carried, (uint8_t)json_integer_value(json_object_get(item, "class")), tag);
	}
	vector_bytes(vector, "salt", salt, sizeof(salt));
	json_array_foreach(json_object_get(vector, "class_digests"), i, item)
	{
		carried_class_digest(&carried, (uint8_t)i, salt, digest);
		vector_exact(item, "digest", stored, sizeof(digest));
		ck_assert_mem_eq(digest, stored, sizeof(digest));
	}
	ck_assert_uint_eq(i, LETTER_CLASSES);
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
		estimate_add(&estimate, id);
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
	tcase_add_test(test_case, the_stored_card_and_bundle_are_read);
	tcase_add_test(test_case, the_stored_letters_shown_give_the_stored_digests);
	tcase_add_test(test_case, the_stored_tags_give_the_stored_short_ids);
	tcase_add_test(test_case, the_stored_sketches_are_solved);
	tcase_add_test(test_case, each_side_of_the_stored_sessions_replays);
	suite_add_tcase(suite, test_case);
	return suite;
}
