#include "node/relief/place.h"

#include "node/desk/text.h"

#include <stdio.h>
#include <string.h>

enum { DECIMALS = 6, LATITUDE_MAX = 90, LONGITUDE_MAX = 180, COARSE_CELL = 50000, PRECISE_CELL = 1500 }; /* cells in millionths of a degree */

/* Words that begin the name of an area many people live in, as text_fold() leaves them. A street or a house is not among them. */
static const char *const area_words[] = {
	"sector",  "zone", "district", "quarter", "area",    "neighbourhood", "neighborhood", "قطاع",   "القطاع", "حي",    "منطقه",
	"المنطقه", "taxa", "tax",      "herem",   "mintiqe", "bolge",         "mahalle",      "sektor", "sektör", "كەرتي", NULL,
};

static size_t word_len(const char *text)
{
	static const char *const marks[] = {"،", "؛"}; /* comma and semicolon in Arabic */
	size_t len = strcspn(text, " \t\r\n,;:()");
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *mark = strstr(text, marks[i]);
		if (mark != NULL && (size_t)(mark - text) < len)
			len = (size_t)(mark - text);
	}
	return len;
}

/* True if the first len bytes of text are an area word, whatever their case or letter forms. */
static bool is_area_word(const char *text, size_t len)
{
	char word[64], folded[64];
	if (len == 0 || len >= sizeof(word))
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	text_fold(word, folded, sizeof(folded));
	for (size_t i = 0; area_words[i] != NULL; i++) {
		if (strcmp(folded, area_words[i]) == 0)
			return true;
	}
	return false;
}

void place_coarse(const char *place, char *out, size_t cap)
{
	out[0] = '\0';
	while (*place == ' ')
		place++;
	size_t first = word_len(place);
	if (!is_area_word(place, first))
		return;
	size_t gap = strspn(place + first, " ");
	size_t second = word_len(place + first + gap);
	if (gap == 0 || second == 0 || first + gap + second >= cap)
		return;
	memcpy(out, place, first + gap + second);
	out[first + gap + second] = '\0';
}

/* Up to six decimals count; further ones are cut, a cell is far wider. */
static bool read_degrees(const char **text, int32_t limit, int32_t *out)
{
	const char *at = *text + strspn(*text, " ");
	bool negative = *at == '-';
	at += negative || *at == '+';
	size_t whole = strspn(at, "0123456789");
	if (whole == 0 || whole > 3 || at[whole] != '.')
		return false;
	int32_t value = 0;
	for (size_t i = 0; i < whole; i++)
		value = value * 10 + (at[i] - '0');
	at += whole + 1;
	size_t decimals = strspn(at, "0123456789");
	if (decimals == 0)
		return false;
	for (size_t i = 0; i < DECIMALS; i++)
		value = value * 10 + (i < decimals ? at[i] - '0' : 0);
	*text = at + decimals;
	*out = negative ? -value : value;
	return value <= limit * PLACE_DEGREE;
}

static int32_t cell_floor(int32_t value, int32_t cell)
{
	int32_t below = value % cell;
	return value - (below < 0 ? below + cell : below);
}

static int32_t smaller(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

bool place_cell(const char *place, bool precise, struct place_cell *out)
{
	int32_t latitude, longitude;
	if (!read_degrees(&place, LATITUDE_MAX, &latitude) || (*place != ',' && *place != ' '))
		return false;
	place += *place == ',';
	if (!read_degrees(&place, LONGITUDE_MAX, &longitude) || place[strspn(place, " ")] != '\0')
		return false;
	int32_t cell = precise ? PRECISE_CELL : COARSE_CELL;
	out->south = cell_floor(latitude, cell);
	out->west = cell_floor(longitude, cell);
	out->north = smaller(out->south + cell, LATITUDE_MAX * PLACE_DEGREE);
	out->east = smaller(out->west + cell, LONGITUDE_MAX * PLACE_DEGREE);
	return true;
}

void place_degrees(int32_t millionths, char out[static PLACE_DEGREES_TEXT])
{
	int32_t size = millionths < 0 ? -millionths : millionths;
	(void)snprintf(out, PLACE_DEGREES_TEXT, "%s%d.%06d", millionths < 0 ? "-" : "", (int)(size / PLACE_DEGREE),
		       (int)(size % PLACE_DEGREE)); /* fits: 1 + 3 + 1 + 6 */
}
