/* What public notices are worth beside each other: every rule of the board by name. */

#include "tests/support/people.h"
#include "tests/support/suite.h"
#include "tests/support/voices.h"

#include "node/desk/board.h"
#include "proto/certificate.h"
#include "proto/linkage.h"

#include <stdio.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

static const uint8_t secret[LINKAGE_SEED_SIZE] = {7};
static const struct letter line_one = {.type = LETTER_TRANSPORT, .line = "1", .verb = TRANSPORT_DEPARTED};
static const struct letter turned_back = {.type = LETTER_TRANSPORT, .line = "1", .verb = TRANSPORT_TURNED_BACK};
static const struct letter crossing = {.type = LETTER_ALERT, .area = "Crossing", .event = "evacuation", .headline = "out"};
static struct keyring *amal, *medics, *buses, *unknown;
static struct board *board;

static void arrange(void)
{
	amal = people_person("Amal");
	medics = people_organisation("Medics");
	buses = people_organisation("Buses");
	unknown = people_organisation("Unknown");
	people_trust(amal, medics);
	people_trust(amal, buses);
}

static void clear(void)
{
	board_free(board);
	board = NULL;
	keyring_free(amal);
	keyring_free(medics);
	keyring_free(buses);
	keyring_free(unknown);
}

/* An organisation says it at PEOPLE_NOW for an hour, and it arrives then. */
static void say(struct keyring *org, const struct letter *letter, enum notice_verb verb)
{
	struct composed composed = voices_say(org, NULL, letter, verb, PEOPLE_NOW, 1);
	(void)voices_hear(amal, &composed, PEOPLE_NOW); /* what the board makes of it is looked at */
}

static void announce(struct keyring *org, const struct letter *letter, enum notice_verb verb)
{
	struct held_certificate held = voices_announcer(org, SCOPE_ALL, secret);
	struct notice_signer signer = {.certificate = &held};
	struct composed composed = voices_say(amal, &signer, letter, verb, PEOPLE_NOW, 1);
	(void)voices_hear(amal, &composed, PEOPLE_NOW); /* as above */
}

static void witness(struct keyring *org, const struct letter *letter, uint8_t slot)
{
	struct wallet_ticket ticket = voices_ticket(org, TICKET_CIVILIAN, slot, secret);
	struct notice_signer signer = {.ticket = &ticket};
	struct composed composed = voices_say(amal, &signer, letter, compose_witness_verb(letter), PEOPLE_NOW, 1);
	(void)voices_hear(amal, &composed, PEOPLE_NOW); /* as above */
}

static void count_people(struct keyring *org, const char *place, uint64_t people)
{
	struct letter letter = {.type = LETTER_HEADCOUNT, .people = people};
	strcpy(letter.place, place);
	say(org, &letter, NOTICE_INFO);
}

/* The board at a time; its word i is what arrived i-th of what is still kept. */
static const struct board_word *word_at(unsigned i, uint64_t now)
{
	board_free(board);
	board = board_new(amal, now);
	ck_assert_ptr_nonnull(board);
	ck_assert_uint_lt(i, board->n);
	return &board->words[i];
}

static unsigned witnesses_at(unsigned i, uint64_t now, struct board_claim claims[static BOARD_CLAIMS_MAX])
{
	const struct board_word *word = word_at(i, now);
	return board_witnesses(board, word, claims);
}

static enum board_state state_at(unsigned i, uint64_t now)
{
	const struct board_word *word = word_at(i, now);
	return board_state(board, word);
}

#define STATE_IS(i, state) ck_assert_int_eq(state_at(i, PEOPLE_NOW), state)

static unsigned contradictions(const struct board_word *word)
{
	unsigned n = 0;
	for (unsigned i = 0; i < board->n; i++)
		n += board_contradicts(word, &board->words[i]);
	return n;
}

