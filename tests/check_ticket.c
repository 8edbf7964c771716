#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "crypto/sign.h"
#include "proto/bytes.h"
#include "proto/certificate.h"
#include "proto/outside.h"

#include <string.h>

enum {
	CLASS_AT = 2,
	DAY_AT = 4,
	CHECK_AT = 28,
	EXTRA_AT = 32,
	SPEND_AT = EXTRA_AT + TICKET_SIZE,
	WITNESS_AT = EXTRA_AT + TICKET_SIZE,
	CERTIFIED_AT = EXTRA_AT + CERTIFICATE_SIZE,
	SEQ_IN = 40,    /* from the begin of a notice */
	ISSUED_IN = 44, /* with not after behind it */
	VERB_IN = 52,
	TYPE_IN = 53,
};

static const struct sample_ticket medic = {.role = TICKET_MEDIC, .day = SAMPLE_DAY, .slot = 3};
static const struct sample_ticket marshal = {.person = 1, .role = TICKET_MARSHAL, .day = SAMPLE_DAY, .slot = 3};
static const struct revocation_entry entries[] = {{.day = SAMPLE_DAY, .secret = {1}}, {.day = 0, .secret = {2}}};

static bool taken(struct sample *sample, struct outside *letter)
{
	envelope_finish(sample->bytes, sample->len);
	return outside_examine(sample->bytes, sample->len, letter);
}

static bool is_taken(struct sample *sample)
{
	struct outside letter;
	return taken(sample, &letter);
}

/* Puts the signature of a public letter right, in any domain. */
static void sign_again(struct sample *sample, size_t signed_len, const char *domain, const uint8_t seed[static 32])
{
	uint8_t plain[ENVELOPE_SIZE_MAX];
	size_t len = envelope_sign_bytes(sample->bytes, signed_len, plain, sizeof(plain));
	sign(domain, plain, len, seed, sample->bytes + signed_len);
}

/* And that by which a sealed letter spends its ticket. */
static void spend_again(struct sample *sample, const char *domain, const struct sample_ticket *which)
{
	uint8_t id[LETTER_ID_SIZE], ticket[TICKET_SIZE], seed[SIGN_KEY_SIZE];
	sample_ticket_bytes(which, ticket, seed);
	envelope_id(sample->bytes, sample->len, id);
	sign(domain, id, sizeof(id), seed, sample->bytes + SPEND_AT);
}

static void ticket_seed(const struct sample_ticket *which, uint8_t seed[static 32])
{
	uint8_t ticket[TICKET_SIZE];
	sample_ticket_bytes(which, ticket, seed);
}

static void announcer_seed(uint8_t announcer, uint8_t seed[static 32])
{
	uint8_t certificate[CERTIFICATE_SIZE];
	sample_certificate_bytes(0, announcer, certificate, seed);
}

static size_t revocation_signed_len(const struct sample *sample, uint8_t n)
{
	size_t extra = sample->bytes[CLASS_AT] >> 4 == EXTRA_TICKET ? TICKET_SIZE : 0;
	return EXTRA_AT + extra + REVOCATION_HEADER_SIZE + n * (size_t)REVOCATION_ENTRY_SIZE;
}

/* One letter of every combination of kind and extra that there is; the sealed one with a ticket first. */
enum { LETTERS = 8 };
static void all_letters(struct sample out[static LETTERS])
{
	out[0] = sample_ticketed(1, CLASS_URGENT, 1, &medic);
	out[1] = sample_witness(&marshal, 1, "shots at the bridge");
	out[2] = sample_certified_notice(0, 0, 1, 7, "buses at five");
	out[3] = sample_revocation(0, SAMPLE_ISSUED, entries, 2);
	out[4] = sample_ticketed_revocation(&marshal, entries, 1);
	out[5] = sample_sealed(1, CLASS_NEED, 1);
	out[6] = sample_notice(0, 1, 1, "hello");
	out[7] = sample_control(0, 1, 2);
}

