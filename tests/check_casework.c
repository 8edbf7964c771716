/* Who has a case, for how long, and what becomes of two that are one: on SQLite and, where there is a server, on PostgreSQL. */

#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/claims.h"
#include "node/relief/merge.h"
#include "node/relief/notes.h"
#include "node/relief/record.h"
#include "node/relief/triage.h"
#include "proto/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEDIC = 1, STRANGER = 2, ROUNDS = 12, RACERS = 4 };

static struct reliefdb db;
static char path[64];
static struct letter said;

static void open_room(void)
{
	relief_room(&db, path);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	said.red = 1;
	(void)strcpy(said.place, "Sector 4, the school");
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

static void begin(struct reliefdb *of)
{
	ck_assert_int_eq(reliefdb_begin(of), ERR_OK);
}

static void commit(struct reliefdb *of)
{
	ck_assert_int_eq(reliefdb_commit(of), ERR_OK);
}

/* Another organisation in the same database. */
static void join_as(struct reliefdb *other, uint8_t key_byte)
{
	uint8_t key[32];
	memset(key, key_byte, sizeof(key));
	ck_assert_int_eq(reliefdb_join(other, path, key), ERR_OK);
}

static bool take(struct reliefdb *of, const struct case_file *file, uint64_t now, uint64_t until, const char *org)
{
	struct claims_row row = {.at = now, .until = until};
	bool won = false;
	(void)snprintf(row.org, sizeof(row.org), "%s", org);
	(void)strcpy(row.who, "Rana");
	begin(of);
	ck_assert_int_eq(claims_take(of, file, now, &row, &won), ERR_OK);
	commit(of);
	return won;
}

START_TEST(every_organisation_that_got_a_request_names_it_alike)
{
	struct reliefdb other;
	struct case_file ours, theirs, another;
	join_as(&other, 8);
	relief_keep(&db, &said, MEDIC, 1, &ours);
	relief_keep(&other, &said, MEDIC, 1, &theirs);
	ck_assert(claims_named(ours.claim));
	ck_assert_mem_eq(ours.claim, theirs.claim, sizeof(ours.claim));
	relief_keep(&db, &said, STRANGER, 1, &another);
	ck_assert_mem_ne(ours.claim, another.claim, sizeof(ours.claim));
	/* An update belongs to the same request. */
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	relief_keep(&db, &said, MEDIC, 2, &another);
	ck_assert_mem_eq(ours.claim, another.claim, sizeof(ours.claim));
	reliefdb_close(&other);
}
END_TEST

START_TEST(an_update_that_came_first_is_not_the_request)
{
	struct case_file early, whole;
	struct letter first = said;
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	relief_keep(&db, &said, MEDIC, 2, &early);
	relief_keep(&db, &first, MEDIC, 1, &whole);
	ck_assert_uint_eq(early.number, whole.number);
	ck_assert_mem_ne(early.claim, whole.claim, sizeof(whole.claim));
}
END_TEST

START_TEST(what_one_organisation_has_another_of_the_database_cannot_take)
{
	struct reliefdb other;
	struct case_file file, theirs;
	struct claims_row row;
	join_as(&other, 8);
	relief_keep(&db, &said, MEDIC, 1, &file);
	relief_keep(&other, &said, MEDIC, 1, &theirs);
	ck_assert(take(&db, &file, NOON, NOON + 600, "Aleppo Medics"));
	ck_assert(!take(&other, &theirs, NOON + 1, NOON + 601, "White Cross"));
	ck_assert_int_eq(claims_look(&other, &theirs, &row), ERR_OK);
	ck_assert(!row.ours);
	ck_assert_str_eq(row.org, "Aleppo Medics");
	ck_assert_str_eq(row.who, "Rana");
	ck_assert(take(&db, &file, NOON + 300, NOON + 900, "Aleppo Medics")); /* renewed */
	ck_assert(!take(&other, &theirs, NOON + 900, NOON + 1500, "White Cross"));
	ck_assert(take(&other, &theirs, NOON + 901, NOON + 1501, "White Cross")); /* it ran out */
	ck_assert(!take(&db, &file, NOON + 902, NOON + 1502, "Aleppo Medics"));
	begin(&db);
	ck_assert_int_eq(claims_release(&db, &file), ERR_OK); /* not ours: it stays theirs */
	commit(&db);
	ck_assert(!take(&db, &file, NOON + 903, NOON + 1503, "Aleppo Medics"));
	begin(&other);
	ck_assert_int_eq(claims_release(&other, &theirs), ERR_OK);
	commit(&other);
	ck_assert_int_eq(claims_look(&db, &file, &row), ERR_NO_FILE);
	reliefdb_close(&other);
}
END_TEST

/* One of them: a process with a connection of its own, half of them of another organisation. */
static _Noreturn void racer(int n, int start, const struct case_file *file)
{
	struct reliefdb own;
	uint8_t key[32];
	char byte;
	bool won = false;
	struct claims_row row = {.at = NOON, .until = NOON + 600};
	memset(key, 7 + n % 2, sizeof(key));
	if (reliefdb_open(&own, path, key) != ERR_OK)
		_exit(3);
	(void)!read(start, &byte, 1); /* ends when the starter closes */

	/* Within an organisation its own transactions decide; here each asks as if it knew of nobody. */
	enum err err = reliefdb_begin(&own);
	struct claims_row before;
	if (err == ERR_OK && claims_look(&own, file, &before) == ERR_OK && before.ours)
		won = false; /* a colleague was faster */
	else if (err == ERR_OK)
		err = claims_take(&own, file, NOON, &row, &won);
	if (err == ERR_OK)
		err = reliefdb_commit(&own);
	_exit(err != ERR_OK ? 2 : won ? 1 : 0);
}

/* Returns how many won. */
static int race(const struct case_file *file)
{
	int start[2], won = 0;
	pid_t pids[RACERS];
	ck_assert_int_eq(pipe(start), 0);
	for (int i = 0; i < RACERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			(void)close(start[1]);
			racer(i, start[0], file);
		}
	}
	(void)close(start[0]);
	(void)usleep(50000); /* until they stand at the line; a race is none without real processes */
	(void)close(start[1]);
	for (int i = 0; i < RACERS; i++) {
		int status = 0;
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status));
		ck_assert_int_le(WEXITSTATUS(status), 1);
		won += WEXITSTATUS(status);
	}
	return won;
}