START_TEST(a_newer_word_replaces_the_one_before)
{
	say(medics, &line_one, NOTICE_INFO);
	say(medics, &line_one, NOTICE_STOP);
	ck_assert_uint_eq(amal->notices_n, 1);
	ck_assert_uint_eq(amal->notices[0].seq, 2);
	STATE_IS(0, BOARD_CURRENT);
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + HOUR_S), BOARD_CURRENT);
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + HOUR_S + 1), BOARD_EXPIRED);
}
END_TEST

START_TEST(one_organisation_does_not_confirm_and_two_do)
{
	static const enum notice_verb verbs[] = {NOTICE_GO, NOTICE_SAFE, NOTICE_COMPLETE};
	say(medics, &crossing, verbs[_i]);
	say(unknown, &crossing, verbs[_i]);
	STATE_IS(0, BOARD_UNCONFIRMED);
	say(buses, &crossing, verbs[(_i + 1) % 3]); /* another verb confirms nothing */
	STATE_IS(0, BOARD_UNCONFIRMED);
	say(buses, &crossing, verbs[_i]);
	STATE_IS(0, BOARD_CURRENT);
	STATE_IS(2, BOARD_CURRENT);
}
END_TEST

START_TEST(an_organisation_and_its_announcers_are_one_voice)
{
	say(medics, &crossing, NOTICE_GO);
	announce(medics, &crossing, NOTICE_GO);
	announce(medics, &crossing, NOTICE_GO);
	STATE_IS(0, BOARD_UNCONFIRMED);
	STATE_IS(1, BOARD_UNCONFIRMED);
	ck_assert_int_eq(board->words[1].role, BOARD_ANNOUNCER);
	ck_assert_str_eq(board->words[1].organisation, "Medics");
	announce(buses, &crossing, NOTICE_GO);
	STATE_IS(0, BOARD_CURRENT);
}
END_TEST

START_TEST(what_confirmed_and_expired_confirms_no_more)
{
	struct composed longer = voices_say(medics, NULL, &crossing, NOTICE_GO, PEOPLE_NOW, 3);
	ck_assert(voices_hear(amal, &longer, PEOPLE_NOW));
	say(buses, &crossing, NOTICE_GO);
	STATE_IS(0, BOARD_CURRENT);
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + 2 * HOUR_S), BOARD_UNCONFIRMED);
}
END_TEST

START_TEST(one_stop_outranks_every_go)
{
	static const enum notice_verb stops[] = {NOTICE_STOP, NOTICE_CANCEL}, go[] = {NOTICE_GO, NOTICE_SAFE, NOTICE_COMPLETE};
	struct keyring *third = people_organisation("Third");
	people_trust(amal, third);
	say(medics, &crossing, go[_i / 2]);
	say(buses, &crossing, go[_i / 2]);
	STATE_IS(0, BOARD_CURRENT);
	say(third, &crossing, stops[_i % 2]);
	STATE_IS(0, BOARD_CONFLICT);
	STATE_IS(1, BOARD_CONFLICT);
	STATE_IS(2, _i % 2 == 0 ? BOARD_CURRENT : BOARD_CANCELLED);
	ck_assert_uint_eq(contradictions(&board->words[2]), 2);
	keyring_free(third);
}
END_TEST

START_TEST(a_stop_stands_until_its_own_signer_takes_it_back_or_it_expires)
{
	struct composed stop = voices_say(buses, NULL, &crossing, NOTICE_STOP, PEOPLE_NOW, 2);
	struct composed go = voices_say(medics, NULL, &crossing, NOTICE_GO, PEOPLE_NOW, 6);
	ck_assert(voices_hear(amal, &stop, PEOPLE_NOW));
	ck_assert(voices_hear(amal, &go, PEOPLE_NOW));
	announce(buses, &crossing, NOTICE_GO); /* not the signer of the stop */
	STATE_IS(1, BOARD_CONFLICT);
	ck_assert_int_eq(state_at(1, PEOPLE_NOW + 2 * HOUR_S), BOARD_CONFLICT);
	ck_assert_uint_eq(contradictions(&board->words[1]), 1);
	ck_assert_int_eq(state_at(1, PEOPLE_NOW + 2 * HOUR_S + 1), BOARD_UNCONFIRMED);
	ck_assert_uint_eq(contradictions(&board->words[1]), 0); /* an old stop is not listed either */
	say(buses, &crossing, NOTICE_INFO);
	STATE_IS(0, BOARD_CURRENT); /* the stop is gone: the go and the announcer's confirm each other */
}
END_TEST

