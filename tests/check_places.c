#include "tests/support/suite.h"

#include "proto/places.h"
#include "proto/sketch.h"

/* One number after the other as SPEC.md 7.5 puts it; the product of hash and cells has up to 41 bits. */
static struct places slow_places(uint32_t id, uint16_t cells)
{
	uint32_t hash = id;
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	hash ^= hash >> 16;
	uint32_t second = hash * 0x9e3779b1;
	second ^= second >> 15;
	return (struct places){{(uint32_t)((uint64_t)hash * cells >> 32), (uint32_t)((uint64_t)second * cells >> 32)}};
}

static uint32_t id_number(uint32_t n)
{
	return n < 16 ? n + 1 : n < 32 ? UINT32_MAX - n : n * 0x9e3779b1;
}

START_TEST(an_id_is_in_the_cells_of_the_specification)
{
	for (uint16_t cells = 1; cells <= SKETCH_CELLS_MAX; cells++) {
		for (uint32_t n = 0; n < 500; n++) {
			struct places places = places_of(id_number(n), cells), slow = slow_places(id_number(n), cells);
			ck_assert_uint_eq(places.cell[0], slow.cell[0]);
			ck_assert_uint_eq(places.cell[1], slow.cell[1]);
		}
	}
}
END_TEST

START_TEST(many_ids_at_once_are_where_each_is)
{
	enum { MANY = 40, STEP = 7, UNTOUCHED = 12345 };
	uint32_t ids[MANY], one[MANY + 1], two[MANY + 1];
	for (uint32_t count = 0; count <= MANY; count++) {
		const uint16_t cells = (uint16_t)(1 + count * 319 / MANY);
		for (uint32_t n = 0; n < count; n++)
			ids[n] = id_number(count * MANY + n);
		one[count] = two[count] = UNTOUCHED;
		places_of_all(ids, count, cells, STEP, one, two);
		for (uint32_t n = 0; n < count; n++) {
			struct places places = places_of(ids[n], cells);
			ck_assert_uint_eq(one[n], places.cell[0] * STEP);
			ck_assert_uint_eq(two[n], places.cell[1] * STEP);
		}
		ck_assert_uint_eq(one[count], UNTOUCHED);
		ck_assert_uint_eq(two[count], UNTOUCHED);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("places");
	TCase *test_case = tcase_create("places");
	tcase_add_test(test_case, an_id_is_in_the_cells_of_the_specification);
	tcase_add_test(test_case, many_ids_at_once_are_where_each_is);
	suite_add_tcase(suite, test_case);
	return suite;
}
