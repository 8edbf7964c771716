/* The CBOR body of a letter, strict both ways (SPEC.md 9). */

#include "node/desk/letter.h"

#include "node/desk/token.h"

#include <assert.h>
#include <string.h>

enum {
	KEY_ACTION = 0,
	KEY_REF = 1,
	KEY_LANG = 2,
	KEY_STATUS = 3,
	KEY_REPLY_KEY = 4,
	KEY_EXPIRES = 5,
	KEY_SPECIFIC = 16,
	KEY_MAX = 65535,
	WORD_MAX = 255,
	PAIRS_MAX = 64,
};

static bool field_said(const struct letter *letter, const struct letter_field *field)
{
	const void *member = (const char *)letter + field->offset;
	if (field->kind == FIELD_TEXT)
		return *(const char *)member != '\0';
	if (field->kind == FIELD_CARD)
		return letter->card_len > 0;
	if (field->kind == FIELD_GRANT)
		return letter->grant_len > 0;
	if (field->kind == FIELD_CLAIM)
		return letter->has_claim;
	return *(const uint64_t *)member != 0;
}

static size_t pairs_said(const struct letter *letter, const struct letter_field *fields)
{
	size_t pairs = (size_t)(letter->action != 0) + letter->has_ref + (letter->lang[0] != '\0') + (letter->status != 0) + letter->has_reply_key +
		       (letter->expires != 0);
	for (const struct letter_field *field = fields; field->json != NULL; field++)
		pairs += field_said(letter, field);
	return pairs;
}

static void put_common(struct token_writer *writer, const struct letter *letter)
{
	if (letter->action != 0) {
		token_put_uint(writer, KEY_ACTION);
		token_put_uint(writer, letter->action);
	}
	if (letter->has_ref) {
		token_put_uint(writer, KEY_REF);
		token_put_bytes(writer, letter->ref, sizeof letter->ref);
	}
	if (letter->lang[0] != '\0') {
		token_put_uint(writer, KEY_LANG);
		token_put_text(writer, letter->lang);
	}
	if (letter->status != 0) {
		token_put_uint(writer, KEY_STATUS);
		token_put_uint(writer, letter->status);
	}
	if (letter->has_reply_key) {
		token_put_uint(writer, KEY_REPLY_KEY);
		token_put_bytes(writer, letter->reply_key, sizeof letter->reply_key);
	}
	if (letter->expires != 0) {
		token_put_uint(writer, KEY_EXPIRES);
		token_put_uint(writer, letter->expires);
	}
}

static void put_field(struct token_writer *writer, const struct letter *letter, const struct letter_field *field)
{
	const void *member = (const char *)letter + field->offset;
	token_put_uint(writer, field->key);
	if (field->kind == FIELD_TEXT)
		token_put_text(writer, member);
	else if (field->kind == FIELD_CARD)
		token_put_bytes(writer, letter->card, letter->card_len);
	else if (field->kind == FIELD_GRANT)
		token_put_bytes(writer, letter->grant, letter->grant_len);
	else if (field->kind == FIELD_CLAIM)
		token_put_bytes(writer, letter->claim, sizeof letter->claim);
	else
		token_put_uint(writer, *(const uint64_t *)member);
}

static size_t encode(const struct letter *letter, uint8_t *out, size_t cap)
{
	const struct letter_field *fields = letter_fields(letter->type);
	assert(fields != NULL);
	assert(letter->action <= ACTION_CANCEL && letter->status <= STATUS_TEST);
	struct token_writer writer = {.out = out, .cap = cap};
	token_put_map(&writer, pairs_said(letter, fields));
	put_common(&writer, letter);
	for (const struct letter_field *field = fields; field->json != NULL; field++)
		if (field_said(letter, field))
			put_field(&writer, letter, field);
	return writer.len;
}

size_t letter_encode(const struct letter *letter, uint8_t *out, size_t cap)
{
	size_t len = encode(letter, out, cap);
	return len <= cap ? len : 0;
}

size_t letter_encoded_len(const struct letter *letter)
{
	return encode(letter, NULL, 0);
}