START_TEST(a_stop_of_nobody_trusted_stops_nothing)
{
	say(medics, &crossing, NOTICE_GO);
	say(buses, &crossing, NOTICE_GO);
	say(unknown, &crossing, NOTICE_STOP);
	STATE_IS(0, BOARD_CURRENT);
	ck_assert_uint_eq(contradictions(&board->words[0]), 0);
	ck_assert_ptr_null(board->words[2].organisation);
}
END_TEST

START_TEST(another_topic_neither_confirms_nor_contradicts)
{
	struct letter elsewhere = crossing;
	strcpy(elsewhere.area, "Bridge");
	say(medics, &crossing, NOTICE_GO);
	say(buses, &elsewhere, NOTICE_GO);
	STATE_IS(0, BOARD_UNCONFIRMED);
	say(buses, &elsewhere, NOTICE_STOP);
	STATE_IS(0, BOARD_UNCONFIRMED);
}
END_TEST

START_TEST(an_exercise_replaces_confirms_and_contradicts_nothing_that_is_real)
{
	struct letter drill = crossing, counted = {.type = LETTER_HEADCOUNT, .place = "Sector 4", .people = 4000, .status = STATUS_EXERCISE};
	drill.status = STATUS_EXERCISE;
	say(medics, &crossing, NOTICE_COMPLETE);
	say(medics, &drill, NOTICE_STOP);
	ck_assert_uint_eq(amal->notices_n, 2);
	STATE_IS(0, BOARD_UNCONFIRMED);
	say(buses, &drill, NOTICE_COMPLETE);
	STATE_IS(0, BOARD_UNCONFIRMED);
	say(buses, &crossing, NOTICE_COMPLETE);
	STATE_IS(0, BOARD_CURRENT);
	say(buses, &drill, NOTICE_STOP);
	say(buses, &counted, NOTICE_INFO);
	STATE_IS(0, BOARD_CURRENT);
	witness(medics, &drill, 0);
	struct board_claim claims[BOARD_CLAIMS_MAX];
	ck_assert_uint_eq(witnesses_at(0, PEOPLE_NOW, claims), 0);
	ck_assert_uint_eq(contradictions(&board->words[0]), 0);
}
END_TEST

START_TEST(an_exercise_on_the_topic_of_what_is_real_is_an_exercise_all_the_same)
{
	struct letter drill = crossing;
	drill.status = STATUS_EXERCISE;
	say(medics, &crossing, NOTICE_GO);
	say(buses, &drill, NOTICE_GO);
	memcpy(amal->notices[1].topic, amal->notices[0].topic, NOTICE_TOPIC_SIZE); /* as another program may sign it */
	STATE_IS(0, BOARD_UNCONFIRMED);
}
END_TEST

START_TEST(who_signed_two_different_ones_is_not_counted)
{
	say(medics, &crossing, NOTICE_GO);
	say(buses, &crossing, NOTICE_GO);
	struct letter other = crossing;
	strcpy(other.text, "others say other things");
	buses->org.topics[0].seq = 0;
	say(buses, &other, NOTICE_GO); /* the same number */
	ck_assert_uint_eq(amal->notices_n, 2);
	STATE_IS(0, BOARD_UNCONFIRMED);
	STATE_IS(1, BOARD_CONFLICT);
	buses->org.topics[0].seq = 1;
	say(buses, &crossing, NOTICE_GO); /* a higher number settles it */
	STATE_IS(0, BOARD_CURRENT);
}
END_TEST

