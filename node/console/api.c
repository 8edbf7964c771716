#include "node/console/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { WAIT_MAX_S = 30, WAIT_STEP_MS = 1500, AFTER_MAX = 999999999, LIMIT_MAX = 500, ID_KEY_MAX = 80 };

static const char prefix[] = "/api/v1/";

static const char *rest_of(const struct exchange *x)
{
	return exchange_path(x) + sizeof prefix - 1;
}

/* What a command line that failed means. */
static void fail(struct exchange *x, const struct answer *answer)
{
	static const struct {
		int code, status;
		const char *error;
	} kinds[] = {
		{EX_USAGE, 400, "wrong"},     {EX_DATAERR, 400, "wrong"}, {EX_NOPERM, 403, "role"},      {EX_PROTOCOL, 422, "key_reused"},
		{EX_NOINPUT, 404, "nothing"}, {EX_TEMPFAIL, 503, "busy"}, {EX_UNAVAILABLE, 503, "post"}, {1, 404, "nothing"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (kinds[i].code == answer->code) {
			api_fail(x, kinds[i].status, kinds[i].error, answer->say);
			return;
		}
	}
	api_fail(x, 500, "failed", answer->say);
}

static void tag(struct exchange *x, const json_t *object)
{
	char text[API_TAG_MAX + 16];
	const json_t *revision = json_object_get(object, "revision");
	if (!json_is_integer(revision))
		return;
	snprintf(text, sizeof text, "\"%u\"", (unsigned)json_integer_value(revision));
	api_add_header(x, "ETag", text);
}

/* A list, as a member of that name. */
static void send_list(struct exchange *x, const struct answer *answer, const char *name)
{
	if (answer->code != 0)
		fail(x, answer);
	else
		api_send(x, 200, json_pack("{s:O, s:b}", name, answer->out, "cut", answer->cut));
}

static void listed_cases(struct exchange *x, const struct answer *answer)
{
	send_list(x, answer, "cases");
}

static void listed_people(struct exchange *x, const struct answer *answer)
{
	send_list(x, answer, "people");
}

static void listed_transport(struct exchange *x, const struct answer *answer)
{
	send_list(x, answer, "transport");
}

static void listed_sectors(struct exchange *x, const struct answer *answer)
{
	send_list(x, answer, "sectors");
}

static void listed_notices(struct exchange *x, const struct answer *answer)
{
	send_list(x, answer, "notices");
}

static void listed_entries(struct exchange *x, const struct answer *answer)
{
	send_list(x, answer, "entries");
}

static void told(struct exchange *x, const struct answer *answer)
{
	if (answer->code != 0)
		fail(x, answer);
	else
		api_send(x, 200, json_incref(json_array_get(answer->out, 0)));
}

/* One case; what was refused says why, beside how it is now. */
static void one_case(struct exchange *x, const struct answer *answer, int good)
{
	json_t *object = json_array_get(answer->out, 0);
	const char *refused = json_string_value(json_object_get(object, "refused")), *none = api_header(x, "If-None-Match");
	char seen[API_TAG_MAX + 1];
	bool done = answer->code == 0 || (answer->code == EX_TEMPFAIL && object != NULL); /* the post is away: what was done is done */
	if (!done && object == NULL && answer->code == EX_DATAERR && strstr(answer->say, "check digit") != NULL) {
		api_fail(x, 404, "nothing", answer->say); /* a ref with a wrong check digit */
		return;
	}
	if (!done && object == NULL) {
		fail(x, answer);
		return;
	}
	tag(x, object);
	if (!done) {
		bool changed = refused != NULL && strcmp(refused, "changed") == 0;
		api_send(x, changed ? 412 : 409,
			 json_pack("{s:s, s:s, s:O}", "error", refused != NULL ? refused : "refused", "say", answer->say, "case", object));
		return;
	}
	bool same = api_method(x) == API_GET && api_tag(none, seen) && seen[0] != '\0' && json_is_integer(json_object_get(object, "revision")) &&
		    strtoull(seen, NULL, 10) == (unsigned long long)json_integer_value(json_object_get(object, "revision"));
	if (same)
		api_send(x, 304, NULL);
	else
		api_send(x, good, json_incref(object));
}

static void shown(struct exchange *x, const struct answer *answer)
{
	one_case(x, answer, 200);
}

static void added(struct exchange *x, const struct answer *answer)
{
	one_case(x, answer, 201);
}

/* Switches of a verb that stand behind the question mark: "?mine=1". */
static void switches(struct exchange *x, const char *const *names)
{
	char option[32];
	for (; *names != NULL; names++) {
		if (exchange_query(x, *names)[0] == '\0' || strcmp(exchange_query(x, *names), "0") == 0)
			continue;
		snprintf(option, sizeof option, "--%s", *names);
		exchange_word(x, option);
	}
}

static void values(struct exchange *x, const char *const *names)
{
	char option[32];
	for (; *names != NULL; names++) {
		snprintf(option, sizeof option, "--%s", *names);
		exchange_option(x, option, exchange_query(x, *names));
	}
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void ask_feed(struct exchange *x);

/* The number to ask after next time: as the verb says it when it passed over what is not for this one, else that of the last event. */
static json_t *next_of(const struct exchange *x, const json_t *out)
{
	size_t n = json_array_size(out);
	const json_t *last = n > 0 ? json_array_get(out, n - 1) : NULL;
	json_t *next = json_object_get(last, "next");
	if (next == NULL)
		next = json_object_get(last, "seq");
	return next != NULL ? json_incref(next) : json_integer((json_int_t)strtoull(exchange_query(x, "after"), NULL, 10));
}

static void heard_feed(struct exchange *x, const struct answer *answer)
{
	unsigned wait_s = 0, waited_ms = (unsigned)exchange_noted(x);
	const json_t *first = json_array_get(answer->out, 0);
	if (answer->code != 0) {
		fail(x, answer);
		return;
	}
	(void)api_number(exchange_query(x, "wait"), WAIT_MAX_S, &wait_s); /* it was looked at */
	if (json_object_get(first, "seq") == NULL && waited_ms + WAIT_STEP_MS <= wait_s * 1000) {
		exchange_note(x, (int)(waited_ms + WAIT_STEP_MS));
		if (api_wait(x, WAIT_STEP_MS, ask_feed))
			return;
	}
	json_t *events = json_array();
	for (size_t i = 0; i < json_array_size(answer->out); i++)
		if (json_object_get(json_array_get(answer->out, i), "seq") != NULL)
			(void)json_array_append(events, json_array_get(answer->out, i)); /* without memory the list is shorter */
	api_send(x, 200, json_pack("{s:o, s:o}", "events", events, "next", next_of(x, answer->out)));
}

static void ask_feed(struct exchange *x)
{
	const char *after = exchange_query(x, "after");
	exchange_verb(x, "feed");
	exchange_option(x, "--after", after[0] != '\0' ? after : "0");
	values(x, NAMES("limit"));
	switches(x, NAMES("exercise"));
	api_run(x, heard_feed);
}

static void feed(struct exchange *x)
{
	unsigned number;
	if (!api_number(exchange_query(x, "after"), AFTER_MAX, &number) || !api_number(exchange_query(x, "limit"), LIMIT_MAX, &number) ||
	    !api_number(exchange_query(x, "wait"), WAIT_MAX_S, &number))
		api_fail(x, 400, "wrong", "after, limit and wait are numbers; wait is at most 30 seconds, limit 500.");
	else
		ask_feed(x);
}

static void exported(struct exchange *x, const struct answer *answer)
{
	static const struct {
		const char *format, *type;
	} types[] = {
		{"csv-hxl", "text/csv; charset=utf-8"},
		{"aggregate", "text/csv; charset=utf-8"},
		{"geojson", "application/geo+json"},
		{"jsonl", "application/jsonl"},
		{"9line", "text/plain; charset=utf-8"},
		{"pfif", "application/xml"},
		{"cap", "application/xml"},
	};
	const char *text = answer->text != NULL ? answer->text : "", *type = "application/octet-stream";
	if (answer->code != 0) {
		fail(x, answer);
		return;
	}
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].format, exchange_query(x, "format")) == 0)
			type = types[i].type;
	api_send_bytes(x, type, text, strlen(text));
}

