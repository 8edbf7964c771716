#ifndef BARID_CONSOLE_API_H
#define BARID_CONSOLE_API_H
/*
 * /api/v1 of the relief console (barid-relief(1) lists it): each request is a command line of barid-relief, and its answer is what that prints. What
 * a role may is decided by the keeper. Called by the front through the site.
 */

#include "node/web/api.h"

extern const struct api console_api;

/* What a path below the prefix means. */
enum api_place {
	API_NOWHERE,
	API_FEED,
	API_CASES,
	API_CASE,
	API_NOTES,
	API_REPLIES,
	API_PEOPLE,
	API_TRANSPORT,
	API_MAP,
	API_BOARD,
	API_EXPORT,
	API_AUDIT,
	API_STATUS,
};

enum { API_REF_MAX = 64, API_TAG_MAX = 10 };

/* ref: fills that of a case, "" elsewhere: digits, letters and "-", none in front. Foreign bytes. */
enum api_place api_place(const char *rest, char ref[static API_REF_MAX + 1]);
/* "\"17\"" -> "17"; "*" -> "". False: neither. Foreign bytes. */
bool api_tag(const char *value, char out[static API_TAG_MAX + 1]);
/* A number of at most so much, as a text of digits; 0 for "". False: it is none. */
bool api_number(const char *text, unsigned most, unsigned *out);

#endif