START_TEST(of_processes_that_race_exactly_one_gets_it)
{
	struct reliefdb other;
	struct case_file file;
	join_as(&other, 8);
	reliefdb_close(&other);
	relief_keep(&db, &said, MEDIC, 1, &file);
	reliefdb_close(&db); /* no connection is taken over a fork */
	for (int round = 0; round < ROUNDS; round++) {
		file.claim[1] = (uint8_t)round;
		ck_assert_int_eq(race(&file), 1);
	}
	uint8_t key[32];
	memset(key, 7, sizeof(key));
	ck_assert_int_eq(reliefdb_open(&db, path, key), ERR_OK);
}
END_TEST

START_TEST(the_rule_between_organisations_never_gives_it_to_both_or_to_none)
{
	struct claims_bid bids[] = {{.at = 5, .identity = {1}}, {.at = 5, .identity = {2}}, {.at = 4, .identity = {9}}, {.at = 6, .identity = {0}}};
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			if (i != j)
				ck_assert_int_ne(claims_loses(&bids[i], &bids[j]), claims_loses(&bids[j], &bids[i]));
	ck_assert(claims_loses(&bids[0], &bids[2]));
	ck_assert(claims_loses(&bids[1], &bids[0]));
	ck_assert(!claims_loses(&bids[2], &bids[3]));
}
END_TEST

