#include "tests/support/suite.h"

#include "node/web/qrimage.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 14 << 10, HEAD = 62, QUIET = 4 };

static const char before[] = "<img class=\"q\" alt=\"my card\" src=\"data:image/bmp;base64,";

static unsigned digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);
	ck_assert(at != NULL && c != '\0');
	return (unsigned)(at - digits);
}

/* The bitmap in the <img>; returns its length. */
static size_t bitmap_of(const struct html *html, uint8_t bitmap[static PAGE])
{
	ck_assert_int_eq(memcmp(html->bytes, before, sizeof before - 1), 0);
	const char *at = html->bytes + sizeof before - 1, *end = strchr(at, '"');
	size_t len = 0;
	ck_assert_uint_eq((size_t)(end - at) % 4, 0);
	ck_assert_str_eq(end, "\">");
	for (; at < end; at += 4) {
		uint32_t three = digit(at[0]) << 18 | digit(at[1]) << 12 | (at[2] != '=' ? digit(at[2]) << 6 : 0) | (at[3] != '=' ? digit(at[3]) : 0);
		bitmap[len++] = (uint8_t)(three >> 16);
		if (at[2] != '=')
			bitmap[len++] = (uint8_t)(three >> 8);
		if (at[3] != '=')
			bitmap[len++] = (uint8_t)three;
	}
	return len;
}

static uint32_t number(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* From the upper left, the margin included. */
static bool dark(const uint8_t *bitmap, size_t x, size_t y)
{
	size_t width = number(bitmap + 18), row = (width + 31) / 32 * 4;
	return bitmap[HEAD + (width - 1 - y) * row + x / 8] >> (7 - x % 8) & 1;
}

/* The square in a corner by which a camera finds the code: dark, a light ring, dark. */
static void check_corner(const uint8_t *bitmap, size_t left, size_t top)
{
	for (size_t y = 0; y < 7; y++)
		for (size_t x = 0; x < 7; x++) {
			bool edge = x == 0 || x == 6 || y == 0 || y == 6, middle = x >= 2 && x <= 4 && y >= 2 && y <= 4;
			ck_assert_int_eq(dark(bitmap, left + x, top + y), edge || middle);
		}
}

START_TEST(a_card_is_a_picture_that_a_camera_finds)
{
	struct html html;
	uint8_t bitmap[PAGE];
	char card[900] = "BARID:CARD:";
	memset(card + 11, 'A', 859);
	ck_assert(html_open(&html, PAGE));
	ck_assert(qrimage_put(&html, card, "my card"));
	ck_assert_uint_lt(html.len, 2048);
	size_t len = bitmap_of(&html, bitmap), width = number(bitmap + 18);
	ck_assert_int_eq(memcmp(bitmap, "BM", 2), 0);
	ck_assert_uint_eq(number(bitmap + 2), len);
	ck_assert_uint_eq(number(bitmap + 10), HEAD);
	ck_assert_uint_eq(number(bitmap + 22), width);
	ck_assert_uint_eq(bitmap[28], 1);
	ck_assert_uint_eq(number(bitmap + 54), 0xFFFFFF);
	ck_assert_uint_eq(number(bitmap + 58), 0);
	ck_assert_uint_eq((width - 2 * QUIET - 17) % 4, 0);
	for (size_t i = 0; i < width; i++)
		for (size_t j = 0; j < QUIET; j++)
			ck_assert(!dark(bitmap, i, j) && !dark(bitmap, i, width - 1 - j) && !dark(bitmap, j, i) && !dark(bitmap, width - 1 - j, i));
	check_corner(bitmap, QUIET, QUIET);
	check_corner(bitmap, width - QUIET - 7, QUIET);
	check_corner(bitmap, QUIET, width - QUIET - 7);
	html_close(&html);
}
END_TEST

START_TEST(what_does_not_fit_is_not_drawn)
{
	struct html html;
	char *text = calloc(1, 5001);
	ck_assert_ptr_nonnull(text);
	memset(text, 'A', 5000);
	ck_assert(html_open(&html, PAGE));
	ck_assert(!qrimage_put(&html, text, "my card"));
	ck_assert_uint_eq(html.len, 0);
	html_close(&html);
	free(text);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("qrimage");
	TCase *tests = tcase_create("qrimage");
	tcase_add_test(tests, a_card_is_a_picture_that_a_camera_finds);
	tcase_add_test(tests, what_does_not_fit_is_not_drawn);
	suite_add_tcase(suite, tests);
	return suite;
}
