#include "node/web/visitors.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Nobody can guess it. */
static void fresh_digits(char out[static VISITOR_DIGITS + 1])
{
	unsigned char bytes[VISITOR_DIGITS / 2];
	ssize_t got = getrandom(bytes, sizeof bytes, 0);
	if (got != (ssize_t)sizeof bytes)
		abort(); /* a kernel without randomness: any page would be open to everybody */
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void forget(struct visitor *visitor)
{
	assert(visitor->pins == 0);
	visitors_drop_draft(visitor, NULL);
	explicit_bzero(visitor, sizeof *visitor);
}

/* Whether a is given up before b. */
static bool goes_first(const struct visitor *a, const struct visitor *b)
{
	if (a->used_again != b->used_again)
		return b->used_again;
	return a->used_ms < b->used_ms;
}

struct visitor *visitors_find(struct visitors *visitors, const char *cookie, uint64_t now_ms)
{
	if (strlen(cookie) != VISITOR_DIGITS)
		return NULL;
	for (unsigned i = 0; i < VISITORS_MAX; i++) {
		struct visitor *visitor = &visitors->list[i];
		if (strcmp(visitor->cookie, cookie) != 0)
			continue;
		if (visitor->pins == 0 && now_ms >= visitor->used_ms + VISITOR_IDLE_MS) {
			forget(visitor);
			return NULL;
		}
		visitor->used_ms = now_ms;
		visitor->used_again = true;
		return visitor;
	}
	return NULL;
}

struct visitor *visitors_add(struct visitors *visitors, uint64_t now_ms)
{
	struct visitor *place = NULL;
	for (unsigned i = 0; i < VISITORS_MAX; i++) {
		struct visitor *visitor = &visitors->list[i];
		bool free_place = visitor->cookie[0] == '\0';
		if (free_place || (visitor->pins == 0 && (place == NULL || goes_first(visitor, place))))
			place = visitor;
		if (free_place)
			break;
	}
	if (place == NULL)
		return NULL;
	forget(place);
	place->used_ms = now_ms;
	fresh_digits(place->cookie);
	return place;
}

void visitors_renew(struct visitor *visitor)
{
	fresh_digits(visitor->cookie);
}

static void drop(struct visitor_draft *draft)
{
	form_free(&draft->form);
	draft->path[0] = '\0';
}

void visitors_keep_draft(struct visitor *visitor, const char *path, struct form *form)
{
	unsigned place = 0;
	while (place < VISITOR_DRAFTS_MAX - 1 && visitor->drafts[place].path[0] != '\0' && strcmp(visitor->drafts[place].path, path) != 0)
		place++;
	drop(&visitor->drafts[place]);
	memmove(&visitor->drafts[1], &visitor->drafts[0], place * sizeof visitor->drafts[0]);
	snprintf(visitor->drafts[0].path, sizeof visitor->drafts[0].path, "%s", path);
	visitor->drafts[0].form = *form;
	*form = (struct form){0};
}

const struct form *visitors_draft(const struct visitor *visitor, const char *path)
{
	for (unsigned i = 0; i < VISITOR_DRAFTS_MAX; i++)
		if (visitor->drafts[i].path[0] != '\0' && strcmp(visitor->drafts[i].path, path) == 0)
			return &visitor->drafts[i].form;
	return NULL;
}

void visitors_drop_draft(struct visitor *visitor, const char *path)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < VISITOR_DRAFTS_MAX; i++) {
		struct visitor_draft draft = visitor->drafts[i];
		visitor->drafts[i] = (struct visitor_draft){.path = ""};
		if (path == NULL || strcmp(draft.path, path) == 0)
			drop(&draft);
		else
			visitor->drafts[kept++] = draft;
	}
}

void visitors_name(struct visitor *visitor, const char *name)
{
	if (visitor->name[0] != '\0' && strcmp(visitor->name, name) != 0)
		visitors_drop_draft(visitor, NULL);
	snprintf(visitor->name, sizeof visitor->name, "%s", name);
}

const char *visitors_token(struct visitor *visitor)
{
	/* One that is under way has a browser waiting for it. */
	for (unsigned tries = 0; tries < VISITOR_FORMS_MAX && visitor->forms[visitor->forms_next].state == TOKEN_UNDER_WAY; tries++)
		visitor->forms_next = (visitor->forms_next + 1) % VISITOR_FORMS_MAX;
	struct visitor_form *form = &visitor->forms[visitor->forms_next];
	visitor->forms_next = (visitor->forms_next + 1) % VISITOR_FORMS_MAX;
	*form = (struct visitor_form){.state = TOKEN_FRESH};
	fresh_digits(form->token);
	return form->token;
}

struct visitor_form *visitors_form(struct visitor *visitor, const char *token)
{
	if (strlen(token) != VISITOR_DIGITS)
		return NULL;
	for (unsigned i = 0; i < VISITOR_FORMS_MAX; i++)
		if (visitor->forms[i].state != TOKEN_UNKNOWN && strcmp(visitor->forms[i].token, token) == 0)
			return &visitor->forms[i];
	return NULL;
}