START_TEST(what_nobody_has_taken_on_gets_loud_after_a_quarter_of_an_hour)
{
	struct case_file file = {.number = 1, .type = LETTER_MEDEVAC, .class = CLASS_URGENT, .red = 1, .arrived = NOON};
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S - 1), LOUD_NOT);
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S), LOUD_UNTOUCHED);
	file.state = CASE_OPENED; /* looking is not acting */
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S), LOUD_UNTOUCHED);
	file.status = STATUS_EXERCISE;
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S), LOUD_NOT);
	file.status = STATUS_ACTUAL;
	file.touched_at = NOON + 10;
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S), LOUD_NOT);
	case_wait(&file, NOON + 100); /* given back: the time begins anew */
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S + 99), LOUD_NOT);
	ck_assert_int_eq(triage_loud(&file, NOON + TRIAGE_LATE_S + 100), LOUD_UNTOUCHED);
}
END_TEST

START_TEST(a_claim_that_ran_out_is_loud_and_says_whose)
{
	char why[TRIAGE_REASON_MAX];
	struct case_file file = {.number = 1,
				 .type = LETTER_MEDEVAC,
				 .state = CASE_ASSIGNED,
				 .class = CLASS_URGENT,
				 .red = 2,
				 .arrived = NOON,
				 .touched_at = NOON,
				 .claimed_at = NOON,
				 .lease_until = NOON + 3600,
				 .operator_name = "Rana"};
	ck_assert(case_claimed(&file, NOON + 3600));
	ck_assert_int_eq(triage_loud(&file, NOON + 3600), LOUD_NOT);
	ck_assert(case_ran_out(&file, NOON + 3600 + 720));
	ck_assert_int_eq(triage_loud(&file, NOON + 3600 + 720), LOUD_RAN_OUT);
	(void)triage_priority(&file, NOON + 3600 + 720, why);
	ck_assert_str_eq(why, "2 red, Rana's claim ran out 12 min ago");
	triage_why(&file, NOON + 3600 + 720, WORDS_AR, why);
	ck_assert_ptr_nonnull(strstr(why, "Rana"));
	file.state = CASE_CLOSED;
	ck_assert_int_eq(triage_loud(&file, NOON + 3600 + 720), LOUD_NOT);
}
END_TEST

static void full_file(struct case_file *file)
{
	*file = (struct case_file){.number = 7,
				   .type = LETTER_MEDEVAC,
				   .state = CASE_ASSIGNED,
				   .operator_name = "رنا",
				   .arrived = 1,
				   .assigned_at = NOON,
				   .revision = 9,
				   .verification = CASE_CONTRADICTED,
				   .claimed_at = 2,
				   .lease_until = 3,
				   .lease_s = 600,
				   .lapse_told = true,
				   .told_until = 3,
				   .waiting_since = 4,
				   .touched_at = 5,
				   .merged_into = 6,
				   .taken_at = 8,
				   .taken_by = "White Cross"};
	memset(file->claim, 0xC1, sizeof(file->claim));
}

START_TEST(a_case_reads_back_as_it_was_written_and_nothing_else_does)
{
	uint8_t bytes[RELIEFDB_ROW_MAX], again[RELIEFDB_ROW_MAX];
	struct case_file before, after;
	full_file(&before);
	size_t len = record_case_encode(&before, bytes);
	ck_assert(record_case_decode(bytes, len, &after));
	ck_assert_uint_eq(record_case_encode(&after, again), len);
	ck_assert_mem_eq(bytes, again, len);
	ck_assert_uint_eq(after.revision, 9);
	ck_assert_str_eq(after.taken_by, "White Cross");
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!record_case_decode(bytes, cut, &after));
	before.verification = CASE_VERIFICATIONS;
	ck_assert(!record_case_decode(bytes, record_case_encode(&before, bytes), &after));
	full_file(&before);
	before.merged_into = before.number;
	ck_assert(!record_case_decode(bytes, record_case_encode(&before, bytes), &after));
}
END_TEST