static void get(struct exchange *x, enum api_place place, const char *ref)
{
	exchange_verb(x, place == API_CASES ? "queue" : place == API_CASE ? "case" : rest_of(x));
	if (place == API_CASE)
		exchange_word(x, ref);
	switches(x, NAMES("exercise"));
	switch (place) {
	case API_CASES:
		values(x, NAMES("type", "state"));
		switches(x, NAMES("mine", "unclaimed", "all"));
		api_run(x, listed_cases);
		return;
	case API_CASE:
		if (api_wants_head(x))
			exchange_word(x, "--look-only");
		else
			switches(x, NAMES("look-only"));
		api_run(x, shown);
		return;
	case API_PEOPLE:
		values(x, NAMES("name", "ref"));
		api_run(x, listed_people);
		return;
	case API_TRANSPORT:
		switches(x, NAMES("all"));
		api_run(x, listed_transport);
		return;
	case API_MAP:
		api_run(x, listed_sectors);
		return;
	case API_BOARD:
		values(x, NAMES("type"));
		switches(x, NAMES("all"));
		api_run(x, listed_notices);
		return;
	case API_EXPORT:
		values(x, NAMES("format", "type", "state"));
		switches(x, NAMES("precise"));
		api_run(x, exported);
		return;
	case API_AUDIT:
		api_run(x, listed_entries);
		return;
	case API_STATUS:
	case API_FEED:
	case API_NOTES:
	case API_REPLIES:
	case API_NOWHERE:
		api_run(x, told);
		return;
	}
}

