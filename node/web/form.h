#ifndef BARID_WEB_FORM_H
#define BARID_WEB_FORM_H
/*
 * What a browser sent in the body of a POST or behind the question mark of an address: names and values, urlencoded. Foreign bytes: bounded, strict,
 * valid UTF-8 without NUL. Line breaks become "\n".
 */

#include <stdbool.h>
#include <stddef.h>

enum {
	FORM_FIELDS_MAX = 64,
	FORM_NAME_MAX = 32,       /* bytes, of a-z 0-9 _ and - */
	FORM_SIZE_MAX = 16 << 10, /* bytes of the whole before it is decoded */
};

struct form_field {
	char name[FORM_NAME_MAX + 1];
	char *value; /* owned */
};

struct form {
	unsigned n;
	struct form_field fields[FORM_FIELDS_MAX];
};

/* False: not of the form, and nothing is to be freed. */
bool form_parse(const char *bytes, size_t len, struct form *out);
/* Wipes. */
void form_free(struct form *form);
/* The first value of that name; "" if there is none. */
const char *form_value(const struct form *form, const char *name);
/* The n-th value (from 0) of that name, NULL after the last. */
const char *form_nth(const struct form *form, const char *name, unsigned n);

#endif