/* Of version 1: the same up to `danger`. */
START_TEST(a_case_of_before_leases_is_read_with_the_usual_one)
{
	uint8_t bytes[RELIEFDB_ROW_MAX];
	struct case_file before, after;
	full_file(&before);
	size_t tail = 4 + 1 + 6 * 8 + 4 + 1 + 4 + CASE_CLAIM_SIZE + 1 + strlen(before.taken_by);
	size_t len = record_case_encode(&before, bytes) - tail;
	bytes[0] = 1;
	ck_assert(record_case_decode(bytes, len, &after));
	ck_assert_uint_eq(after.revision, 0);
	ck_assert_uint_eq(after.claimed_at, NOON);
	ck_assert_uint_eq(after.lease_until, NOON + CASE_LEASE_S);
	ck_assert_uint_eq(after.touched_at, NOON);
	ck_assert(!record_case_decode(bytes, len + 1, &after));
}
END_TEST

static struct case_file merge_second_into_first(void)
{
	struct case_file first, second;
	relief_keep(&db, &said, MEDIC, 1, &first);
	said.red = 4;
	relief_keep(&db, &said, STRANGER, 1, &second);
	begin(&db);
	ck_assert_int_eq(merge_join(&db, &second, &first), ERR_OK);
	commit(&db);
	return second;
}