/* What is sent along: a note, or a letter back. */
static void add(struct exchange *x, const char *verb, const char *ref)
{
	const char *key = api_header(x, "Idempotency-Key"), *text = json_string_value(json_object_get(api_body(x), "text"));
	size_t len = strlen(key);
	if (text == NULL || text[0] == '\0' || json_object_size(api_body(x)) != 1) {
		api_fail(x, 400, "wrong", "Send {\"text\": \"...\"}.");
	} else if (len < 8 || len > ID_KEY_MAX || strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != len) {
		api_fail(x, 400, "key",
			 "Send an Idempotency-Key of 8 to 80 letters, digits, \"-\", \"_\" and \".\": the same again is answered the same.");
	} else {
		exchange_verb(x, verb);
		exchange_word(x, ref);
		exchange_option(x, "--text", text);
		exchange_option(x, "--once", key);
		api_run(x, added);
	}
}

/* How a member of the object of a PATCH is done: {"claim": "claim"}. value "*": its text goes to the option. */
static const struct {
	const char *member, *value, *verb, *option;
	const char *also; /* other members, separated by spaces, which are options of that name */
} acts[] = {
	{"claim", "claim", "claim", NULL, "lease"},        {"claim", "take", "claim", "--take", "lease"},
	{"claim", "release", "release", NULL, ""},         {"assign", "*", "assign", "--to", "lease"},
	{"verification", "*", "verify", "--as", "text"},   {"merge_into", "*", "merge", "--into", ""},
	{"state", "closed", "close", NULL, "reason text"}, {"state", "open", "reopen", NULL, "text"},
};

enum { ACTS = sizeof acts / sizeof acts[0] };

static bool listed(const char *names, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = names; len > 0 && (at = strstr(at, name)) != NULL; at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* The act an object asks for, ACTS if it is none, or more than one, or something else stands in it. */
static size_t find_act(const json_t *body)
{
	size_t found = ACTS;
	for (size_t i = 0; i < ACTS && found == ACTS; i++) {
		const char *value = json_string_value(json_object_get(body, acts[i].member));
		if (value != NULL && value[0] != '\0' && (acts[i].value[0] == '*' || strcmp(value, acts[i].value) == 0))
			found = i;
	}
	const char *name;
	json_t *value;
	if (found != ACTS)
		json_object_foreach((json_t *)(uintptr_t)body, name,
				    value) if (strcmp(name, acts[found].member) != 0 &&
					       (!listed(acts[found].also, name) || json_is_boolean(value))) return ACTS;
	return found;
}

static void add_also(struct exchange *x, const char *name, const json_t *value)
{
	char option[32], number[24];
	snprintf(option, sizeof option, "--%.24s", name);
	snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
	exchange_option(x, option, json_is_integer(value) ? number : json_string_value(value));
}

static void patch(struct exchange *x, const char *ref)
{
	const char *match = api_header(x, "If-Match"), *name;
	char revision[API_TAG_MAX + 1];
	size_t act = find_act(api_body(x));
	json_t *value;
	if (match[0] == '\0') {
		api_fail(x, 428, "revision", "Say which revision you saw: If-Match, with the ETag of the case.");
	} else if (!api_tag(match, revision)) {
		api_fail(x, 400, "wrong", "If-Match is a number in quotes, as ETag gives it.");
	} else if (act == ACTS) {
		api_fail(x, 400, "wrong",
			 "Send one of claim (claim, take, release), assign, verification, merge_into, state (closed, with a reason; open).");
	} else {
		exchange_verb(x, acts[act].verb);
		exchange_word(x, ref);
		if (acts[act].option != NULL)
			exchange_word(x, acts[act].option);
		if (acts[act].value[0] == '*')
			exchange_word(x, json_string_value(json_object_get(api_body(x), acts[act].member)));
		exchange_option(x, "--if-revision", revision);
		json_object_foreach((json_t *)(uintptr_t)api_body(x), name, value) if (strcmp(name, acts[act].member) != 0) add_also(x, name, value);
		api_run(x, shown);
	}
}

static void serve(struct exchange *x)
{
	char ref[API_REF_MAX + 1];
	enum api_place place = api_place(rest_of(x), ref);
	enum api_method method = api_method(x);
	if (place == API_NOWHERE)
		api_fail(x, 404, "nowhere", "There is nothing at that address.");
	else if ((place == API_NOTES || place == API_REPLIES) && method == API_POST)
		add(x, place == API_NOTES ? "note" : "reply", ref);
	else if (place == API_CASE && method == API_PATCH)
		patch(x, ref);
	else if (place == API_NOTES || place == API_REPLIES)
		api_not_there(x, "POST");
	else if (method != API_GET)
		api_not_there(x, place == API_CASE ? "GET, HEAD, PATCH" : "GET, HEAD");
	else if (place == API_FEED)
		feed(x);
	else
		get(x, place, ref);
}

const struct api console_api = {prefix, serve};