/* Text of 1..size - 1 bytes into a NUL-terminated member. */
static bool take_text(struct tokens *tokens, char *to, size_t size)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_TEXT || token.len == 0 || token.len >= size)
		return false;
	memcpy(to, token.bytes, token.len);
	to[token.len] = '\0';
	return true;
}

static bool take_bytes(struct tokens *tokens, uint8_t *to, size_t size)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_BYTES || token.len != size)
		return false;
	memcpy(to, token.bytes, size);
	return true;
}

/* Bytes of 1..cap. */
static bool take_blob(struct tokens *tokens, uint8_t *to, size_t cap, uint16_t *len)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_BYTES || token.len == 0 || token.len > cap)
		return false;
	memcpy(to, token.bytes, token.len);
	*len = (uint16_t)token.len;
	return true;
}

/* A number that is written is never the default, which is left out. */
static bool take_number(struct tokens *tokens, uint64_t max, uint64_t *to)
{
	return token_uint(tokens, max, to) && *to != 0;
}

static bool take_common(struct tokens *tokens, uint64_t key, struct letter *out)
{
	uint64_t number = 0;
	switch (key) {
	case KEY_ACTION:
		if (!take_number(tokens, ACTION_CANCEL, &number))
			return false;
		out->action = (uint8_t)number;
		return true;
	case KEY_REF:
		out->has_ref = true;
		return take_bytes(tokens, out->ref, sizeof out->ref);
	case KEY_LANG:
		return take_text(tokens, out->lang, sizeof out->lang);
	case KEY_STATUS:
		if (!take_number(tokens, STATUS_TEST, &number))
			return false;
		out->status = (uint8_t)number;
		return true;
	case KEY_REPLY_KEY:
		out->has_reply_key = true;
		return take_bytes(tokens, out->reply_key, sizeof out->reply_key);
	case KEY_EXPIRES:
		return take_number(tokens, UINT32_MAX, &out->expires);
	default:
		return false;
	}
}

static bool take_field(struct tokens *tokens, const struct letter_field *field, struct letter *out)
{
	void *member = (char *)out + field->offset;
	switch (field->kind) {
	case FIELD_COUNT:
		return take_number(tokens, LETTER_COUNT_MAX, member);
	case FIELD_TIME:
	case FIELD_BITS:
		return take_number(tokens, UINT32_MAX, member);
	case FIELD_WORD:
		return take_number(tokens, WORD_MAX, member);
	case FIELD_TEXT:
		return take_text(tokens, member, field->size);
	case FIELD_CARD:
		return take_blob(tokens, out->card, sizeof out->card, &out->card_len);
	case FIELD_GRANT:
		return take_blob(tokens, out->grant, sizeof out->grant, &out->grant_len);
	case FIELD_CLAIM:
		out->has_claim = true;
		return take_bytes(tokens, out->claim, sizeof out->claim);
	}
	return false;
}

bool letter_decode(uint8_t type, const uint8_t *body, size_t len, struct letter *out)
{
	*out = (struct letter){.type = type};
	const struct letter_field *fields = letter_fields(type);
	if (fields == NULL)
		return false;
	struct tokens tokens = tokens_of(body, len);
	struct token map;
	if (!token_next(&tokens, &map) || map.kind != TOKEN_MAP || map.value > PAIRS_MAX)
		return false;
	const struct letter_field *field = fields;
	uint64_t key = 0, before = 0;
	for (uint64_t i = 0; i < map.value; i++) {
		if (!token_uint(&tokens, KEY_MAX, &key) || (i > 0 && key <= before))
			return false;
		before = key;
		while (field->json != NULL && field->key < key)
			field++;
		bool taken;
		if (key < KEY_SPECIFIC)
			taken = take_common(&tokens, key, out);
		else if (field->json != NULL && field->key == key)
			taken = take_field(&tokens, field, out);
		else
			taken = token_skip(&tokens, TOKEN_DEPTH_MAX - 1);
		if (!taken)
			return false;
	}
	return tokens_done(&tokens);
}