START_TEST(a_merged_case_is_in_no_queue_and_weighs_in_the_one_that_speaks_for_it)
{
	struct case_file *files;
	size_t n;
	struct cases_filter filter = {.type = -1, .state = -1};
	struct case_file second = merge_second_into_first();
	ck_assert_uint_eq(second.merged_into, 1);
	ck_assert_int_eq(cases_list(&db, &filter, &files, &n), ERR_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(merge_fold(files, n), 1);
	ck_assert_uint_eq(files[0].number, 1);
	ck_assert_uint_eq(files[0].red, 4); /* the worse of the two tells, not their sum: it is one event */
	ck_assert_uint_eq(files[0].unread, 2);
	free(files);
}
END_TEST

START_TEST(a_letter_for_a_merged_case_reopens_the_one_that_speaks_for_it)
{
	struct case_file first, second = merge_second_into_first();
	ck_assert_int_eq(cases_numbered(&db, 1, &first), ERR_OK);
	first.state = CASE_CLOSED;
	first.reason = REASON_DONE;
	begin(&db);
	ck_assert_int_eq(cases_save(&db, &first), ERR_OK);
	commit(&db);
	uint32_t revision = first.revision;
	relief_refer(&said, STRANGER, 1, ACTION_UPDATE);
	ck_assert_int_eq(relief_keep(&db, &said, STRANGER, 2, &second), CASES_JOINED);
	ck_assert_uint_eq(second.number, 2);
	ck_assert_int_eq(cases_numbered(&db, 1, &first), ERR_OK);
	ck_assert_int_eq(first.state, CASE_OPENED);
	ck_assert_uint_gt(first.revision, revision);
}
END_TEST

START_TEST(a_merge_can_be_taken_back_and_moves_on_with_a_further_one)
{
	uint32_t members[MERGE_MEMBERS_MAX];
	size_t n;
	struct case_file first, third, second = merge_second_into_first();
	memset(&said.place, 0, sizeof(said.place));
	relief_keep(&db, &said, 3, 1, &third);
	ck_assert_int_eq(cases_numbered(&db, 1, &first), ERR_OK);
	begin(&db);
	ck_assert_int_eq(merge_join(&db, &first, &third), ERR_OK);
	commit(&db);
	ck_assert_int_eq(merge_members(&db, 3, members, &n), ERR_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(cases_numbered(&db, 2, &second), ERR_OK);
	ck_assert_uint_eq(second.merged_into, 3);
	begin(&db);
	ck_assert_int_eq(merge_part(&db, &second, NOON), ERR_OK);
	commit(&db);
	ck_assert_int_eq(merge_members(&db, 3, members, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(cases_numbered(&db, 2, &second), ERR_OK);
	ck_assert_uint_eq(second.merged_into, 0);
}
END_TEST

static struct dossier dossier_at(uint32_t number, const char *place, uint64_t sent_at)
{
	struct dossier dossier = {.file = {.number = number, .type = LETTER_MEDEVAC, .arrived = sent_at}};
	(void)snprintf(dossier.said.place, sizeof(dossier.said.place), "%s", place);
	return dossier;
}

START_TEST(suggested_is_what_is_near_in_place_and_time_and_of_one_kind)
{
	struct merge_suggestion out;
	struct dossier one = dossier_at(1, "Sector 4, school", NOON), other = dossier_at(2, "sector ٤، المدرسة", NOON + 720);
	ck_assert(merge_alike(&one, &other, &out));
	ck_assert_uint_eq(out.minutes, 12);
	ck_assert_str_eq(out.area, "Sector 4");
	other = dossier_at(2, "Sector 5", NOON);
	ck_assert(!merge_alike(&one, &other, &out));
	other = dossier_at(2, "Sector 4", NOON + MERGE_NEAR_S);
	ck_assert(merge_alike(&one, &other, &out));
	other = dossier_at(2, "Sector 4", NOON + MERGE_NEAR_S + 1);
	ck_assert(!merge_alike(&one, &other, &out));
	other = dossier_at(2, "Sector 4", NOON);
	other.file.type = LETTER_NEED;
	ck_assert(!merge_alike(&one, &other, &out));
	other.file.type = LETTER_MEDEVAC;
	other.file.status = STATUS_EXERCISE; /* an exercise is beside no real case */
	ck_assert(!merge_alike(&one, &other, &out));
	one = dossier_at(1, "behind the old bakery", NOON), other = dossier_at(2, "behind the old bakery", NOON);
	ck_assert(!merge_alike(&one, &other, &out)); /* no area that we know */
}
END_TEST

START_TEST(suggestions_come_nearest_first)
{
	struct merge_suggestion list[MERGE_SUGGESTIONS_MAX];
	struct case_file file;
	struct dossier dossier;
	size_t n;
	relief_keep(&db, &said, MEDIC, 1, &file); /* written at NOON + 1 */
	struct case_file first = file;
	relief_keep(&db, &said, STRANGER, 3601, &file);
	relief_keep(&db, &said, 3, 601, &file);
	(void)strcpy(said.place, "Sector 9");
	relief_keep(&db, &said, 4, 2, &file);
	ck_assert_int_eq(dossier_read(&db, &first, &dossier), ERR_OK);
	ck_assert_int_eq(merge_suggest(&db, &dossier, list, &n), ERR_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(list[0].number, 3);
	ck_assert_uint_eq(list[0].minutes, 10);
	ck_assert_uint_eq(list[1].number, 2);
	dossier_free(&dossier);
}
END_TEST

START_TEST(notes_stay_as_they_were_written_in_their_order)
{
	struct case_file file;
	struct note *notes, one = {.at = NOON, .kind = NOTE_TEXT, .by = "رنا", .text = "called the school"};
	size_t n;
	relief_keep(&db, &said, MEDIC, 1, &file);
	begin(&db);
	ck_assert_int_eq(notes_add(&db, file.number, &one), ERR_OK);
	one.kind = NOTE_CLAIMED;
	one.text[0] = '\0';
	ck_assert_int_eq(notes_add(&db, file.number, &one), ERR_OK);
	commit(&db);
	ck_assert_int_eq(notes_list(&db, file.number, &notes, &n), ERR_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(notes[0].text, "called the school");
	ck_assert_str_eq(notes[0].by, "رنا");
	ck_assert_str_eq(note_word(notes[1].kind), "claimed");
	free(notes);
	ck_assert_int_eq(notes_list(&db, 99, &notes, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(exercises_and_real_cases_are_never_in_one_list)
{
	struct case_file file, *files;
	size_t n;
	relief_keep(&db, &said, MEDIC, 1, &file);
	said.status = STATUS_EXERCISE;
	relief_keep(&db, &said, STRANGER, 1, &file);
	struct cases_filter filter = {.type = -1, .state = -1, .drill = CASES_REAL};
	ck_assert_int_eq(cases_list(&db, &filter, &files, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(files[0].number, 1);
	free(files);
	filter.drill = CASES_DRILL;
	ck_assert_int_eq(cases_list(&db, &filter, &files, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(files[0].number, 2);
	free(files);
}
END_TEST

static struct case_letter patient_letter(uint32_t seq, const struct letter *letter)
{
	struct case_letter out = {.type = LETTER_PATIENT, .seq = seq};
	out.body_len = (uint16_t)letter_encode(letter, out.body, sizeof(out.body));
	return out;
}

START_TEST(patients_are_listed_in_their_newest_words)
{
	struct cases_patient *patients;
	struct letter one = {.type = LETTER_PATIENT, .number = 1, .triage = TRIAGE_YELLOW, .injuries = "leg"};
	struct letter two = {.type = LETTER_PATIENT, .number = 2, .triage = TRIAGE_GREEN};
	struct letter worse = {.type = LETTER_PATIENT, .action = ACTION_UPDATE, .number = 1, .triage = TRIAGE_RED};
	struct letter gone = {.type = LETTER_PATIENT, .action = ACTION_CANCEL, .number = 2};
	struct case_letter letters[] = {patient_letter(1, &one), patient_letter(2, &two), patient_letter(3, &worse), patient_letter(4, &gone)};
	ck_assert_uint_eq(cases_patients(letters, 4, &patients), 2);
	ck_assert_uint_eq(patients[0].said.triage, TRIAGE_RED);
	ck_assert_str_eq(patients[0].said.injuries, "leg");
	ck_assert(!patients[0].gone);
	ck_assert(patients[1].gone);
	free(patients);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("casework");
	TCase *work = tcase_create("casework");
	tcase_add_checked_fixture(work, open_room, close_room);
	tcase_set_timeout(work, 60);
	tcase_add_test(work, every_organisation_that_got_a_request_names_it_alike);
	tcase_add_test(work, an_update_that_came_first_is_not_the_request);
	tcase_add_test(work, what_one_organisation_has_another_of_the_database_cannot_take);
	tcase_add_test(work, of_processes_that_race_exactly_one_gets_it);
	tcase_add_test(work, a_merged_case_is_in_no_queue_and_weighs_in_the_one_that_speaks_for_it);
	tcase_add_test(work, a_letter_for_a_merged_case_reopens_the_one_that_speaks_for_it);
	tcase_add_test(work, a_merge_can_be_taken_back_and_moves_on_with_a_further_one);
	tcase_add_test(work, suggestions_come_nearest_first);
	tcase_add_test(work, notes_stay_as_they_were_written_in_their_order);
	tcase_add_test(work, exercises_and_real_cases_are_never_in_one_list);
	suite_add_tcase(suite, work);
	TCase *pure = tcase_create("pure");
	tcase_add_test(pure, the_rule_between_organisations_never_gives_it_to_both_or_to_none);
	tcase_add_test(pure, what_nobody_has_taken_on_gets_loud_after_a_quarter_of_an_hour);
	tcase_add_test(pure, a_claim_that_ran_out_is_loud_and_says_whose);
	tcase_add_test(pure, a_case_reads_back_as_it_was_written_and_nothing_else_does);
	tcase_add_test(pure, a_case_of_before_leases_is_read_with_the_usual_one);
	tcase_add_test(pure, suggested_is_what_is_near_in_place_and_time_and_of_one_kind);
	tcase_add_test(pure, patients_are_listed_in_their_newest_words);
	suite_add_tcase(suite, pure);
	return suite;
}
