#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "proto/beacon.h"
#include "proto/bundle.h"
#include "proto/bytes.h"
#include "proto/outside.h"
#include "proto/order.h"
#include "proto/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

START_TEST(reading_past_the_end_fails_and_stays_failed)
{
	const uint8_t bytes[] = {1, 2, 3};
	struct reader reader = reader_of(bytes, sizeof(bytes));
	ck_assert_uint_eq(read_u16(&reader), 0x0201);
	ck_assert_uint_eq(read_u16(&reader), 0);
	ck_assert_uint_eq(read_u8(&reader), 0);
	ck_assert(!reader_done(&reader));
}
END_TEST

START_TEST(writing_past_the_end_fails_and_writes_nothing)
{
	uint8_t buf[4] = {9, 9, 9, 9};
	struct writer writer = writer_of(buf, 3);
	write_u16(&writer, 0x0102);
	write_u16(&writer, 0x0304);
	ck_assert(!writer_ok(&writer));
	ck_assert_mem_eq(buf, "\x02\x01\x09\x09", 4);
}
END_TEST

START_TEST(budgets_are_those_of_the_specification)
{
	static const size_t bodies[] = {100, 356, 868, 3940}, receipts[] = {6, 14, 30, 126};
	for (uint8_t bucket = 0; bucket < ENVELOPE_BUCKETS; bucket++) {
		ck_assert_uint_eq(payload_body_max(bucket), bodies[bucket]);
		ck_assert_int_eq(payload_bucket_for(bodies[bucket]), bucket);
		ck_assert_int_eq(notice_bucket_for(EXTRA_NONE, (uint16_t)bodies[bucket]), bucket);
		ck_assert_uint_eq(receipts_max(bucket), receipts[bucket]);
	}
	ck_assert_int_eq(payload_bucket_for(3941), -1);
	ck_assert_int_eq(notice_bucket_for(EXTRA_NONE, 3941), -1);
}
END_TEST

START_TEST(days_are_clamped_to_their_range)
{
	ck_assert_uint_eq(day_of_unix(0), 0);
	ck_assert_uint_eq(day_of_unix(1451606400), 0);
	ck_assert_uint_eq(day_of_unix(1451606400 + 86400), 1);
	ck_assert_uint_eq(day_of_unix(UINT64_MAX), UINT16_MAX);
}
END_TEST

START_TEST(only_the_four_sizes_are_looked_at)
{
	uint8_t bytes[ENVELOPE_SIZE_MAX + 200];
	memset(bytes, 1, sizeof(bytes));
	struct envelope_header header;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		enum envelope_fault fault = envelope_parse(bytes, len, &header);
		bool size = len == 256 || len == 512 || len == 1024 || len == 4096;
		ck_assert_int_eq(fault, size ? ENVELOPE_BAD_HEADER : ENVELOPE_BAD_SIZE);
	}
}
END_TEST

START_TEST(the_bucket_must_fit_the_length)
{
	struct sample small = sample_sealed(1, CLASS_STATUS, 0);
	uint8_t bytes[512] = {0};
	memcpy(bytes, small.bytes, small.len);
	struct envelope_header header;
	envelope_finish(bytes, sizeof(bytes));
	ck_assert_int_eq(envelope_parse(bytes, sizeof(bytes), &header), ENVELOPE_BAD_HEADER);
}
END_TEST

/* Every header byte, every value: accepted only when SPEC.md 3.2 says so, even with a check that fits. Parameter: the bucket. */
START_TEST(no_reserved_or_unknown_header_value_is_accepted)
{
	struct sample good = sample_sealed(1, CLASS_STATUS, (uint8_t)_i);
	unsigned bucket = (unsigned)_i, extras = bucket == 0 ? 1 : 2; /* no room for a ticket in the smallest */
	struct envelope_header header;
	for (size_t at = 0; at < 8; at++) {
		for (unsigned value = 0; value < 256; value++) {
			struct sample changed = good;
			changed.bytes[at] = (uint8_t)value;
			envelope_finish(changed.bytes, changed.len);
			bool accepted = envelope_parse(changed.bytes, changed.len, &header) == ENVELOPE_OK;
			bool allowed = (at == 0 && value == 1) || (at == 1 && value == 1) || (at == 2 && (value & 15) < 4 && value >> 4 < extras) ||
				       (at == 3 && (value & 15) == bucket && value >> 4 < 4) || at == 4 || at == 5 || (at > 5 && value == 0);
			ck_assert_msg(accepted == allowed, "byte %zu value %u", at, value);
		}
	}
	for (size_t at = 24; at < 28; at++) {
		struct sample changed = good;
		changed.bytes[at] = 1;
		envelope_finish(changed.bytes, changed.len);
		ck_assert_int_eq(envelope_parse(changed.bytes, changed.len, &header), ENVELOPE_BAD_HEADER);
	}
}
END_TEST