START_TEST(of_two_with_one_number_the_stop_is_kept_whichever_came_first)
{
	struct composed go = voices_say(medics, NULL, &crossing, NOTICE_GO, PEOPLE_NOW, 1);
	medics->org.topics[0].seq = 0;
	struct composed stop = voices_say(medics, NULL, &crossing, NOTICE_STOP, PEOPLE_NOW, 1);
	ck_assert(voices_hear(amal, _i == 0 ? &go : &stop, PEOPLE_NOW));
	ck_assert(voices_hear(amal, _i == 0 ? &stop : &go, PEOPLE_NOW));
	ck_assert_uint_eq(amal->notices_n, 1);
	ck_assert_int_eq(amal->notices[0].verb, NOTICE_STOP);
	say(buses, &crossing, NOTICE_GO);
	STATE_IS(0, BOARD_CONFLICT);
	STATE_IS(1, BOARD_CONFLICT); /* contradicted by it */
}
END_TEST

START_TEST(complete_is_contradicted_by_whoever_still_counts_people)
{
	say(medics, &crossing, NOTICE_COMPLETE);
	say(buses, &crossing, NOTICE_COMPLETE);
	STATE_IS(0, BOARD_CURRENT);
	count_people(medics, "Sector 4", 4000); /* its own count does not speak against itself, but against the other's */
	STATE_IS(0, BOARD_CURRENT);
	STATE_IS(1, BOARD_CONFLICT);
	count_people(buses, "Sector 5", 3500);
	STATE_IS(0, BOARD_CONFLICT);
	ck_assert_uint_eq(board->words[3].people, 3500);
	ck_assert_str_eq(board->words[3].claim, "3500 people");
	ck_assert_uint_eq(contradictions(&board->words[3]), 1);
	STATE_IS(3, BOARD_CURRENT);
	count_people(unknown, "Sector 6", 5200);
	ck_assert_uint_eq(contradictions(word_at(0, PEOPLE_NOW)), 1);
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + HOUR_S + 1), BOARD_EXPIRED);
}
END_TEST

START_TEST(an_organisation_does_not_contradict_itself_by_counting)
{
	struct letter here = {.type = LETTER_HEADCOUNT, .place = "Sector 4", .people = 4000};
	say(medics, &crossing, NOTICE_COMPLETE);
	say(buses, &crossing, NOTICE_COMPLETE);
	announce(medics, &here, NOTICE_INFO);
	STATE_IS(0, BOARD_CURRENT);
	STATE_IS(1, BOARD_CONFLICT);
}
END_TEST

START_TEST(a_headcount_taken_back_contradicts_nothing)
{
	say(medics, &crossing, NOTICE_COMPLETE);
	count_people(buses, "Sector 5", 3500);
	STATE_IS(0, BOARD_CONFLICT);
	struct letter back = {.type = LETTER_HEADCOUNT, .action = ACTION_CANCEL, .place = "Sector 5", .people = 3500};
	say(buses, &back, NOTICE_CANCEL);
	STATE_IS(0, BOARD_UNCONFIRMED);
}
END_TEST

START_TEST(witnesses_are_counted_and_change_no_state)
{
	say(medics, &line_one, NOTICE_GO);
	say(buses, &line_one, NOTICE_GO);
	struct letter heard = line_one;
	heard.verb = TRANSPORT_BOARDING;
	witness(medics, &heard, 9);
	for (uint8_t slot = 0; slot < 3; slot++)
		witness(medics, &turned_back, slot);
	witness(unknown, &turned_back, 3); /* a ticket of nobody trusted */
	STATE_IS(0, BOARD_CURRENT);
	struct board_claim claims[BOARD_CLAIMS_MAX];
	ck_assert_uint_eq(board_witnesses(board, &board->words[0], claims), 2);
	ck_assert_str_eq(claims[0].claim, "turned_back");
	ck_assert_uint_eq(claims[0].count, 3);
	ck_assert_str_eq(claims[1].claim, "boarding");
	ck_assert_uint_eq(claims[1].count, 1);
	ck_assert_uint_eq(contradictions(&board->words[0]), 3);
	ck_assert_int_eq(board->words[3].role, BOARD_WITNESS);
	ck_assert_uint_eq(witnesses_at(0, PEOPLE_NOW + HOUR_S + 1, claims), 0);
}
END_TEST

