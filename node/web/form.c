#include "node/web/form.h"

#include <ctype.h>
#include <event2/http.h>
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Every % with two digits behind it: the decoder would let others stand. */
static bool percents_whole(const char *text)
{
	for (const char *at = text; (at = strchr(at, '%')) != NULL; at += 3)
		if (!isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
			return false;
	return true;
}

/* A lone CR or CR LF is one line break. */
static void mend_lines(char *text)
{
	char *to = text;
	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\r' && from[1] == '\n')
			continue;
		*to++ = *from == '\r' ? '\n' : *from;
	}
	*to = '\0';
}

/* NULL: it is not text, or there is no memory. */
static char *decode(const char *encoded)
{
	size_t len = 0;
	char *text = percents_whole(encoded) ? evhttp_uridecode(encoded, 1, &len) : NULL;
	if (text == NULL)
		return NULL;
	json_t *utf8 = strlen(text) == len ? json_stringn(text, len) : NULL; /* the library's judgement of UTF-8 */
	if (utf8 == NULL) {
		explicit_bzero(text, len);
		free(text);
		return NULL;
	}
	json_decref(utf8);
	mend_lines(text);
	return text;
}

static bool take_field(char *pair, struct form *out)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	char *equals = strchr(pair, '=');
	if (out->n == FORM_FIELDS_MAX || equals == NULL)
		return false;
	*equals = '\0';
	size_t len = strlen(pair);
	if (len == 0 || len > FORM_NAME_MAX || strspn(pair, names) != len)
		return false;
	struct form_field *field = &out->fields[out->n];
	memcpy(field->name, pair, len + 1);
	field->value = decode(equals + 1);
	out->n += field->value != NULL;
	return field->value != NULL;
}

bool form_parse(const char *bytes, size_t len, struct form *out)
{
	*out = (struct form){0};
	if (len > FORM_SIZE_MAX || memchr(bytes, '\0', len) != NULL)
		return false;
	char *copy = strndup(bytes, len), *rest = copy;
	bool good = copy != NULL;
	while (good && rest != NULL && *rest != '\0') {
		char *pair = strsep(&rest, "&");
		good = *pair == '\0' || take_field(pair, out);
	}
	if (copy != NULL)
		explicit_bzero(copy, len);
	free(copy);
	if (!good)
		form_free(out);
	return good;
}

void form_free(struct form *form)
{
	for (unsigned i = 0; i < form->n; i++) {
		explicit_bzero(form->fields[i].value, malloc_usable_size(form->fields[i].value));
		free(form->fields[i].value);
	}
	*form = (struct form){0};
}

const char *form_nth(const struct form *form, const char *name, unsigned n)
{
	for (unsigned i = 0; i < form->n; i++)
		if (strcmp(form->fields[i].name, name) == 0 && n-- == 0)
			return form->fields[i].value;
	return NULL;
}

const char *form_value(const struct form *form, const char *name)
{
	const char *value = form_nth(form, name, 0);
	return value != NULL ? value : "";
}