START_TEST(the_id_leaves_out_signatures_but_nothing_else)
{
	struct sample notice = sample_notice(0, 1, 1, "hello");
	uint8_t id[LETTER_ID_SIZE];
	outside_id(notice.bytes, notice.len, id);
	ck_assert_mem_eq(id, notice.id, sizeof(id));
	struct sample resigned = notice;
	size_t signed_len = notice_signed_len(EXTRA_NONE, 5);
	resigned.bytes[signed_len + 10] ^= 1;
	outside_id(resigned.bytes, resigned.len, id);
	ck_assert_mem_eq(id, notice.id, sizeof(id));
	for (size_t at = 0; at < signed_len; at++) {
		if (at >= 24 && at < 32)
			continue;
		struct sample changed = notice;
		changed.bytes[at] ^= 1;
		envelope_id(changed.bytes, signed_len, id);
		ck_assert_mem_ne(id, notice.id, sizeof(id));
	}
	struct sample control = sample_control(0, 1, 28);
	outside_id(control.bytes, control.len, id);
	ck_assert_mem_eq(id, control.id, sizeof(id));
}
END_TEST

START_TEST(a_payload_comes_back_and_spoilt_filling_is_refused)
{
	uint8_t plain[3968];
	struct payload payload = {.type = 4, .sent_at = 1800000000, .seq = 7, .body = (const uint8_t *)"hello", .body_len = 5}, back;
	memset(payload.receipt_secret, 0x5a, sizeof(payload.receipt_secret));
	for (uint8_t bucket = 0; bucket < ENVELOPE_BUCKETS; bucket++) {
		size_t len = payload_size(bucket);
		payload_encode(&payload, bucket, plain);
		ck_assert(payload_decode(plain, len, &back));
		ck_assert(back.type == 4 && back.sent_at == 1800000000 && back.seq == 7 && back.body_len == 5 && memcmp(back.body, "hello", 5) == 0);
		ck_assert_mem_eq(back.receipt_secret, payload.receipt_secret, sizeof(back.receipt_secret));
		for (size_t at = 33; at < len; at++) {
			plain[at] = 1;
			ck_assert(!payload_decode(plain, len, &back));
			plain[at] = 0;
		}
		plain[1] = 1;
		ck_assert(!payload_decode(plain, len, &back));
		plain[1] = 0;
		plain[27] = 0xff;
		ck_assert(!payload_decode(plain, len, &back));
	}
}
END_TEST

START_TEST(a_notice_needs_its_issuer_s_signature_and_a_bounded_validity)
{
	struct sample good = sample_notice(3, 1, 9, "body");
	struct notice notice;
	size_t signed_len;
	ck_assert(notice_parse(good.bytes, good.len, &notice, &signed_len));
	ck_assert(notice.seq == 9 && notice.verb == NOTICE_INFO && notice.type == 8 && notice.body_len == 4 && memcmp(notice.body, "body", 4) == 0);
	uint8_t seed[32];
	memset(seed, 4, sizeof(seed));
	static const struct {
		size_t at;
		uint32_t value;
	} wrong[] = {{72, 0}, {80, 1800000000}, {80, 1799999999}, {80, 1800000000 + NOTICE_VALID_MAX + 1}, {84, 0x0800}, {84, 0x0808}, {86, 1}};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct sample changed = good;
		struct writer writer = writer_of(changed.bytes + wrong[i].at, 4);
		write_u32(&writer, wrong[i].value);
		memset(changed.bytes + 24, 0, 8);
		sign("barid-notice-v1", changed.bytes, signed_len, seed, changed.bytes + signed_len);
		ck_assert_msg(!notice_parse(changed.bytes, changed.len, &notice, &signed_len), "case %zu", i);
	}
	struct sample resigned = good;
	memset(resigned.bytes + 24, 0, 8);
	sign("barid-notice-v1", resigned.bytes, signed_len, seed, resigned.bytes + signed_len);
	ck_assert(notice_parse(resigned.bytes, resigned.len, &notice, &signed_len)); /* the method of the cases above is sound */
	sign("barid-card-v1", resigned.bytes, signed_len, seed, resigned.bytes + signed_len);
	ck_assert(!notice_parse(resigned.bytes, resigned.len, &notice, &signed_len)); /* a signature of another kind */
}
END_TEST