START_TEST(witnesses_who_count_people_stand_beside_complete)
{
	struct letter here = {.type = LETTER_HEADCOUNT, .place = "Sector 6", .people = 5200};
	say(medics, &crossing, NOTICE_COMPLETE);
	say(buses, &crossing, NOTICE_COMPLETE);
	witness(medics, &here, 0);
	STATE_IS(0, BOARD_CURRENT);
	struct board_claim claims[BOARD_CLAIMS_MAX];
	ck_assert_uint_eq(board_witnesses(board, &board->words[0], claims), 1);
	ck_assert_str_eq(claims[0].claim, "5200 people");
	ck_assert_uint_eq(contradictions(&board->words[0]), 1);
}
END_TEST

START_TEST(a_witness_speaks_once_on_the_day_of_the_ticket)
{
	struct wallet_ticket ticket = voices_ticket(medics, TICKET_CIVILIAN, 0, secret);
	struct notice_signer signer = {.ticket = &ticket};
	struct composed first = voices_say(amal, &signer, &turned_back, NOTICE_STOP, PEOPLE_NOW, 1);
	struct composed second = voices_say(amal, &signer, &line_one, NOTICE_INFO, PEOPLE_NOW + 9, 1);
	ck_assert(voices_hear(amal, &first, PEOPLE_NOW));
	(void)voices_hear(amal, &second, PEOPLE_NOW + 9); /* one of the two is kept */
	ck_assert_uint_eq(amal->notices_n, 1);
	struct board_claim claims[BOARD_CLAIMS_MAX];
	ck_assert_uint_eq(witnesses_at(0, PEOPLE_NOW + 9, claims), 0);
	struct wallet_ticket other = voices_ticket(medics, TICKET_CIVILIAN, 1, secret);
	signer.ticket = &other;
	struct composed hoarded = {.header = {0}};
	struct notice_wish wish = {.verb = NOTICE_STOP, .not_after = UINT32_MAX};
	ck_assert_int_eq(compose_notice_as(amal, &signer, &turned_back, &wish, PEOPLE_NOW + 3 * DAY_S, &hoarded), COMPOSE_OK);
	struct envelope_header header;
	struct notice notice;
	size_t signed_len;
	ck_assert_int_eq(envelope_parse(hoarded.envelope, hoarded.len, &header), ENVELOPE_OK);
	ck_assert(!notice_parse(hoarded.envelope, hoarded.len, &notice, &signed_len)); /* the header's day must be the ticket's */
}
END_TEST

START_TEST(a_ticket_kept_for_later_makes_no_witness)
{
	struct wallet_ticket ticket = voices_ticket(medics, TICKET_CIVILIAN, 0, secret);
	struct notice_signer signer = {.ticket = &ticket};
	struct composed composed = voices_say(amal, &signer, &turned_back, NOTICE_STOP, PEOPLE_NOW, 1);
	struct envelope_header header;
	struct notice notice;
	size_t signed_len;
	ck_assert_int_eq(envelope_parse(composed.envelope, composed.len, &header), ENVELOPE_OK);
	ck_assert(notice_parse(composed.envelope, composed.len, &notice, &signed_len));
	notice.issued += (uint32_t)_i * DAY_S; /* dated after the ticket's day, as its holder could */
	notice.not_after += (uint32_t)_i * DAY_S;
	(void)keyring_add_notice(amal, header.extra, &notice, composed.id, PEOPLE_NOW + (uint64_t)_i * DAY_S); /* looked at below */
	ck_assert((keyring_org_name(amal, amal->notices[0].organisation) != NULL) == (_i < 2));
}
END_TEST