START_TEST(a_ticket_comes_back_and_only_its_organisation_has_signed_it)
{
	struct ticket ticket;
	uint8_t bytes[TICKET_SIZE], again[TICKET_SIZE], seed[SIGN_KEY_SIZE], key[SIGN_KEY_SIZE], issuer[TICKET_ISSUER_SIZE];
	sample_ticket_bytes(&marshal, bytes, seed);
	ck_assert(ticket_parse(bytes, &ticket));
	ck_assert(ticket.role == TICKET_MARSHAL && ticket.day == SAMPLE_DAY && ticket.slot == 3);
	sign_public(seed, key);
	ck_assert_mem_eq(ticket.key, key, sizeof(key));
	ticket_encode(&ticket, again);
	ck_assert_mem_eq(again, bytes, sizeof(bytes));
	sample_organisation(0, key);
	ticket_issuer(key, issuer);
	ck_assert_mem_eq(ticket.issuer, issuer, sizeof(issuer));
	ck_assert(ticket_ok(bytes, key));
	for (size_t bit = 0; bit < 8 * TICKET_SIZE; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_msg(!ticket_ok(bytes, key), "bit %zu", bit);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	sample_organisation(1, key);
	ck_assert(!ticket_ok(bytes, key));
}
END_TEST

START_TEST(roles_and_slots_there_are_not_are_refused_even_if_signed)
{
	for (unsigned role = 0; role < 6; role++) {
		for (unsigned slot = 0; slot < 256; slot += slot < 40 ? 1 : 36) {
			struct sample letter = sample_ticketed(1, CLASS_NEED, 1, &medic);
			uint8_t seed[SIGN_KEY_SIZE], *ticket = letter.bytes + EXTRA_AT;
			ticket[40] = (uint8_t)role;
			ticket[41] = (uint8_t)slot;
			sample_organisation_seed(0, seed);
			sign(TICKET_DOMAIN, ticket, TICKET_SIGNED_SIZE, seed, ticket + TICKET_SIGNED_SIZE);
			spend_again(&letter, TICKET_SPEND_DOMAIN, &medic);
			ck_assert_msg(is_taken(&letter) == (role >= 1 && role <= 3 && slot < TICKET_SLOTS), "role %u slot %u", role, slot);
		}
	}
}
END_TEST

START_TEST(the_outside_tells_who_vouches_for_a_letter)
{
	struct sample samples[LETTERS];
	static const bool replaceable[LETTERS] = {[1] = true, [2] = true, [6] = true, [7] = true};
	static const bool vouched[LETTERS] = {[2] = true, [3] = true, [6] = true, [7] = true};
	static const bool signed_public[LETTERS] = {[1] = true, [2] = true, [3] = true, [4] = true, [6] = true, [7] = true};
	uint8_t organisation[SIGN_KEY_SIZE], secret[LINKAGE_SEED_SIZE], commitment[REVOCATION_COMMITMENT_SIZE], id[LETTER_ID_SIZE];
	sample_organisation(0, organisation);
	sample_certificate_secret(0, secret);
	revocation_commitment(secret, commitment);
	all_letters(samples);
	for (size_t i = 0; i < LETTERS; i++) {
		struct outside letter;
		ck_assert(outside_examine(samples[i].bytes, samples[i].len, &letter));
		ck_assert_msg(letter.replaceable == replaceable[i] && letter.has_organisation == vouched[i], "letter %zu", i);
		ck_assert_uint_eq(letter.issued, signed_public[i] ? SAMPLE_ISSUED : 0);
		ck_assert(!vouched[i] || memcmp(letter.organisation, organisation, sizeof(organisation)) == 0);
		ck_assert_msg(letter.has_certificate == (i == 2), "letter %zu", i);
		ck_assert(i != 2 || memcmp(letter.revocable, commitment, sizeof(commitment)) == 0);
		ck_assert((letter.header.extra == EXTRA_TICKET) == (i < 2 || i == 4));
		if (letter.header.extra == EXTRA_TICKET) {
			ck_assert_mem_eq(letter.ticket_bytes, samples[i].bytes + EXTRA_AT, TICKET_SIZE);
			ck_assert(ticket_ok(letter.ticket_bytes, organisation) && letter.ticket.day == SAMPLE_DAY);
		}
		outside_id(samples[i].bytes, samples[i].len, id);
		ck_assert_mem_eq(id, letter.id, sizeof(id));
	}
}
END_TEST

START_TEST(a_letter_cut_short_is_refused)
{
	struct sample samples[LETTERS];
	struct outside letter;
	all_letters(samples);
	for (size_t i = 0; i < LETTERS; i++) {
		for (size_t len = 0; len < samples[i].len; len++)
			ck_assert_msg(!outside_examine(samples[i].bytes, len, &letter), "letter %zu at %zu", i, len);
		/* Or made to look like one of a smaller size; only of what is sealed nobody can say that something lacks. */
		for (uint8_t bucket = 0; bucket < (samples[i].bytes[3] & 15); bucket++) {
			struct sample cut = samples[i];
			cut.len = envelope_size(bucket);
			cut.bytes[3] = (uint8_t)((cut.bytes[3] & 0xf0) | bucket);
			ck_assert_msg(is_taken(&cut) == (i == 5), "letter %zu in bucket %u", i, bucket);
		}
	}
}
END_TEST

/* With a check that fits. Without its extra a sealed letter is noise as any other is; it is not the same letter then. */
START_TEST(one_flipped_bit_anywhere_is_refused)
{
	struct sample samples[LETTERS];
	all_letters(samples);
	for (size_t i = 0; i < 5; i++) {
		for (size_t bit = 0; bit < 8 * samples[i].len; bit++) {
			if (bit / 8 >= CHECK_AT && bit / 8 < EXTRA_AT)
				continue; /* put right */
			struct sample changed = samples[i];
			changed.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			struct outside letter;
			bool stripped = i == 0 && bit == 8 * CLASS_AT + 4;
			ck_assert_msg(!outside_examine(changed.bytes, changed.len, &letter), "letter %zu bit %zu, check and all", i, bit);
			ck_assert_msg(taken(&changed, &letter) == stripped, "letter %zu bit %zu", i, bit);
			ck_assert(!stripped || memcmp(letter.id, samples[0].id, LETTER_ID_SIZE) != 0);
		}
	}
}
END_TEST

START_TEST(every_kind_has_the_extras_it_has)
{
	struct sample samples[LETTERS];
	all_letters(samples);
	for (size_t i = 0; i < LETTERS; i++) {
		for (unsigned kind = 0; kind < 8; kind++) {
			for (unsigned extra = 0; extra < 16; extra++) {
				struct sample changed = samples[i];
				changed.bytes[1] = (uint8_t)kind;
				changed.bytes[CLASS_AT] = (uint8_t)((changed.bytes[CLASS_AT] & 15) | extra << 4);
				bool same = memcmp(changed.bytes, samples[i].bytes, 4) == 0,
				     stripped = i == 0 && kind == ENVELOPE_SEALED && extra == 0;
				ck_assert_msg(is_taken(&changed) == (same || stripped), "letter %zu kind %u extra %u", i, kind, extra);
			}
		}
	}
	struct sample receipts = sample_receipts(&samples[5], 1);
	for (unsigned extra = 1; extra < 16; extra++) {
		receipts.bytes[CLASS_AT] = (uint8_t)(CLASS_NEED | extra << 4);
		ck_assert(!is_taken(&receipts));
	}
}
END_TEST

START_TEST(without_its_ticket_a_letter_is_another)
{
	struct sample good = sample_ticketed(1, CLASS_URGENT, 1, &medic), bare = good;
	struct outside letter;
	bare.bytes[CLASS_AT] = CLASS_URGENT;
	memmove(bare.bytes + EXTRA_AT, bare.bytes + EXTRA_AT + TICKET_BLOCK_SIZE, bare.len - EXTRA_AT - TICKET_BLOCK_SIZE);
	memset(bare.bytes + bare.len - TICKET_BLOCK_SIZE, 0, TICKET_BLOCK_SIZE);
	ck_assert(taken(&bare, &letter));
	ck_assert_mem_ne(letter.id, good.id, LETTER_ID_SIZE);
	bare.len = 256;
	bare.bytes[3] &= 0xf0;
	ck_assert(taken(&bare, &letter));
	ck_assert_mem_ne(letter.id, good.id, LETTER_ID_SIZE);
	/* And what is sealed inside is bound to the ticket by its prologue, so nobody can read it then. */
}
END_TEST

START_TEST(another_valid_ticket_makes_another_letter_that_its_holder_must_sign)
{
	struct sample good = sample_ticketed(1, CLASS_URGENT, 1, &medic), changed = good;
	struct sample_ticket other = {.person = 2, .role = TICKET_MEDIC, .day = SAMPLE_DAY, .slot = 4};
	uint8_t seed[SIGN_KEY_SIZE];
	struct outside letter;
	sample_ticket_bytes(&other, changed.bytes + EXTRA_AT, seed);
	ck_assert(!is_taken(&changed));
	spend_again(&changed, TICKET_SPEND_DOMAIN, &medic);
	ck_assert(!is_taken(&changed));
	spend_again(&changed, TICKET_SPEND_DOMAIN, &other);
	ck_assert(taken(&changed, &letter));
	ck_assert_mem_ne(letter.id, good.id, LETTER_ID_SIZE);
}
END_TEST

/* A signer can make many signatures, so one letter must not become many by them. */
START_TEST(the_signature_that_spends_is_outside_the_id)
{
	struct sample good = sample_ticketed(1, CLASS_URGENT, 1, &medic);
	uint8_t id[LETTER_ID_SIZE];
	for (size_t at = EXTRA_AT; at < good.len; at++) {
		struct sample changed = good;
		changed.bytes[at] ^= 1;
		outside_id(changed.bytes, changed.len, id);
		bool same = memcmp(id, good.id, sizeof(id)) == 0;
		ck_assert_msg(same == (at >= SPEND_AT && at < SPEND_AT + SIGNATURE_SIZE), "byte %zu", at);
	}
}
END_TEST

START_TEST(a_ticket_is_for_letters_of_its_own_day)
{
	uint8_t seed[SIGN_KEY_SIZE];
	ticket_seed(&marshal, seed);
	for (int day = -1; day <= 1; day++) {
		struct sample sealed = sample_ticketed(1, CLASS_URGENT, 1, &medic), witness = sample_witness(&marshal, 1, "x");
		struct sample revocation = sample_ticketed_revocation(&marshal, entries, 1);
		struct sample *all[] = {&sealed, &witness, &revocation};
		for (size_t i = 0; i < 3; i++) {
			struct writer writer = writer_of(all[i]->bytes + DAY_AT, 2);
			write_u16(&writer, (uint16_t)(SAMPLE_DAY + day));
		}
		spend_again(&sealed, TICKET_SPEND_DOMAIN, &medic);
		sign_again(&witness, notice_signed_len(EXTRA_TICKET, 1), NOTICE_DOMAIN, seed);
		sign_again(&revocation, revocation_signed_len(&revocation, 1), REVOCATION_DOMAIN, seed);
		for (size_t i = 0; i < 3; i++)
			ck_assert_msg(is_taken(all[i]) == (day == 0), "letter %zu day %d", i, day);
	}
}
END_TEST

START_TEST(a_witness_says_info_or_stop_once)
{
	uint8_t seed[SIGN_KEY_SIZE];
	ticket_seed(&marshal, seed);
	for (uint8_t verb = 0; verb < 10; verb++) {
		for (uint8_t seq = 0; seq < 4; seq++) {
			struct sample witness = sample_witness(&marshal, 1, "x");
			witness.bytes[WITNESS_AT + VERB_IN] = verb;
			witness.bytes[WITNESS_AT + SEQ_IN] = seq;
			sign_again(&witness, notice_signed_len(EXTRA_TICKET, 1), NOTICE_DOMAIN, seed);
			bool good = (verb == NOTICE_INFO || verb == NOTICE_STOP) && seq == 1;
			ck_assert_msg(is_taken(&witness) == good, "verb %u seq %u", verb, seq);
		}
	}
}
END_TEST

START_TEST(a_public_letter_with_a_ticket_is_signed_by_its_key_alone)
{
	struct sample witness = sample_witness(&marshal, 1, "x"), revocation = sample_ticketed_revocation(&marshal, entries, 1);
	uint8_t seed[SIGN_KEY_SIZE];
	sample_organisation_seed(0, seed);
	sign_public(seed, witness.bytes + WITNESS_AT);
	sign_public(seed, revocation.bytes + WITNESS_AT + 8);
	sign_again(&witness, notice_signed_len(EXTRA_TICKET, 1), NOTICE_DOMAIN, seed);
	sign_again(&revocation, revocation_signed_len(&revocation, 1), REVOCATION_DOMAIN, seed);
	ck_assert(!is_taken(&witness));
	ck_assert(!is_taken(&revocation));
}
END_TEST

START_TEST(a_certificate_comes_back_and_its_bounds_are_kept)
{
	struct certificate certificate, changed;
	uint8_t bytes[CERTIFICATE_SIZE], again[CERTIFICATE_SIZE], seed[SIGN_KEY_SIZE];
	sample_certificate_bytes(0, 0, bytes, seed);
	ck_assert(certificate_parse(bytes, &certificate));
	certificate_encode(&certificate, again);
	ck_assert_mem_eq(again, bytes, sizeof(bytes));
	sample_organisation_seed(0, seed);
	static const struct {
		uint8_t scope;
		int64_t valid;
		bool good;
	} cases[] = {{1, 1, true},
		     {7, CERTIFICATE_VALID_MAX, true},
		     {7, CERTIFICATE_VALID_MAX + 1, false},
		     {0, 60, false},
		     {8, 60, false},
		     {7, 0, false},
		     {7, -1, false},
		     {255, 60, false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		changed = certificate;
		changed.scope = cases[i].scope;
		changed.not_after = (uint32_t)(changed.not_before + cases[i].valid);
		certificate_encode(&changed, again);
		sign(CERTIFICATE_DOMAIN, again, CERTIFICATE_SIGNED_SIZE, seed, again + CERTIFICATE_SIGNED_SIZE);
		ck_assert_msg(certificate_parse(again, &changed) == cases[i].good, "case %zu", i);
	}
	for (size_t at = 65; at < 68; at++) {
		memcpy(again, bytes, sizeof(bytes));
		again[at] = 1;
		sign(CERTIFICATE_DOMAIN, again, CERTIFICATE_SIGNED_SIZE, seed, again + CERTIFICATE_SIGNED_SIZE);
		ck_assert(!certificate_parse(again, &changed));
	}
}
END_TEST

/* A notice of announcer 0 under a certificate of this form, signed by organisation 0. */
static bool certified(uint8_t scope, uint8_t type, uint32_t issued)
{
	struct sample notice = sample_certified_notice(0, 0, 1, 1, "x");
	struct certificate certificate;
	uint8_t seed[SIGN_KEY_SIZE], *extra = notice.bytes + EXTRA_AT;
	ck_assert(certificate_parse(extra, &certificate));
	certificate.scope = scope;
	certificate.not_before = SAMPLE_ISSUED;
	certificate.not_after = SAMPLE_ISSUED + 100;
	certificate_encode(&certificate, extra);
	sample_organisation_seed(0, seed);
	sign(CERTIFICATE_DOMAIN, extra, CERTIFICATE_SIGNED_SIZE, seed, extra + CERTIFICATE_SIGNED_SIZE);
	struct writer writer = writer_of(notice.bytes + CERTIFIED_AT + ISSUED_IN, 8);
	write_u32(&writer, issued);
	write_u32(&writer, issued + 60);
	notice.bytes[CERTIFIED_AT + TYPE_IN] = type;
	announcer_seed(0, seed);
	sign_again(&notice, notice_signed_len(EXTRA_CERTIFICATE, 1), NOTICE_DOMAIN, seed);
	return is_taken(&notice);
}

START_TEST(an_announcer_keeps_to_the_scope_and_time_of_the_certificate)
{
	static const struct {
		uint8_t type, scope;
	} types[] = {{8, SCOPE_TRANSPORT}, {9, SCOPE_ALERT}, {11, SCOPE_HEADCOUNT}, {10, 0}, {12, 0}};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		for (uint8_t scope = 1; scope <= SCOPE_ALL; scope++)
			ck_assert_msg(certified(scope, types[i].type, SAMPLE_ISSUED) == ((scope & types[i].scope) != 0), "type %u scope %u",
				      types[i].type, scope);
	ck_assert(certified(SCOPE_ALL, 8, SAMPLE_ISSUED + 100)); /* the notice may be in force longer */
	ck_assert(!certified(SCOPE_ALL, 8, SAMPLE_ISSUED + 101));
	ck_assert(!certified(SCOPE_ALL, 8, SAMPLE_ISSUED - 1));
}
END_TEST

START_TEST(a_certificate_is_no_use_to_another_key)
{
	struct sample notice = sample_certified_notice(0, 0, 1, 1, "x");
	uint8_t seed[SIGN_KEY_SIZE];
	announcer_seed(1, seed);
	sign_public(seed, notice.bytes + CERTIFIED_AT);
	sign_again(&notice, notice_signed_len(EXTRA_CERTIFICATE, 1), NOTICE_DOMAIN, seed);
	ck_assert(!is_taken(&notice));
}
END_TEST

/* Announcer 0, whom the organisation certified, certifies announcer 1: whoever trusts the organisation learns nothing from that. */
START_TEST(a_certificate_under_a_certificate_speaks_for_nobody_but_its_signer)
{
	struct sample notice = sample_certified_notice(0, 1, 1, 1, "x");
	struct certificate certificate;
	uint8_t seed[SIGN_KEY_SIZE], signer[SIGN_KEY_SIZE], organisation[SIGN_KEY_SIZE], *extra = notice.bytes + EXTRA_AT;
	announcer_seed(0, seed);
	sign_public(seed, signer);
	ck_assert(certificate_parse(extra, &certificate));
	memcpy(certificate.organisation, signer, sizeof(signer));
	certificate_encode(&certificate, extra);
	sign(CERTIFICATE_DOMAIN, extra, CERTIFICATE_SIGNED_SIZE, seed, extra + CERTIFICATE_SIGNED_SIZE);
	announcer_seed(1, seed);
	sign_again(&notice, notice_signed_len(EXTRA_CERTIFICATE, 1), NOTICE_DOMAIN, seed);
	struct outside letter;
	ck_assert(taken(&notice, &letter) && letter.has_organisation);
	sample_organisation(0, organisation);
	ck_assert_mem_ne(letter.organisation, organisation, sizeof(organisation));
	ck_assert_mem_eq(letter.organisation, signer, sizeof(signer));
}
END_TEST

START_TEST(a_revocation_comes_back_in_one_form_only)
{
	struct revocation_entry many[REVOCATIONS_MAX];
	memset(many, 7, sizeof(many));
	static const uint8_t counts[] = {1, 3, 4, 11, 12, 26, 27, REVOCATIONS_MAX}; /* about the borders of the buckets */
	for (size_t i = 0; i < sizeof(counts); i++) {
		many[counts[i] - 1].day = (uint16_t)(SAMPLE_DAY + i);
		struct sample both[] = {sample_revocation(0, SAMPLE_ISSUED, many, counts[i]), sample_ticketed_revocation(&marshal, many, counts[i])};
		for (size_t k = 0; k < 2; k++) {
			struct revocation back;
			size_t signed_len;
			ck_assert(revocation_is(both[k].bytes, both[k].len) && revocation_parse(both[k].bytes, both[k].len, &back, &signed_len));
			ck_assert_uint_eq(signed_len, revocation_signed_len(&both[k], counts[i]));
			ck_assert(back.count == counts[i] && back.issued == SAMPLE_ISSUED);
			ck_assert_uint_eq(back.entries[counts[i] - 1].day, SAMPLE_DAY + i);
			ck_assert_mem_eq(back.entries[counts[i] - 1].secret, many[0].secret, LINKAGE_SEED_SIZE);
		}
	}
	struct sample card = sample_control(0, 1, 0);
	ck_assert(!revocation_is(card.bytes, card.len));
}
END_TEST

/* The header is fixed by the content: class, holding time, size, day; and so is how many entries there are. */
START_TEST(a_revocation_of_another_header_or_count_is_refused)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {{2, 2}, {2, 0}, {3, 0x21}, {3, 1}, {4, 0}, {32, 1}, {32, 3}, {33, 0}, {33, 1}, {33, 3}, {33, 101}, {34, 1}, {35, 1}};
	uint8_t seed[SIGN_KEY_SIZE];
	sample_organisation_seed(0, seed);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct sample revocation = sample_revocation(0, SAMPLE_ISSUED, entries, 2);
		ck_assert_uint_ne(revocation.bytes[wrong[i].at], wrong[i].value);
		revocation.bytes[wrong[i].at] = wrong[i].value;
		sign_again(&revocation, revocation_signed_len(&revocation, 2), REVOCATION_DOMAIN, seed);
		ck_assert_msg(!is_taken(&revocation), "case %zu", i);
	}
	struct sample larger = sample_revocation(0, SAMPLE_ISSUED, entries, 2);
	memset(larger.bytes + larger.len, 0, sizeof(larger.bytes) - larger.len);
	larger.len = 1024;
	larger.bytes[3] = 0x32;
	sign_again(&larger, revocation_signed_len(&larger, 2), REVOCATION_DOMAIN, seed);
	ck_assert(!is_taken(&larger));
	struct sample ticketed = sample_ticketed_revocation(&marshal, entries, 1);
	ticket_seed(&marshal, seed);
	ticketed.bytes[WITNESS_AT] = 1; /* cards have no ticket */
	sign_again(&ticketed, revocation_signed_len(&ticketed, 1), REVOCATION_DOMAIN, seed);
	ck_assert(!is_taken(&ticketed));
}
END_TEST