static size_t person_card(struct card *card, uint8_t *bytes, uint8_t days)
{
	*card = (struct card){.kind = CARD_PERSON, .first_day = 3978, .days = days, .seq = 2, .issued = 1800000000, .name_len = 4, .name = "Amal"};
	memset(card->identity, 7, sizeof(card->identity));
	memset(card->keys, 9, (size_t)days * CARD_DAY_SIZE);
	return card_encode(card, bytes, CARD_SIZE_MAX);
}

START_TEST(a_card_survives_its_text_form_in_any_case)
{
	uint8_t bytes[CARD_SIZE_MAX], raw[CARD_SIZE_MAX];
	char text[CARD_TEXT_MAX], padded[CARD_TEXT_MAX + 8];
	for (uint8_t days = 0; days <= CARD_DAYS_MAX; days++) {
		struct card card, back;
		size_t len = person_card(&card, bytes, days), raw_len;
		size_t text_len = card_to_text(bytes, len, text);
		ck_assert_uint_eq(text_len, strlen(text));
		for (size_t i = 0; i < text_len && days % 2 == 1; i++)
			text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
		size_t padded_len = (size_t)snprintf(padded, sizeof(padded), " \t%s\r\n", text);
		ck_assert(card_from_text(padded, padded_len, &back, raw, &raw_len));
		ck_assert_uint_eq(raw_len, len);
		ck_assert_mem_eq(raw, bytes, len);
		ck_assert_str_eq(back.name, "Amal");
		ck_assert_ptr_nonnull(days == 0 ? back.name : (const char *)card_key(&back, LANE_SLOW, 3978));
		ck_assert_ptr_null(card_key(&back, LANE_FAST, (uint16_t)(3978 + days)));
		ck_assert_ptr_null(card_key(&back, LANE_FAST, 3977));
	}
}
END_TEST

START_TEST(a_card_text_with_one_wrong_or_missing_character_is_refused)
{
	uint8_t bytes[CARD_SIZE_MAX], raw[CARD_SIZE_MAX];
	char text[CARD_TEXT_MAX];
	struct card card, back;
	size_t raw_len, text_len = card_to_text(bytes, person_card(&card, bytes, 2), text);
	for (size_t i = 0; i < text_len; i++) {
		char was = text[i];
		text[i] = was == 'Q' ? 'R' : 'Q';
		ck_assert(!card_from_text(text, text_len, &back, raw, &raw_len));
		text[i] = '\0';
		ck_assert(!card_from_text(text, text_len, &back, raw, &raw_len));
		text[i] = was;
		ck_assert(!card_from_text(text, i, &back, raw, &raw_len));
	}
	ck_assert(card_from_text(text, text_len, &back, raw, &raw_len));
}
END_TEST

START_TEST(only_an_organisation_s_signed_card_travels_in_the_open)
{
	struct sample control = sample_control(1, 1, 3);
	struct card card;
	size_t signed_len;
	ck_assert(control_parse(control.bytes, control.len, &card, &signed_len));
	for (size_t at = 0; at < SIGNATURE_SIZE; at++) {
		struct sample changed = control;
		changed.bytes[signed_len + at] ^= 1;
		envelope_finish(changed.bytes, changed.len);
		ck_assert(!control_parse(changed.bytes, changed.len, &card, &signed_len));
	}
	uint8_t bytes[CARD_SIZE_MAX], envelope[ENVELOPE_SIZE_MAX];
	size_t len = control_encode(bytes, person_card(&card, bytes, 1), envelope);
	ck_assert(!control_parse(envelope, len, &card, &signed_len));
	/* The header is not signed, so it may not vary: class, holding time, day. */
	static const size_t places[] = {2, 3, 4, 5};
	for (size_t i = 0; i < 4; i++) {
		struct sample changed = control;
		changed.bytes[places[i]] ^= places[i] == 3 ? 0x10 : 1;
		envelope_finish(changed.bytes, changed.len);
		ck_assert(!control_parse(changed.bytes, changed.len, &card, &signed_len));
	}
}
END_TEST