START_TEST(a_signer_revoked_before_is_nobody_and_one_revoked_since_is_marked)
{
	struct held_certificate held = voices_announcer(medics, SCOPE_ALL, secret);
	struct wallet_ticket ticket = voices_ticket(medics, TICKET_MEDIC, 0, secret);
	struct notice_signer signer = {.certificate = _i % 2 == 0 ? &held : NULL, .ticket = _i % 2 == 0 ? NULL : &ticket};
	struct composed composed = voices_say(amal, &signer, &turned_back, NOTICE_STOP, PEOPLE_NOW, 1);
	struct revoked revoked = {.day = day_of_unix(PEOPLE_NOW)};
	memcpy(revoked.secret, secret, sizeof secret);
	bool before = _i >= 2;
	if (before)
		ck_assert(keyring_add_revocation(amal, &revoked));
	ck_assert(voices_hear(amal, &composed, PEOPLE_NOW));
	ck_assert(word_at(0, PEOPLE_NOW)->revoked == before);
	if (!before)
		ck_assert(keyring_add_revocation(amal, &revoked));
	const struct board_word *word = word_at(0, PEOPLE_NOW);
	ck_assert((word->organisation == NULL) == before);
	ck_assert(word->revoked);
	struct board_claim claims[BOARD_CLAIMS_MAX];
	ck_assert_uint_eq(board_witnesses(board, word, claims), 0);
}
END_TEST

START_TEST(a_go_of_a_signer_revoked_since_is_not_enough)
{
	announce(medics, &crossing, NOTICE_GO);
	say(buses, &crossing, NOTICE_GO);
	STATE_IS(0, BOARD_CURRENT);
	struct revoked revoked = {.day = 0};
	memcpy(revoked.secret, secret, sizeof secret);
	ck_assert(keyring_add_revocation(amal, &revoked));
	STATE_IS(0, BOARD_UNCONFIRMED);
	STATE_IS(1, BOARD_UNCONFIRMED);
}
END_TEST

START_TEST(go_safe_complete_and_buses_count_six_hours_whatever_they_say)
{
	static const struct {
		const struct letter *letter;
		enum notice_verb verb;
		unsigned hours;
	} cases[] = {{&crossing, NOTICE_GO, 6},   {&crossing, NOTICE_SAFE, 6},  {&crossing, NOTICE_COMPLETE, 6},
		     {&line_one, NOTICE_INFO, 6}, {&crossing, NOTICE_STOP, 72}, {&crossing, NOTICE_INFO, 72}};
	struct composed composed = voices_say(medics, NULL, cases[_i].letter, cases[_i].verb, PEOPLE_NOW, 72);
	struct envelope_header header;
	struct notice notice;
	size_t signed_len;
	ck_assert_int_eq(envelope_parse(composed.envelope, composed.len, &header), ENVELOPE_OK);
	ck_assert(notice_parse(composed.envelope, composed.len, &notice, &signed_len));
	ck_assert_uint_eq(notice.not_after, PEOPLE_NOW + cases[_i].hours * HOUR_S); /* our own desk signs no longer one */
	notice.not_after = PEOPLE_NOW + 72 * HOUR_S;                                /* another's might */
	ck_assert(keyring_add_notice(amal, EXTRA_NONE, &notice, composed.id, PEOPLE_NOW));
	ck_assert_int_ne(state_at(0, PEOPLE_NOW + cases[_i].hours * (uint64_t)HOUR_S), BOARD_EXPIRED);
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + cases[_i].hours * (uint64_t)HOUR_S + 1), BOARD_EXPIRED);
}
END_TEST

START_TEST(a_notice_dated_ahead_counts_from_when_it_came)
{
	struct composed composed = voices_say(medics, NULL, &crossing, NOTICE_STOP, PEOPLE_NOW + 300 * (uint64_t)DAY_S, 72);
	ck_assert(voices_hear(amal, &composed, PEOPLE_NOW));
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + 72 * (uint64_t)HOUR_S), BOARD_CURRENT);
	ck_assert_int_eq(state_at(0, PEOPLE_NOW + 72 * (uint64_t)HOUR_S + 1), BOARD_EXPIRED);
}
END_TEST

