#ifndef BARID_WORDS_PUT_H
#define BARID_WORDS_PUT_H
/* Writing into a caller's buffer, bounded: the inside of node/words, called by nobody else. Never writes past cap nor half a character. */

#include "node/words/words.h"

struct put {
	char *out; /* borrowed */
	size_t cap, len;
	bool full; /* something did not fit: nothing more is taken */
};

/* cap > 0. */
struct put put_into(char *out, size_t cap);
void put_byte(struct put *put, char byte);
void put_text(struct put *put, const char *text);
/* The number with at least width digits, in the language's own. */
void put_number(struct put *put, enum words_lang lang, uint64_t n, unsigned width);
/* Digits 0-9 of the text in the language's own, the rest as it is. */
void put_digits(struct put *put, enum words_lang lang, const char *text);
/* Drops half a character at a cut, ends with NUL, returns the length. */
size_t put_end(struct put *put);

#endif
