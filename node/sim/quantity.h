#ifndef BARID_NODE_SIM_QUANTITY_H
#define BARID_NODE_SIM_QUANTITY_H
/*
 * Quantities as a person writes them in a scenario: "1.4 m/s", "90 min", "2d 05:00". Whole numbers come out, in the unit that the rest counts in;
 * what is finer is cut off. Used by the reader of scenarios and by barid-sim's flags. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

enum quantity {
	QUANTITY_COUNT,    /* a plain number */
	QUANTITY_LENGTH,   /* mm, cm, m, km: millimetres */
	QUANTITY_SPEED,    /* mm/s, m/s: millimetres a second */
	QUANTITY_RATE,     /* bit/s, kbit/s, Mbit/s: bits a second */
	QUANTITY_SPAN,     /* ms, s, min, h, d: milliseconds */
	QUANTITY_SHARE,    /* %: parts of a million */
	QUANTITY_SIZE,     /* B, kB, MB, GB, each 1024 of the one before: bytes */
	QUANTITY_PER_HOUR, /* /h: a count each hour */
	QUANTITY_PER_DAY,  /* %/day: of each hundred, each day */
	QUANTITY_CLOCK,    /* 13:10, 13:10:30, 2d 13:10: milliseconds since 05:00 of the first day; a day begins at 05:00 and days count from 1 */
	QUANTITIES
};

/* False: not such a quantity, without its unit, or too large. A bare 0 needs no unit. Space between number and unit is as you like. */
bool quantity_read(enum quantity quantity, const char *text, uint64_t *value);
/* "13:10 - 13:20": false too if it ends before it begins. */
bool quantity_times(const char *text, uint64_t *begin_ms, uint64_t *end_ms);
/* How to write it, for whoever did not: "a length such as 10 m". */
const char *quantity_example(enum quantity quantity);

#endif
