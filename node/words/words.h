#ifndef BARID_WORDS_WORDS_H
#define BARID_WORDS_WORDS_H
/*
 * What people read, in every language: one table of rows for the command line, the pages and the relief desk. A row is a line of a .def file beside
 * this header, WORD(NAME, en, ar, kmr, ckb, tr) or PLURAL(NAME, ...); one that lacks a language does not compile. Rows hold no markup, so they go
 * into HTML as they are. Pure: no clock, no locale of the system, no allocation; whoever calls brings the language and the broken-down local time.
 *
 * Whatever fills `out` ends it with NUL and, when it does not fit, cuts it at a whole character. cap > 0.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The order in which pages offer them. KMR is Kurmanji in Latin script, left to right; CKB Sorani in Arabic script. */
enum words_lang { WORDS_AR, WORDS_KMR, WORDS_CKB, WORDS_TR, WORDS_EN, WORDS_LANGS };

enum word {
#define WORD(name, ...) WORD_##name,
#define PLURAL(name, ...)
#include "node/words/all.def"
#undef WORD
#undef PLURAL
	WORDS
};

enum plural {
#define WORD(name, ...)
#define PLURAL(name, ...) PLURAL_##name,
#include "node/words/all.def"
#undef WORD
#undef PLURAL
	PLURALS
};

/* Categories of the Unicode CLDR. Arabic has all six, the others ONE and OTHER. */
enum words_category { WORDS_ZERO, WORDS_ONE, WORDS_TWO, WORDS_FEW, WORDS_MANY, WORDS_OTHER, WORDS_CATEGORIES };

/* Local time, broken down. */
struct words_moment {
	int year, month, day, hour, minute; /* month and day from 1 */
};

enum { WORDS_TIME_MAX = 128 }; /* room for any date, clock, number or age, NUL included */

/* The text of a row. Static, never NULL. */
const char *words_get(enum words_lang lang, enum word word);
/* The text of a row of plurals for a category, with "{n}" where the number goes; NULL for a category the language does not have. */
const char *words_plural(enum words_lang lang, enum plural plural, enum words_category category);
/* "ar": the tag for lang= in HTML and for Accept-Language. */
const char *words_tag(enum words_lang lang);
/* What those who speak it call it. */
const char *words_native(enum words_lang lang);
/* True if it is written from right to left. */
bool words_rtl(enum words_lang lang);

/* The language of a tag or of a locale's name, upper or lower case: "ar", "ar-SY", "ar_SY.UTF-8"; "ku" is Kurmanji unless it says Arabic script, Iraq
 * or Iran. False, and out unchanged, for one that is not ours. */
bool words_of_tag(const char *tag, enum words_lang *out);
/* The best of an Accept-Language header by its q values, the first of equals; Arabic if none is ours or header is NULL. Takes any bytes. */
enum words_lang words_accept(const char *header);

/* The row with {1} {2} ... replaced by the texts in args, which ends with NULL and has at least as many as the row asks for. Texts go in as they are:
 * for HTML give them escaped. Returns the length. */
size_t words_fill_args(enum words_lang lang, enum word word, char *out, size_t cap, const char *const *args);
/* The same with the texts as arguments: words_fill(lang, WORD_X, out, sizeof out, name, when). */
#define words_fill(lang, word, out, cap, ...) words_fill_args(lang, word, out, cap, (const char *const[]){__VA_ARGS__, NULL})

/* The row for a code of JSON or the command line; group: the JSON member it is the value of ("stage", "verb", "hazards" ...), or "letter_state" and
 * "board_state" for the two kinds of "state", "radio" for a radio's name. False, and out unchanged, for one that is not ours. */
bool words_of_code(const char *group, const char *code, enum word *out);
/* Its text; the code itself, which is borrowed, if it is not ours. Escape that. */
const char *words_code(enum words_lang lang, const char *group, const char *code);
/* The label of a member of a letter's body in JSON: "going_to" of "safe". */
bool words_of_field(const char *type, const char *member, enum word *out);
/* In one line about a letter: what such a number counts, and the row that goes around a value that would say too little alone. */
bool words_of_count(const char *member, enum plural *out);
bool words_of_brief(const char *member, enum word *out);

/* What somebody says happened, on the board ("turned_back", "stop", "4000 people"), in words. False, and out unchanged, for a claim in somebody's own
 * words. */
bool words_of_claim(enum words_lang lang, const char *claim, char *out, size_t cap);

/* Which form a number takes in a language. */
enum words_category words_category(enum words_lang lang, uint64_t n);
/* The plural row for n, {n} replaced by the number in the language's own digits. Returns the length, as do those below. */
size_t words_count(enum words_lang lang, enum plural plural, uint64_t n, char *out, size_t cap);
/* The number in the language's own digits: Arabic-Indic in Arabic and Sorani. */
size_t words_number(enum words_lang lang, uint64_t n, char *out, size_t cap);
/* Digits 0-9 of any text in the language's own. */
size_t words_digits(enum words_lang lang, const char *text, char *out, size_t cap);
/* "14 December 2016" with the month names of Syria's Arabic, of Kurmanji and Sorani. */
size_t words_date(enum words_lang lang, const struct words_moment *when, char *out, size_t cap);
/* "05:00 dawn": 24 hours, and the word for the part of the day. */
size_t words_clock(enum words_lang lang, const struct words_moment *when, char *out, size_t cap);
/* "today, 05:00 dawn", yesterday, tomorrow; else the date and the clock. */
size_t words_when(enum words_lang lang, const struct words_moment *when, const struct words_moment *now, char *out, size_t cap);
/* "just now" below a minute, then minutes below two hours, hours below two days, days: "5 minutes ago". */
size_t words_ago(enum words_lang lang, uint64_t seconds, char *out, size_t cap);
/* "5 min", hours from two hours on, days from two days on. */
size_t words_span(enum words_lang lang, uint64_t seconds, char *out, size_t cap);

/* A member of "reasons" of a case in JSON; who NULL if there is none. Borrowed. */
struct words_reason {
	const char *code, *who;
	uint64_t n; /* a count; seconds of untouched, unacted, ran_out */
};
/* "2 red", "nobody has looked for 19 min". A code that is not ours stays as it is. Texts go in as they are: for HTML give who escaped. */
size_t words_why(enum words_lang lang, const struct words_reason *reason, char *out, size_t cap);

#endif