START_TEST(no_wrong_clock_makes_what_expired_current_again)
{
	static const uint64_t clocks[] = {0, PEOPLE_NOW - 10 * DAY_S, 2145916800 /* 2038 */, 4294967295 /* 2106 */, 4294967296};
	say(medics, &line_one, NOTICE_STOP);
	uint64_t noted = keyring_turn(amal, PEOPLE_NOW + 2 * HOUR_S);
	ck_assert_int_eq(state_at(0, noted), BOARD_EXPIRED);
	ck_assert_int_eq(state_at(0, keyring_turn(amal, clocks[_i])), BOARD_EXPIRED);
	ck_assert_int_eq(state_at(0, keyring_turn(amal, PEOPLE_NOW)), BOARD_EXPIRED);
}
END_TEST

START_TEST(a_notice_at_the_end_of_32_bits_does_not_wrap)
{
	uint64_t end = UINT32_MAX - 60;
	struct composed composed = voices_say(medics, NULL, &crossing, NOTICE_STOP, end, 72);
	ck_assert(voices_hear(amal, &composed, end));
	const struct board_word *word = word_at(0, end);
	ck_assert_uint_eq(word->until, UINT32_MAX);
	ck_assert_int_eq(state_at(0, (uint64_t)UINT32_MAX + 1), BOARD_EXPIRED);
	ck_assert_int_eq(state_at(0, (uint64_t)UINT32_MAX + 80 * HOUR_S), BOARD_EXPIRED);
}
END_TEST

START_TEST(any_signed_word_of_an_organisation_ends_its_silence)
{
	const struct pinned_org *org = &amal->orgs[0];
	amal->orgs[0].card.issued = PEOPLE_NOW - 9 * DAY_S;
	say(buses, &crossing, NOTICE_INFO); /* not theirs */
	witness(medics, &turned_back, 0);   /* nor is a witness's */
	(void)word_at(0, PEOPLE_NOW);       /* made anew */
	ck_assert_uint_eq(board_last_word(board, org), PEOPLE_NOW - 9 * DAY_S);
	struct composed heartbeat;
	ck_assert_int_eq(compose_heartbeat(medics, PEOPLE_NOW - 5 * HOUR_S, &heartbeat), COMPOSE_OK);
	ck_assert_uint_eq(medics->org.last_word, PEOPLE_NOW - 5 * HOUR_S);
	ck_assert(voices_hear(amal, &heartbeat, PEOPLE_NOW));
	(void)word_at(0, PEOPLE_NOW); /* as above */
	ck_assert_uint_eq(board_last_word(board, org), PEOPLE_NOW - 5 * HOUR_S);
	announce(medics, &crossing, NOTICE_INFO);
	(void)word_at(0, PEOPLE_NOW + 7 * HOUR_S); /* as above */
	ck_assert_uint_eq(board_last_word(board, org), PEOPLE_NOW);
}
END_TEST

START_TEST(a_heartbeat_replaces_nothing)
{
	struct composed heartbeat;
	struct letter nowhere = {.type = LETTER_ALERT, .headline = "stay"};
	say(medics, &nowhere, NOTICE_STOP);
	ck_assert_int_eq(compose_heartbeat(medics, PEOPLE_NOW, &heartbeat), COMPOSE_OK);
	ck_assert(voices_hear(amal, &heartbeat, PEOPLE_NOW));
	ck_assert_uint_eq(amal->notices_n, 2);
	STATE_IS(0, BOARD_CURRENT);
}
END_TEST

