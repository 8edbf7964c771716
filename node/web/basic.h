#ifndef BARID_WEB_BASIC_H
#define BARID_WEB_BASIC_H
/* A name and a password in a header, as programs send them (HTTP Basic, RFC 7617, UTF-8). Foreign bytes: strict and bounded. Pure. */

#include <stdbool.h>

enum { BASIC_NAME_MAX = 64, BASIC_PASSWORD_MAX = 200 };

struct basic {
	char name[BASIC_NAME_MAX + 1];
	char password[BASIC_PASSWORD_MAX + 1];
};

/* The value of an Authorization header. False: none of this kind, not whole, no text, or too long; nothing of it stays then. The caller wipes. */
bool basic_parse(const char *value, struct basic *out);

#endif