START_TEST(parsers_never_read_past_the_bytes_they_are_given)
{
	size_t page = 4096;
	uint8_t *area = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert(area != MAP_FAILED);
	ck_assert_int_eq(mprotect(area + 2 * page, page, PROT_NONE), 0);
	static const struct sample_ticket ticket = {.role = TICKET_MEDIC, .day = SAMPLE_DAY};
	static const struct revocation_entry entry = {.day = SAMPLE_DAY};
	struct sample kinds[] = {sample_sealed(1, CLASS_NEED, 0),
				 sample_notice(1, 1, 1, "x"),
				 sample_control(1, 1, 28),
				 sample_ticketed(1, CLASS_NEED, 1, &ticket),
				 sample_witness(&ticket, 1, "x"),
				 sample_certified_notice(0, 0, 1, 1, "x"),
				 sample_revocation(0, SAMPLE_ISSUED, &entry, 1),
				 sample_ticketed_revocation(&ticket, &entry, 1)};
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++) {
		for (size_t len = 0; len <= kinds[kind].len; len++) {
			uint8_t *at = area + 2 * page - len;
			memcpy(at, kinds[kind].bytes, len);
			struct outside letter;
			ck_assert(outside_examine(at, len, &letter) == (len == kinds[kind].len));
			struct card card;
			size_t used;
			if (len > ENVELOPE_HEADER_SIZE && len < kinds[kind].len)
				(void)card_parse(at + ENVELOPE_HEADER_SIZE, len - ENVELOPE_HEADER_SIZE, &card, &used);
		}
	}
	ck_assert_int_eq(munmap(area, 3 * page), 0);
}
END_TEST

START_TEST(receipts_of_a_wrong_count_or_with_filling_are_refused)
{
	struct sample letters[3] = {sample_sealed(1, CLASS_NEED, 0), sample_sealed(2, CLASS_NEED, 0), sample_sealed(3, CLASS_NEED, 0)};
	struct sample receipts = sample_receipts(letters, 3);
	struct receipt out[RECEIPTS_MAX];
	size_t n;
	ck_assert(receipts_parse(receipts.bytes, receipts.len, out, &n));
	ck_assert_uint_eq(n, 3);
	ck_assert_mem_eq(out[2].tag, letters[2].id, LETTER_TAG_SIZE);
	ck_assert_mem_eq(out[2].secret, letters[2].secret, RECEIPT_SECRET_SIZE);
	for (unsigned count = 0; count < 256; count++) {
		receipts.bytes[32] = (uint8_t)count;
		/* 3 is true; above it, up to six, zeros would be receipts: they are part of the message then */
		ck_assert(receipts_parse(receipts.bytes, receipts.len, out, &n) == (count >= 3 && count <= 6));
	}
}
END_TEST

static size_t bundle_of(uint8_t *file, const struct sample *samples, size_t n)
{
	bundle_header(file);
	size_t at = BUNDLE_HEADER_SIZE;
	for (size_t i = 0; i < n; i++) {
		file[at++] = (uint8_t)envelope_bucket_for(samples[i].len);
		memcpy(file + at, samples[i].bytes, samples[i].len);
		at += samples[i].len;
	}
	file[at++] = BUNDLE_END;
	uint8_t digest[32];
	digest_of("barid-bundle-v1", file, at, digest, sizeof(digest));
	bundle_trailer(n, digest, file + at);
	return at + BUNDLE_TRAILER_SIZE;
}