/* Whether each kind of signature is taken if it was made in this domain. */
static bool ticket_under(const char *domain)
{
	uint8_t bytes[TICKET_SIZE], seed[SIGN_KEY_SIZE], key[SIGN_KEY_SIZE];
	sample_ticket_bytes(&medic, bytes, seed);
	sample_organisation_seed(0, seed);
	sample_organisation(0, key);
	sign(domain, bytes, TICKET_SIGNED_SIZE, seed, bytes + TICKET_SIGNED_SIZE);
	return ticket_ok(bytes, key);
}

static bool spend_under(const char *domain)
{
	struct sample letter = sample_ticketed(1, CLASS_URGENT, 1, &medic);
	spend_again(&letter, domain, &medic);
	return is_taken(&letter);
}

static bool certificate_under(const char *domain)
{
	struct certificate certificate;
	uint8_t bytes[CERTIFICATE_SIZE], seed[SIGN_KEY_SIZE];
	sample_certificate_bytes(0, 0, bytes, seed);
	sample_organisation_seed(0, seed);
	sign(domain, bytes, CERTIFICATE_SIGNED_SIZE, seed, bytes + CERTIFICATE_SIGNED_SIZE);
	return certificate_parse(bytes, &certificate);
}

static bool revocation_under(const char *domain)
{
	struct sample letter = sample_revocation(0, SAMPLE_ISSUED, entries, 2);
	uint8_t seed[SIGN_KEY_SIZE];
	sample_organisation_seed(0, seed);
	sign_again(&letter, revocation_signed_len(&letter, 2), domain, seed);
	return is_taken(&letter);
}

