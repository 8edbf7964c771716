/* Numbers, dates and ages in words. */

#include "node/words/words.h"

#include "node/words/put.h"

#include <assert.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

size_t words_number(enum words_lang lang, uint64_t n, char *out, size_t cap)
{
	struct put put = put_into(out, cap);
	put_number(&put, lang, n, 1);
	return put_end(&put);
}

size_t words_digits(enum words_lang lang, const char *text, char *out, size_t cap)
{
	struct put put = put_into(out, cap);
	put_digits(&put, lang, text);
	return put_end(&put);
}

size_t words_date(enum words_lang lang, const struct words_moment *when, char *out, size_t cap)
{
	char day[WORDS_TIME_MAX], year[WORDS_TIME_MAX];
	assert(when->month >= 1 && when->month <= 12);
	assert(when->day >= 1 && when->day <= 31);
	assert(when->year >= 0);
	words_number(lang, (uint64_t)when->day, day, sizeof day);
	words_number(lang, (uint64_t)when->year, year, sizeof year);
	enum word month = (enum word)(WORD_MONTH_1 + when->month - 1);
	return words_fill(lang, WORD_DATE_PATTERN, out, cap, day, words_get(lang, month), year);
}

static enum word part_of_day(int hour)
{
	static const struct {
		int before;
		enum word word;
	} parts[] = {{3, WORD_DAY_NIGHT},      {6, WORD_DAY_DAWN},     {12, WORD_DAY_MORNING}, {14, WORD_DAY_NOON},
		     {18, WORD_DAY_AFTERNOON}, {21, WORD_DAY_EVENING}, {24, WORD_DAY_NIGHT}};
	size_t i = 0;
	while (hour >= parts[i].before)
		i++;
	return parts[i].word;
}

size_t words_clock(enum words_lang lang, const struct words_moment *when, char *out, size_t cap)
{
	assert(when->hour >= 0 && when->hour < 24);
	assert(when->minute >= 0 && when->minute < 60);
	struct put put = put_into(out, cap);
	put_number(&put, lang, (uint64_t)when->hour, 2);
	put_byte(&put, ':');
	put_number(&put, lang, (uint64_t)when->minute, 2);
	put_byte(&put, ' ');
	put_text(&put, words_get(lang, part_of_day(when->hour)));
	return put_end(&put);
}

/* Days since some day, by the Gregorian calendar. */
static int64_t day_number(const struct words_moment *when)
{
	static const int16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t years = when->month > 2 ? when->year : when->year - 1; /* whose 29 February has passed */
	return (int64_t)when->year * 365 + years / 4 - years / 100 + years / 400 + before[when->month - 1] + when->day;
}

size_t words_when(enum words_lang lang, const struct words_moment *when, const struct words_moment *now, char *out, size_t cap)
{
	char day[WORDS_TIME_MAX], clock[WORDS_TIME_MAX];
	int64_t ahead = day_number(when) - day_number(now);
	words_date(lang, when, day, sizeof day);
	words_clock(lang, when, clock, sizeof clock);
	const char *shown = day;
	if (ahead >= -1 && ahead <= 1)
		shown = words_get(lang, ahead == 0 ? WORD_TODAY : ahead < 0 ? WORD_YESTERDAY : WORD_TOMORROW);
	return words_fill(lang, WORD_WHEN_PATTERN, out, cap, shown, clock);
}

size_t words_ago(enum words_lang lang, uint64_t seconds, char *out, size_t cap)
{
	struct put put = put_into(out, cap);
	if (seconds < MINUTE_S) {
		put_text(&put, words_get(lang, WORD_JUST_NOW));
		return put_end(&put);
	}
	if (seconds < 2 * HOUR_S)
		return words_count(lang, PLURAL_MINUTES_AGO, seconds / MINUTE_S, out, cap);
	if (seconds < 2 * DAY_S)
		return words_count(lang, PLURAL_HOURS_AGO, seconds / HOUR_S, out, cap);
	return words_count(lang, PLURAL_DAYS_AGO, seconds / DAY_S, out, cap);
}
