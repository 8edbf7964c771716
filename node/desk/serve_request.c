#include "node/desk/serve_request.h"

#include "crypto/wipe.h"

#include <string.h>

static bool take_id(const json_t *value, struct serve_request *out)
{
	out->id = json_integer_value(value);
	return json_is_integer(value) && out->id >= 0;
}

static bool take_session(const json_t *value, struct serve_request *out)
{
	const char *text = json_string_value(value);
	size_t len = text != NULL ? strlen(text) : SIZE_MAX;
	if (len != 0 && (len != SERVE_SESSION_DIGITS || strspn(text, "0123456789abcdef") != len))
		return false;
	memcpy(out->session, text, len + 1);
	return true;
}

static bool take_passphrase(const json_t *value, struct serve_request *out)
{
	const char *text = json_string_value(value);
	size_t len = text != NULL ? strlen(text) : SIZE_MAX;
	if (len > PASSPHRASE_MAX || strchr(text, '\n') != NULL)
		return false;
	out->has_passphrase = true;
	out->passphrase.len = len;
	memcpy(out->passphrase.bytes, text, len + 1);
	return true;
}

/* Whose vault "init" makes: the last --name, as the verb itself takes it. */
static void find_name(struct serve_request *request)
{
	if (strcmp(request->words[0], "init") != 0)
		return;
	for (unsigned i = 1; i + 1 < request->words_n; i++)
		if (strcmp(request->words[i], "--name") == 0)
			request->name = request->words[++i];
}

static bool take_words(const json_t *value, struct serve_request *out)
{
	size_t n = json_array_size(value);
	if (n == 0 || n > SERVE_WORDS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		out->words[i] = json_string_value(json_array_get(value, i));
		if (out->words[i] == NULL || strlen(out->words[i]) > SERVE_WORD_SIZE_MAX)
			return false;
	}
	out->words_n = (unsigned)n;
	find_name(out);
	return true;
}

static bool take_open(const json_t *value, struct serve_request *out)
{
	const json_t *name = json_object_get(value, "name");
	out->kind = SERVE_OPEN;
	out->name = json_string_value(name);
	if (name != NULL && (out->name == NULL || strlen(out->name) > SERVE_NAME_MAX))
		return false;
	const json_t *again = json_object_get(value, "again");
	out->again = again != NULL;
	if (again != NULL && (!json_is_true(again) || name == NULL))
		return false;
	return json_object_size(value) == 1U + (name != NULL) + (again != NULL) && take_passphrase(json_object_get(value, "passphrase"), out);
}

static bool take_client(const json_t *value, struct serve_request *out)
{
	const char *text = json_string_value(value);
	size_t len = text != NULL ? strlen(text) : SIZE_MAX;
	if (len > SERVE_CLIENT_MAX)
		return false;
	memcpy(out->client, text, len + 1);
	return true;
}

static bool take_member(const char *name, const json_t *value, struct serve_request *out, unsigned *kinds)
{
	bool true_value = json_is_true(value);
	if (strcmp(name, "id") == 0)
		return take_id(value, out);
	if (strcmp(name, "session") == 0)
		return take_session(value, out);
	if (strcmp(name, "passphrase") == 0)
		return take_passphrase(value, out);
	if (strcmp(name, "client") == 0)
		return take_client(value, out);
	if (strcmp(name, "stdin") == 0) {
		out->input = json_string_value(value);
		return out->input != NULL;
	}
	*kinds += 1;
	if (strcmp(name, "argv") == 0)
		return take_words(value, out);
	if (strcmp(name, "open") == 0)
		return take_open(value, out);
	if (strcmp(name, "lock") == 0)
		out->kind = SERVE_LOCK;
	else if (strcmp(name, "state") == 0)
		out->kind = SERVE_STATE;
	else
		return false;
	return true_value;
}

/* What goes together. */
static bool is_whole(const struct serve_request *request, unsigned kinds)
{
	if (kinds != 1 || json_object_get(request->json, "id") == NULL)
		return false;
	bool outer_passphrase = json_object_get(request->json, "passphrase") != NULL;
	bool has_session = json_object_get(request->json, "session") != NULL;
	switch (request->kind) {
	case SERVE_RUN:
		return true;
	case SERVE_OPEN:
		return !outer_passphrase && request->input == NULL && !has_session;
	case SERVE_LOCK:
	case SERVE_STATE:
		return !outer_passphrase && request->input == NULL && has_session;
	}
	return false;
}

bool serve_request_parse(const char *bytes, size_t len, struct serve_request *out)
{
	memset(out, 0, sizeof *out);
	out->json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(out->json))
		goto failed;
	const char *name;
	json_t *value;
	unsigned kinds = 0;
	json_object_foreach(out->json, name, value) if (!take_member(name, value, out, &kinds)) goto failed;
	if (is_whole(out, kinds))
		return true;
failed:
	serve_request_free(out);
	return false;
}

void serve_request_free(struct serve_request *request)
{
	json_decref(request->json);
	wipe(request, sizeof *request);
}