static bool notice_under(const char *domain)
{
	struct sample letter = sample_notice(0, 1, 1, "x");
	uint8_t seed[SIGN_KEY_SIZE];
	sample_organisation_seed(0, seed);
	sign_again(&letter, notice_signed_len(EXTRA_NONE, 1), domain, seed);
	return is_taken(&letter);
}

static bool card_under(const char *domain)
{
	struct sample letter = sample_control(0, 1, 2);
	uint8_t seed[SIGN_KEY_SIZE];
	struct card card;
	size_t signed_len;
	ck_assert(control_parse(letter.bytes, letter.len, &card, &signed_len));
	sample_organisation_seed(0, seed);
	sign(domain, letter.bytes + ENVELOPE_HEADER_SIZE, signed_len - ENVELOPE_HEADER_SIZE, seed, letter.bytes + signed_len);
	return is_taken(&letter);
}

START_TEST(no_signature_of_one_kind_is_one_of_another)
{
	static const struct {
		const char *domain;
		bool (*under)(const char *domain);
	} kinds[] = {
		{TICKET_DOMAIN, ticket_under},         {TICKET_SPEND_DOMAIN, spend_under}, {CERTIFICATE_DOMAIN, certificate_under},
		{REVOCATION_DOMAIN, revocation_under}, {NOTICE_DOMAIN, notice_under},      {"barid-card-v1", card_under},
	};
	enum { KINDS = sizeof(kinds) / sizeof(*kinds) };
	for (size_t i = 0; i < KINDS; i++)
		for (size_t k = 0; k < KINDS; k++)
			ck_assert_msg(kinds[i].under(kinds[k].domain) == (i == k), "%s in place of %s", kinds[k].domain, kinds[i].domain);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ticket");
	TCase *test_case = tcase_create("ticket");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, a_ticket_comes_back_and_only_its_organisation_has_signed_it);
	tcase_add_test(test_case, roles_and_slots_there_are_not_are_refused_even_if_signed);
	tcase_add_test(test_case, the_outside_tells_who_vouches_for_a_letter);
	tcase_add_test(test_case, a_letter_cut_short_is_refused);
	tcase_add_test(test_case, one_flipped_bit_anywhere_is_refused);
	tcase_add_test(test_case, every_kind_has_the_extras_it_has);
	tcase_add_test(test_case, without_its_ticket_a_letter_is_another);
	tcase_add_test(test_case, another_valid_ticket_makes_another_letter_that_its_holder_must_sign);
	tcase_add_test(test_case, the_signature_that_spends_is_outside_the_id);
	tcase_add_test(test_case, a_ticket_is_for_letters_of_its_own_day);
	tcase_add_test(test_case, a_witness_says_info_or_stop_once);
	tcase_add_test(test_case, a_public_letter_with_a_ticket_is_signed_by_its_key_alone);
	tcase_add_test(test_case, a_certificate_comes_back_and_its_bounds_are_kept);
	tcase_add_test(test_case, an_announcer_keeps_to_the_scope_and_time_of_the_certificate);
	tcase_add_test(test_case, a_certificate_is_no_use_to_another_key);
	tcase_add_test(test_case, a_certificate_under_a_certificate_speaks_for_nobody_but_its_signer);
	tcase_add_test(test_case, a_revocation_comes_back_in_one_form_only);
	tcase_add_test(test_case, a_revocation_of_another_header_or_count_is_refused);
	tcase_add_test(test_case, no_signature_of_one_kind_is_one_of_another);
	suite_add_tcase(suite, test_case);
	return suite;
}
