/* Who is one person in what several letters say. */

#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/people.h"

#include <string.h>

static struct people people;

static void open_room(void)
{
	people = (struct people){.records = NULL};
}

static void close_room(void)
{
	people_free(&people);
}

/* A case, numbered in order, that tells of somebody. */
static struct people_record *tell(uint8_t type, const char *name, const char *father, const char *origin)
{
	struct dossier dossier = {.file = {.type = type, .number = (uint32_t)people.n + 1, .arrived = NOON}, .said = {.type = type}};
	(void)strcpy(dossier.said.name, name);
	(void)strcpy(dossier.said.father, father);
	(void)strcpy(dossier.said.origin, origin);
	(void)strcpy(dossier.said.text, "words");
	ck_assert_int_eq(people_add(&people, &dossier, 0, ""), ERR_OK);
	return &people.records[people.n - 1];
}

static bool one_person(size_t i, size_t j)
{
	people_join(&people);
	return people.records[i].person == people.records[j].person;
}

START_TEST(name_and_father_however_spelt_are_one_person)
{
	tell(LETTER_SEEK, "مُحَمَّد", "أحمد", "");
	tell(LETTER_SEEN, "محمد", "احمد", "حلب");
	ck_assert(one_person(0, 1));
}
END_TEST

START_TEST(a_first_name_alone_is_many_peoples)
{
	tell(LETTER_SEEK, "محمد", "", "");
	tell(LETTER_SEEN, "محمد", "", "");
	ck_assert(!one_person(0, 1));
	ck_assert_uint_ge(people_alike(&people.records[0], &people.records[1]), PEOPLE_PERHAPS);
}
END_TEST

START_TEST(another_father_is_another_person)
{
	tell(LETTER_SEEK, "محمد", "أحمد", "حلب");
	tell(LETTER_SEEN, "محمد", "سمير", "حلب");
	ck_assert(!one_person(0, 1));
	ck_assert_uint_lt(people_alike(&people.records[0], &people.records[1]), PEOPLE_PERHAPS);
}
END_TEST

START_TEST(sex_and_age_speak_against)
{
	struct people_record *one = tell(LETTER_SEEK, "نور علي", "حسن", "");
	one->sex = 1;
	struct people_record *other = tell(LETTER_SEEN, "نور علي", "حسن", "");
	other->sex = 2;
	ck_assert(!one_person(0, 1));
	people.records[1].sex = 1;
	people.records[0].age = 2;
	people.records[1].age = 3;
	ck_assert_uint_eq(people_alike(&people.records[0], &people.records[1]), 100);
	people.records[1].age = 5;
	ck_assert_uint_eq(people_alike(&people.records[0], &people.records[1]), 0);
}
END_TEST

START_TEST(an_answer_is_about_who_was_asked_for)
{
	tell(LETTER_SEEK, "محمد", "أحمد", "");
	tell(LETTER_SEEK, "محمد", "احمد", "");
	struct people_record *answer = tell(LETTER_SEEN, "", "", "");
	answer->about = 1;
	ck_assert(one_person(0, 2));
	ck_assert(one_person(0, 1));
}
END_TEST

START_TEST(nobody_is_joined_over_somebody_else)
{
	tell(LETTER_SEEK, "محمد علي", "أحمد", "");
	tell(LETTER_SEEN, "محمد علي", "", "");
	tell(LETTER_SEEK, "محمد علي", "سمير", "");
	people_join(&people);
	ck_assert_uint_ne(people.records[0].person, people.records[2].person);
}
END_TEST

START_TEST(who_is_well_is_known_by_the_senders_name)
{
	struct dossier dossier = {.file = {.type = LETTER_SAFE, .number = 1}, .said = {.type = LETTER_SAFE}};
	ck_assert_int_eq(people_add(&people, &dossier, 0, "Rima"), ERR_OK);
	ck_assert_str_eq(people.records[0].name, "Rima");
	dossier.file.type = dossier.said.type = LETTER_SEEK;
	ck_assert_int_eq(people_add(&people, &dossier, 0, "Rima"), ERR_OK);
	ck_assert_str_eq(people.records[1].name, "");
}
END_TEST

START_TEST(a_name_is_found_with_the_fathers_behind_it)
{
	tell(LETTER_SEEK, "ريما", "عمر", "");
	tell(LETTER_SEEK, "سلمى", "عمر", "");
	people_find(&people, "رِيما عُمَر");
	ck_assert_uint_eq(people.records[0].found, 100);
	ck_assert_uint_le(people.records[1].found, 50);
	people_find(&people, "");
	ck_assert_uint_eq(people.records[1].found, 100);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("people");
	TCase *tcase = tcase_create("people");
	tcase_add_checked_fixture(tcase, open_room, close_room);
	tcase_add_test(tcase, name_and_father_however_spelt_are_one_person);
	tcase_add_test(tcase, a_first_name_alone_is_many_peoples);
	tcase_add_test(tcase, another_father_is_another_person);
	tcase_add_test(tcase, sex_and_age_speak_against);
	tcase_add_test(tcase, an_answer_is_about_who_was_asked_for);
	tcase_add_test(tcase, nobody_is_joined_over_somebody_else);
	tcase_add_test(tcase, who_is_well_is_known_by_the_senders_name);
	tcase_add_test(tcase, a_name_is_found_with_the_fathers_behind_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