START_TEST(a_bundle_comes_back_and_any_damage_to_it_is_seen)
{
	uint8_t file[2048];
	struct sample samples[2] = {sample_sealed(1, CLASS_NEED, 0), sample_sealed(2, CLASS_NEED, 1)};
	size_t len = bundle_of(file, samples, 2), envelope_len;
	struct bundle_cursor cursor;
	const uint8_t *envelope;
	ck_assert(bundle_open(file, len, &cursor));
	ck_assert_uint_eq(cursor.count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(bundle_next(&cursor, &envelope, &envelope_len));
		ck_assert_uint_eq(envelope_len, samples[i].len);
		ck_assert_mem_eq(envelope, samples[i].bytes, envelope_len);
	}
	ck_assert(!bundle_next(&cursor, &envelope, &envelope_len));
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!bundle_open(file, cut, &cursor));
	for (size_t bit = 0; bit < len * 8; bit++) {
		file[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!bundle_open(file, len, &cursor));
		file[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	len = bundle_of(file, NULL, 0);
	ck_assert(bundle_open(file, len, &cursor) && cursor.count == 0);
}
END_TEST

static uint8_t rank_of(enum envelope_kind kind, enum letter_class class, uint8_t bucket, enum standing standing)
{
	struct envelope_header header = {.kind = kind, .class = class, .bucket = bucket};
	return order_rank(&header, standing);
}

/* SPEC.md 7.8, rank by rank, from the last to the first: no two of them the same, and nothing in between. */
START_TEST(ranks_are_those_of_the_specification)
{
	static const struct {
		enum envelope_kind kind;
		enum letter_class class;
		enum standing standing;
		uint8_t tier, what;
		enum letter_class counts_as;
	} order[] = {
		{ENVELOPE_SEALED, CLASS_ROUTINE, STANDING_UNPROVEN, 0, 0, CLASS_ROUTINE},
		{ENVELOPE_NOTICE, CLASS_ROUTINE, STANDING_UNPROVEN, 0, 1, CLASS_ROUTINE},
		{ENVELOPE_RECEIPTS, CLASS_ROUTINE, STANDING_UNPROVEN, 0, 2, CLASS_ROUTINE},
		{ENVELOPE_SEALED, CLASS_STATUS, STANDING_UNPROVEN, 1, 0, CLASS_STATUS},
		{ENVELOPE_NOTICE, CLASS_STATUS, STANDING_UNPROVEN, 1, 1, CLASS_STATUS},
		{ENVELOPE_RECEIPTS, CLASS_STATUS, STANDING_UNPROVEN, 1, 1, CLASS_STATUS},
		{ENVELOPE_SEALED, CLASS_NEED, STANDING_UNPROVEN, 1, 2, CLASS_NEED},
		{ENVELOPE_NOTICE, CLASS_NEED, STANDING_UNPROVEN, 1, 3, CLASS_NEED},
		{ENVELOPE_CONTROL, CLASS_NEED, STANDING_UNPROVEN, 1, 3, CLASS_NEED},
		{ENVELOPE_RECEIPTS, CLASS_NEED, STANDING_UNPROVEN, 1, 3, CLASS_NEED},
		{ENVELOPE_SEALED, CLASS_URGENT, STANDING_UNPROVEN, 2, 0, CLASS_URGENT},
		{ENVELOPE_NOTICE, CLASS_URGENT, STANDING_UNPROVEN, 2, 1, CLASS_URGENT},
		{ENVELOPE_CONTROL, CLASS_URGENT, STANDING_UNPROVEN, 2, 1, CLASS_URGENT},
		{ENVELOPE_RECEIPTS, CLASS_URGENT, STANDING_UNPROVEN, 2, 2, CLASS_URGENT},
		{ENVELOPE_SEALED, CLASS_ROUTINE, STANDING_PROVEN, 3, 0, CLASS_STATUS},
		{ENVELOPE_NOTICE, CLASS_STATUS, STANDING_PROVEN, 3, 0, CLASS_STATUS},
		{ENVELOPE_SEALED, CLASS_NEED, STANDING_PROVEN, 3, 1, CLASS_NEED},
		{ENVELOPE_SEALED, CLASS_URGENT, STANDING_PROVEN, 3, 1, CLASS_NEED},
		{ENVELOPE_NOTICE, CLASS_NEED, STANDING_PROVEN, 3, 1, CLASS_NEED},
		{ENVELOPE_SEALED, CLASS_URGENT, STANDING_URGENT, 3, 2, CLASS_URGENT},
		{ENVELOPE_NOTICE, CLASS_URGENT, STANDING_URGENT, 3, 2, CLASS_URGENT},
		{ENVELOPE_CONTROL, CLASS_NEED, STANDING_CONTROL, 3, 3, CLASS_URGENT},
		{ENVELOPE_CONTROL, CLASS_URGENT, STANDING_CONTROL, 3, 3, CLASS_URGENT},
	};
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		for (uint8_t bucket = 0; bucket < ENVELOPE_BUCKETS; bucket++) {
			uint8_t rank = rank_of(order[i].kind, order[i].class, bucket, order[i].standing);
			ck_assert_msg(rank == order[i].tier * 16 + order[i].what * 4 + 3 - bucket, "case %zu bucket %u: %u", i, bucket, rank);
			ck_assert_uint_eq(order_tier(rank), order[i].tier);
			ck_assert_int_eq(order_class(rank), order[i].counts_as);
			ck_assert_uint_eq(order_size(rank), envelope_size(bucket));
		}
	}
}
END_TEST

