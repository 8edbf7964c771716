#include "node/sim/quantity.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { FRACTION = 1000000, UNITS_MAX = 5, DAY_MS = 86400000, DAYS_MAX = 1000, DAWN_MS = 5 * 3600000, CLOCK_TEXT_MAX = 32 };

static const uint64_t WHOLE_MAX = UINT64_C(1000000000000);

static const struct {
	const char *example;
	struct {
		const char *name;
		uint64_t factor;
	} units[UNITS_MAX];
} kinds[QUANTITIES] = {
	[QUANTITY_COUNT] = {"a whole number such as 40", {{"", 1}}},
	[QUANTITY_LENGTH] = {"a length such as 10 m", {{"mm", 1}, {"cm", 10}, {"m", 1000}, {"km", 1000000}}},
	[QUANTITY_SPEED] = {"a speed such as 1.4 m/s", {{"mm/s", 1}, {"m/s", 1000}}},
	[QUANTITY_RATE] = {"a rate such as 800 kbit/s", {{"bit/s", 1}, {"kbit/s", 1000}, {"Mbit/s", 1000000}}},
	[QUANTITY_SPAN] = {"a time such as 90 min", {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}}},
	[QUANTITY_SHARE] = {"a share such as 20 %", {{"%", 10000}}},
	[QUANTITY_SIZE] = {"a size such as 64 MB", {{"B", 1}, {"kB", 1024}, {"MB", 1048576}, {"GB", 1073741824}}},
	[QUANTITY_PER_HOUR] = {"a number each hour such as 60 /h", {{"/h", 1}}},
	[QUANTITY_PER_DAY] = {"a share each day such as 5 %/day", {{"%/day", 1}}},
	[QUANTITY_CLOCK] = {"a time of day such as 13:10, or 2d 13:10 on the second day", {{NULL, 0}}},
};

const char *quantity_example(enum quantity quantity)
{
	assert(quantity < QUANTITIES);
	return kinds[quantity].example;
}

/* Digits; moves *text behind them. False: there are none, or the number is above most. */
static bool read_digits(const char **text, uint64_t most, uint64_t *number)
{
	const char *start = *text;
	*number = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		*number = *number * 10 + (uint64_t)(**text - '0');
		if (*number > most)
			return false;
	}
	return *text > start;
}

/* ".25" as parts of a million, or nothing. */
static bool read_fraction(const char **text, uint64_t *parts)
{
	*parts = 0;
	if (**text != '.')
		return true;
	(*text)++;
	uint64_t worth = FRACTION / 10;
	const char *start = *text;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		*parts += worth * (uint64_t)(**text - '0');
		worth /= 10;
	}
	return *text > start;
}

static bool read_clock(const char *text, uint64_t *value)
{
	uint64_t first, day = 1, minute, second = 0;
	if (!read_digits(&text, DAYS_MAX, &first))
		return false;
	if (*text == 'd') {
		day = first;
		text++;
		text += strspn(text, " ");
		if (day == 0 || !read_digits(&text, 23, &first))
			return false;
	}
	if (first > 23 || *text++ != ':' || !read_digits(&text, 59, &minute))
		return false;
	if (*text == ':') {
		text++;
		if (!read_digits(&text, 59, &second))
			return false;
	}
	if (*text)
		return false;
	uint64_t clock_ms = ((first * 60 + minute) * 60 + second) * 1000;
	*value = (day - 1) * DAY_MS + (clock_ms + DAY_MS - DAWN_MS) % DAY_MS;
	return true;
}

bool quantity_read(enum quantity quantity, const char *text, uint64_t *value)
{
	assert(quantity < QUANTITIES);
	if (quantity == QUANTITY_CLOCK)
		return read_clock(text, value);
	uint64_t whole, parts;
	if (!read_digits(&text, WHOLE_MAX, &whole))
		return false;
	bool broken = *text == '.';
	if (!read_fraction(&text, &parts) || (broken && quantity == QUANTITY_COUNT))
		return false;
	text += strspn(text, " ");
	*value = 0;
	if (!*text && whole == 0 && !broken)
		return true;
	for (unsigned i = 0; i < UNITS_MAX && kinds[quantity].units[i].name; i++) {
		if (strcmp(text, kinds[quantity].units[i].name))
			continue;
		uint64_t factor = kinds[quantity].units[i].factor;
		if (whole >= UINT64_MAX / factor)
			return false;
		*value = whole * factor + parts * factor / FRACTION;
		return true;
	}
	return false;
}

bool quantity_times(const char *text, uint64_t *begin_ms, uint64_t *end_ms)
{
	char begin[CLOCK_TEXT_MAX];
	const char *dash = strchr(text, '-');
	if (!dash || (size_t)(dash - text) >= sizeof begin)
		return false;
	size_t len = (size_t)(dash - text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	memcpy(begin, text, len);
	begin[len] = 0;
	const char *end = dash + 1 + strspn(dash + 1, " ");
	return read_clock(begin, begin_ms) && read_clock(end, end_ms) && *begin_ms < *end_ms;
}