START_TEST(witnesses_never_push_out_an_organisations_word)
{
	say(medics, &crossing, NOTICE_STOP);
	struct letter letter = turned_back;
	for (unsigned i = 0; i < 2 * KEYRING_NOTICES_MAX; i++) {
		snprintf(letter.line, sizeof letter.line, "line %u", i);
		witness(i % 2 == 0 ? medics : unknown, &letter, (uint8_t)(i % TICKET_SLOTS));
	}
	ck_assert_uint_eq(amal->notices_n, 1 + KEYRING_WITNESS_NOTICES_MAX + KEYRING_STRANGER_NOTICES_MAX);
	ck_assert_int_eq(amal->notices[0].verb, NOTICE_STOP);
	for (unsigned i = 0; i < KEYRING_NOTICES_MAX + 10; i++) {
		snprintf(letter.line, sizeof letter.line, "line %u", i);
		say(buses, &letter, NOTICE_INFO);
	}
	ck_assert_uint_eq(amal->notices_n, KEYRING_NOTICES_MAX);
	for (unsigned i = 0; i < KEYRING_NOTICES_MAX; i++)
		ck_assert_uint_eq(amal->notices[i].extra, EXTRA_NONE);
	witness(medics, &turned_back, 0);
	ck_assert_uint_eq(amal->notices[KEYRING_NOTICES_MAX - 1].extra, EXTRA_NONE);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("board");
	TCase *tests = tcase_create("board");
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, a_newer_word_replaces_the_one_before);
	tcase_add_loop_test(tests, one_organisation_does_not_confirm_and_two_do, 0, 3);
	tcase_add_test(tests, an_organisation_and_its_announcers_are_one_voice);
	tcase_add_test(tests, what_confirmed_and_expired_confirms_no_more);
	tcase_add_loop_test(tests, one_stop_outranks_every_go, 0, 6);
	tcase_add_test(tests, a_stop_stands_until_its_own_signer_takes_it_back_or_it_expires);
	tcase_add_test(tests, a_stop_of_nobody_trusted_stops_nothing);
	tcase_add_test(tests, another_topic_neither_confirms_nor_contradicts);
	tcase_add_test(tests, an_exercise_replaces_confirms_and_contradicts_nothing_that_is_real);
	tcase_add_test(tests, an_exercise_on_the_topic_of_what_is_real_is_an_exercise_all_the_same);
	tcase_add_test(tests, who_signed_two_different_ones_is_not_counted);
	tcase_add_loop_test(tests, of_two_with_one_number_the_stop_is_kept_whichever_came_first, 0, 2);
	tcase_add_test(tests, complete_is_contradicted_by_whoever_still_counts_people);
	tcase_add_test(tests, an_organisation_does_not_contradict_itself_by_counting);
	tcase_add_test(tests, a_headcount_taken_back_contradicts_nothing);
	tcase_add_test(tests, witnesses_are_counted_and_change_no_state);
	tcase_add_test(tests, witnesses_who_count_people_stand_beside_complete);
	tcase_add_test(tests, a_witness_speaks_once_on_the_day_of_the_ticket);
	tcase_add_loop_test(tests, a_ticket_kept_for_later_makes_no_witness, 0, 4);
	tcase_add_loop_test(tests, a_signer_revoked_before_is_nobody_and_one_revoked_since_is_marked, 0, 4);
	tcase_add_test(tests, a_go_of_a_signer_revoked_since_is_not_enough);
	tcase_add_loop_test(tests, go_safe_complete_and_buses_count_six_hours_whatever_they_say, 0, 6);
	tcase_add_test(tests, a_notice_dated_ahead_counts_from_when_it_came);
	tcase_add_loop_test(tests, no_wrong_clock_makes_what_expired_current_again, 0, 5);
	tcase_add_test(tests, a_notice_at_the_end_of_32_bits_does_not_wrap);
	tcase_add_test(tests, any_signed_word_of_an_organisation_ends_its_silence);
	tcase_add_test(tests, a_heartbeat_replaces_nothing);
	tcase_add_test(tests, witnesses_never_push_out_an_organisations_word);
	suite_add_tcase(suite, tests);
	return suite;
}