/* Anybody may write any day, so it puts nothing first unless somebody vouches for the letter. */
START_TEST(the_day_counts_among_the_proven_alone)
{
	for (uint8_t rank = 0; rank < ORDER_RANKS; rank++)
		ck_assert_uint_eq(order_day(rank, SAMPLE_DAY), rank >= 48 ? SAMPLE_DAY : 0);
}
END_TEST

START_TEST(a_beacon_tells_equals_from_others_and_nothing_else_twice)
{
	uint8_t one[BEACON_SIZE], two[BEACON_SIZE];
	struct carried state = {.count = {0}}, judged = {.count = {0}}, other = {.count = {0}};
	carried_add(&state, 1, (const uint8_t *)"the first letter");
	carried_add(&judged, 2, (const uint8_t *)"the first letter"); /* by who believes somebody else */
	carried_add(&other, 1, (const uint8_t *)"the other letter");
	beacon_make((const uint8_t *)"nonce1", &state, one);
	beacon_make((const uint8_t *)"nonce2", &state, two);
	ck_assert(beacon_carries(one, &state) && beacon_carries(two, &state) && beacon_carries(one, &judged));
	ck_assert(!beacon_carries(one, &other));
	ck_assert_mem_ne(one + BEACON_NONCE_SIZE, two + BEACON_NONCE_SIZE, BEACON_DIGEST_SIZE);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("proto");
	TCase *test_case = tcase_create("proto");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, reading_past_the_end_fails_and_stays_failed);
	tcase_add_test(test_case, writing_past_the_end_fails_and_writes_nothing);
	tcase_add_test(test_case, budgets_are_those_of_the_specification);
	tcase_add_test(test_case, days_are_clamped_to_their_range);
	tcase_add_test(test_case, only_the_four_sizes_are_looked_at);
	tcase_add_test(test_case, the_bucket_must_fit_the_length);
	tcase_add_loop_test(test_case, no_reserved_or_unknown_header_value_is_accepted, 0, ENVELOPE_BUCKETS);
	tcase_add_test(test_case, the_id_leaves_out_signatures_but_nothing_else);
	tcase_add_test(test_case, a_payload_comes_back_and_spoilt_filling_is_refused);
	tcase_add_test(test_case, a_notice_needs_its_issuer_s_signature_and_a_bounded_validity);
	tcase_add_test(test_case, a_card_survives_its_text_form_in_any_case);
	tcase_add_test(test_case, a_card_text_with_one_wrong_or_missing_character_is_refused);
	tcase_add_test(test_case, only_an_organisation_s_signed_card_travels_in_the_open);
	tcase_add_test(test_case, parsers_never_read_past_the_bytes_they_are_given);
	tcase_add_test(test_case, receipts_of_a_wrong_count_or_with_filling_are_refused);
	tcase_add_test(test_case, a_bundle_comes_back_and_any_damage_to_it_is_seen);
	tcase_add_test(test_case, ranks_are_those_of_the_specification);
	tcase_add_test(test_case, the_day_counts_among_the_proven_alone);
	tcase_add_test(test_case, a_beacon_tells_equals_from_others_and_nothing_else_twice);
	suite_add_tcase(suite, test_case);
	return suite;
}
