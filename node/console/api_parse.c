/* What stands in the path and the headers of a request of a program. Pure. */

#include "node/console/api.h"

#include <string.h>

enum { DIGITS_MAX = 9 };

static const struct {
	const char *path;
	enum api_place place;
} places[] = {
	{"feed", API_FEED},   {"cases", API_CASES},   {"people", API_PEOPLE}, {"transport", API_TRANSPORT}, {"map", API_MAP},
	{"board", API_BOARD}, {"export", API_EXPORT}, {"audit", API_AUDIT},   {"status", API_STATUS},
};

static bool take_ref(const char *from, size_t len, char ref[static API_REF_MAX + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	if (len == 0 || len > API_REF_MAX || from[0] == '-')
		return false;
	memcpy(ref, from, len);
	ref[len] = '\0';
	return strspn(ref, letters) == len;
}

enum api_place api_place(const char *rest, char ref[static API_REF_MAX + 1])
{
	ref[0] = '\0';
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(places[i].path, rest) == 0)
			return places[i].place;
	if (strncmp(rest, "cases/", 6) != 0)
		return API_NOWHERE;
	const char *from = rest + 6, *slash = strchr(from, '/');
	size_t len = slash != NULL ? (size_t)(slash - from) : strlen(from);
	enum api_place place = API_CASE;
	if (slash != NULL)
		place = strcmp(slash, "/notes") == 0 ? API_NOTES : strcmp(slash, "/replies") == 0 ? API_REPLIES : API_NOWHERE;
	if (place != API_NOWHERE && take_ref(from, len, ref))
		return place;
	ref[0] = '\0';
	return API_NOWHERE;
}

bool api_tag(const char *value, char out[static API_TAG_MAX + 1])
{
	size_t len = strlen(value), digits = len >= 2 ? strspn(value + 1, "0123456789") : 0;
	out[0] = '\0';
	if (strcmp(value, "*") == 0)
		return true;
	if (digits == 0 || digits > DIGITS_MAX || len != digits + 2 || value[0] != '"' || value[len - 1] != '"')
		return false;
	memcpy(out, value + 1, digits);
	out[digits] = '\0';
	return true;
}

bool api_number(const char *text, unsigned most, unsigned *out)
{
	size_t len = strlen(text);
	unsigned long value = 0;
	if (len > DIGITS_MAX || strspn(text, "0123456789") != len)
		return false;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (unsigned long)(text[i] - '0');
	*out = (unsigned)value;
	return value <= most;
}
